"""What the plugin tells the person who runs the engine, while it works."""

from collections.abc import Callable

from .protocol import engine_pb2, engine_pb2_grpc, grpc


class Reports:
    """The engine's log."""

    def __init__(self, channel: grpc.Channel | None) -> None:
        self._engine = engine_pb2_grpc.EngineStub(channel) if channel else None

    def progress_of(self, urn: str) -> Callable[[str], None]:
        """A function that shows a line of progress beside a resource; the next line takes its place."""
        return lambda text: self._log(engine_pb2.INFO, urn, text, ephemeral=True)

    def tell(self, urn: str, text: str) -> None:
        """Leave a line among the resource's diagnostics."""
        self._log(engine_pb2.INFO, urn, text, ephemeral=False)

    def warn(self, urn: str, text: str) -> None:
        """Leave a warning among the resource's diagnostics."""
        self._log(engine_pb2.WARNING, urn, text, ephemeral=False)

    def _log(self, severity: int, urn: str, text: str, *, ephemeral: bool) -> None:
        if not self._engine:
            return
        request = engine_pb2.LogRequest(severity=severity, message=text, urn=urn, ephemeral=ephemeral)  # type: ignore[arg-type]
        try:
            self._engine.Log(request, timeout=5)
        except grpc.RpcError:
            # The engine may be on its way out, and a line of progress is not worth failing for.
            return
