"""`make up` and `make down`: from nothing to a message through Pulsar, and back to nothing."""

from . import cluster as clusters
from . import engine as engines
from . import images, reach, stacks
from .progress import Progress
from .pulumi_stack import PulumiStack
from .smoke import smoke
from .stacks import Stack


def prepare(stack: Stack, progress: Progress) -> PulumiStack:
    """The cluster and images of the local stack, and the stack in the engine's hands."""
    path = None
    if stack.is_local:
        with progress.step("cluster"):
            cluster = clusters.up(progress)
        progress.say(cluster.description)
        with progress.step("images"):
            images.ensure(cluster, progress, stack.spec.images)
        path = cluster.kubeconfig
    with progress.step("engine"):
        engine = engines.prepare(progress, kubeconfig=path)
    progress.say(engine.description)
    selected = PulumiStack(stack, engine)
    selected.select()
    if stack.is_local:
        selected.make_secrets(stack.spec.secrets)
    return selected


def up(stack: Stack, progress: Progress) -> None:
    """Bring the stack up and send messages through it."""
    selected = prepare(stack, progress)
    # The state speaks of the cluster that was there before; what is on another one, only a look can tell.
    look = ["--refresh"] if stack.is_local and selected.moved_to(reach.cluster_identity(stack)) else []
    with progress.step("pulumi up"):
        selected.run(["up", "--yes", "--skip-preview", "--suppress-outputs", *look])
    changes = selected.last_changes()
    check(stack, selected, progress)
    said = ", ".join(f"{count} {_PAST.get(kind, kind)}" for kind, count in sorted(changes.items()))
    progress.say(said or "nothing was changed: everything was as the stack file says")
    print(summary(stack))


def check(stack: Stack, selected: PulumiStack | None, progress: Progress) -> None:
    """Send messages through a stack that is up."""
    with reach.endpoints(stack, stacks.kubeconfig(stack, selected)) as endpoints:
        smoke(endpoints, progress, tiered_storage=stack.spec.pulsar.tiered_storage is not None)


def down(stack: Stack, progress: Progress) -> None:
    """Destroy the stack, and the cluster under the local one."""
    selected = PulumiStack(stack, engines.prepare(progress, kubeconfig=None))
    if selected.exists:
        # What stands on a cluster that goes away as a whole needs no orderly end of its own.
        if not (stack.is_local and (clusters.is_ours() or not reach.is_reachable(stack))):
            with progress.step("pulumi destroy"):
                # With its preview, which refuses what is protected before anything is touched: without one the engine
                # deletes all that isn't protected first.
                selected.run(["destroy", "--yes"])
        if stack.is_local:
            selected.remove()
    if stack.is_local:
        with progress.step("cluster down"):
            clusters.down(progress)
    progress.say(f"stack {stack.name} is down")


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
    if stack.spec.demo and stack.spec.demo.address:
        lines.append(f"  Demo        {stack.spec.demo.address}")
    pages = stack.spec.monitoring.pages if stack.spec.monitoring else {}
    lines += [f"  {name:10}  {address}" for name, address in pages.items() if address]
    lines += [
        "",
        f'  make pulsar-admin ARGS="topics list public/default"{suffix}   Pulsar\'s own command-line tools',
        f"  make smoke{suffix}                                            send messages again",
        f"  make down{suffix}                                             take it down"
        + (", cluster and data included" if stack.is_local else ""),
    ]
    return "\n".join(lines)
