"""What a stack file's author is told about GKE before Google would say it, and what manifests may count on."""

import json
import sys
from typing import Any

import pulumi
import pytest

from components import mistakes, stack
from components.clusters.gke import GkeSpec
from components.clusters.gke.kubeconfig import kubeconfig
from components.clusters.gke.machines import FAMILIES, machines, system_disk, takes
from components.clusters.gke.naming import account_id, shortened
from components.clusters.sizing import POOLS
from tests import stack_file
from tests.google_cloud import GKE
from tests.stack_file import LEFT_OUT

CASES = {
    "a project's number": (
        {"project": 123456789012},
        "project: 123456789012 is a project's number. Write its id, such as my-project-4711: `gcloud projects list` "
        "shows both.",
    ),
    "a project's name": (
        {"project": "My Project"},
        "project: 'My Project' is not a Google Cloud project's id: 6 to 30 lower-case letters, digits and hyphens, "
        "starting with a letter. It is neither the project's name nor its number; `gcloud projects list` shows all.",
    ),
    "a zone as the region": (
        {"region": "europe-west1-b"},
        "region: europe-west1-b is a zone. Write its region, europe-west1, and name the zones in zones.",
    ),
    "another cloud's region": (
        {"region": "eu-west-1"},
        "region: 'eu-west-1' is not a Google Cloud region. Write one such as europe-west1 or us-central1.",
    ),
    "a zone of another region": (
        {"zones": ["europe-west1-b", "europe-west1-c", "europe-west4-a"]},
        "zones.2: europe-west4-a is not a zone of europe-west1, whose zones start with its name. Write one such as "
        "europe-west1-b.",
    ),
    "a zone that doesn't exist": (
        {"zones": ["europe-west1-a", "europe-west1-b", "europe-west1-c"]},
        "zones.0: europe-west1-a doesn't exist: the zones of europe-west1 are b, c and d. Choose from these.",
    ),
    "one zone twice": (
        {"zones": ["europe-west1-b", "europe-west1-b", "europe-west1-c"]},
        "zones: names europe-west1-b twice. Name different zones.",
    ),
    "too few zones for the copies": (
        {"zones": ["europe-west1-b"]},
        "zones: 1 can't hold 2 copies of each message in zones of their own. Name at least 2 zones, or set "
        "pulsar.spread to preferred to do without.",
    ),
    "a name that is too long": (
        {"name": "a" * 41},
        f"name: {'a' * 41} has 41 characters, and the cloud's names that start with it would be too long. Use at most "
        "40.",
    ),
    "a version that is not offered": (
        {"kubernetes": "1.29"},
        "kubernetes: 1.29 is not a version that this program sets up here. Choose from 1.33, 1.34, 1.35.",
    ),
    "a label with capitals": (
        {"tags": {"Team": "events"}},
        "tags: 'Team' can't be a label's key on Google Cloud: at most 63 lower-case letters, digits, hyphens and "
        "underscores, starting with a letter. Write it so.",
    ),
    "a label's value with a space": (
        {"tags": {"team": "the events"}},
        "tags: 'the events' can't be the value of the label team on Google Cloud: at most 63 lower-case letters, "
        "digits, hyphens and underscores. Write it so.",
    ),
    "ranges that overlap": (
        {"network": {"pods": "10.20.0.0/14"}},
        "network.pods: 10.20.0.0/14 overlaps nodes (10.20.0.0/20), and each needs addresses of its own. Choose "
        "another.",
    ),
    "a control plane among the nodes": (
        {"network": {"control_plane": "10.20.0.0/28"}},
        "network.control_plane: 10.20.0.0/28 overlaps nodes (10.20.0.0/20), and each needs addresses of its own. "
        "Choose another.",
    ),
    "a control plane of the wrong size": (
        {"network": {"control_plane": "172.16.0.0/24"}},
        "network.control_plane: 172.16.0.0/24 is a /24, and GKE takes a /28 alone. Write 172.16.0.0/28.",
    ),
    "too few addresses for pods": (
        {"network": {"pods": "10.24.0.0/21"}},
        "network.pods: 10.24.0.0/21 has room for 8 nodes, and 15 are there at once while pools are upgraded. Write a "
        "/20 or larger.",
    ),
    "too few addresses for nodes": (
        {"network": {"nodes": "10.20.0.0/29"}},
        "network.nodes: 10.20.0.0/29 has room for 4 nodes, and 15 are there at once while pools are upgraded. Write a "
        "/27 or larger.",
    ),
    "a range's addresses instead of its name": (
        {"network": {"use": "existing", "network": "shared", "subnet": "gke", "pods": "10.4.0.0/14", "services": "s"}},
        "network.pods: 10.4.0.0/14 is a network, and the name of the subnet's secondary range belongs here. `gcloud "
        "compute networks subnets describe` shows it.",
    ),
    "nodes that zones can't share": (
        {"pools": {"bookie": {"nodes": 4}}},
        "pools.bookie.nodes: 4 can't be shared evenly by 3 zones, and GKE gives a pool as many nodes in each. Use 3 or "
        "6.",
    ),
    "fewer nodes than zones": (
        {"pools": {"bookie": {"nodes": 2}}},
        "pools.bookie.nodes: 2 can't be shared evenly by 3 zones, and GKE gives a pool as many nodes in each. Use 3.",
    ),
    "hyperdisk for a family without it": (
        {"disk": "hyperdisk-balanced", "pools": {"bookie": {"machine": "n2-standard-8", "nodes": 3}}},
        "pools.bookie.machine: n2-standard-8 can't have hyperdisk-balanced volumes. Choose from c3, c3d, m3, n4, n4d, "
        "c4, c4a, c4d, or change disk.",
    ),
    "a persistent disk for a family without it": (
        {"pools": {"general": {"machine": "n4-standard-8", "nodes": 3}}},
        "pools.general.machine: n4-standard-8 can't have pd-ssd volumes. Choose from n1, n2, n2d, e2, c2, c2d, t2d, "
        "t2a, c3, c3d, m3, or change disk.",
    ),
    "a machine that nobody can count with": (
        {"pools": {"broker": {"machine": "n2-custom-8-65536"}}},
        None,
    ),
    "the whole internet": (
        {"api_networks": ["0.0.0.0/0"]},
        "api_networks.0: 0.0.0.0/0 is the whole internet. Name the networks that you come from.",
    ),
    "a time of day that is none": (
        {"maintenance_start": "3 am"},
        "maintenance_start: '3 am' is not a time of day. Write hours and minutes in UTC, such as '03:00'.",
    ),
    "another cloud's setting": (
        {"subscription": "x"},
        None,
    ),
    "no project": (
        {"project": LEFT_OUT},
        "project: is missing, and has no default. It means: The project's id. It can't change later.",
    ),
}  # fmt: skip


def raw(changes: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
    cluster = {key: value for key, value in {**GKE, **(changes or {})}.items() if value is not LEFT_OUT}
    return stack_file.raw({"cluster": cluster, **others})


def read(changes: dict[str, Any] | None = None, **others: Any) -> stack.StackSpec:
    return stack.read(raw(changes, **others), "test")


def cluster(changes: dict[str, Any] | None = None) -> GkeSpec:
    found = read(changes).cluster
    assert isinstance(found, GkeSpec)
    return found


@pytest.mark.parametrize(("changes", "sentence"), CASES.values(), ids=CASES)
def test_the_author_is_told_what_is_wrong_and_the_way_out(changes: Any, sentence: str | None):
    with pytest.raises(mistakes.NotADeployment) as refused:
        read(changes)

    told = str(refused.value).splitlines()[1:]
    if sentence:
        assert told == [f"  spec.cluster.{sentence}"]
    assert len(told) == 1


def test_every_mistake_is_told_at_once():
    with pytest.raises(mistakes.NotADeployment) as refused:
        read({"project": "Events", "region": "eu-west-1", "tags": {"A": "b"}, "maintenance_start": "noon"})

    told = [where[1] for where, _ in refused.value.found]
    assert told == ["maintenance_start", "project", "region", "tags"]


def test_the_volumes_class_is_known_before_the_cluster_is_there():
    spec = read()

    claims = [
        volume.storage_class for work in spec.pulsar.workloads(spec.cluster.offer).values() for volume in work.volumes
    ]
    assert set(claims) == {"pulsar"}


def test_a_load_balancer_is_private_unless_it_is_said_to_be_public():
    balancer = {"pulsar.proxy.service.type": "LoadBalancer"}
    private, public = read(**balancer), read(**balancer, **{"pulsar.proxy.service.public": True})

    told = [
        each.pulsar.workloads(each.cluster.offer)["proxy"].client_service["annotations"] for each in (private, public)
    ]
    assert told[0] == {"networking.gke.io/load-balancer-type": "Internal"}
    assert "networking.gke.io/load-balancer-type" not in told[1]


def test_the_api_is_on_the_internet_only_where_somebody_comes_from_there():
    assert not cluster().api_is_public
    assert not cluster({"api_networks": ["10.0.0.0/8"]}).api_is_public
    assert cluster({"api_networks": ["10.0.0.0/8", "203.0.112.0/24"]}).api_is_public


@pytest.mark.parametrize("disk", ["pd-ssd", "pd-balanced", "hyperdisk-balanced"])
def test_machines_are_planned_that_can_hold_the_volumes(disk: Any):
    planned = cluster({"disk": disk}).planned(read().pulsar.demands())

    assert set(planned) == set(POOLS)
    assert all(takes(pool.machine, disk) and pool.nodes % 3 == 0 for pool in planned.values())


def test_volumes_that_are_there_can_be_attached_after_a_change_to_hyperdisk():
    planned = cluster({"disk": "hyperdisk-balanced"}).planned(read().pulsar.demands())

    assert all(takes(pool.machine, "pd-ssd") for pool in planned.values())


def test_a_pod_is_never_planned_onto_memory_that_gke_keeps_for_itself():
    # Google's own example: 3.66 of 16 GiB are not for pods, with what must stay free; its agents come on top.
    sixteen = next(each for each in machines("pd-ssd") if each.name == "n2-standard-4")

    free = (sixteen.memory - sixteen.kept_memory) / 2**30
    assert 12 < free < 16 - 2.6
    assert sixteen.millicores - sixteen.kept_millicores <= 4000 - 80 - 400


def test_every_planned_machine_has_a_system_disk_that_its_family_takes():
    for disk in ("pd-ssd", "hyperdisk-balanced"):
        for machine in machines(disk):
            assert system_disk(machine.name) in FAMILIES[machine.name.partition("-")[0]]


def test_accounts_of_clusters_with_one_name_in_two_regions_are_two():
    ids = {account_id("pulsar-nodes", region) for region in ("europe-west1", "us-central1")}

    assert len(ids) == 2
    for made in (*ids, account_id("a" * 46, "x"), account_id("a", "b")):
        assert 6 <= len(made) <= 30
        assert made.strip("-") == made


def test_a_long_name_is_shortened_and_stays_different_from_its_neighbours():
    one, other = (shortened("a" * 40 + f"-northamerica-northeast{number}", 63) for number in (1, 2))

    assert one != other
    assert len(one) <= 63
    assert shortened("short", 63) == "short"


def test_the_kubeconfig_holds_no_token_and_asks_google_s_plug_in():
    config = json.loads(kubeconfig("gke_p_r_n", "10.0.0.2", "Y2E="))

    user = config["users"][0]["user"]
    assert user["exec"]["command"] == "gke-gcloud-auth-plugin"
    assert list(user) == ["exec"]
    assert config["clusters"][0]["cluster"]["server"] == "https://10.0.0.2"
    assert config["current-context"] == "gke_p_r_n"


def test_a_machine_without_google_s_sdk_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pulumi_gcp", None)
    monkeypatch.delitem(sys.modules, "components.clusters.gke.component", raising=False)

    with pytest.raises(pulumi.RunError, match=r"^The package pulumi-gcp is not installed, .*requirements-clouds.lock"):
        cluster().create("cluster", kubeconfig=None, demands=())
