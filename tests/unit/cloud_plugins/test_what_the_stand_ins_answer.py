"""The clouds' stand-ins as the engine asks them, without the engine."""

import pathlib
from typing import Any

import pytest

from plugin.protocol import provider_pb2
from plugin.values import UNKNOWN, Unknown, Values, decode, encode
from tests.cloud_plugins.provider import FAIL, STATE, Provider


class Refused(Exception):
    """What the engine is told instead of an answer."""


class _Context:
    def abort(self, code: object, text: str) -> None:
        raise Refused(text)

    def code(self) -> int:
        return 2


class Asked:
    """A provider, asked about one resource."""

    def __init__(self, provider: Provider, token: str, name: str = "one") -> None:
        self.provider = provider
        self.urn = f"urn:pulumi:dev::pulsar::{token}::{name}"

    def check(self, inputs: dict[str, Any]) -> Any:
        request = provider_pb2.CheckRequest(urn=self.urn, news=encode(Values(inputs)))
        return self.provider.Check(request, _Context())

    def create(self, inputs: dict[str, Any], preview: bool = False) -> tuple[str, Values]:
        request = provider_pb2.CreateRequest(urn=self.urn, properties=encode(Values(inputs)), preview=preview)
        made = self.provider.Create(request, _Context())
        return made.id, decode(made.properties)

    def diff(self, old: dict[str, Any], new: dict[str, Any]) -> Any:
        request = provider_pb2.DiffRequest(
            urn=self.urn, old_inputs=encode(Values(old)), olds=encode(Values(old)), news=encode(Values(new))
        )
        return self.provider.Diff(request, _Context())

    def read(self, name: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> Any:
        request = provider_pb2.ReadRequest(
            urn=self.urn, id=name, inputs=encode(Values(inputs)), properties=encode(Values(outputs))
        )
        return self.provider.Read(request, _Context())

    def delete(self, name: str, outputs: dict[str, Any]) -> None:
        request = provider_pb2.DeleteRequest(urn=self.urn, id=name, properties=encode(Values(outputs)))
        self.provider.Delete(request, _Context())


CLUSTER = {"name": "c", "roleArn": "arn", "vpcConfig": {"subnetIds": ["subnet-1"]}}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Provider:
    monkeypatch.setenv(STATE, str(tmp_path))
    return Provider("aws")


@pytest.fixture
def cluster(aws: Provider) -> Asked:
    return Asked(aws, "aws:eks/cluster:Cluster")


def test_a_preview_knows_what_was_given_and_nothing_more(cluster: Asked):
    _, foreseen = cluster.create(CLUSTER, preview=True)

    assert foreseen.plain["name"] == "c"
    assert foreseen.plain["vpcConfig"]["subnetIds"] == ["subnet-1"]
    for name in ("arn", "endpoint", "certificateAuthority", "identities"):
        assert isinstance(foreseen.plain[name], Unknown), name
    assert isinstance(foreseen.plain["vpcConfig"]["clusterSecurityGroupId"], Unknown)


def test_what_was_made_has_all_that_the_sdk_declares(cluster: Asked):
    name, made = cluster.create(CLUSTER)

    assert name == "c"
    assert made.plain["arn"] == "arn:aws:eks:us-east-1:123456789012:cluster/c"
    assert made.plain["identities"][0]["oidcs"][0]["issuer"].startswith("https://oidc.eks.us-east-1.amazonaws.com/id/")
    assert made.plain["vpcConfig"] == {
        "subnetIds": ["subnet-1"],
        "clusterSecurityGroupId": made.plain["vpcConfig"]["clusterSecurityGroupId"],
        "vpcId": made.plain["vpcConfig"]["vpcId"],
    }


def test_the_same_inputs_give_the_same_outputs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(STATE, raising=False)
    one, other = (Asked(Provider("aws"), "aws:ec2/vpc:Vpc").create({"cidrBlock": "10.0.0.0/16"}) for _ in range(2))
    assert one == other


def test_a_name_is_taken_once(cluster: Asked):
    cluster.create(CLUSTER)
    with pytest.raises(Refused, match="exists already"):
        cluster.create(CLUSTER)


def test_what_was_deleted_is_gone(cluster: Asked):
    name, made = cluster.create(CLUSTER)
    cluster.delete(name, made.plain)

    assert cluster.read(name, CLUSTER, made.plain).id == ""


def test_what_is_protected_is_not_deleted(cluster: Asked):
    name, made = cluster.create({**CLUSTER, "deletionProtection": True})
    with pytest.raises(Refused, match="deletionProtection"):
        cluster.delete(name, made.plain)


def test_a_read_finds_what_somebody_changed(cluster: Asked, tmp_path: pathlib.Path):
    inputs = {**CLUSTER, "version": "1.33"}
    name, made = cluster.create(inputs)
    (file,) = tmp_path.rglob("*.json")
    file.write_text(file.read_text().replace('"1.33"', '"1.30"'))

    assert decode(cluster.read(name, inputs, made.plain).inputs).plain == {**inputs, "version": "1.30"}


def test_a_new_version_is_no_new_cluster_and_a_new_name_is(cluster: Asked):
    changed = cluster.diff({**CLUSTER, "version": "1.33"}, {**CLUSTER, "version": "1.34"})
    renamed = cluster.diff(CLUSTER, {**CLUSTER, "name": "d"})

    assert (list(changed.diffs), list(changed.replaces)) == (["version"], [])
    assert (list(renamed.replaces), renamed.deleteBeforeReplace) == (["name"], False)


def test_a_successor_of_the_same_name_waits_until_the_name_is_free(cluster: Asked):
    assert cluster.diff(CLUSTER, {**CLUSTER, "roleArn": "another"}).deleteBeforeReplace


def test_what_is_not_known_yet_replaces_nothing(cluster: Asked):
    assert list(cluster.diff(CLUSTER, {**CLUSTER, "roleArn": UNKNOWN}).replaces) == []


def test_keys_are_secret(aws: Provider):
    _, made = Asked(aws, "aws:iam/accessKey:AccessKey").create({"user": "u"})
    assert ("secret",) in made.secrets


def test_a_name_that_nobody_gave_is_marked_as_made_up(aws: Provider):
    role = Asked(aws, "aws:iam/role:Role").check({"assumeRolePolicy": "{}"})
    assert decode(role.inputs).plain["__defaults"] == ["name"]


def test_a_failure_on_purpose_leaves_nothing_behind(
    cluster: Asked, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
):
    monkeypatch.setenv(FAIL, "aws:eks/cluster:Cluster")
    with pytest.raises(Refused, match="failed, as CLOUD_PLUGIN_FAIL says"):
        cluster.create(CLUSTER)
    assert list(tmp_path.rglob("*.json")) == []


def test_a_function_that_nobody_needed_yet_is_refused_by_its_name(aws: Provider):
    request = provider_pb2.InvokeRequest(tok="aws:ec2/getAmi:getAmi")
    with pytest.raises(Refused, match="no function aws:ec2/getAmi:getAmi"):
        aws.Invoke(request, _Context())


def test_the_keys_of_a_storage_account_are_secret():
    request = provider_pb2.InvokeRequest(tok="azure-native:storage:listStorageAccountKeys")
    answered = getattr(Provider("azure-native").Invoke(request, _Context()), "return")
    assert ("keys", 0, "value") in decode(answered).secrets
