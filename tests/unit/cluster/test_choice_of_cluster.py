import pathlib

import pytest

from local.cluster import choice, go, kind, ownership
from local.cluster.layout import Layout, from_environment
from local.problem import Problem


def never():
    raise AssertionError("a container engine was asked although the user had named a cluster")


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "kubeconfig"
    path.write_text("{}")
    return str(path)


def test_a_cluster_that_the_user_names_comes_first(config):
    chosen = choice.choose({"PULSAR_KUBECONFIG": config, "PULSAR_CONTEXT": "work"}, never)
    assert chosen == choice.Choice("existing", pathlib.Path(config), "work")


def test_a_context_alone_is_looked_up_in_the_usual_kubeconfig(config):
    chosen = choice.choose({"PULSAR_CONTEXT": "work", "KUBECONFIG": f"{config}:/other"}, never)
    assert chosen.kubeconfig == pathlib.Path(config)


def test_the_usual_kubeconfig_alone_is_no_invitation_to_use_a_cluster(config):
    assert choice.choose({"KUBECONFIG": config}, lambda: False).kind == "own"


@pytest.mark.parametrize(("answers", "expected"), [(True, "kind"), (False, "own")], ids=["docker", "no-docker"])
def test_kind_is_used_where_a_container_engine_answers(answers, expected):
    assert choice.choose({}, lambda: answers).kind == expected


@pytest.mark.parametrize("forced", ["own", "kind"])
def test_a_forced_kind_wins_over_a_named_kubeconfig(forced, config):
    assert choice.choose({"PULSAR_CLUSTER": forced, "PULSAR_KUBECONFIG": config}, never).kind == forced


def test_an_unknown_kind_is_refused_with_those_there_are():
    with pytest.raises(Problem) as refused:
        choice.choose({"PULSAR_CLUSTER": "minikube"}, never)
    assert "PULSAR_CLUSTER is 'minikube'" in str(refused.value)
    assert "existing, kind, own" in str(refused.value)


def test_a_kubeconfig_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Problem, match="There is no kubeconfig at"):
        choice.choose({"PULSAR_KUBECONFIG": str(tmp_path / "none")}, never)


def test_kind_puts_every_port_on_the_loopback_alone():
    config = kind.config(Layout())
    (node,) = config["nodes"]
    assert config["networking"]["apiServerAddress"] == "127.0.0.1"
    assert {mapping["listenAddress"] for mapping in node["extraPortMappings"]} == {"127.0.0.1"}
    assert [mapping["hostPort"] for mapping in node["extraPortMappings"]] == list(range(30080, 30090))


def test_another_checkouts_cluster_is_neither_used_nor_taken_down(tmp_path, monkeypatch):
    owner, other = tmp_path / "owner", tmp_path / "other"
    other.mkdir()
    owner.write_text(f"{other}\n")
    monkeypatch.setattr(Layout, "owner", owner)
    with pytest.raises(Problem) as refused:
        ownership.check(Layout(), tmp_path / "mine")
    assert f"belongs to the checkout in {other}" in str(refused.value)
    ownership.check(Layout(), other)


def test_the_cluster_of_a_checkout_that_was_deleted_can_be_taken_over(tmp_path, monkeypatch):
    owner = tmp_path / "owner"
    owner.write_text(f"{tmp_path / 'deleted'}\n")
    monkeypatch.setattr(Layout, "owner", owner)
    ownership.check(Layout(), tmp_path / "mine")


def test_a_name_whose_sockets_linux_could_not_make_is_refused(monkeypatch):
    monkeypatch.setenv("PULSAR_CLUSTER_NAME", "x" * 60)
    with pytest.raises(Problem, match="too long"):
        from_environment()


def test_ports_for_a_second_cluster_are_read_as_a_range(monkeypatch):
    monkeypatch.setenv("PULSAR_NODE_PORTS", "31080-31082")
    monkeypatch.setenv("PULSAR_API_PORT", "7443")
    found = from_environment()
    assert (found.api_port, found.node_ports) == (7443, (31080, 31081, 31082))


def test_ports_that_are_no_numbers_are_refused(monkeypatch):
    monkeypatch.setenv("PULSAR_NODE_PORTS", "many")
    with pytest.raises(Problem, match="PULSAR_NODE_PORTS is 'many'"):
        from_environment()


@pytest.mark.parametrize(
    ("printed", "toolchain", "enough"),
    [
        ("go version go1.26.8 linux/amd64", "", True),
        ("go version go1.22.1 linux/amd64", "", True),
        ("go version go1.22.1 linux/amd64", "local", False),
        ("go version go1.19 linux/amd64", "", False),
        ("", "", False),
    ],
    ids=["new", "can-upgrade-itself", "may-not-upgrade", "old", "none"],
)
def test_a_compiler_is_fetched_only_where_the_one_at_hand_cannot_build(printed, toolchain, enough):
    assert go.is_enough(go.release(printed), toolchain) is enough
