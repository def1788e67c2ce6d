"""What a step does to what runs, as a value."""

import dataclasses

from .risk import Risk

QUIET = frozenset(
    {
        "ConfigMap", "ServiceAccount", "PodDisruptionBudget", "Role", "RoleBinding", "ClusterRole",
        "ClusterRoleBinding", "CronJob", "PodMonitor", "ServiceMonitor", "PrometheusRule", "NetworkPolicy",
    }
)  # fmt: skip
"""Kubernetes objects that do nothing by themselves: pods that read them roll for it."""
CLAIMED = "spec.resources.requests.storage"
"""A volume's size in its claim, and in a set's template of claims."""
NODES = frozenset({"LaunchTemplate", "NodePool", "NodeGroup", "AgentPool"})
"""What a pool's nodes are made from. Source: the clouds' pages on updating node groups and pools."""


@dataclasses.dataclass(frozen=True)
class Effect:
    """What a step does; steps that do the same are told in one sentence."""

    risk: Risk
    one: str
    """The sentence, with `{objects}` for the object."""
    many: str
    """The same of several."""


def same(risk: Risk, sentence: str) -> Effect:
    """What is said of several as of one."""
    return Effect(risk, sentence, sentence)
