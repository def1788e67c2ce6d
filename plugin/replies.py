"""Errors as the engine reads them."""

import functools
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from .problems import Told
from .protocol import grpc, provider_pb2, status_pb2, struct_pb2
from .values import decode, redactor


class _Status(grpc.Status):
    """A status with details, in the form that the server passes on."""

    def __init__(self, code: grpc.StatusCode, text: str, detail: Any) -> None:
        status = status_pb2.Status(code=code.value[0], message=text)
        status.details.add().Pack(detail)
        self.code = code
        self.details = text
        self.trailing_metadata = (("grpc-status-details-bin", status.SerializeToString()),)


def initialisation_failed(
    context: grpc.ServicerContext,
    identity: str,
    outputs: struct_pb2.Struct,
    inputs: struct_pb2.Struct,
    reasons: list[str],
) -> NoReturn:
    """Say that the object exists but isn't ready: the engine then keeps it, and looks at it again next time."""
    detail = provider_pb2.ErrorResourceInitFailed(id=identity, properties=outputs, inputs=inputs, reasons=reasons)
    context.abort_with_status(_Status(grpc.StatusCode.UNKNOWN, reasons[0], detail))
    raise AssertionError("abort_with_status raises")


def answered(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what a method raises into a status whose text is a sentence, without the secrets of the request."""

    @functools.wraps(method)
    def answer(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except Told as error:
            _abort(context, request, error.sentence)
        except Exception as error:
            if getattr(context, "code", lambda: None)() is not None:
                # Already aborted with a status of its own.
                raise
            _abort(context, request, f"The plugin failed: {error!r}\n{traceback.format_exc()}")

    return answer


def _abort(context: grpc.ServicerContext, request: Any, text: str) -> NoReturn:
    structs = [value for field, value in request.ListFields() if isinstance(value, struct_pb2.Struct)]
    context.abort(grpc.StatusCode.UNKNOWN, redactor(*map(decode, structs))(text))
    raise AssertionError("abort raises")
