"""The program run without an engine: what it registers, as plain values."""

import asyncio
import contextlib
import dataclasses
import json
import runpy
from collections.abc import Iterator, Mapping
from concurrent import futures
from typing import Any, cast

import pulumi
from pulumi.runtime import mocks, settings

from components.mistakes import NotADeployment
from local.paths import PROJECT

from . import outputs


@dataclasses.dataclass(frozen=True)
class Registered:
    """One resource as the program asked for it."""

    type: str
    """Pulumi's type token, `kubernetes:apps/v1:StatefulSet`."""
    name: str
    """The logical name."""
    inputs: Mapping[str, Any]
    """The inputs, with whole numbers as integers."""
    protected: bool = False
    """Whether the engine refuses to delete it."""
    asked: tuple[pulumi.ResourceHook, ...] = ()
    """What the engine asks before it changes it, in a preview as well."""


class _Recorder(pulumi.runtime.Mocks):
    def __init__(self) -> None:
        self.registered: list[Registered] = []
        self.requests: dict[tuple[str, str], Any] = {}
        self.hooks = _Hooks()

    def results(self) -> list[Registered]:
        """What was registered, with what the engine is asked to do for it beside its inputs."""
        return [self._with_options(each) for each in self.registered]

    def _with_options(self, each: Registered) -> Registered:
        request = self.requests.get((each.type, each.name))
        if request is None:
            return each
        names = request.hooks.before_update if request.HasField("hooks") else ()
        asked = tuple(self.hooks.known[name] for name in names if name in self.hooks.known)
        return dataclasses.replace(each, protected=request.protect, asked=asked)

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.registered.append(Registered(args.typ, args.name, _plain(args.inputs)))
        return f"{args.name}-id", outputs.of_resource(args.typ, args.name, args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return outputs.of_question(args.token, args.args), []


def evaluate(stack: str, config: Mapping[str, Any]) -> list[Registered]:
    """What the program registers for a stack's configuration, in order.

    Args:
        stack: the stack's name.
        config: the stack file's `config:` mapping. Values that are encrypted there stand as they are: nothing that is
            rendered depends on one.

    Raises:
        NotADeployment: the spec has mistakes.
    """
    values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    recorder = _Recorder()
    failure: list[BaseException] = []

    def program() -> None:
        try:
            runpy.run_path(str(PROJECT / "__main__.py"), run_name="__main__")
        except pulumi.RunError as error:
            failure.append(error)

    with _event_loops():
        without_engine(recorder, stack, _Monitor(recorder), recorder.hooks)
        # Nothing is a secret here, whatever this process evaluated before.
        pulumi.runtime.set_all_config(values, [])
        pulumi.runtime.test(program)()
    if failure:
        raise Unusable(str(failure[0]))
    return recorder.results()


@contextlib.contextmanager
def _event_loops() -> Iterator[None]:
    """Event loops for the SDK, in this thread and in those in which it calls the recorder.

    The SDK makes them where there are none and closes none, and one that the garbage collector finds open complains on
    stderr, now and then.
    """
    made: list[asyncio.AbstractEventLoop] = []

    def give() -> None:
        made.append(asyncio.new_event_loop())
        asyncio.set_event_loop(made[-1])

    give()
    own = made[0]
    own.set_default_executor(futures.ThreadPoolExecutor(initializer=give))
    try:
        yield
    finally:
        own.run_until_complete(own.shutdown_default_executor())
        for each in made:
            each.close()
        asyncio.set_event_loop(None)


class _Monitor(mocks.MockMonitor):
    """Mocks are told a resource's inputs alone; the rest of what the engine is asked for is kept here."""

    def __init__(self, recorder: _Recorder) -> None:
        super().__init__(recorder)
        self._requests = recorder.requests

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's own name
        """Remember the request."""
        self._requests[request.type, request.name] = request
        return super().RegisterResource(request)


class _Hooks:
    """Takes the registrations of hooks, which mocks have no place for, and runs none by itself."""

    def __init__(self) -> None:
        self.known: dict[str, pulumi.ResourceHook] = {}

    def register_resource_hook(self, hook: pulumi.ResourceHook) -> None:
        """Accept the hook."""
        self.known[hook.name] = hook


def without_engine(
    recorder: pulumi.runtime.Mocks,
    stack: str,
    monitor: mocks.MockMonitor | None = None,
    hooks: _Hooks | None = None,
) -> None:
    """Let everything that is registered from now on go to the mocks `recorder` instead of an engine."""
    pulumi.runtime.set_mocks(recorder, project="pulsar", stack=stack, preview=False, monitor=monitor)
    cast("Any", settings.SETTINGS).callbacks = hooks or _Hooks()


class Unusable(NotADeployment):
    """A stack file that the program refused, in its own words."""

    def __init__(self, text: str) -> None:
        Exception.__init__(self, text)
        self.found = []


def _plain(value: Any) -> Any:
    """Mocks get every number as a float."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
