"""What each role's own settings mean: how many pods, how large, and what they are told."""

from collections.abc import Mapping

from ..edits import Edit
from ..risk import Risk
from .rule import BOOKKEEPER, DOCS, KUBERNETES, Rule, Told, always, by_direction, there

_ROLES = (
    "bookkeeper",
    "autorecovery",
    "broker",
    "proxy",
    "websocket",
    "functions",
    "metadata",
    "configuration_metadata",
)
_CALLED = {
    "bookkeeper": "bookies",
    "broker": "brokers",
    "proxy": "proxies",
    "websocket": "WebSocket pods",
    "functions": "functions worker",
    "metadata": "metadata store",
    "configuration_metadata": "configuration store",
    "autorecovery": "autorecovery pods",
}


def _bookies(edit: Edit, after: Mapping[str, str]) -> Told:
    gone = after.get("pulsar.bookkeeper.decommissioned", "")
    told = (
        f"The stack file says of {gone.strip('[]')} that no ledger is left there (decommissioned), and nothing looks "
        "again: see it before this is merged (docs/howto/bookies.md)."
        if gone.startswith("[")
        else "A bookie that goes takes its copies of ledgers along, unless it was decommissioned first."
    )
    says = by_direction(
        up=(
            Risk.NOTICED,
            "Bookies grow from {before} to {after}. New ledgers use the new bookies; what is stored stays where "
            "it is. Each one adds a journal and a ledger volume, and may need a node.",
        ),
        down=(Risk.DATA, f"Bookies shrink from {{before}} to {{after}}. {told}"),
    )
    return says(edit, after)


REPLICAS = (
    Rule(
        "pulsar.bookkeeper.replicas",
        _bookies,
        f"{BOOKKEEPER}/admin/decomission",
    ),
    Rule(
        "pulsar.broker.replicas",
        by_direction(
            up=(
                Risk.NOTICED,
                "Brokers grow from {before} to {after}. The load balancer moves bundles to the new ones, and the "
                "clients of those topics reconnect. Each one may need a node.",
            ),
            down=(
                Risk.NOTICED,
                "Brokers shrink from {before} to {after}. The last ones drain: their topics move to the others and "
                "their clients reconnect, with less headroom for all.",
            ),
        ),
        f"{DOCS}/concepts-broker-load-balancing-overview/",
    ),
    Rule(
        "pulsar.proxy.replicas",
        by_direction(
            up=(Risk.HARMLESS, "Proxies grow from {before} to {after}. Connections that are open stay where they are."),
            down=(
                Risk.NOTICED,
                "Proxies shrink from {before} to {after}. Clients of a proxy that goes are disconnected and reconnect "
                "through another.",
            ),
        ),
        f"{DOCS}/administration-proxy/",
    ),
    Rule(
        "pulsar.websocket.replicas",
        by_direction(
            up=(Risk.HARMLESS, "WebSocket pods grow from {before} to {after}."),
            down=(Risk.NOTICED, "WebSocket pods shrink from {before} to {after}: sockets of one that goes are closed."),
        ),
        f"{DOCS}/client-libraries-websocket/",
    ),
    Rule(
        "pulsar.functions.replicas",
        by_direction(
            up=(Risk.NOTICED, "Functions workers grow from {before} to {after}, and instances are spread anew."),
            down=(
                Risk.NOTICED,
                "Functions workers shrink from {before} to {after}: the instances of one that goes start on another.",
            ),
        ),
        f"{DOCS}/functions-worker/",
    ),
    Rule(
        "pulsar.autorecovery.replicas",
        by_direction(
            up=(Risk.HARMLESS, "Autorecovery pods grow from {before} to {after}."),
            down=(
                Risk.NOTICED,
                "Autorecovery pods shrink from {before} to {after}: a lost bookie's ledgers are copied more slowly, "
                "and with none not at all.",
            ),
        ),
        f"{BOOKKEEPER}/admin/autorecovery",
    ),
    *(
        Rule(
            f"pulsar.{part}.replicas",
            by_direction(
                up=(
                    Risk.DATA,
                    f"The {_CALLED[part]}'s members go from {{before}} to {{after}}: another quorum, which the "
                    "members that are there must have been told of.",
                ),
                down=(
                    Risk.DATA,
                    f"The {_CALLED[part]}'s members go from {{before}} to {{after}}: a quorum may be lost, and the "
                    "metadata with it.",
                ),
            ),
            "components/pulsar/lifecycle/guards.py",
        )
        for part in ("metadata", "configuration_metadata")
    ),
)

SIZES = tuple(
    rule
    for part in _ROLES
    for rule in (
        Rule(
            f"pulsar.{part}.cpu",
            always(Risk.ROLLS, f"The {_CALLED[part]} ask for {{after}} processors instead of {{before}}, and roll."),
            f"{KUBERNETES}/concepts/configuration/manage-resources-containers/",
        ),
        Rule(
            f"pulsar.{part}.memory.**",
            by_direction(
                up=(
                    Risk.ROLLS,
                    f"The {_CALLED[part]} get more memory ({{name}} {{before}} → {{after}}) and roll. Nodes must have "
                    "room.",
                ),
                down=(
                    Risk.NOTICED,
                    f"The {_CALLED[part]} get less memory ({{name}} {{before}} → {{after}}) and roll. What doesn't "
                    "fit is read from disk, or ends a pod.",
                ),
            ),
            "components/pulsar/memory.py",
        ),
        Rule(
            f"pulsar.{part}.config.**",
            always(
                Risk.NOTICED,
                f"The {_CALLED[part]} are told {{name}}: {{after}} (before: {{before}}), and roll. The key's own "
                "documentation says what it does.",
            ),
            f"{DOCS}/reference-configuration-broker/",
        ),
    )
)

WHERE = (
    Rule(
        "pulsar.broker.drain_seconds",
        always(
            Risk.ROLLS,
            "A broker that stops gets {after} s to hand its topics over, instead of {before} s. Brokers roll.",
        ),
        "docs/adr/0003-graceful-end-by-lingering.md",
    ),
    Rule(
        "pulsar.autorecovery.run_in",
        always(Risk.ROLLS, "Autorecovery moves from {before} to {after}. Bookies roll."),
        f"{BOOKKEEPER}/admin/autorecovery",
    ),
    Rule(
        "pulsar.websocket.run_in",
        always(
            Risk.INTERRUPTS,
            "WebSocket moves from {before} to {after}: its clients are disconnected, and may have to use another "
            "address.",
        ),
        f"{DOCS}/client-libraries-websocket/",
    ),
    Rule(
        "pulsar.functions.run_in",
        there(
            added=(Risk.ROLLS, "A functions worker runs in {after}."),
            removed=(Risk.INTERRUPTS, "The functions worker is taken away, and what it runs stops."),
            changed=(
                Risk.INTERRUPTS,
                "The functions worker moves from {before} to {after}: what it runs starts again there.",
            ),
        ),
        f"{DOCS}/functions-worker/",
    ),
    Rule(
        "pulsar.functions.runtime",
        always(Risk.INTERRUPTS, "Functions run by another runtime ({before} → {after}): every instance starts again."),
        f"{DOCS}/functions-worker-run-with-broker/",
    ),
    Rule(
        "pulsar.functions.state_storage",
        always(Risk.ROLLS, "Functions' state storage: {before} → {after}. Bookies and workers roll."),
        f"{DOCS}/functions-develop-state/",
    ),
)

REST = (
    Rule(
        "pulsar.functions.**",
        always(Risk.ROLLS, "The functions worker is set up otherwise ({name}: {before} → {after}), and rolls."),
        f"{DOCS}/functions-worker/",
    ),
    Rule(
        "pulsar.toolset.**",
        always(Risk.HARMLESS, "The pod with Pulsar's tools changes ({name}: {before} → {after})."),
        "components/pulsar/toolset.py",
    ),
)

RULES = (*REPLICAS, *SIZES, *WHERE)
"""What comes first."""
