"""Every environment in one table, and how two of them differ: what people look at before they promote a change."""

import datetime
import itertools

import pytest

from components.mistakes import NotADeployment
from evaluation import explain, stack_files
from review import differences, environments
from tests import stack_file

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


def differ(changes: dict, **others: dict) -> list[differences.Difference]:
    stacks = {"staging": stack_file.raw(), "production": stack_file.raw(changes)}
    stacks |= {name: stack_file.raw(each) for name, each in others.items()}
    return differences.differences({name: explain.explain(name, raw) for name, raw in stacks.items()})


def test_only_what_differs_is_told_with_both_values():
    found = differ({"pulsar.broker.replicas": 7})

    assert [(each.path, each.values) for each in found] == [("pulsar.broker.replicas", ("3", "7"))]


def test_a_default_that_one_of_them_sets_to_the_same_value_is_no_difference():
    assert differ({"pulsar.broker.replicas": 3}) == []


def test_a_setting_that_only_one_kind_has_is_told_as_absent_in_the_other():
    found = {each.path: each.values for each in differ({"pulsar.metadata": {"store": "zookeeper"}})}

    assert found["pulsar.metadata.store"] == ("etcd", "zookeeper")
    assert any(None in values for path, values in found.items() if path.startswith("pulsar.metadata."))


def test_what_follows_from_the_memory_that_is_set_is_not_told_again():
    paths = {each.path for each in differ({"pulsar.broker.memory": {"heap": "1Gi", "direct": "1Gi"}})}

    assert {"pulsar.broker.memory.heap", "pulsar.broker.memory.direct"} <= paths
    assert not {path for path in paths if path.endswith(("limit", "jvm_flags"))}


def test_the_settings_of_one_part_stand_beside_each_other():
    found = differences.of_stacks(["onprem", "aws"])
    parts = [each.path.split(".")[:2] for each in found if each.path.startswith("pulsar.") and each.path.count(".") > 1]

    assert (
        len([1 for before, after in itertools.pairwise(parts) if before != after])
        == len({tuple(part) for part in parts}) - 1
    )


def test_keys_of_conf_files_are_counted_and_listed_when_asked_for():
    found = differ({"pulsar.broker.config": {"maxProducersPerTopic": 9}})

    short = differences.rendered(["staging", "production"], found, keys=False)
    assert "1 key of conf files differs as well" in short
    assert "maxProducersPerTopic" in differences.rendered(["staging", "production"], found, keys=True)
    assert "maxProducersPerTopic" not in short.partition("1 key")[2]


def test_environments_that_are_the_same_are_said_to_be():
    assert differences.rendered(["a", "b"], [], keys=True) == "a and b are the same in every setting.\n"


def test_three_environments_have_a_column_each():
    text = differences.rendered(["a", "b", "c"], differ({"pulsar.broker.replicas": 7}, c={}), keys=False)

    assert text.splitlines()[1].split() == ["pulsar.broker.replicas", "3", "7", "3"]


def test_a_stack_that_does_not_exist_is_named():
    with pytest.raises(NotADeployment, match="There is no stack nowhere"):
        differences.of_stacks(["local", "nowhere"])


@pytest.mark.parametrize("name", stack_files.names())
def test_every_stack_file_has_its_row(name):
    row = environments.row(name, {}, NOW)

    assert row[0] == name
    assert row[-1] == "never deployed from here"
    assert all(row)


def test_whoever_runs_pulsar_is_named_beside_its_release(monkeypatch):
    raw = stack_file.raw({"pulsar.operator": {"kind": "kaap"}, "pulsar.metadata": {"store": "zookeeper"}})
    monkeypatch.setattr(stack_files, "read", lambda name: {stack_files.SPEC: raw})

    assert environments.row("staging", None, NOW)[2:4] == ("4.0.13 by kaap", "zookeeper")


def test_a_stack_file_with_mistakes_keeps_its_row_and_says_how_to_see_them(monkeypatch):
    raw = stack_file.raw({"pulsar.broker.replicas": 0, "pulsar.proxy.replicas": 0})
    monkeypatch.setattr(stack_files, "read", lambda name: {stack_files.SPEC: raw})
    table = environments.rendered([environments.row("staging", None, NOW)])

    assert "its file has 2 mistakes: make explain STACK=staging" in table


def test_the_last_known_state_says_what_is_up_since_when():
    known = environments.known(
        '[{"name": "organization/pulsar/aws", "lastUpdate": "2026-03-01T09:00:00.000Z", "resourceCount": 120},'
        ' {"name": "gcp", "resourceCount": 0}, {"name": "azure", "updateInProgress": true, "resourceCount": 3}]'
    )

    assert known["aws"].told(NOW) == "up, 120 resources, changed 3 hours ago"
    assert known["gcp"].told(NOW) == "nothing is up"
    assert known["azure"].told(NOW) == "a change is under way"


def test_where_no_engine_can_be_asked_the_table_says_that_it_does_not_know():
    assert environments.row("aws", None, NOW)[-1] == "not known here"
