"""Connectors in a stack file: what Pulsar is asked for, and what is refused before anything is made."""

from typing import Any

import pytest

from components.mistakes import NotADeployment
from components.stack import StackSpec
from tests import stack_file

SINK = {
    "type": "sink",
    "connector": "mongo",
    "inputs": ["public/default/orders"],
    "config": {"database": "shop", "collection": "orders"},
    "secrets": {"mongoUri": {"secret": "mongo", "key": "uri"}},
}
SOURCE = {
    "type": "source",
    "connector": "debezium-mysql",
    "output": "public/default/changes",
    "config": {
        "database.hostname": "mysql.example.com",
        "database.port": "3306",
        "database.user": "debezium",
        "database.server.id": "184054",
        "database.server.name": "shop",
    },
    "secrets": {"database.password": {"secret": "mysql", "key": "password"}},
}


def spec(connector: dict[str, Any], changes: dict[str, Any] | None = None) -> StackSpec:
    return stack_file.spec({"operators.function_mesh": {}, "connectors.shop": connector, **(changes or {})})


def refusal(connector: dict[str, Any], changes: dict[str, Any] | None = None) -> str:
    with pytest.raises(NotADeployment) as refused:
        spec(connector, changes)
    return str(refused.value)


def test_pulsar_is_asked_for_a_sink_in_its_own_words():
    assert spec(SINK).connectors["shop"].connector_config("shop") == {
        "tenant": "public",
        "namespace": "default",
        "name": "shop",
        "archive": "builtin://mongo",
        "inputs": ["public/default/orders"],
        "configs": {"database": "shop", "collection": "orders"},
        "secrets": {"mongoUri": {"path": "mongo", "key": "uri"}},
        "autoAck": True,
        "sourceSubscriptionPosition": "Latest",
        "processingGuarantees": "ATLEAST_ONCE",
        "parallelism": 1,
        "resources": {"cpu": 0.1, "ram": 512 << 20},
    }


def test_pulsar_is_asked_for_a_source_in_its_own_words():
    config = spec(SOURCE).connectors["shop"].connector_config("shop")

    assert config["archive"] == "builtin://debezium-mysql"
    assert config["topicName"] == "public/default/changes"
    assert "inputs" not in config


@pytest.mark.parametrize("setting", ["database.hostname", "database.server.id", "database.server.name"])
def test_a_connector_without_its_required_setting_is_refused(setting: str):
    without = SOURCE | {"config": {key: value for key, value in SOURCE["config"].items() if key != setting}}

    assert f"spec.connectors.shop.config.{setting}: is missing: debezium-mysql doesn't start without" in refusal(
        without
    )


def test_a_newer_name_of_a_required_setting_will_do():
    newer = {key: value for key, value in SOURCE["config"].items() if key != "database.server.name"}

    assert spec(SOURCE | {"config": newer | {"topic.prefix": "shop"}})


def test_a_connector_of_one_s_own_is_asked_for_its_class_and_nothing_else():
    own = {"type": "sink", "connector": "our_own", "inputs": ["orders"]}

    assert "class_name: is missing: Function Mesh doesn't look into the archive" in refusal(own)
    assert spec(own | {"class_name": "com.example.OwnSink"})


def test_a_connector_that_the_image_doesn_t_have_is_refused():
    assert "'mongo' is not in the image of Pulsar 5.0.0" in refusal(
        SINK, {"pulsar.version": "5.0.0", "pulsar.metadata": {"store": "oxia"}}
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"connector": "mongodb"}, "'mongodb' is mongo in Pulsar. Write `connector: mongo`."),
        ({"connector": "elastic-search"}, "Write `connector: elastic_search`."),
        ({"connector": "debezium-mysql"}, "'debezium-mysql' is a source. Write `type: source`"),
        ({"config": SINK["config"] | {"password": "x"}}, "`secrets: {password: {secret: NAME, key: KEY}}`"),
        ({"config": SINK["config"] | {"mongoUri": "mongodb://u:p@h"}}, "the spec holds no secret"),
        ({"config": SINK["config"] | {"mongoUri": "mongodb://h"}}, "is set under config as well"),
        ({"archive": "build/own.nar"}, "is one of 2 places for the connector (connector, archive)"),
        ({"connector": None}, "Give one of connector or archive or image"),
        ({"inputs": []}, "spec.connectors.shop.inputs:"),
        ({"path": "a.nar"}, "is a place in an image, and there is none"),
        ({"class_name": "Sink"}, "'Sink' is not a class of Java with its package"),
        ({"dead_letter_topic": "dead"}, "without max_message_retries, a message is tried for ever"),
    ],
)
def test_a_connector_that_can_t_run_is_refused_with_the_way_out(change: dict[str, Any], sentence: str):
    assert sentence in refusal(SINK | change)


def test_an_image_must_say_where_its_archive_is_and_what_its_class_is():
    refused = refusal({"type": "sink", "image": "example.com/sinks/own:1.0", "inputs": ["orders"]})

    assert "spec.connectors.shop.path: is missing" in refused
    assert "spec.connectors.shop.class_name: is missing" in refused


def test_a_connector_and_a_function_can_t_share_a_name():
    function = {"language": "go", "package": "https://example.com/go/echo", "inputs": ["words"]}

    assert "has the name of a function, and public/default has one name for both" in refusal(
        SINK, {"functions.shop": function}
    )
