"""How long names may be, and the labels that every object carries."""

from collections.abc import Mapping

LONGEST_LABEL = 63
"""Kubernetes' limit for names that become a DNS label or a label value (RFC 1123)."""

LONGEST_SUFFIX = "-autorecovery-1234567890-12345"
"""The longest thing that is put behind a cluster's name: a pod's own part after a controller's hash after a role."""

LONGEST_CLUSTER_NAME = LONGEST_LABEL - len(LONGEST_SUFFIX)
"""So that every name which starts with the cluster's name still fits."""


def labels(cluster: str, role: str) -> dict[str, str]:
    """The labels of one role's objects (Kubernetes' recommended set)."""
    return {
        **selector(cluster, role),
        "app.kubernetes.io/part-of": "pulsar",
        "app.kubernetes.io/managed-by": "pulumi",
    }


def selector(cluster: str, role: str) -> dict[str, str]:
    """The labels by which services and disruption budgets find one role's pods. Immutable: never add to them."""
    return {"app.kubernetes.io/name": role, "app.kubernetes.io/instance": cluster}


def host(pod: str, headless: str, namespace: str) -> str:
    """The name by which one pod of a headless service is found from anywhere in the cluster."""
    return f"{pod}.{service(headless, namespace)}"


def service(name: str, namespace: str) -> str:
    """The full name of a Service, which every resolver finds without trying its search list."""
    return f"{name}.{namespace}.svc.cluster.local"


def merged(*maps: Mapping[str, str]) -> dict[str, str]:
    """The maps as one, sorted, so that no order ever shows as a change."""
    together = {key: value for each in maps for key, value in each.items()}
    return dict(sorted(together.items()))
