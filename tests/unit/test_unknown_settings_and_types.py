"""What a stack file's author is told about settings that don't exist, and values of the wrong kind."""

import typing
from typing import Any

import pytest

from components import mistakes, stack
from components.clusters import ClusterSpec
from components.pulsar.spec import PulsarSpec
from tests import stack_file
from tests.stack_file import LEFT_OUT

CLUSTERS = [
    typing.get_args(each.model_fields["provider"].annotation)[0]
    for each in typing.get_args(typing.get_args(ClusterSpec)[0])
]
CASES = {
    "an unknown part": (
        {"cluser": {}},
        "spec.cluser: is not a setting here. Did you mean cluster?",
    ),
    "a typing mistake in Pulsar's settings": (
        {"pulsar.brokr": {}},
        "spec.pulsar.brokr: is not a setting here. Did you mean broker?",
    ),
    "a typing mistake in the cluster's settings": (
        {"cluster.contxt": "a"},
        "spec.cluster.contxt: is not a setting here. Did you mean context?",
    ),
    "a typing mistake in a process's settings": (
        {"pulsar.broker.replica": 3},
        "spec.pulsar.broker.replica: is not a setting here. Did you mean replicas?",
    ),
    "camel case, as in Kubernetes": (
        {"pulsar.bookkeeper.ackQuorum": 2},
        "spec.pulsar.bookkeeper.ackQuorum: is not a setting here. Did you mean ack_quorum?",
    ),
    "a typing mistake four levels down": (
        {"pulsar.bookkeeper.journal.siz": "20Gi"},
        "spec.pulsar.bookkeeper.journal.siz: is not a setting here. Did you mean size?",
    ),
    "a typing mistake in a mapping of ports": (
        {"pulsar.proxy.service": {"type": "NodePort", "node_ports": {"pulsar": 30001, "http": 30002, "htttp": 1}}},
        "spec.pulsar.proxy.service.node_ports.htttp: is not a setting here. Did you mean http?",
    ),
    "a setting of another part": (
        {"pulsar.storage_class": "fast"},
        (
            "spec.pulsar.storage_class: is not a setting here. It belongs in cluster or "
            "pulsar.bookkeeper.journal or pulsar.bookkeeper.ledgers or pulsar.configuration_metadata.log_volume."
        ),
    ),
    "a setting that exists nowhere": (
        {"pulsar.toolset.colour": "red"},
        "spec.pulsar.toolset.colour: is not a setting here. Choose from cpu.",
    ),
    "a value in place of a setting": (
        {"pulsar.compact": True},
        (f"spec.pulsar.compact: is not a setting here. Choose from {', '.join(sorted(PulsarSpec.model_fields))}."),
    ),
    "a setting of another variant": (
        {"pulsar.websocket": {"run_in": "proxy", "replicas": 2}},
        (
            "spec.pulsar.websocket.replicas: goes with run_in: pods, and run_in is proxy. Leave it out, or change "
            "run_in."
        ),
    ),
    "a key that is a number": (
        {"pulsar.broker.config": {1: "a"}},
        "spec.pulsar.broker.config.1: is 1, where text belongs. Put it in quotes.",
    ),
    "a text that is a number": (
        {"pulsar.broker.replicas": "3"},
        "spec.pulsar.broker.replicas: is the text '3', where a whole number belongs. Leave the quotes out.",
    ),
    "a truth as a number": (
        {"pulsar.broker.replicas": True},
        "spec.pulsar.broker.replicas: is true, where a whole number belongs.",
    ),
    "half a broker": (
        {"pulsar.broker.replicas": 2.5},
        "spec.pulsar.broker.replicas: is 2.5, where a whole number belongs.",
    ),
    "a list of numbers of brokers": (
        {"pulsar.broker.replicas": [3]},
        "spec.pulsar.broker.replicas: is a list, where a whole number belongs.",
    ),
    "a word as a truth": (
        {"pulsar.keep_data": "yes"},
        "spec.pulsar.keep_data: is the text 'yes', where true or false belongs.",
    ),
    "a number as a truth": (
        {"pulsar.keep_data": 1},
        "spec.pulsar.keep_data: is 1, where true or false belongs.",
    ),
    "a number as a name": (
        {"pulsar.name": 5},
        "spec.pulsar.name: is 5, where text belongs. Put it in quotes.",
    ),
    "a size instead of a memory plan": (
        {"pulsar.broker.memory": "4Gi"},
        "spec.pulsar.broker.memory: is the text '4Gi', where a mapping of settings belongs.",
    ),
    "a list instead of a part": (
        {"pulsar.proxy": []},
        "spec.pulsar.proxy: is a list, where a mapping of settings belongs.",
    ),
    "one network instead of a list": (
        {"pulsar.proxy.service": {"type": "LoadBalancer", "source_ranges": "10.0.0.0/8"}},
        (
            "spec.pulsar.proxy.service.source_ranges: is the text '10.0.0.0/8', where a list belongs. Write "
            "[10.0.0.0/8]."
        ),
    ),
    "lines instead of a mapping of keys": (
        {"pulsar.broker.config": "a=b"},
        "spec.pulsar.broker.config: is the text 'a=b', where a mapping of settings belongs.",
    ),
    "a list as a conf value": (
        {"pulsar.broker.config": {"superUserRoles": ["a", "b"]}},
        (
            "spec.pulsar.broker.config.superUserRoles: is a list, and a conf file holds text, numbers, true and "
            "false. Write it as one text, as Pulsar's own file has it."
        ),
    ),
    "nothing under a part": (
        {"pulsar.proxy": None},
        "spec.pulsar.proxy: is empty. Give it a value, or leave the line out for its default.",
    ),
    "nothing after a required setting": (
        {"pulsar.version": None},
        "spec.pulsar.version: is empty. Give it a value: it has no default.",
    ),
    "nothing after a conf key": (
        {"pulsar.broker.config": {"superUserRoles": None}},
        "spec.pulsar.broker.config.superUserRoles: is empty. Give it a value, or leave the line out.",
    ),
    "nothing after a setting with a default": (
        {"pulsar.broker.replicas": None},
        "spec.pulsar.broker.replicas: is empty. Give it a value, or leave the line out for its default.",
    ),
    "an empty text": (
        {"cluster.context": ""},
        "spec.cluster.context: is empty text. Give it a value, or leave the line out for its default.",
    ),
    "an unknown release": (
        {"pulsar.version": "3.3.2"},
        (
            "spec.pulsar.version: Pulsar 3.3.2 is not a release that this program knows. Choose one of 4.0.x "
            "(newest 4.0.13), 4.2.x (newest 4.2.4), 5.0.x (newest 5.0.0)."
        ),
    ),
    "a line instead of a release": (
        {"pulsar.version": 4.0},
        (
            "spec.pulsar.version: Pulsar 4.0 is a line of releases, not one of them. Write a release, such as its "
            'newest: "4.0.13".'
        ),
    ),
    "a release that is missing": (
        {"pulsar.version": LEFT_OUT},
        "spec.pulsar.version: is missing, and has no default. It means: Pulsar's release, such as `4.0.8`.",
    ),
    "a store that the release refuses": (
        {"pulsar.version": "5.0.0"},
        (
            "spec.pulsar.metadata.store: etcd can't keep the metadata of Pulsar 5.0.0: Pulsar 5.0 has no etcd "
            "driver any more (PIP-462). Use oxia or zookeeper, or stay on Pulsar 4.0.x or 4.2.x."
        ),
    ),
    "an unknown store": (
        {"pulsar.metadata": {"store": "etdc"}},
        "spec.pulsar.metadata: store 'etdc' is not a choice. Choose etcd or zookeeper or oxia. Did you mean etcd?",
    ),
    "an unknown JVM": (
        {"pulsar.jvm": "compat"},
        "spec.pulsar.jvm: 'compat' is not a choice. Choose standard or compact. Did you mean compact?",
    ),
    "an unknown kind of service": (
        {"pulsar.proxy.service": {"type": "loadbalancer"}},
        (
            "spec.pulsar.proxy.service.type: 'loadbalancer' is not a choice. Choose ClusterIP or NodePort or "
            "LoadBalancer. Did you mean LoadBalancer?"
        ),
    ),
    "an unknown variant": (
        {"pulsar.autorecovery": {"run_in": "pod"}},
        "spec.pulsar.autorecovery: run_in 'pod' is not a choice. Choose pods or bookies. Did you mean pods?",
    ),
    "an unknown cluster": (
        {"cluster.provider": "openstack"},
        f"spec.cluster: provider 'openstack' is not a choice. Choose {' or '.join(CLUSTERS)}.",
    ),
    "a cluster that doesn't say which": (
        {"cluster": {}},
        "spec.cluster: doesn't say provider, which tells what the rest means. "
        f"Add {' or '.join(f'`provider: {name}`' for name in CLUSTERS)}.",
    ),
    "no cluster": (
        {"cluster": LEFT_OUT},
        "spec.cluster: is missing, and has no default. It means: The Kubernetes cluster.",
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
