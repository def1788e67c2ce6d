"""etcd with certificates: who shows which, and that nobody speaks in the clear outside a pod."""

from typing import Any

import pytest
import yaml

from components import mistakes, stack
from tests import rendered, stack_file

SECRETS = {"pulsar.metadata.tls": {"members": "etcd-members", "clients": "etcd-clients"}}
ISSUER = {"pulsar.metadata.tls": {"issuer": {"name": "internal"}}}
CLIENTS = ("bookie", "autorecovery", "websocket", "toolset")


def pod(role: str, changes: dict[str, Any]) -> dict[str, Any]:
    return rendered.of(changes)[f"pulsar-{role}"]["spec"]["template"]["spec"]


def secret_of(spec: dict[str, Any], container: dict[str, Any], path: str) -> str:
    (name,) = (each["name"] for each in container["volumeMounts"] if each["mountPath"] == path)
    (volume,) = (each for each in spec["volumes"] if each["name"] == name)
    return volume["secret"]["secretName"]


def test_members_speak_with_certificates_only_to_peers_and_clients():
    spec = pod("etcd", SECRETS)
    (container,) = spec["containers"]

    for kind in ("", "peer-"):
        assert f"--{kind}client-cert-auth" in container["command"]
        assert any(flag.startswith(f"--{kind}trusted-ca-file=") for flag in container["command"])
    urls = [flag for flag in container["command"] if "http" in flag and "metrics" not in flag]
    assert urls
    assert not [flag for flag in urls if "http://" in flag]
    assert secret_of(spec, container, "/etc/etcd-certificates") == "etcd-members"


def test_probes_reach_a_member_that_asks_everybody_else_for_a_certificate():
    (container,) = pod("etcd", SECRETS)["containers"]

    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["port"] == "health"
    assert f"--listen-metrics-urls=http://0.0.0.0:{ports['health']}" in container["command"]


def test_brokers_show_their_certificate_as_pulsar_documents_it():
    found = rendered.of(SECRETS)
    spec = pod("broker", SECRETS)
    (container,) = spec["containers"]
    settings = stack_file.spec(SECRETS).pulsar.settings("broker")
    path = settings["metadataStoreConfigPath"].value
    (mount,) = (each for each in container["volumeMounts"] if path.startswith(each["mountPath"]))
    (volume,) = (each for each in spec["volumes"] if each["name"] == mount["name"])
    told = yaml.safe_load(found[volume["configMap"]["name"]]["data"]["etcd.yml"])

    assert told["useTls"] is True
    assert "tlsProvider" not in told, "The driver takes the library that its gRPC chose, and dies with any other."
    assert told["authority"] == "pulsar-etcd-headless.pulsar.svc.cluster.local"
    folder = told["tlsKeyFilePath"].rpartition("/")[0]
    assert secret_of(spec, container, folder) == "etcd-clients"
    assert all(
        part.startswith("https://") for part in settings["metadataStoreUrl"].value.removeprefix("etcd:").split(",")
    )


@pytest.mark.parametrize("role", CLIENTS)
def test_processes_without_tls_reach_etcd_through_a_proxy_in_their_own_pod(role: str):
    spec = pod(role, SECRETS)
    (proxy,) = spec["initContainers"]

    assert proxy["restartPolicy"] == "Always", "It must go on for as long as the process does."
    assert "--listen-addr=127.0.0.1:2379" in proxy["command"], "Nobody outside the pod may use its certificate."
    assert secret_of(spec, proxy, "/pulsar/certificates/etcd") == "etcd-clients"
    assert ",https://" in next(flag for flag in proxy["command"] if flag.startswith("--endpoints="))


def test_nothing_is_told_of_a_way_to_etcd_in_the_clear():
    pulsar = stack_file.spec(SECRETS).pulsar

    assert pulsar.settings("bookie")["metadataServiceUri"].value == "metadata-store:etcd:http://127.0.0.1:2379"
    assert pulsar.settings("websocket")["configurationMetadataStoreUrl"].value == "etcd:http://127.0.0.1:2379"
    assert "http://pulsar-etcd" not in str(rendered.of(SECRETS))


def test_the_initialisation_shows_a_certificate_and_so_does_every_wait():
    job = rendered.of(SECRETS)["initialise"]["spec"]["template"]["spec"]

    assert job["initContainers"][0]["restartPolicy"] == "Always"
    assert "--cacert /pulsar/certificates/etcd/ca.crt" in job["containers"][0]["command"][-1]
    for role in ("bookie", "broker", "autorecovery"):
        assert "--cert /pulsar/certificates/etcd/tls.crt" in str(pod(role, SECRETS)["containers"][0]["command"])


def test_an_issuer_gives_certificates_that_java_reads_and_every_member_can_use():
    found = rendered.of(ISSUER)
    members, clients = found["pulsar-etcd-members-tls"]["spec"], found["pulsar-etcd-clients-tls"]["spec"]

    for each in (members, clients):
        assert each["privateKey"]["encoding"] == "PKCS8"
        assert each["issuerRef"] == {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "internal"}
        assert "commonName" not in each, "etcd's proxy takes no certificate with a common name."
        assert each["subject"]["organizations"], "Java takes no certificate whose subject is empty."
    assert {"server auth", "client auth"} <= set(members["usages"]), "A member is its peers' client as well."
    assert "server auth" not in clients["usages"]
    for host in stack_file.spec(ISSUER).pulsar.metadata.url(stack_file.spec(ISSUER).pulsar.place).split(","):
        assert host.partition("//")[2].partition(":")[0] in members["dnsNames"]
    assert "pulsar-etcd-headless.pulsar.svc.cluster.local" in members["dnsNames"]
    assert (
        secret_of(pod("etcd", ISSUER), pod("etcd", ISSUER)["containers"][0], "/etc/etcd-certificates")
        == (members["secretName"])
    )


def test_without_certificates_nothing_of_them_is_there():
    found = rendered.of()

    assert not [name for name in found if "tls" in name or "driver" in name]
    assert "initContainers" not in found["pulsar-bookie"]["spec"]["template"]["spec"]


WRONG = {
    "nothing": ({}, "spec.pulsar.metadata.tls.members: is missing, so the members have no certificate"),
    "one of two": (
        {"members": "m"},
        "spec.pulsar.metadata.tls.clients: is missing, so the clients have no certificate",
    ),
    "both ways": (
        {"issuer": {"name": "i"}, "members": "m"},
        "spec.pulsar.metadata.tls.members: can't be set beside issuer",
    ),
}


@pytest.mark.parametrize(("tls", "sentence"), WRONG.values(), ids=WRONG)
def test_certificates_from_nowhere_or_from_two_places_are_refused(tls: dict[str, Any], sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw({"pulsar.metadata": {"tls": tls}}), "test")

    assert sentence in str(refused.value)
