"""`explain` tells every effective value, where it came from, and no secret."""

import pathlib

import pytest

from evaluation import explain, stack_files
from tests import stack_file
from tests.handlers import LINE, protocols

STACKS = stack_files.names()


def lines(changes: dict | None = None) -> dict[tuple[str, str], tuple[str, str]]:
    found = explain.explain("test", stack_file.raw(changes))
    return {(line.section.partition(":")[0], line.path): (line.value, line.source) for line in found}


def test_each_value_names_its_source():
    found = lines({"pulsar.broker.replicas": 5, "pulsar.broker.config": {"maxProducersPerTopic": 9}})

    assert found["Settings", "pulsar.broker.replicas"] == ("5", "stack file")
    assert found["Settings", "pulsar.proxy.replicas"] == ("2", "default")
    assert found["Settings", "pulsar.image"] == ("docker.io/apachepulsar/pulsar-all:4.0.13", "version table")
    assert found["Settings", "pulsar.java"] == ("21", "version table")
    assert found["Settings", "pulsar.collector"] == ("ZGC, generational", "version table")
    assert found["Settings", "pulsar.broker.memory.limit"] == ("8807Mi", "memory planner")
    assert found["broker", "managedLedgerDefaultAckQuorum"] == ("2", "bookkeeper")
    assert found["broker", "maxProducersPerTopic"] == ("9", "broker.config")
    assert found["bookie", "metadataServiceUri"][1] == "metadata: etcd"


def test_a_volume_without_a_class_of_its_own_tells_whose_it_gets():
    found = lines({"cluster.storage_class": "fast"})

    assert found["Settings", "pulsar.bookkeeper.ledgers.storage_class"] == ("fast", "cluster.storage_class")


def test_a_compact_jvm_has_another_collector_than_the_image_s():
    assert lines({"pulsar.jvm": "compact"})["Settings", "pulsar.collector"] == ("serial", "jvm")


def test_each_handler_of_one_s_own_is_told_setting_by_setting():
    found = lines(protocols(custom={"line": LINE}))

    assert found["Settings", "pulsar.protocols.custom.line.listens.line"] == ("7650", "stack file")
    assert found["Settings", "pulsar.protocols.custom.line.archive.path"] == ("/handler.nar", "stack file")
    assert found["broker", "lineListeners"] == ("line://{host}:7650", "protocols.line")


def test_a_process_that_does_not_run_is_left_out():
    found = lines({"pulsar.websocket": {"run_in": "proxy"}, "pulsar.autorecovery": {"run_in": "bookies"}})

    assert {section for section, _ in found} == {"Settings", "bookie", "broker", "proxy", "toolset"}


def test_a_path_to_a_secret_is_shown_and_what_is_named_like_a_secret_is_not():
    found = lines({"pulsar.broker.config": {"tokenSecretKey": "file:///keys/secret"}})

    assert found["broker", "tokenSecretKey"][0] == "file:///keys/secret"
    assert explain._shown("brokerClientAuthenticationParameters", "abc") == "(a secret)"


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_of_the_project_is_explained_in_a_hundred_columns(stack: str, capsys: pytest.CaptureFixture[str]):
    assert explain.main(stack) == 0

    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= explain.WIDTH
    assert printed.startswith("Settings\ncluster.provider")


def test_the_order_does_not_depend_on_the_order_in_the_file():
    raw = stack_file.raw({"pulsar.broker.config": {"b": 1, "a": 2}})
    turned = {key: dict(reversed(list(part.items()))) for key, part in reversed(list(raw.items()))}

    assert explain.explain("test", raw) == explain.explain("test", turned)


def test_a_bad_stack_file_is_told_on_the_error_stream(
    capsys: pytest.CaptureFixture[str], monkeypatch, tmp_path: pathlib.Path
):
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  pulsar:spec: {cluster: {provider: existing}}\n")
    read = stack_files.read
    monkeypatch.setattr(stack_files, "read", lambda stack: read(stack, tmp_path))

    assert explain.main("dev") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "spec.pulsar: is missing, and has no default." in printed.err


def test_what_stands_beside_the_spec_is_named_and_not_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        stack_files, "read", lambda _: {stack_files.SPEC: stack_file.raw(), "pulsar:kubeconfig": "in the clear"}
    )

    assert explain.main("dev") == 0
    printed = capsys.readouterr().out
    assert "pulsar:kubeconfig" in printed
    assert "in the clear" not in printed


def test_an_unknown_stack_is_told_which_exist(capsys: pytest.CaptureFixture[str]):
    assert explain.main("onpremm") == 1
    assert capsys.readouterr().err.endswith("Did you mean onprem?\n")
