"""What every test can use: a deployment without an engine, and what it registered."""

import dataclasses
import json
import pathlib
import runpy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import pulumi
import pulumi.runtime.mocks
import pytest
from hypothesis import settings as hypothesis_settings
from pulumi.runtime import rpc, settings

from evaluation import outputs

# A loaded machine is no reason to fail, and the same commit gives the same result everywhere.
hypothesis_settings.register_profile("everywhere", deadline=None, derandomize=True)
hypothesis_settings.load_profile("everywhere")

_STACK, _PROJECT = "pulumi:pulumi:Stack", "pulsar"
PROJECT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Registered:
    """One resource, as the engine would be asked for it."""

    urn: str
    """With the components it stands in, as the real engine writes it."""
    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    """The URN of the resource that it stands in."""
    dependencies: frozenset[str]
    """The URNs that must be there first."""
    protect: bool
    provider: str
    """The URN and identity of what registers it with its service."""


class Deployment(list[Registered]):
    """Everything that a program registered, in order."""

    def of(self, kind: str) -> list[Registered]:
        """The resources of a type, by the last part of its token: `StatefulSet`."""
        return [each for each in self if each.type.rpartition(":")[2] == kind]

    def one(self, kind: str, name: str) -> Registered:
        """The resource of a type with a logical name."""
        (found,) = [each for each in self.of(kind) if each.name == name]
        return found


class _Answers(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{args.name}-id", outputs.of_resource(args.typ, args.name, args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return outputs.of_question(args.token, args.args), []


class _Monitor(pulumi.runtime.mocks.MockMonitor):
    def __init__(self, stack: str) -> None:
        super().__init__(_Answers())
        self.registered = Deployment()
        self._stack = stack

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """With every component that the resource stands in, as the engine makes it; the SDK's own keeps the last."""
        around = parent.split("::")[2] if parent else _STACK
        kind = type_ if around == _STACK else f"{around}${type_}"
        return f"urn:pulumi:{self._stack}::{_PROJECT}::{kind}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the engine's own name
        response = super().RegisterResource(request)
        if request.type != _STACK:
            self.registered.append(
                Registered(
                    urn=response.urn,
                    type=request.type,
                    name=request.name,
                    inputs=_whole(rpc.deserialize_properties(request.object, keep_unknowns=True)),
                    parent=request.parent,
                    dependencies=frozenset(request.dependencies),
                    protect=request.protect,
                    provider=request.provider or request.providers.get("kubernetes", ""),
                )
            )
        return response


class _Hooks:
    def register_resource_hook(self, hook: pulumi.ResourceHook) -> None:
        """Mocks have no place for hooks, and run none."""


def _whole(value: Any) -> Any:
    """Mocks get every number as a float."""
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


Deploy = Callable[..., Deployment]


@pytest.fixture
def deploy() -> Iterator[Deploy]:
    """Runs a program, or this project's own with a configuration, and gives what it registered."""

    def run(
        program: Callable[[], Any] | None = None, *, stack: str = "test", config: dict[str, str] | None = None
    ) -> Deployment:
        monitor = _Monitor(stack)
        pulumi.runtime.set_mocks(monitor.mocks, project=_PROJECT, stack=stack, preview=False, monitor=monitor)
        cast("Any", settings.SETTINGS).callbacks = _Hooks()
        secret = [key for key in config or {} if key != "pulsar:spec"]
        pulumi.runtime.set_all_config(config or {}, secret)
        pulumi.runtime.test(program or _main)()
        return monitor.registered

    yield run
    pulumi.runtime.set_all_config({}, [])


def _main() -> None:
    runpy.run_path(str(PROJECT / "__main__.py"), run_name="__main__")


def as_the_engine_passes(config: Mapping[str, Any]) -> dict[str, str]:
    """A stack file's configuration as a program gets it: whatever is no text is JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
