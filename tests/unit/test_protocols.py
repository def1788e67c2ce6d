"""Protocols beside Pulsar's own: what the brokers are told, how archives reach them, and what clients connect to."""

import itertools
import json
import subprocess
from typing import Any

import jsonschema
import pytest

from components import versions
from components.pulsar.protocols import ProtocolsSpec
from components.pulsar.protocols.archive import FOLDER
from evaluation import schema
from tests import rendered, stack_file
from tests.conftest import PROJECT
from tests.handlers import CHOICES, IMAGE, LINE, PACKAGED, URL, protocols

EVERY_SUBSET = [subset for size in range(len(CHOICES) + 1) for subset in itertools.combinations(sorted(CHOICES), size)]


def conf(changes: dict[str, Any]) -> dict[str, str]:
    pulsar = stack_file.spec(changes).pulsar
    return {key: setting.value for key, setting in pulsar.settings("broker").items()}


def broker(changes: dict[str, Any]) -> dict[str, Any]:
    return rendered.of(changes)["pulsar-broker"]["spec"]["template"]["spec"]


@pytest.mark.parametrize("chosen", EVERY_SUBSET, ids="-".join)
def test_any_subset_of_the_handlers_is_loaded_together(chosen: tuple[str, ...]):
    changes = protocols(*chosen)
    found, pod = conf(changes), broker(changes)

    assert found.get("messagingProtocols", "") == ",".join(chosen)
    assert found.get("protocolHandlerDirectory") == (FOLDER if chosen else None)
    assert [each["name"] for each in pod.get("initContainers", [])] == [
        f"{name}-archive" for name in ("kafka", "mqtt", "amqp") if name in chosen
    ]
    numbers = [port["containerPort"] for port in pod["containers"][0]["ports"]]
    assert len(numbers) == len(set(numbers)), "Two listeners of one pod can't have one port."
    services = {
        name for name in rendered.of(changes) if name.endswith(("kafka-service", "mqtt-service", "amqp-service"))
    }
    assert services == {f"pulsar-{name}-service" for name in chosen}


def test_every_handler_is_tried_documented_and_known_to_the_version_table():
    known = set(ProtocolsSpec.model_fields) - {"custom"}
    page = (PROJECT / "docs" / "howto" / "protocol-handlers.md").read_text()

    assert known == set(CHOICES)
    for name in known:
        assert f"    {name}:" in page, f"docs/howto/protocol-handlers.md has no example of {name}."
        assert all(name in line.handlers or name in line.refused_handlers for line in versions.LINES.values())


def test_a_cluster_without_handlers_has_nothing_of_them():
    assert "initContainers" not in broker({})
    assert "messagingProtocols" not in conf({})


def test_kafka_clients_are_sent_to_each_broker_by_its_own_name():
    found = conf(protocols("kafka"))

    assert found["kafkaListeners"] == "inside://0.0.0.0:9092"
    assert found["kafkaAdvertisedListeners"] == "inside://{host}:9092"
    assert found["kafkaProtocolMap"] == "inside:PLAINTEXT"
    assert _started(protocols("kafka"), "kafkaAdvertisedListeners") == (
        "inside://pulsar-broker-1.pulsar-broker-headless.pulsar.svc.cluster.local:9092"
    )


def test_kafka_clients_outside_get_a_name_and_a_service_for_each_broker():
    outside = {"host": "kafka-{broker}.example.com"}
    annotations = {"external-dns.alpha.kubernetes.io/hostname": "kafka-{broker}.example.com"}
    changes = protocols(
        kafka={**CHOICES["kafka"], "outside": outside, "service": {"type": "LoadBalancer", "annotations": annotations}}
    )
    found = rendered.of(changes)

    assert _started(changes, "kafkaAdvertisedListeners").endswith("outside://kafka-1.example.com:9094")
    for number in range(3):
        service = found[f"pulsar-kafka-{number}-service"]
        assert service["spec"]["selector"]["statefulset.kubernetes.io/pod-name"] == f"pulsar-broker-{number}"
        assert service["spec"]["type"] == "LoadBalancer"
        assert service["metadata"]["annotations"] == {
            "external-dns.alpha.kubernetes.io/hostname": f"kafka-{number}.example.com"
        }


def test_kafka_s_offsets_are_written_beside_each_entry_and_other_interceptors_stay():
    stamp = "org.apache.pulsar.common.intercept.AppendBrokerTimestampMetadataInterceptor"
    changes = {**protocols("kafka"), "pulsar.broker.config": {"brokerEntryMetadataInterceptors": stamp}}

    assert conf(changes)["brokerEntryMetadataInterceptors"].split(",") == [
        "org.apache.pulsar.common.intercept.AppendBrokerTimestampMetadataInterceptor",
        "org.apache.pulsar.common.intercept.AppendIndexMetadataInterceptor",
    ]


def test_kafka_s_topics_are_partitioned_unless_the_stack_file_says_otherwise():
    advised = conf(protocols("kafka"))
    overruled = conf({**protocols("kafka"), "pulsar.broker.config": {"allowAutoTopicCreationType": "non-partitioned"}})

    assert advised["allowAutoTopicCreationType"] == "partitioned"
    assert advised["brokerDeleteInactiveTopicsEnabled"] == "false"
    assert overruled["allowAutoTopicCreationType"] == "non-partitioned"


def test_the_password_of_kafka_s_key_store_stands_in_its_secret_alone():
    tls = {"secret": "kafka-certificate", "password_secret": "kafka-keystore"}
    changes = protocols(kafka={**CHOICES["kafka"], "tls": tls})
    pod = broker(changes)

    assert conf(changes)["kafkaListeners"] == "inside://0.0.0.0:9092,inside_tls://0.0.0.0:9093"
    assert conf(changes)["kafkaProtocolMap"] == "inside:PLAINTEXT,inside_tls:SSL"
    assert {"name": "kafka-tls", "secret": {"secretName": "kafka-certificate"}} in pod["volumes"]
    assert pod["containers"][0]["env"] == [
        {
            "name": "PULSAR_PREFIX_kopSslKeystorePassword",
            "valueFrom": {"secretKeyRef": {"name": "kafka-keystore", "key": "password"}},
        }
    ]
    assert "kopSslKeystorePassword" not in json.dumps(rendered.of(changes)["pulsar-broker-config"])


def test_mqtt_clients_reach_every_topic_at_one_address_through_the_proxy():
    changes = protocols("mqtt")

    assert conf(changes)["mqttProxyEnabled"] == "true"
    assert rendered.of(changes)["pulsar-mqtt-service"]["spec"]["ports"] == [
        {"name": "mqtt-proxy", "port": 1883, "targetPort": "mqtt-proxy"}
    ]


def test_mqtt_without_its_proxy_is_served_directly():
    changes = protocols(mqtt={**CHOICES["mqtt"], "proxy": False})

    assert "mqttProxyEnabled" not in conf(changes)
    assert rendered.of(changes)["pulsar-mqtt-service"]["spec"]["ports"] == [
        {"name": "mqtt", "port": 1883, "targetPort": "mqtt"}
    ]


def test_mqtt_over_tls_reads_the_files_that_cert_manager_writes():
    changes = protocols(mqtt={**CHOICES["mqtt"], "tls": {"secret": "mqtt-certificate"}})
    found = conf(changes)

    assert _started(changes, "mqttListeners") == (
        "mqtt://pulsar-broker-1.pulsar-broker-headless.pulsar.svc.cluster.local:1883,"
        "mqtt+ssl://pulsar-broker-1.pulsar-broker-headless.pulsar.svc.cluster.local:8883"
    )
    assert found["mqttTlsKeyFilePath"] == "/pulsar/protocol-tls/mqtt/tls.key"
    assert found["mqttProxyTlsPort"] == "5683"
    assert {"name": "mqtt-tls", "mountPath": "/pulsar/protocol-tls/mqtt", "readOnly": True} in broker(changes)[
        "containers"
    ][0]["volumeMounts"]
    assert {"name": "mqtt-tls-proxy", "port": 8883, "targetPort": "mqtt-tls-proxy"} in rendered.of(changes)[
        "pulsar-mqtt-service"
    ]["spec"]["ports"]


def test_amqp_s_listener_is_the_broker_s_own_name_as_aop_asks_for():
    assert _started(protocols("amqp"), "amqpListeners") == (
        "amqp://pulsar-broker-1.pulsar-broker-headless.pulsar.svc.cluster.local:5672"
    )
    assert conf(protocols("amqp"))["amqpProxyEnable"] == "true"


def test_a_handler_of_one_s_own_gets_its_ports_and_its_keys():
    changes = protocols(custom={"line": LINE})

    assert conf(changes)["messagingProtocols"] == "line"
    assert _started(changes, "lineListeners").startswith("line://pulsar-broker-1.")
    assert rendered.of(changes)["pulsar-line-service"]["spec"]["ports"] == [
        {"name": "line", "port": 7650, "targetPort": "line"}
    ]


def test_an_archive_from_an_image_is_copied_by_that_image():
    (container,) = broker(protocols("kafka"))["initContainers"]

    assert container["image"] == IMAGE["image"]
    assert container["command"] == ["cp", "/handler.nar", f"{FOLDER}/kafka.nar"]
    assert container["volumeMounts"] == [{"name": "protocol-handlers", "mountPath": FOLDER}]


def test_an_archive_from_an_address_is_checked_before_a_broker_starts(tmp_path):
    (container,) = broker(protocols("mqtt"))["initContainers"]
    script = container["command"][2].replace(FOLDER, str(tmp_path)).replace("curl", "true # curl")
    (tmp_path / "mqtt.nar").write_text("not what was meant")

    assert subprocess.run(["bash", "-c", script], check=False, capture_output=True).returncode != 0


def test_an_archive_that_pulsar_s_image_packages_is_copied_from_it():
    (container,) = broker({**protocols("amqp"), "pulsar.image": "registry.example.com/pulsar:4.0.13"})["initContainers"]

    assert container["image"] == "registry.example.com/pulsar:4.0.13"
    assert container["command"] == ["cp", PACKAGED["path"], f"{FOLDER}/amqp.nar"]


def test_brokers_can_not_change_what_they_load():
    mounts = broker(protocols("kafka"))["containers"][0]["volumeMounts"]

    assert {"name": "protocol-handlers", "mountPath": FOLDER, "readOnly": True} in mounts


def test_another_archive_rolls_the_brokers_and_nothing_else():
    other = {**CHOICES["mqtt"], "archive": {**URL, "sha256": "1" * 64}}
    before, after = (
        dict(rendered.pod_templates(rendered.of(protocols(mqtt=each)))) for each in (CHOICES["mqtt"], other)
    )

    assert {name for name in before if before[name] != after[name]} == {"pulsar-broker"}


@pytest.mark.parametrize("archive", [IMAGE, URL, PACKAGED])
def test_an_editor_knows_each_kind_of_archive_without_being_told(archive: dict[str, str]):
    check = jsonschema.Draft202012Validator(json.loads(schema.text()))
    spec = stack_file.raw(protocols(mqtt={"archive": archive}))

    assert list(check.iter_errors({"config": {"pulsar:spec": spec}})) == []


def _started(changes: dict[str, Any], key: str) -> str:
    """The value that the second broker's conf file gets, by the start script itself."""
    found = rendered.of(changes)
    script = found["pulsar-broker"]["spec"]["template"]["spec"]["containers"][0]["command"][2]
    own = script.partition("bin/apply-config-from-env.py")[0]
    name = "pulsar-broker-1.pulsar-broker-headless.pulsar.svc.cluster.local"
    done = subprocess.run(
        ["bash", "-c", f"hostname() {{ echo {name}; }}\nHOSTNAME=pulsar-broker-1\n{own}\nprintenv PULSAR_PREFIX_{key}"],
        env={**found["pulsar-broker-config"]["data"], "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()
