"""The tie between a plugin and the engine that started it: when the engine is gone, so is the plugin."""

import os
import signal
import threading

import grpc


def channel_to(address: str) -> grpc.Channel:
    """A connection to the engine."""
    limits = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]
    return grpc.insecure_channel(address, options=[*limits, ("grpc.client_idle_timeout_ms", 2**31 - 1)])


def end_with_engine(channel: grpc.Channel) -> None:
    """End this process as soon as the engine's end of the connection is closed.

    An engine that is killed can't tell its plugins to stop. Without this they would stay behind, and go on creating
    what they were asked for.
    """
    was_connected = threading.Event()

    def follow(state: grpc.ChannelConnectivity) -> None:
        if state is grpc.ChannelConnectivity.READY:
            was_connected.set()
        elif was_connected.is_set() and state is not grpc.ChannelConnectivity.CONNECTING:
            os._exit(1)

    channel.subscribe(follow, try_to_connect=True)


def wait_for_the_end() -> None:
    """Wait until the engine ends this process, which it does by a signal, and end at once and without a word.

    Ctrl-C doesn't come here: plugins are in process groups of their own, and the engine tells them to stop by `Cancel`.
    """
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: os._exit(0))
    # Unlike a wait in gRPC's own code, this one lets Python's signal handlers run.
    threading.Event().wait()
