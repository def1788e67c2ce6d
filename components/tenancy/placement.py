"""Who runs each function and connector, and what a stack's sections say against each other."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .. import versions
from ..names import LONGEST_LABEL
from ..pulsar.functions import NoFunctionsSpec, WorkerSpec
from .connectors import AnyConnectorSpec
from .functions import AnyFunctionSpec
from .running import Backend
from .topic_names import whole

if TYPE_CHECKING:
    from ..stack import StackSpec

Runnable = AnyFunctionSpec | AnyConnectorSpec
"""A function or a connector."""

LONGEST_JOB = 55
"""The longest name of a Job of Pulsar's functions worker, which its Kubernetes runtime checks."""
LARGEST_CONFIG_MAP = 1 << 20
"""The bytes that Kubernetes takes in one ConfigMap."""
_REVISION = len("-1234567890")
"""What Kubernetes puts behind a StatefulSet's name in a label of its pods: a revision's hash."""
SUFFIXES: Mapping[str, str] = {"function": "-function", "source": "-source", "sink": "-sink"}
"""What Function Mesh puts behind a resource's name for its StatefulSet."""


def declared(stack: "StackSpec") -> dict[tuple[str, str], Runnable]:
    """Every function and connector, by its section and its name."""
    found: dict[tuple[str, str], Runnable] = {("functions", name): each for name, each in stack.functions.items()}
    return found | {("connectors", name): each for name, each in stack.connectors.items()}


def backend(stack: "StackSpec", spec: Runnable) -> Backend:
    """Who runs it."""
    return spec.backend or ("function-mesh" if stack.operators.function_mesh else "pulsar")


def run_by(stack: "StackSpec", who: Backend) -> dict[tuple[str, str], Runnable]:
    """What one of them runs, by section and name."""
    return {where: each for where, each in declared(stack).items() if backend(stack, each) == who}


def kind(spec: Runnable) -> str:
    """`function`, `source` or `sink`."""
    return spec.scheme if isinstance(spec, AnyConnectorSpec) else "function"


def pipeline_of(stack: "StackSpec", section: str, name: str) -> str | None:
    """The pipeline that it belongs to."""
    return next((each for each, members in stack.pipelines.items() if name in getattr(members, section)), None)


def misfits(stack: "StackSpec") -> Iterator[tuple[str, str]]:
    """What functions, connectors and pipelines ask for and the rest of the stack file doesn't give."""
    mesh = stack.operators.function_mesh
    adjacent = mesh and mesh.adjacent
    for (section, name), spec in declared(stack).items():
        where = f"{section}.{name}"
        by_mesh = backend(stack, spec) == "function-mesh"
        if spec.tenant != "public" and spec.tenant not in stack.tenants and not (by_mesh and adjacent):
            yield (
                f"{where}.namespace",
                f"{spec.namespace} is of the tenant {spec.tenant}, which is not under tenants. Declare it there, or "
                "use public/default.",
            )
        elif not (by_mesh and adjacent):
            yield from ((f"{where}.{setting}", sentence) for setting, sentence in _undeclared(stack, spec))
        wrong = _by_mesh(stack, section, name, spec) if by_mesh else _by_worker(stack, name, spec)
        for setting, sentence in (*wrong, *_not_in_the_image(stack, spec)):
            yield f"{where}.{setting}".rstrip("."), sentence
        if section == "connectors" and (other := stack.functions.get(name)) and other.namespace == spec.namespace:
            yield where, f"has the name of a function, and {spec.namespace} has one name for both. Choose another."
    yield from _pipelines(stack)


def _undeclared(stack: "StackSpec", spec: Runnable) -> Iterator[tuple[str, str]]:
    """Namespaces that it uses and a stack file that declares tenants doesn't: Pulsar makes none by itself."""
    if not stack.tenants:
        return
    known = {"public/default"}
    known |= {f"{tenant}/{name}" for tenant, each in stack.tenants.items() for name in each.namespaces}
    for setting, used in (("namespace", spec.namespace), *_topics(spec)):
        namespace = "/".join(whole(used).partition("://")[2].split("/")[:2]) if setting != "namespace" else used
        if namespace not in known:
            tenant, _, name = namespace.partition("/")
            yield (
                setting,
                f"{used} is of the namespace {namespace}, which is not under tenants. Declare it there "
                f"(tenants.{tenant}.namespaces.{name}), or use one that is: {', '.join(sorted(known))}.",
            )


def _topics(spec: Runnable) -> Iterator[tuple[str, str]]:
    """The topics that it reads and writes, by setting."""
    for setting in ("inputs", "topic_pattern", "output", "log_topic", "dead_letter_topic"):
        used = getattr(spec, setting, None) or ()
        yield from ((setting, each) for each in ((used,) if isinstance(used, str) else used))


def _not_in_the_image(stack: "StackSpec", spec: Runnable) -> Iterator[tuple[str, str]]:
    """A connector that Pulsar's image of this version doesn't have."""
    version = stack.pulsar.version
    by_name = isinstance(spec, AnyConnectorSpec) and spec.connector
    if by_name and stack.pulsar.image is None and not versions.line(version).bundled_connectors:
        yield (
            "connector",
            f"{by_name!r} is not in the image of Pulsar {version}, which has no connectors. Give it by archive or "
            "image, or set pulsar.image to one that has it.",
        )


def _by_worker(stack: "StackSpec", name: str, spec: Runnable) -> Iterator[tuple[str, str]]:
    """What Pulsar's own functions worker can't do."""
    worker = stack.pulsar.functions
    if isinstance(worker, NoFunctionsSpec):
        yield (
            "backend",
            "is pulsar, and no functions worker runs. Set `pulsar.functions.run_in` to brokers or pods, or set "
            "operators.function_mesh.",
        )
    else:
        yield from _without(worker, spec)
    if spec.autoscaling:
        yield (
            "autoscaling",
            "is Function Mesh's, and Pulsar's own worker runs this one. Leave it out, or choose "
            "`backend: function-mesh`.",
        )
    if spec.image:
        yield (
            "image",
            "is Function Mesh's, and Pulsar's own worker runs this one, in its own image. Give the code as a package, "
            "or choose `backend: function-mesh`.",
        )
    job = f"pf-{spec.namespace.replace('/', '-')}-{name}"
    if len(job) > LONGEST_JOB:
        yield (
            "",
            f"has a name that is too long: its pods are called {job}-0, and Pulsar takes {LONGEST_JOB} characters "
            f"before the number. Make it {len(job) - LONGEST_JOB} shorter.",
        )


def _without(worker: WorkerSpec, spec: Runnable) -> Iterator[tuple[str, str]]:
    """What this worker, as it is set up, can't do."""
    language = getattr(spec, "language", "java")
    if language != "java" and worker.runtime == "thread":
        yield (
            "language",
            f"is {language}, and pulsar.functions.runtime is thread, which runs Java alone. Use `runtime: process`.",
        )
    if isinstance(spec, AnyFunctionSpec) and spec.state and not worker.state_storage:
        yield (
            "state",
            "is kept in BookKeeper's table service, which doesn't run here. Set `pulsar.functions.state_storage: true` "
            "(it needs `metadata.store: zookeeper`), or leave state out.",
        )
    if spec.secrets and worker.runtime != "kubernetes":
        yield (
            "secrets",
            f"are Kubernetes', for its pods, and pulsar.functions.runtime is {worker.runtime}: code would get a "
            "Secret's name instead of its value. Use `runtime: kubernetes`, or choose `backend: function-mesh`.",
        )


def _by_mesh(stack: "StackSpec", section: str, name: str, spec: Runnable) -> Iterator[tuple[str, str]]:
    """What Function Mesh can't do."""
    mesh = stack.operators.function_mesh
    if mesh is None:
        yield (
            "backend",
            "is function-mesh, and operators.function_mesh is not set. Set it (`function_mesh: {}` installs it), or "
            "choose `backend: pulsar`.",
        )
    pipeline = pipeline_of(stack, section, name)
    pods = f"{pipeline}-{name}" if pipeline else name
    longest = LONGEST_LABEL - _REVISION - len(SUFFIXES[kind(spec)])
    if len(pods) > longest:
        yield (
            "",
            f"has a name that is too long: its pods are called {pods}{SUFFIXES[kind(spec)]}-0, and a label with a hash "
            f"behind it has {LONGEST_LABEL} characters at most. Make it {len(pods) - longest} shorter"
            + (", or the pipeline's." if pipeline else "."),
        )
    if isinstance(spec, AnyConnectorSpec) and not spec.entry and (spec.connector or spec.archive):
        yield "class_name", "is missing: Function Mesh doesn't look into the archive. Write the connector's class."
    here = spec.code.local
    if here and here.is_file() and here.stat().st_size > LARGEST_CONFIG_MAP:
        yield (
            "package" if isinstance(spec, AnyFunctionSpec) else "archive",
            f"has {here.stat().st_size >> 10} KiB, and Function Mesh gets it by a ConfigMap, which holds 1024 KiB. "
            f"Upload it as a package of Pulsar's and name it ({kind(spec)}://tenant/namespace/name@version), or put it "
            "into an image.",
        )
    if isinstance(spec, AnyFunctionSpec) and spec.state and mesh and not mesh.state_url:
        yield (
            "state",
            "is kept in BookKeeper's table service, and Function Mesh isn't told where that is. Set "
            "operators.function_mesh.state_url (bk://HOST:4181), or leave state out.",
        )


def _pipelines(stack: "StackSpec") -> Iterator[tuple[str, str]]:
    for pipeline, members in stack.pipelines.items():
        runners = set()
        for section in ("functions", "connectors"):
            for name in dict.fromkeys(getattr(members, section)):
                spec = declared(stack).get((section, name))
                if spec is None:
                    known = ", ".join(sorted(getattr(stack, section))) or "none"
                    yield (
                        f"pipelines.{pipeline}",
                        f"names {name}, which is not under {section}. There: {known}.",
                    )
                    continue
                runners.add(backend(stack, spec))
                if (other := pipeline_of(stack, section, name)) != pipeline:
                    yield f"pipelines.{pipeline}", f"names {name}, which is in {other} already. Name it once."
        if len(runners) > 1:
            yield (
                f"pipelines.{pipeline}",
                "is run by Function Mesh and by Pulsar's own worker, and one of them deploys a pipeline. Give all of "
                "its members the same backend.",
            )
