"""The plugin's program: prints the port that it listens on, and answers the engine until the engine ends."""

import sys

_THREADS = 256
"""Most of them wait for a cluster. More than the engine ever has resources in flight by default."""


def main() -> None:
    """Serve the engine whose address is the first argument; without one, whoever connects."""
    from .lean_start import leave_out_the_sdk

    leave_out_the_sdk()
    _serve([argument for argument in sys.argv[1:] if not argument.startswith("-")])


def _serve(addresses: list[str]) -> None:
    from concurrent import futures

    from ..engine_link import channel_to, end_on_a_signal, end_with_engine, wait_for_the_end
    from .protocol import MESSAGE_LIMITS, grpc, provider_pb2_grpc
    from .provider import Provider
    from .reporting import Reports

    end_on_a_signal()
    channel = channel_to(addresses[0]) if addresses else None
    if channel:
        end_with_engine(channel)
    server = grpc.server(futures.ThreadPoolExecutor(_THREADS), options=MESSAGE_LIMITS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(Reports(channel)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    wait_for_the_end()


if __name__ == "__main__":
    main()
