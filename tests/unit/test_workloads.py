"""What protects a running cluster: security, probes, spread, budgets, volumes, and rolls of only what changed."""

import json
import os
import pathlib
from typing import Any

import pytest

from components import names
from components.pulsar.objects import objects
from components.pulsar.workload import Workload
from evaluation import stack_files
from tests import rendered, stack_file

SNAPSHOTS = pathlib.Path(__file__).parent / "snapshots"
SERVERS = ("etcd", "bookie", "autorecovery", "broker", "proxy", "websocket")
TEN_MINUTES = 600


def workloads(changes: dict[str, Any] | None = None) -> dict[str, Workload]:
    spec = stack_file.spec(changes)
    return spec.pulsar.workloads(spec.cluster.offer)


def container(role: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    return pod(role, changes)["containers"][0]


def pod(role: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    return rendered.of(changes)[f"pulsar-{role}"]["spec"]["template"]["spec"]


def rolled(changes: dict[str, Any]) -> set[str]:
    before, after = dict(rendered.pod_templates(rendered.of())), dict(rendered.pod_templates(rendered.of(changes)))
    return {name.removeprefix("pulsar-") for name in before if before[name] != after[name]}


ROLLS = {
    "a broker's key": ({"pulsar.broker.config": {"a": 1}}, {"broker"}),
    "a bookie's key": ({"pulsar.bookkeeper.config": {"a": 1}}, {"bookie"}),
    "autorecovery's key": ({"pulsar.autorecovery.config": {"a": 1}}, {"autorecovery"}),
    "a proxy's key": ({"pulsar.proxy.config": {"a": 1}}, {"proxy"}),
    "WebSocket's key": ({"pulsar.websocket.config": {"a": 1}}, {"websocket"}),
    "a broker's heap": ({"pulsar.broker.memory": {"heap": "5Gi", "direct": "4Gi"}}, {"broker"}),
    "the number of copies": ({"pulsar.bookkeeper": {"ensemble": 3, "write_quorum": 3, "ack_quorum": 3}}, {"broker"}),
    "the number of brokers": ({"pulsar.broker.replicas": 5}, set()),
    "the number of proxies": ({"pulsar.proxy.replicas": 5}, set()),
    "how clients reach the proxy": ({"pulsar.proxy.service": {"type": "LoadBalancer"}}, set()),
    "etcd's memory": ({"pulsar.metadata": {"memory": "4Gi"}}, {"etcd"}),
}


@pytest.mark.parametrize(("changes", "roles"), ROLLS.values(), ids=ROLLS)
def test_a_change_rolls_only_the_pods_that_it_is_about(changes: dict[str, Any], roles: set[str]):
    assert rolled(changes) == roles


@pytest.mark.parametrize("stack", stack_files.names())
def test_every_pod_meets_the_restricted_standard_that_its_namespace_enforces(stack: str):
    found = rendered.of_stack(stack)

    assert found["namespace"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, template in rendered.pod_templates(found):
        spec = template["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] != 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys(), name
        for each in [*spec["containers"], *spec.get("initContainers", [])]:
            assert each["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert each["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name


@pytest.mark.parametrize("stack", stack_files.names())
def test_no_pod_holds_a_token_for_the_kubernetes_api_but_the_one_that_finds_pods_by_it(stack: str):
    found = rendered.of_stack(stack)
    finds = {name for name in found if name.endswith("-prometheus") and found[name]["kind"] == "Deployment"}
    held = {name for name, pod in rendered.pod_templates(found) if pod["spec"]["automountServiceAccountToken"]}

    accounts = {each["metadata"]["name"]: each for each in found.values() if each["kind"] == "ServiceAccount"}
    assert all(each["automountServiceAccountToken"] is False for each in accounts.values())
    assert held == (set() if stack == "local" else finds)
    for name, template in rendered.pod_templates(found):
        # A Job has no account of its own, and no token.
        if found[name]["kind"] != "Job":
            assert template["spec"]["serviceAccountName"] in accounts, f"{name} would share another's permissions."


@pytest.mark.parametrize("stack", stack_files.names())
def test_a_node_that_is_drained_takes_one_pod_of_a_set_at_a_time(stack: str):
    found = rendered.of_stack(stack)

    budgets = [each["spec"] for each in found.values() if each["kind"] == "PodDisruptionBudget"]
    for name, each in found.items():
        if each["kind"] == "StatefulSet" or (each["kind"] == "Deployment" and each["spec"]["replicas"] > 1):
            (budget,) = [one for one in budgets if one["selector"] == each["spec"]["selector"]]
            assert budget["maxUnavailable"] == 1, name


@pytest.mark.parametrize("role", SERVERS)
def test_every_server_is_probed_and_may_take_ten_minutes_to_start(role: str):
    probed = container(role)

    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= probed.keys()
    startup = probed["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= TEN_MINUTES, (
        "A bookie that reads a large journal after a crash would be killed before it is done, again and again."
    )
    ports = {port["name"] for port in probed["ports"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        (target,) = [each for each in ("httpGet", "tcpSocket", "exec") if each in probed[probe]]
        assert target == "exec" or probed[probe][target]["port"] in ports


def test_a_container_gets_exactly_the_memory_of_its_plan():
    changes = {"pulsar.broker.memory": {"heap": "3Gi", "direct": "2Gi", "overhead": "1Gi", "limit": "7Gi"}}
    resources = container("broker", changes)["resources"]

    assert resources == {"requests": {"cpu": "1", "memory": "7Gi"}, "limits": {"memory": "7Gi"}}
    settings = rendered.of(changes)["pulsar-broker-config"]["data"]["PULSAR_MEM"]
    assert "-Xmx3072m" in settings
    assert "-XX:MaxDirectMemorySize=2048m" in settings


@pytest.mark.parametrize("role", ["etcd", "bookie", "broker", "proxy"])
def test_one_lost_node_takes_one_pod_of_a_role_where_that_is_required(role: str):
    required = pod(role)["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    preferred = pod(role, {"pulsar.spread": "preferred"})["affinity"]["podAntiAffinity"]

    assert required[0]["topologyKey"] == "kubernetes.io/hostname"
    assert list(preferred) == ["preferredDuringSchedulingIgnoredDuringExecution"], "One node could not hold two pods."


def test_members_find_each_other_before_they_are_ready():
    headless = [each for each in rendered.of().values() if each.get("spec", {}).get("clusterIP") == "None"]

    assert {each["metadata"]["name"] for each in headless} >= {
        "pulsar-etcd-headless",
        "pulsar-bookie-headless",
        "pulsar-broker-headless",
    }
    assert all(each["spec"]["publishNotReadyAddresses"] is True for each in headless)


@pytest.mark.parametrize("stack", stack_files.names())
def test_every_service_leads_to_ports_that_its_pods_have(stack: str):
    found = rendered.of_stack(stack)

    pods = [template for _, template in rendered.pod_templates(found)]
    for name, each in found.items():
        if each["kind"] == "Service":
            selector = each["spec"]["selector"].items()
            (template,) = [one for one in pods if selector <= one["metadata"]["labels"].items()]
            ports = {port["name"]: port["containerPort"] for port in template["spec"]["containers"][0]["ports"]}
            for port in each["spec"]["ports"]:
                assert ports[port["targetPort"]] == port["port"], name


@pytest.mark.parametrize("stack", stack_files.names())
def test_volumes_outlive_the_set_that_wrote_them(stack: str):
    sets = [each for each in rendered.of_stack(stack).values() if each["kind"] == "StatefulSet"]

    retention = {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert all(each["spec"]["persistentVolumeClaimRetentionPolicy"] == retention for each in sets)


def test_services_do_not_leak_into_pulsar_s_configuration():
    for name, template in rendered.pod_templates(rendered.of()):
        assert template["spec"]["enableServiceLinks"] is False, (
            f"{name}: PULSAR_* variables would change its conf file."
        )


def test_a_selector_finds_only_the_pods_of_its_role():
    selectors = [names.selector("pulsar", role) for role in (*SERVERS, "toolset")]

    for _, template in rendered.pod_templates(rendered.of()):
        matching = [one for one in selectors if one.items() <= template["metadata"]["labels"].items()]
        assert len(matching) <= 1


@pytest.mark.parametrize("stack", stack_files.names())
def test_what_kubernetes_never_changes_in_place_stays_as_it_was(stack: str):
    """After a change that is meant, `UPDATE_SNAPSHOTS=1` writes the snapshot again."""
    found = rendered.of_stack(stack)
    path = SNAPSHOTS / f"immutable-{stack}.json"

    now = {name: fields for name, each in sorted(found.items()) if (fields := _immutable(each))}
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(json.dumps(now, indent=2, sort_keys=True) + "\n")

    assert now == json.loads(path.read_text()), (
        "Kubernetes refuses to change these fields, so a running stack would have to delete what has them."
    )


def _immutable(manifest: dict[str, Any]) -> dict[str, Any]:
    spec = manifest.get("spec", {})
    fields = {
        "StatefulSet": ("serviceName", "selector", "podManagementPolicy", "volumeClaimTemplates"),
        "Deployment": ("selector",),
        "Service": ("clusterIP", "selector"),
    }
    kept = {field: spec[field] for field in fields.get(manifest["kind"], ()) if field in spec}
    return {"name": manifest["metadata"]["name"], **kept} if kept else {}


def test_an_object_s_logical_name_and_its_own_name_start_with_the_cluster():
    for work in workloads({"pulsar.name": "events"}).values():
        for name, each in objects(work).items():
            assert name.startswith("events-")
            assert each["metadata"]["name"].startswith("events-")


def test_no_service_takes_the_place_of_what_its_pods_wait_for():
    services = {name: each for name, each in rendered.of().items() if each["kind"] == "Service"}

    waiting = [
        name
        for name, each in services.items()
        if each["metadata"].get("annotations", {}).get("pulumi.com/skipAwait") != "true"
    ]
    assert waiting == [], "The engine of a machine with two processors would wait for ever."
    balanced = rendered.of({"pulsar.proxy.service": {"type": "LoadBalancer"}})["pulsar-proxy-service"]
    assert "pulumi.com/skipAwait" not in balanced["metadata"].get("annotations", {}), "It has an address to wait for."
