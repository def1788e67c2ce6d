"""What a stack file's author is told about keys that belong to a feature."""

from typing import Any

import pytest

from components import mistakes, stack
from tests import stack_file

CASES = {
    "the brokers' name of the cluster": (
        {"pulsar.broker.config": {"clusterName": "other"}},
        (
            "spec.pulsar.broker.config.clusterName: 'other' can't be set: broker needs 'pulsar'. Leave it out, or "
            "change the setting that it follows from."
        ),
    ),
    "the bookies' metadata": (
        {"pulsar.bookkeeper.config": {"metadataServiceUri": "zk:a"}},
        (
            "spec.pulsar.bookkeeper.config.metadataServiceUri: 'zk:a' can't be set: metadata: etcd needs "
            "'metadata-store:etcd:http://pulsar-etcd-0…'. Leave it out, or change the setting that it follows "
            "from."
        ),
    ),
    "autorecovery's metadata": (
        {"pulsar.autorecovery.config": {"metadataServiceUri": "zk:a"}},
        (
            "spec.pulsar.autorecovery.config.metadataServiceUri: 'zk:a' can't be set: metadata: etcd needs "
            "'metadata-store:etcd:http://pulsar-etcd-0…'. Leave it out, or change the setting that it follows "
            "from."
        ),
    ),
    "the number of copies by Pulsar's own name": (
        {
            "pulsar.bookkeeper": {"ensemble": 3, "write_quorum": 3},
            "pulsar.broker.config": {"managedLedgerDefaultWriteQuorum": 2},
        },
        (
            "spec.pulsar.broker.config.managedLedgerDefaultWriteQuorum: '2' can't be set: bookkeeper needs '3'. "
            "Leave it out, or change the setting that it follows from."
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
