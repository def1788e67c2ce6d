"""`make up` and `make down`: from nothing to a message through Pulsar, and back to nothing."""

import json

from . import cluster as clusters
from . import engine as engines
from . import images, reach, stacks
from .engine import Engine
from .problem import Problem
from .progress import Progress
from .smoke import smoke
from .stacks import Stack


def prepare(stack: Stack, progress: Progress) -> Engine:
    """The cluster and images of the local stack, and the engine with the stack selected."""
    path = None
    if stack.is_local:
        with progress.step("cluster"):
            cluster = clusters.up(progress)
        progress.say(cluster.description)
        pulsar = stack.spec.pulsar
        with progress.step("images"):
            images.ensure(cluster, progress, pulsar_image=pulsar.effective_image, etcd_image=pulsar.metadata.image)
        path = cluster.kubeconfig
    with progress.step("engine"):
        engine = engines.prepare(progress, kubeconfig=path)
    progress.say(engine.description)
    engine.run(["stack", "select", "--create", stack.name], stack=None, capture=True)
    return engine


def up(stack: Stack, progress: Progress) -> None:
    """Bring the stack up and send messages through it."""
    engine = prepare(stack, progress)
    with progress.step("pulumi up"):
        engine.run(["up", "--yes", "--skip-preview", "--non-interactive", "--suppress-outputs"], stack=stack.name)
    changes = _changes(engine, stack)
    check(stack, engine, progress)
    progress.say(changes or "nothing was changed: everything was as the stack file says")
    print(summary(stack))


def check(stack: Stack, engine: Engine, progress: Progress) -> None:
    """Send messages through a stack that is up."""
    with reach.endpoints(stack, stacks.kubeconfig(stack, engine)) as endpoints:
        smoke(endpoints, progress)


def down(stack: Stack, progress: Progress) -> None:
    """Destroy the stack, and the cluster under the local one."""
    engine = engines.prepare(progress, kubeconfig=None)
    if _exists(engine, stack):
        with progress.step("pulumi destroy"):
            try:
                engine.run(["destroy", "--yes", "--skip-preview", "--non-interactive"], stack=stack.name)
            except Problem:
                if not stack.is_local:
                    raise
                progress.say("the cluster goes away as a whole instead")
        if stack.is_local:
            engine.run(["stack", "rm", "--yes", "--force", "--preserve-config", stack.name], stack=None, capture=True)
    if stack.is_local:
        with progress.step("cluster down"):
            clusters.down(progress)
    progress.say(f"stack {stack.name} is down")


def _exists(engine: Engine, stack: Stack) -> bool:
    listed = json.loads(engine.run(["stack", "ls", "--json"], stack=None, capture=True))
    return any(each["name"].rsplit("/", 1)[-1] == stack.name for each in listed)


def _changes(engine: Engine, stack: Stack) -> str:
    """What the last update changed, in a few words; empty when it changed nothing."""
    history = json.loads(engine.run(["stack", "history", "--json", "--page-size", "1"], stack=stack.name, capture=True))
    counts = history[0].get("resourceChanges", {}) if history else {}
    changed = {kind: count for kind, count in counts.items() if kind != "same" and count}
    return ", ".join(f"{count} {_PAST.get(kind, kind)}" for kind, count in sorted(changed.items()))


_PAST = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}


def summary(stack: Stack) -> str:
    """Where everything is, and what to do next."""
    name = stack.name
    found = reach.fixed_endpoints(stack)
    suffix = "" if stack.is_local else f" STACK={name}"
    lines = ["", f"Pulsar {stack.spec.pulsar.version} is up (stack {name})."]
    if found:
        lines += [
            f"  Pulsar      {found.pulsar}",
            f"  Admin REST  {found.http}/admin/v2/",
            f"  WebSocket   {found.websocket}/",
        ]
    lines += [
        "",
        f'  make pulsar-admin ARGS="topics list public/default"{suffix}   Pulsar\'s own command-line tools',
        f"  make smoke{suffix}                                            send messages again",
        f"  make down{suffix}                                             take it down"
        + (", cluster and data included" if stack.is_local else ""),
    ]
    return "\n".join(lines)
