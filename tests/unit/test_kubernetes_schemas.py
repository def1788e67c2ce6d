"""Every object is one that the oldest and the newest supported Kubernetes takes, without a field that it would drop."""

import kubernetes_validate
import pytest

from components import versions
from evaluation import stack_files
from tests import rendered

OPTIONS = {
    "all that is optional": {
        "cluster.storage_class": "fast",
        "pulsar.proxy.service": {
            "type": "LoadBalancer",
            "annotations": {"example.com/internal": "true"},
            "source_ranges": ["10.0.0.0/8"],
        },
    },
    "monitoring": {
        "monitoring": {
            "kind": "own",
            "service": {"type": "NodePort", "node_port": 30082},
            "remote_write": [{"url": "https://far.example/push", "secret": "far"}],
            "grafana": {"admin_secret": "grafana", "service": {"type": "NodePort", "node_port": 30083}},
        },
    },
    "ports of the nodes": {
        "pulsar.spread": "preferred",
        "pulsar.proxy.service": {"type": "NodePort", "node_ports": {"pulsar": 30080, "http": 30081}},
    },
}


@pytest.mark.parametrize("kubernetes", [versions.KUBERNETES_OLDEST, versions.KUBERNETES_NEWEST])
@pytest.mark.parametrize("stack", stack_files.names())
def test_kubernetes_takes_every_object_of_every_stack(stack: str, kubernetes: str):
    for manifest in rendered.of_stack(stack).values():
        kubernetes_validate.validate(manifest, kubernetes, strict=True)


@pytest.mark.parametrize("kubernetes", [versions.KUBERNETES_OLDEST, versions.KUBERNETES_NEWEST])
@pytest.mark.parametrize("changes", OPTIONS.values(), ids=OPTIONS)
def test_kubernetes_takes_what_the_options_add(changes: dict, kubernetes: str):
    for manifest in rendered.of(changes).values():
        kubernetes_validate.validate(manifest, kubernetes, strict=True)


def test_a_field_that_does_not_exist_would_be_found():
    manifest = rendered.of()["pulsar-broker"]
    manifest["spec"]["template"]["spec"]["terminationGracePeriod"] = 30

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(manifest, versions.KUBERNETES_NEWEST, strict=True)
