"""The tie between a plugin and the engine that started it: when the engine is gone, so is the plugin."""

import os
import signal
import threading
from collections.abc import Callable

import grpc


def channel_to(address: str) -> grpc.Channel:
    """A connection to the engine."""
    limits = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]
    return grpc.insecure_channel(address, options=[*limits, ("grpc.client_idle_timeout_ms", 2**31 - 1)])


def end_with_engine(channel: grpc.Channel, farewell: Callable[[], None] = lambda: None) -> None:
    """End this process as soon as the engine's end of the connection is closed.

    An engine that is killed can't tell its plugins to stop. Without this they would stay behind, and go on creating
    what they were asked for.

    Args:
        channel: the connection. It must be kept as long as the process lives.
        farewell: what to do before.
    """
    was_connected = threading.Event()

    def follow(state: grpc.ChannelConnectivity) -> None:
        if state is grpc.ChannelConnectivity.READY:
            was_connected.set()
        elif was_connected.is_set() and state is not grpc.ChannelConnectivity.CONNECTING:
            farewell()
            os._exit(1)

    channel.subscribe(follow, try_to_connect=True)


def end_on_a_signal(farewell: Callable[[], None] = lambda: None) -> None:
    """End at once and without a word when the engine says so, which it does by a signal.

    Ctrl-C doesn't come here: plugins are in process groups of their own, and the engine tells them to stop by `Cancel`.

    Args:
        farewell: what to do before.
    """

    def end(*_: object) -> None:
        farewell()
        os._exit(0)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)


def wait_for_the_end() -> None:
    """Wait until a signal ends this process. Unlike a wait in gRPC's own code, this one lets Python handle signals."""
    threading.Event().wait()
