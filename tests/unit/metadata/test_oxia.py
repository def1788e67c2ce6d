"""Oxia held to its documentation: its image isn't there to be run."""

import subprocess
from typing import Any

import pytest
import yaml

from components import mistakes, stack
from components.pulsar.lifecycle.guards import servers_only_grow
from tests import rendered, stack_file

OXIA = {"pulsar.version": "5.0.0", "pulsar.metadata.store": "oxia"}
SERVICE = "pulsar-oxia.pulsar.svc.cluster.local"
HEADLESS = "pulsar-oxia-headless.pulsar.svc.cluster.local"


def template(name: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    return rendered.of({**OXIA, **(changes or {})})[name]["spec"]["template"]["spec"]


def told(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    found = rendered.of({**OXIA, **(changes or {})})["pulsar-oxia-coordinator-cluster"]
    return yaml.safe_load(found["data"]["config.yaml"])


def test_brokers_and_bookies_each_have_a_namespace_as_pulsar_documents_it():
    pulsar = stack_file.spec(OXIA).pulsar

    assert pulsar.settings("broker")["metadataStoreUrl"].value == f"oxia://{SERVICE}:6648/broker"
    assert pulsar.settings("broker")["configurationMetadataStoreUrl"].value == f"oxia://{SERVICE}:6648/broker"
    uri = f"metadata-store:oxia://{SERVICE}:6648/bookkeeper"
    assert pulsar.settings("broker")["bookkeeperMetadataServiceUri"].value == uri
    for process in ("bookie", "autorecovery", "toolset"):
        assert pulsar.settings(process)["metadataServiceUri"].value == uri


def test_the_coordinator_makes_both_namespaces_before_anyone_uses_them():
    changes = {"pulsar.metadata.shards": 4, "pulsar.metadata.replicas": 5}

    assert told(changes)["namespaces"] == [
        {"name": name, "initialShardCount": 4, "replicationFactor": 3} for name in ("broker", "bookkeeper")
    ]


def test_the_coordinator_knows_every_server_by_both_of_its_ports():
    assert told()["servers"] == [
        {"public": f"pulsar-oxia-{number}.{HEADLESS}:6648", "internal": f"pulsar-oxia-{number}.{HEADLESS}:6649"}
        for number in range(3)
    ]


def test_servers_take_the_names_that_clients_ask_for_them_by():
    assert told()["allowExtraAuthorities"] == [f"{SERVICE}:6648", f"{HEADLESS}:6648"]


def test_the_coordinator_keeps_what_it_knows_where_a_lost_node_does_not_take_it_along():
    found = rendered.of(OXIA)
    deployment = found["pulsar-oxia-coordinator"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]

    assert "--metadata=configmap" in container["command"]
    assert "--conf=configmap:pulsar/pulsar-oxia-coordinator-cluster" in container["command"]
    assert "--k8s-configmap-name=pulsar-oxia-coordinator-cluster-status" in container["command"]
    assert (deployment["kind"], deployment["spec"]["replicas"]) == ("Deployment", 1)
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}, "Two coordinators would fight for the shards."


def test_only_the_coordinator_may_ask_kubernetes_and_only_for_config_maps_and_its_lease():
    found = rendered.of(OXIA)
    role, binding = found["pulsar-oxia-coordinator-role"], found["pulsar-oxia-coordinator-role-binding"]

    assert {resource for rule in role["rules"] for resource in rule["resources"]} == {"configmaps", "leases"}
    assert role["kind"] == "Role"
    (subject,) = binding["subjects"]
    account = template("pulsar-oxia-coordinator")["serviceAccountName"]
    assert (subject["name"], subject["namespace"]) == (account, "pulsar")
    with_token = [name for name, each in rendered.pod_templates(found) if each["spec"]["automountServiceAccountToken"]]
    assert with_token == ["pulsar-oxia-coordinator"]


def test_servers_are_probed_by_oxias_own_health_and_are_ready_when_they_say_so():
    (container,) = template("pulsar-oxia")["containers"]

    assert container["readinessProbe"]["exec"]["command"][1:] == ["health", "--port=6649", "--service=oxia-readiness"]
    assert container["livenessProbe"]["exec"]["command"] == ["oxia", "health", "--port=6649"]
    assert {port["name"]: port["containerPort"] for port in container["ports"]} == {
        "public": 6648,
        "internal": 6649,
        "metrics": 8080,
    }


def test_what_a_server_keeps_is_on_its_volume():
    spec = rendered.of(OXIA)["pulsar-oxia"]["spec"]
    (container,) = spec["template"]["spec"]["containers"]

    (mount,) = container["volumeMounts"]
    assert spec["volumeClaimTemplates"][0]["metadata"]["name"] == mount["name"]
    folders = [flag.partition("=")[2] for flag in container["command"] if "-dir=" in flag]
    assert len(folders) == 2
    assert all(folder.startswith(f"{mount['mountPath']}/") for folder in folders)


@pytest.mark.parametrize("role", ["bookie", "autorecovery", "broker"])
def test_pods_that_ask_the_store_have_its_command_line_from_its_image(role: str):
    spec = template(f"pulsar-{role}")
    (copy,) = spec["initContainers"]
    script = " ".join(spec["containers"][0]["command"])

    assert copy["image"] == template("pulsar-oxia")["containers"][0]["image"]
    program = copy["command"][-1]
    assert program in script
    (written,) = copy["volumeMounts"]
    assert program.startswith(written["mountPath"])
    assert any(mount["name"] == written["name"] for mount in spec["containers"][0]["volumeMounts"])


def test_keys_are_asked_of_the_namespace_that_has_them(tmp_path: Any):
    spec = stack_file.spec(OXIA).pulsar
    program = tmp_path / "oxia"
    program.write_text('#!/bin/sh\n[ "$1" = client ] && echo "$@" > "$SAID"\n[ "$8" != /missing ]\n')
    program.chmod(0o755)
    functions = spec.stores.shell_functions(spec.place).replace("/pulsar/oxia-client", str(tmp_path))

    def asked(key: str) -> tuple[int, str]:
        script = f"{functions}\nmetadata_has {key}"
        said = tmp_path / "said"
        code = subprocess.run(["bash", "-c", script], env={"SAID": str(said), "PATH": "/bin:/usr/bin"}, check=False)
        return code.returncode, said.read_text().strip()

    assert asked("/ledgers/INSTANCEID") == (
        0,
        f"client -a {HEADLESS}:6648 -n bookkeeper --request-timeout 2s get /ledgers/INSTANCEID",
    )
    assert asked("/admin/policies/public/default")[1].startswith(f"client -a {HEADLESS}:6648 -n broker ")


def test_bookkeepers_part_is_written_to_its_own_namespace():
    script = rendered.of(OXIA)["initialise"]["spec"]["template"]["spec"]["containers"][0]["command"][-1]

    assert f"--metadata-store 'oxia://{SERVICE}:6648/broker'" in script
    assert f"--existing-bk-metadata-service-uri 'metadata-store:oxia://{SERVICE}:6648/bookkeeper'" in script
    assert f"metadataServiceUri='metadata-store:oxia://{SERVICE}:6648/bookkeeper'" in script
    together = rendered.of()["initialise"]["spec"]["template"]["spec"]["containers"][0]["command"][-1]
    assert "--existing-bk-metadata-service-uri" not in together


WRONG = {
    "too few servers": ({"replicas": 2}, "replication_factor: 3 copies need as many servers, and there are 2"),
    "an even number of copies": (
        {"replicas": 4, "replication_factor": 4},
        "replication_factor: 4 copies survive no more failures than 3",
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), WRONG.values(), ids=WRONG)
def test_copies_that_can_not_be_kept_are_refused(changes: dict[str, Any], sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw({**OXIA, "pulsar.metadata": {"store": "oxia", **changes}}), "test")

    assert sentence in str(refused.value)


def test_servers_may_be_added_and_never_taken_away():
    guard = servers_only_grow("oxia")

    assert guard(3, 5) is None
    assert "metadata is lost" in str(guard(5, 3))
    assert "oxia" in stack_file.spec(OXIA).pulsar.guards()


def test_another_clusters_oxia_may_keep_the_configuration():
    shared = {"store": "existing", "url": "oxia://meta.example.com:6648/broker"}
    changes = {"pulsar.metadata.store": "zookeeper", "pulsar.configuration_metadata": shared}
    found = rendered.of(changes)

    spec = found["pulsar-bookie"]["spec"]["template"]["spec"]
    assert [each["name"] for each in spec["initContainers"]] == ["configuration-oxia-client"]
    assert "-a meta.example.com:6648 -n $namespace" in spec["containers"][0]["command"][-1]
