"""What settings of Pulsar as a whole mean, and of its ways in."""

from collections.abc import Mapping

from ..edits import Edit
from ..risk import Risk
from .rule import DOCS, Rule, Told, always, amount, there

_POLICY = "https://pulsar.apache.org/contribute/release-policy/"


def _version(edit: Edit, _: Mapping[str, str]) -> Told:
    was, now = (tuple(int(step) for step in str(each).split(".")) for each in (edit.before, edit.after))
    down, line = now < was, now[:2] != was[:2]
    across = f" across the {'major ' if now[0] != was[0] else ''}line {'.'.join(map(str, now[:2]))}" if line else ""
    told = (
        f"Pulsar goes {'back ' if down else ''}from {edit.before} to {edit.after}{across}. Every pod of Pulsar's image "
        "rolls."
    )
    if down:
        return Risk.DATA, f"{told} What the newer release wrote must be readable by the older one."
    if line:
        return Risk.DATA, (
            f"{told} Read its upgrade notes: the way back may be closed. Take one role after the other, in Pulsar's "
            "order: metadata store, bookies, brokers, proxies (docs/howto/upgrade.md)."
        )
    return Risk.ROLLS, told


def _jvm(edit: Edit, _: Mapping[str, str]) -> Told:
    return Risk.ROLLS, f"The JVMs are started as {edit.after} instead of {edit.before}. Every Pulsar pod rolls."


def _keep(edit: Edit, _: Mapping[str, str]) -> Told:
    if edit.after == "false":
        return Risk.DATA, (
            "The guard is off: from this update on, a destroy or a replacement deletes bookies, metadata and their "
            "volumes."
        )
    return Risk.HARMLESS, "The guard is on: what would delete the bookies or the metadata is refused."


def _port(edit: Edit, _: Mapping[str, str]) -> Told:
    if amount(edit.before) is None:
        return Risk.NOTICED, f"Clients find {edit.path.rpartition('.')[2]} at port {edit.after} of every node."
    return Risk.INTERRUPTS, f"Clients find it at another port ({edit.before} → {edit.after}), and none at the old one."


RULES = (
    Rule("pulsar.version", _version, _POLICY),
    Rule("pulsar.jvm", _jvm, "components/pulsar/runtime.py"),
    Rule("pulsar.keep_data", _keep, "docs/howto/bookies.md"),
    *(
        Rule(
            f"pulsar.{name}",
            always(
                Risk.DATA,
                "{name} goes from {before} to {after}. Every object is made anew under it, with empty volumes; the "
                "old ones, and what they hold, would be deleted.",
            ),
            "docs/adr/0001-explicit-names-and-a-digest.md",
        )
        for name in ("name", "namespace")
    ),
    Rule(
        "pulsar.image",
        always(
            Risk.ROLLS, "Pulsar's pods run {after} instead of {before}. Bookies, brokers, proxies and the rest roll."
        ),
        "docs/howto/upgrade.md",
    ),
    Rule(
        "pulsar.spread",
        always(
            Risk.ROLLS,
            "Pods of a role are spread over nodes as {after} instead of {before}. All pod sets roll; with "
            "`preferred`, one node's loss may take several of a role, and with `required` each needs a node.",
        ),
        "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",
    ),
    Rule(
        "pulsar.way_back",
        always(Risk.DATA, "What no earlier broker can read: way_back goes from {before} to {after}."),
        "docs/howto/upgrade.md",
    ),
    Rule("pulsar.proxy.service.node_ports.*", _port, f"{DOCS}/administration-proxy/"),
    *(
        Rule(
            f"pulsar.proxy.service.{name}",
            always(
                Risk.INTERRUPTS,
                "Clients reach the proxy otherwise ({name}: {before} → {after}). The load balancer or its address may "
                "be made anew, and costs change with it.",
            ),
            "https://kubernetes.io/docs/concepts/services-networking/service/",
        )
        for name in ("type", "public", "host")
    ),
    Rule(
        "pulsar.proxy.service.**",
        always(
            Risk.NOTICED,
            "Who reaches the proxy, and how, changes ({name}: {before} → {after}). Clients outside of it are cut off.",
        ),
        "https://kubernetes.io/docs/concepts/services-networking/service/",
    ),
    Rule(
        "pulsar.peers.*",
        there(
            added=(Risk.NOTICED, "Messages can be replicated to {name} from now on."),
            removed=(
                Risk.DATA,
                "{name} is no peer any more: what was not yet replicated to it never will be, and its backlog goes.",
            ),
            changed=(Risk.NOTICED, "The peer {name} changes."),
        ),
        f"{DOCS}/administration-geo/",
    ),
    Rule(
        "pulsar.peers.**",
        always(
            Risk.NOTICED,
            "The way to a peer changes ({name}: {before} → {after}). Replication goes on from where it was.",
        ),
        f"{DOCS}/administration-geo/",
    ),
    *(
        Rule(
            f"pulsar.protocols.{where}",
            there(
                added=(Risk.NOTICED, "Clients of {name} are served from now on. Brokers roll, and get its ports."),
                removed=(Risk.INTERRUPTS, "Clients of {name} are served no more. Brokers roll."),
                changed=(Risk.NOTICED, "{name} changes."),
            ),
            "docs/howto/protocol-handlers.md",
        )
        for where in ("kafka", "mqtt", "amqp", "custom.*")
    ),
    *(
        Rule(
            f"pulsar.protocols.**.{name}",
            always(
                Risk.INTERRUPTS,
                "Clients of a protocol find another listener ({owner}.{name}: {before} → {after}). Brokers roll, and "
                "clients that are not told lose their connection.",
            ),
            "docs/howto/protocol-handlers.md",
        )
        for name in ("port", "host", "proxy_port", "web_port", "admin_port", "listens", "type", "public")
    ),
    Rule(
        "pulsar.protocols.*.tls.**",
        there(
            added=(Risk.NOTICED, "A protocol's clients can use TLS. Brokers roll."),
            removed=(Risk.INTERRUPTS, "A protocol speaks no TLS any more: clients that do are cut off."),
            changed=(Risk.NOTICED, "Another certificate of a protocol ({name}: {before} → {after}). Brokers roll."),
        ),
        "docs/howto/protocol-handlers.md",
    ),
    Rule(
        "pulsar.protocols.**",
        always(Risk.NOTICED, "A protocol handler is set up otherwise ({name}: {before} → {after}). Brokers roll."),
        "docs/howto/protocol-handlers.md",
    ),
    Rule(
        "pulsar.operator.kind",
        always(
            Risk.DATA,
            "Pulsar is run by {after} instead of {before}. They name and make the bookies' volumes differently: what "
            "is stored is not taken over.",
        ),
        "docs/howto/operators.md",
    ),
    Rule(
        "pulsar.operator.**",
        always(Risk.NOTICED, "Pulsar's operator is set up otherwise ({name}: {before} → {after})."),
        "docs/howto/operators.md",
    ),
    Rule(
        "config.pulsar:kubeconfig",
        always(
            Risk.INTERRUPTS,
            "The secret {name} beside the spec is another one: other credentials, or the way to another cluster, "
            "where every object would be made anew. Which of them only the engine's preview can tell.",
        ),
        "https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/",
    ),
    *(
        Rule(
            f"config.pulsar:object_store_{key}",
            always(
                Risk.NOTICED,
                "The secret {name} beside the spec is another one. Pods have it once they start: brokers roll for it "
                "where tiered_storage.key_generation is raised as well.",
            ),
            "docs/howto/tiered-storage.md",
        )
        for key in ("access_key", "secret_key")
    ),
    Rule(
        "config.**",
        always(Risk.NOTICED, "What stands beside the spec under {name} is another value."),
        "docs/howto/stack-file.md",
    ),
)
