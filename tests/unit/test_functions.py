"""Functions in a stack file: what Pulsar is asked for, and what is refused before anything is made."""

import re
from typing import Any

import pytest

from components.mistakes import NotADeployment
from components.stack import StackSpec
from tests import stack_file

PYTHON = {"language": "python", "inline": "def process(text): ...", "class_name": "shout", "inputs": ["words"]}
JAVA = {
    "language": "java",
    "package": "function://public/default/weather@1",
    "class_name": "com.example.Weather",
    "inputs": ["public/default/cities"],
}
GO = {"language": "go", "package": "https://example.com/go/echo", "inputs": ["words"]}
MESH = {"operators.function_mesh": {}}


def spec(function: dict[str, Any], changes: dict[str, Any] | None = None, name: str = "shout") -> StackSpec:
    return stack_file.spec({**MESH, f"functions.{name}": function, **(changes or {})})


def refusal(function: dict[str, Any], changes: dict[str, Any] | None = None, name: str = "shout") -> str:
    with pytest.raises(NotADeployment) as refused:
        spec(function, changes, name)
    return str(refused.value)


def test_pulsar_is_asked_for_a_function_in_its_own_words():
    function = spec(
        JAVA
        | {
            "namespace": "public/weather",
            "output": "persistent://public/weather/reports",
            "log_topic": "public/weather/log",
            "dead_letter_topic": "public/weather/dead",
            "max_message_retries": 3,
            "parallelism": 2,
            "cpu": "500m",
            "memory": "1Gi",
            "user_config": {"unit": "celsius"},
            "secrets": {"API": {"secret": "weather", "key": "api"}},
            "subscription": "weather",
            "start": "earliest",
            "input_schema": "string",
            "output_schema": "json",
        }
    ).functions["shout"]

    assert function.function_config("shout") == {
        "tenant": "public",
        "namespace": "weather",
        "name": "shout",
        "runtime": "JAVA",
        "className": "com.example.Weather",
        "inputSpecs": {"public/default/cities": {"schemaType": "string"}},
        "output": "persistent://public/weather/reports",
        "outputSchemaType": "json",
        "logTopic": "public/weather/log",
        "deadLetterTopic": "public/weather/dead",
        "maxMessageRetries": 3,
        "autoAck": True,
        "processingGuarantees": "ATLEAST_ONCE",
        "parallelism": 2,
        "resources": {"cpu": 0.5, "ram": 1 << 30},
        "userConfig": {"unit": "celsius"},
        "secrets": {"API": {"path": "weather", "key": "api"}},
        "subName": "weather",
        "subscriptionPosition": "Earliest",
    }


def test_a_function_that_acknowledges_by_itself_isn_t_acknowledged_for():
    function = spec(PYTHON | {"processing_guarantee": "manual"}).functions["shout"]

    config = function.function_config("shout")
    assert (config["processingGuarantees"], config["autoAck"]) == ("MANUAL", False)


def test_inlined_code_becomes_the_file_of_its_module():
    code = spec(PYTHON).functions["shout"].code

    assert (code.file_name, code.content) == ("shout.py", b"def process(text): ...")


def test_a_file_of_the_project_is_read_and_an_address_is_left_to_pulsar():
    etl = {"package": "examples/functions/etl/etl.py", "class_name": "etl.Parse"}
    here = {key: value for key, value in PYTHON.items() if key != "inline"} | etl

    assert spec(here).functions["shout"].code.content
    assert spec(JAVA).functions["shout"].code.url == "function://public/default/weather@1"
    assert spec(JAVA).functions["shout"].code.content is None


def test_a_function_without_input_topic_is_refused():
    assert "spec.functions.shout.inputs: is missing: a function reads at least one topic" in refusal(
        {key: value for key, value in PYTHON.items() if key != "inputs"}
    )


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (PYTHON | {"class_name": "Upper.Upper"}, "Upper.Upper' is not in the code"),
        (PYTHON | {"class_name": "com/example"}, "'com/example' is not a module of Python"),
        (JAVA | {"class_name": "Weather"}, "'Weather' is not a class of Java with its package"),
        (GO | {"class_name": "main"}, "class_name: goes with language: python or java, and language is go"),
        (JAVA | {"inline": "x"}, "inline: goes with language: python, and language is java"),
    ],
)
def test_a_class_name_that_doesn_t_fit_the_language_is_refused(function: dict[str, Any], sentence: str):
    assert sentence in refusal(function)


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (PYTHON | {"package": "__main__.py"}, "is one of 2 places for the code (package, inline). Keep one of them."),
        ({key: value for key, value in GO.items() if key != "package"}, "Give one of package or image."),
        (GO | {"package": "build/echo"}, "'build/echo' doesn't exist. The path is relative to the project"),
        (GO | {"package": "s3://bucket/echo"}, "'s3://bucket/echo' is no address of code"),
        (JAVA | {"path": "/a.jar"}, "path: is a place in an image, and there is none"),
    ],
)
def test_code_that_is_nowhere_or_twice_is_refused(function: dict[str, Any], sentence: str):
    assert sentence in refusal(function)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"inputs": ["a/b"]}, "'a/b' is not the name of a topic"),
        ({"output": "public/default/cities"}, "is an input as well: the function would be fed what it returned"),
        ({"topic_pattern": "public/default/a-.*"}, "is there and inputs as well"),
        ({"inputs": [], "topic_pattern": ".*"}, "doesn't begin with a tenant and a namespace"),
        ({"dead_letter_topic": "dead"}, "without max_message_retries, a message is tried for ever"),
        (
            {"max_message_retries": 3, "processing_guarantee": "effectively-once"},
            "goes against `processing_guarantee: effectively-once`",
        ),
        ({"user_config": {"password": "hunter2"}}, "`secrets: {password: {secret: NAME, key: KEY}}`"),
        ({"autoscaling": {"max": 2}, "parallelism": 3}, "2 is less than parallelism, 3"),
        ({"namespace": "shop/orders"}, "is of the tenant shop, which is not under tenants"),
        ({"state": True}, "Set operators.function_mesh.state_url"),
        ({"backend": "pulsar", "autoscaling": {"max": 3}}, "is Function Mesh's, and Pulsar's own worker runs this one"),
        ({"backend": "pulsar"}, "is pulsar, and no functions worker runs. Set `pulsar.functions.run_in`"),
    ],
)
def test_what_can_t_run_is_refused_with_the_way_out(change: dict[str, Any], sentence: str):
    assert sentence in refusal(JAVA | change)


@pytest.mark.parametrize(
    ("worker", "function", "sentence"),
    [
        ({"runtime": "thread"}, PYTHON, "is python, and pulsar.functions.runtime is thread, which runs Java alone"),
        ({}, JAVA | {"state": True}, "Set `pulsar.functions.state_storage: true`"),
        ({}, JAVA | {"secrets": {"KEY": {"secret": "a", "key": "b"}}}, "code would get a Secret's name"),
    ],
)
def test_what_the_worker_as_it_is_can_t_run_is_refused(worker: dict[str, Any], function: dict[str, Any], sentence: str):
    where = {"pulsar.broker.replicas": 1, "pulsar.functions": {"run_in": "brokers", **worker}}
    with pytest.raises(NotADeployment, match=re.escape(sentence)):
        stack_file.spec({**where, "functions.weather": function | {"backend": "pulsar"}})


TENANTS = {"operators.resources": {}, "tenants.shop": {"namespaces": {"orders": {}}}}


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"namespace": "shop/bills"}, "namespace: shop/bills"),
        ({"inputs": ["shop/orders/new", "shop/bills/new"]}, "inputs: shop/bills/new"),
        ({"inputs": [], "topic_pattern": "persistent://shop/bills/.*"}, "topic_pattern: persistent://shop/bills/.*"),
        ({"output": "persistent://shop/bills/paid"}, "output: persistent://shop/bills/paid"),
        ({"log_topic": "shop/bills/log"}, "log_topic: shop/bills/log"),
        ({"dead_letter_topic": "shop/bills/dead", "max_message_retries": 3}, "dead_letter_topic: shop/bills/dead"),
    ],
)
def test_a_namespace_that_nobody_would_make_is_refused_where_tenants_are_declared(change: dict[str, Any], setting: str):
    told = refusal(JAVA | change, TENANTS)

    assert f"functions.shout.{setting} is of the namespace shop/bills, which is not under tenants." in told
    assert "(tenants.shop.namespaces.bills), or use one that is: public/default, shop/orders." in told
    assert told.count("not under tenants") == 1


def test_topics_of_declared_namespaces_and_of_public_default_are_let_be():
    topics = {"namespace": "shop/orders", "inputs": ["shop/orders/new", "words"], "output": "public/default/all"}

    assert spec(JAVA | topics, TENANTS).functions["shout"].namespace == "shop/orders"


def test_without_declared_tenants_namespaces_are_left_to_pulsar_admin():
    assert spec(JAVA | {"output": "public/other/reports"}).functions["shout"].output == "public/other/reports"


def test_functions_in_another_kubernetes_are_not_held_to_this_stack_s_namespaces():
    adjacent = {"kubeconfig_path": "pyproject.toml", "service_url": "pulsar://a:6650", "admin_url": "http://a:8080"}
    elsewhere = {"operators.function_mesh": {"adjacent": adjacent}}

    assert spec(JAVA | {"output": "shop/bills/paid"}, TENANTS | elsewhere).functions["shout"].output


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (PYTHON | {"processing_guarantee": "effectively-once"}, "is not kept by Pulsar's runtime for Python"),
        (GO | {"max_message_retries": 3}, "is not known to Pulsar's runtime for Go"),
        (GO | {"state": True}, "is not kept for Go"),
    ],
)
def test_what_a_language_can_t_do_is_refused(function: dict[str, Any], sentence: str):
    assert sentence in refusal(function)


def test_a_name_too_long_for_its_pod_is_refused_with_how_much_shorter():
    name = "a" * 50

    assert "a label with a hash behind it has 63 characters at most. Make it 7 shorter." in refusal(PYTHON, name=name)
    assert "Pulsar takes 55 characters before the number. Make it 13 shorter" in refusal(
        PYTHON | {"backend": "pulsar"}, name=name
    )


def test_a_name_may_be_as_long_as_its_pod_allows():
    assert spec(PYTHON, name="a" * 43).functions


def test_a_function_for_function_mesh_without_the_operator_is_refused():
    with pytest.raises(NotADeployment) as refused:
        stack_file.spec({"functions.shout": PYTHON | {"backend": "function-mesh"}})

    assert "is function-mesh, and operators.function_mesh is not set" in str(refused.value)


def test_a_function_with_neither_worker_nor_operator_is_refused():
    with pytest.raises(NotADeployment) as refused:
        stack_file.spec({"functions.shout": PYTHON})

    assert "spec.functions.shout.backend: is pulsar, and no functions worker runs" in str(refused.value)


@pytest.mark.parametrize(
    ("pipelines", "sentence"),
    [
        ({"etl": {"functions": ["shout", "clean"]}}, "names clean, which is not under functions. There: shout."),
        ({"etl": {}}, "a pipeline has at least one of either"),
        ({"etl": {"functions": ["shout", "shout"]}}, "has shout twice"),
        ({"etl": {"functions": ["shout"]}, "two": {"functions": ["shout"]}}, "names shout, which is in etl already"),
    ],
)
def test_a_pipeline_that_can_t_be_is_refused(pipelines: dict[str, Any], sentence: str):
    assert sentence in refusal(PYTHON, {"pipelines": pipelines})


def test_a_long_pipeline_s_name_counts_in_the_name_of_the_pods():
    assert f"its pods are called {'p' * 40}-shout-function-0" in refusal(
        PYTHON, {"pipelines": {"p" * 40: {"functions": ["shout"]}}}
    )
