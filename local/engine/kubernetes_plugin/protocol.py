"""The engine's protocol without the rest of the SDK.

Importing `pulumi` runs all of the SDK, which takes longer than this plugin's whole start. The messages need none of it,
so the two packages above them are entered here as names only. Nothing else in the plugin imports `pulumi`.
"""

import importlib.util
import pathlib
import sys
import types


def _enter(name: str, folder: pathlib.Path) -> None:
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


if "pulumi" not in sys.modules:
    _found = importlib.util.find_spec("pulumi")
    if _found is None or not _found.submodule_search_locations:
        raise ImportError("the Pulumi SDK for Python is not installed in this environment")
    _root = pathlib.Path(next(iter(_found.submodule_search_locations)))
    _enter("pulumi", _root)
    _enter("pulumi.runtime", _root / "runtime")
    _enter("pulumi.runtime.proto", _root / "runtime" / "proto")

import grpc  # noqa: E402
from google.protobuf import empty_pb2, struct_pb2  # noqa: E402
from pulumi.runtime.proto import (  # noqa: E402
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

__all__ = [
    "MESSAGE_LIMITS",
    "empty_pb2",
    "engine_pb2",
    "engine_pb2_grpc",
    "grpc",
    "plugin_pb2",
    "provider_pb2",
    "provider_pb2_grpc",
    "status_pb2",
    "struct_pb2",
]

MESSAGE_LIMITS = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]
"""The engine's own limits: a CustomResourceDefinition is larger than gRPC's default allows."""
