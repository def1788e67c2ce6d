"""What every provider answers the engine alike."""

import dataclasses
import json
from typing import Any

from .differences import diff_response, differences
from .problems import PluginError
from .protocol import empty_pb2, plugin_pb2, provider_pb2, provider_pb2_grpc
from .replies import answered
from .values import decode


@dataclasses.dataclass(frozen=True)
class Resource:
    """Who a request is about."""

    urn: str
    type: str
    name: str


def resource_of(request: Any) -> Resource:
    """The resource that the engine asks about, from its URN."""
    parts = request.urn.split("::")
    return Resource(request.urn, parts[2].rpartition("$")[2], parts[3])


class BaseProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine. Each request has a thread of its own."""

    name = ""
    """The package that it serves."""
    version = ""
    """The official plugin's version that it stands in for."""

    def Handshake(self, request, context):  # noqa: D102, N802
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, supports_autonaming_configuration=True)

    def GetPluginInfo(self, request, context):  # noqa: D102, N802
        return plugin_pb2.PluginInfo(version=self.version)

    def GetSchema(self, request, context):  # noqa: D102, N802
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": self.name, "version": self.version}))

    def CheckConfig(self, request, context):  # noqa: D102, N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def Configure(self, request, context):  # noqa: D102, N802
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    @answered
    def DiffConfig(self, request, context):  # noqa: D102, N802
        old, new = decode(request.old_inputs if request.HasField("old_inputs") else request.olds), decode(request.news)
        return diff_response(list(differences(old.plain, new.plain)), delete_first=False)

    @answered
    def Invoke(self, request, context):  # noqa: D102, N802
        raise PluginError(self.why_unsupported(request.tok) or f"This plugin has no function {request.tok}.")

    @answered
    def Construct(self, request, context):  # noqa: D102, N802
        raise PluginError(self.why_unsupported(request.type) or f"This plugin has no component {request.type}.")

    def Cancel(self, request, context):  # noqa: D102, N802
        return empty_pb2.Empty()

    def why_unsupported(self, token: str) -> str:
        """Why a type or function can't be had here; empty where there is nothing to explain."""
        del token
        return ""
