"""A plugin's program: prints the port that it listens on, and answers the engine until the engine ends."""

import sys
from collections.abc import Callable
from concurrent import futures

from .engine_link import channel_to, end_on_a_signal, end_with_engine, wait_for_the_end
from .protocol import MESSAGE_LIMITS, grpc, provider_pb2_grpc
from .reporting import Reports

_THREADS = 256
"""Most of them wait for a service. More than the engine ever has resources in flight by default."""


def serve(provider: Callable[[Reports], provider_pb2_grpc.ResourceProviderServicer]) -> None:
    """Serve the engine whose address is the last argument; without one, whoever connects.

    Args:
        provider: makes what answers, from the engine's log.
    """
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    end_on_a_signal()
    channel = channel_to(addresses[-1]) if addresses else None
    if channel:
        end_with_engine(channel)
    server = grpc.server(futures.ThreadPoolExecutor(_THREADS), options=MESSAGE_LIMITS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider(Reports(channel)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    wait_for_the_end()
