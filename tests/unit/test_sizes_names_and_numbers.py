"""What a stack file's author is told about sizes, names, ports, and numbers that don't fit together."""

from typing import Any

import pytest

from components import mistakes, stack
from tests import stack_file

CASES = {
    "a decimal size": (
        {"pulsar.bookkeeper.ledgers": {"size": "4G"}},
        (
            "spec.pulsar.bookkeeper.ledgers.size: 4G is a decimal size. Write 4Gi: sizes here are binary (Ki, Mi, "
            "Gi, Ti), as the JVM and Kubernetes count memory."
        ),
    ),
    "a decimal size in bytes": (
        {"pulsar.bookkeeper.ledgers": {"size": "4GB"}},
        (
            "spec.pulsar.bookkeeper.ledgers.size: 4GB is a decimal size. Write 4Gi: sizes here are binary (Ki, "
            "Mi, Gi, Ti), as the JVM and Kubernetes count memory."
        ),
    ),
    "a size without a unit": (
        {"pulsar.bookkeeper.ledgers": {"size": 4}},
        (
            "spec.pulsar.bookkeeper.ledgers.size: 4 has no unit. Write a whole number and its unit, Ki, Mi, Gi or "
            "Ti, such as 4Gi."
        ),
    ),
    "a size of nothing": (
        {"pulsar.bookkeeper.ledgers": {"size": "0Gi"}},
        "spec.pulsar.bookkeeper.ledgers.size: 0Gi is nothing. A size is more than zero, such as 4Gi.",
    ),
    "a negative size": (
        {"pulsar.bookkeeper.ledgers": {"size": "-4Gi"}},
        ("spec.pulsar.bookkeeper.ledgers.size: -4Gi is less than nothing. A size is more than zero, such as 4Gi."),
    ),
    "a broken size": (
        {"pulsar.bookkeeper.ledgers": {"size": "1.5Gi"}},
        "spec.pulsar.bookkeeper.ledgers.size: 1.5Gi is not a whole number of Gi. Write 1536Mi.",
    ),
    "a size in lower case": (
        {"pulsar.bookkeeper.ledgers": {"size": "4gi"}},
        "spec.pulsar.bookkeeper.ledgers.size: 4gi is not spelled as Kubernetes spells a size. Write 4Gi.",
    ),
    "a word as a size": (
        {"pulsar.bookkeeper.ledgers": {"size": "large"}},
        (
            "spec.pulsar.bookkeeper.ledgers.size: 'large' is not a size. Write a whole number and its unit, Ki, "
            "Mi, Gi or Ti, such as 4Gi."
        ),
    ),
    "a list as a size": (
        {"pulsar.bookkeeper.ledgers": {"size": ["4Gi"]}},
        "spec.pulsar.bookkeeper.ledgers.size: is a list, where a size such as 4Gi belongs.",
    ),
    "a size that no volume has": (
        {"pulsar.bookkeeper.ledgers": {"size": "9999999Ti"}},
        ("spec.pulsar.bookkeeper.ledgers.size: 9999999Ti is more than Kubernetes can count. Use at most 1048576Ti."),
    ),
    "a size that is missing": (
        {"pulsar.bookkeeper.ledgers": {}},
        ("spec.pulsar.bookkeeper.ledgers.size: is missing, and has no default. It means: How large, such as `20Gi`."),
    ),
    "no processor": (
        {"pulsar.broker.cpu": 0},
        ("spec.pulsar.broker.cpu: 0 is no processor at all. Write cores or thousandths, such as 2, 0.5 or 500m."),
    ),
    "a word as processors": (
        {"pulsar.broker.cpu": "two"},
        (
            "spec.pulsar.broker.cpu: 'two' is not a number of processors. Write cores or thousandths, such as 2, "
            "0.5 or 500m."
        ),
    ),
    "a truth as processors": (
        {"pulsar.broker.cpu": True},
        "spec.pulsar.broker.cpu: is true, where a number of processors such as 2, 0.5 or 500m belongs.",
    ),
    "fewer bookies than the ensemble": (
        {"pulsar.bookkeeper": {"replicas": 2, "ensemble": 3}},
        (
            "spec.pulsar.bookkeeper.replicas: 2, but an ensemble of 3 needs at least that many bookies. Add "
            "bookies or make the ensemble smaller."
        ),
    ),
    "more copies than the ensemble": (
        {"pulsar.bookkeeper": {"ensemble": 3, "write_quorum": 4}},
        (
            "spec.pulsar.bookkeeper.write_quorum: 4 copies don't fit on an ensemble of 3 bookies. Make the "
            "ensemble at least 4, or write_quorum at most 3."
        ),
    ),
    "more acknowledgements than copies": (
        {"pulsar.bookkeeper": {"ensemble": 3, "write_quorum": 3, "ack_quorum": 4}},
        (
            "spec.pulsar.bookkeeper.ack_quorum: 4 acknowledgements can't come from 3 copies. Make write_quorum at "
            "least 4, or ack_quorum at most 3."
        ),
    ),
    "no broker": (
        {"pulsar.broker.replicas": 0},
        "spec.pulsar.broker.replicas: 0 is too small. Use at least 1.",
    ),
    "a drain that never ends": (
        {"pulsar.broker.drain_seconds": 99999},
        "spec.pulsar.broker.drain_seconds: 99999 is too large. Use at most 3600.",
    ),
    "a drain that can't work": (
        {"pulsar.broker.drain_seconds": 1},
        "spec.pulsar.broker.drain_seconds: 1 is too small. Use at least 10.",
    ),
    "an even number of members": (
        {"pulsar.metadata": {"replicas": 4}},
        (
            "spec.pulsar.metadata.replicas: 4 members survive no more failures than 3, since more than half must "
            "agree. Use 3 or 5."
        ),
    ),
    "no member": (
        {"pulsar.metadata": {"replicas": 0}},
        "spec.pulsar.metadata.replicas: 0 members can't keep anything. Use 1, 3, 5 or 7.",
    ),
    "too many members": (
        {"pulsar.metadata": {"replicas": 9}},
        "spec.pulsar.metadata.replicas: 9 members make every write slow. Use 1, 3, 5 or 7.",
    ),
    "more memory than the limit": (
        {"pulsar.broker.memory": {"heap": "4Gi", "direct": "4Gi", "limit": "6Gi"}},
        (
            "spec.pulsar.broker.memory.limit: 6Gi is less than heap 4Gi + direct 4Gi + overhead 615Mi = 8807Mi, "
            "so the kernel would kill the process. Raise limit to 8807Mi, or lower heap or direct."
        ),
    ),
    "a heap that no JVM starts with": (
        {"pulsar.broker.memory": {"heap": "1Mi", "direct": "4Gi"}},
        ("spec.pulsar.broker.memory.heap: 1Mi is less than any of Pulsar's processes starts with. Use at least 64Mi."),
    ),
    "a journal that is too small": (
        {"pulsar.bookkeeper.journal": {"size": "4Gi"}},
        (
            "spec.pulsar.bookkeeper.journal.size: 4Gi is too small for journal files of 2Gi: three of them live "
            "at once. Use at least 6Gi, or make file_size smaller."
        ),
    ),
    "a journal file of nothing": (
        {"pulsar.bookkeeper.journal": {"file_size": "1Ki"}},
        (
            "spec.pulsar.bookkeeper.journal.file_size: 1Ki is less than BookKeeper can count. Use at least 1Mi, "
            "such as 2Gi."
        ),
    ),
    "a volume that etcd outgrows": (
        {"pulsar.metadata": {"volume": {"size": "256Mi"}}},
        "spec.pulsar.metadata.volume.size: 256Mi can't hold etcd's database and its copy. Use at least 512Mi.",
    ),
    "a name in capitals": (
        {"pulsar.name": "Events"},
        (
            "spec.pulsar.name: 'Events' can't name a Kubernetes object. Use lower-case letters, digits and "
            "hyphens, starting with a letter and ending with a letter or digit."
        ),
    ),
    "a name that ends with a hyphen": (
        {"pulsar.name": "events-"},
        (
            "spec.pulsar.name: 'events-' can't name a Kubernetes object. Use lower-case letters, digits and "
            "hyphens, starting with a letter and ending with a letter or digit."
        ),
    ),
    "a name that is too long": (
        {"pulsar.name": "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"},
        (
            "spec.pulsar.name: 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee' has 40 characters, and may have at most "
            "33, since names of up to 63 characters start with it. Make it shorter."
        ),
    ),
    "the name of all clusters": (
        {"pulsar.name": "global"},
        ("spec.pulsar.name: global is what Pulsar calls all clusters together. Choose another name, such as pulsar."),
    ),
    "a namespace that is too long": (
        {"pulsar.namespace": "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"},
        (
            "spec.pulsar.namespace: 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…' has 64 characters, and may have "
            "at most 63, which is Kubernetes' limit. Make it shorter."
        ),
    ),
    "Kubernetes' own namespace": (
        {"pulsar.namespace": "kube-system"},
        (
            "spec.pulsar.namespace: kube-system is Kubernetes' own, and Pulsar's namespace is made and deleted "
            "with it. Choose another, such as pulsar."
        ),
    ),
    "the default namespace": (
        {"pulsar.namespace": "default"},
        (
            "spec.pulsar.namespace: default is Kubernetes' own, and Pulsar's namespace is made and deleted with "
            "it. Choose another, such as pulsar."
        ),
    ),
    "a storage class with a space": (
        {"cluster.storage_class": "fast ssd"},
        (
            "spec.cluster.storage_class: 'fast ssd' can't be the name of a StorageClass: lower-case letters, "
            "digits, hyphens and dots. `kubectl get storageclass` lists those that exist."
        ),
    ),
    "an image without a tag": (
        {"pulsar.image": "apachepulsar/pulsar-all"},
        (
            "spec.pulsar.image: 'apachepulsar/pulsar-all' doesn't name one image. Write its repository and its "
            "tag or digest, such as docker.io/apachepulsar/pulsar-all:4.0.13; without a tag, each node may run "
            "another."
        ),
    ),
    "a conf key with a space": (
        {"pulsar.broker.config": {"a key": "b"}},
        (
            "spec.pulsar.broker.config.a key: 'a key' can't be a key of a conf file. Use letters, digits, dots, "
            "hyphens and underscores, as Pulsar does."
        ),
    ),
    "two services on one port": (
        {"pulsar.proxy.service": {"type": "NodePort", "node_ports": {"pulsar": 30080, "http": 30080}}},
        (
            "spec.pulsar.proxy.service.node_ports: pulsar and http are both 30080, but a port can serve only one "
            "of them. Give each its own."
        ),
    ),
    "a port that nodes don't serve": (
        {"pulsar.proxy.service": {"type": "NodePort", "node_ports": {"pulsar": 6650, "http": 30080}}},
        (
            "spec.pulsar.proxy.service.node_ports.pulsar: 6650 is outside of Kubernetes' range for node ports. "
            "Choose one from 30000 to 32767."
        ),
    ),
    "ports for another type": (
        {"pulsar.proxy.service": {"type": "ClusterIP", "node_ports": {"pulsar": 30081, "http": 30080}}},
        (
            "spec.pulsar.proxy.service.node_ports: goes with type NodePort, and type is ClusterIP. Change the "
            "type or leave it out."
        ),
    ),
    "only one port": (
        {"pulsar.proxy.service": {"type": "NodePort", "node_ports": {"http": 30080}}},
        (
            "spec.pulsar.proxy.service.node_ports.pulsar: is missing, and has no default. It means: Pulsar's own "
            "protocol."
        ),
    ),
    "a network that is none": (
        {"pulsar.proxy.service": {"type": "LoadBalancer", "source_ranges": ["10.0.0.1/8"]}},
        (
            "spec.pulsar.proxy.service.source_ranges.0: '10.0.0.1/8' is not a network. Write an address and its "
            "length, such as 10.0.0.0/8. Did you mean 10.0.0.0/8?"
        ),
    ),
    "networks for another type": (
        {"pulsar.proxy.service": {"type": "NodePort", "source_ranges": ["10.0.0.0/8"]}},
        (
            "spec.pulsar.proxy.service.source_ranges: goes with type LoadBalancer, and type is NodePort. Change "
            "the type or leave it out."
        ),
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), CASES.values(), ids=CASES)
def test_the_author_is_told_what_is_wrong_and_the_way_out(changes: dict[Any, Any], sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw(changes), "test")

    assert str(refused.value).splitlines() == [
        "stacks/Pulumi.test.yaml does not describe a deployment. Nothing was changed.",
        f"  {sentence}",
    ]
