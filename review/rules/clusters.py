"""What changes of the Kubernetes cluster under Pulsar mean."""

from ..risk import Risk
from .rule import Rule, always, by_direction

_PAGE = "docs/howto/clusters.md"
_ANEW = always(
    Risk.DATA,
    "The cluster's {name} goes from {before} to {after}, which no cloud changes in place: a new cluster would be "
    "made, with nothing on it.",
)
_FIXED = (
    "provider", "name", "region", "account", "project", "subscription", "resource_group", "network.**",
    "kubeconfig_path", "context",
)  # fmt: skip

RULES = (
    Rule("cluster.network.nat", always(Risk.NOTICED, "The way out to the internet: {before} → {after}."), _PAGE),
    Rule("cluster.network.way_out", always(Risk.NOTICED, "The way out to the internet: {before} → {after}."), _PAGE),
    *(Rule(f"cluster.{name}", _ANEW, _PAGE) for name in _FIXED),
    Rule(
        "cluster.zones",
        always(
            Risk.DATA,
            "The zones go from {before} to {after}. Node pools are made for them, and a volume never leaves its zone: "
            "pods with volumes in a zone that goes can't start.",
        ),
        "https://kubernetes.io/docs/setup/best-practices/multiple-zones/",
    ),
    Rule(
        "cluster.kubernetes",
        always(
            Risk.INTERRUPTS,
            "Kubernetes goes from {before} to {after}. The control plane first, then every node is replaced, and each "
            "pod is moved once. There is no way back.",
        ),
        "https://kubernetes.io/releases/version-skew-policy/",
    ),
    Rule(
        "cluster.pools.*.machine",
        always(
            Risk.INTERRUPTS,
            "Nodes of a pool become {after} instead of {before}. New nodes are made and the old ones drained: each "
            "pod on them moves once, and the bill changes.",
        ),
        _PAGE,
    ),
    Rule(
        "cluster.pools.*.nodes",
        by_direction(
            up=(Risk.NOTICED, "Nodes of a pool: {before} → {after}. More is paid for."),
            down=(
                Risk.INTERRUPTS,
                "Nodes of a pool: {before} → {after}. Pods on those that go must fit on the others.",
            ),
            other=(Risk.NOTICED, "Nodes of a pool: {before} → {after}."),
        ),
        _PAGE,
    ),
    Rule(
        "cluster.deletion_protection",
        always(Risk.DATA, "Whether the cluster may be deleted: the protection goes from {before} to {after}."),
        _PAGE,
    ),
    Rule(
        "cluster.storage_class",
        always(
            Risk.DATA,
            "Volumes get another storage class ({before} → {after}). Those that are there keep theirs; StatefulSets "
            "are made anew.",
        ),
        "https://kubernetes.io/docs/concepts/storage/storage-classes/",
    ),
    *(
        Rule(
            f"cluster.{name}",
            always(Risk.NOTICED, "Who reaches or governs the cluster's API changes ({name}: {before} → {after})."),
            _PAGE,
        )
        for name in ("api_networks", "admins", "admin_groups")
    ),
    Rule("cluster.tags.**", always(Risk.HARMLESS, "A tag of the cloud's resources: {name} {before} → {after}."), _PAGE),
    Rule("cluster.tags", always(Risk.HARMLESS, "Tags of the cloud's resources: {before} → {after}."), _PAGE),
    Rule(
        "cluster.**",
        always(Risk.INTERRUPTS, "The cluster is set up otherwise ({name}: {before} → {after}). Nodes may be replaced."),
        _PAGE,
    ),
)
