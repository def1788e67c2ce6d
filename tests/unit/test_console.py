"""The console: nobody gets to it from outside without a login, and no secret of it is written anywhere."""

import json

import pytest

from components import mistakes
from components.apps import console
from components.clusters.cluster import Offer
from components.pulsar.objects import objects
from evaluation import program, stack_files
from policies.rule import Resource, findings
from policies.rules import RULES
from tests import stack_file

LOGIN = {
    "issuer": "https://login.example.org/realms/staff",
    "client_id": "pulsar-console",
    "secret": "console-login",
    "email_domains": ["example.org"],
    "url": "https://pulsar.example.org",
}


def made(given):
    spec = stack_file.spec({"console": given})
    assert spec.console
    return {work.role: work for work in spec.console.workloads(spec.pulsar, Offer())}


def refused(given):
    with pytest.raises(mistakes.NotADeployment) as error:
        stack_file.spec({"console": given})
    return {".".join(map(str, where)): sentence for where, sentence in error.value.found}


def test_a_stack_that_says_nothing_of_it_has_none():
    assert stack_file.spec().console is None


def test_without_a_login_nothing_leads_to_it_from_outside():
    (work,) = made({}).values()

    assert objects(work)["pulsar-dekaf-service"]["spec"]["type"] == "ClusterIP"
    assert work.namespace == "pulsar-console"


def test_there_is_no_setting_that_opens_it_without_a_login():
    assert "is not a setting here" in refused({"service": {"type": "LoadBalancer"}})["console.service"]


def test_dekaf_itself_stays_inside_when_its_login_is_opened():
    found = made({"login": {**LOGIN, "service": {"type": "LoadBalancer"}}})

    services = {role: objects(work)[f"{work.name}-service"]["spec"]["type"] for role, work in found.items()}
    assert services == {"dekaf": "ClusterIP", "console-login": "LoadBalancer"}


def test_dekaf_is_told_what_its_documentation_asks_for():
    work = made({"login": LOGIN})["dekaf"]

    assert work.environment == {
        "DEKAF_PULSAR_NAME": "pulsar",
        "DEKAF_PULSAR_WEB_URL": "http://pulsar-proxy.pulsar.svc.cluster.local:8080",
        "DEKAF_PULSAR_BROKER_URL": "pulsar://pulsar-proxy.pulsar.svc.cluster.local:6650",
        "DEKAF_PORT": "8090",
        "DEKAF_DATA_DIR": "/dekaf/data",
        "DEKAF_PUBLIC_BASE_URL": "https://pulsar.example.org",
        "DEKAF_COOKIE_SECURE": "true",
    }


def test_the_image_s_own_command_starts_dekaf():
    container = objects(made({})["dekaf"])["pulsar-dekaf"]["spec"]["template"]["spec"]["containers"][0]

    assert "command" not in container


def test_the_login_asks_the_provider_and_hands_on_to_dekaf_alone():
    words = made({"login": LOGIN})["console-login"].command

    assert "--oidc-issuer-url=https://login.example.org/realms/staff" in words
    assert "--redirect-url=https://pulsar.example.org/oauth2/callback" in words
    assert "--email-domain=example.org" in words
    assert [each for each in words if each.startswith("--upstream=")] == [
        "--upstream=http://pulsar-dekaf.pulsar-console.svc.cluster.local:8090/"
    ]
    assert not [each for each in words if each.startswith("--skip-auth")]


def test_the_login_s_secrets_are_named_and_never_written():
    manifest = json.dumps(objects(made({"login": LOGIN})["console-login"])["pulsar-console-login"])

    for key in ("client-secret", "cookie-secret"):
        assert f'"secretKeyRef": {{"name": "console-login", "key": "{key}"}}' in manifest
    assert "--client-secret" not in manifest
    assert "--cookie-secret" not in manifest


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"service": {"type": "LoadBalancer", "public": True}}, "service.public", "ends TLS before the Service"),
        ({"issuer": "http://login.example.org"}, "issuer", "begins with https://"),
        ({"url": "https://example.org/pulsar"}, "url", "has a path"),
        ({"email_domains": ["*"]}, "email_domains", "lets in everybody"),
        ({"email_domains": []}, "email_domains", ""),
    ],
)
def test_a_login_that_protects_nothing_is_refused_with_the_way_out(changes, place, words):
    assert words in refused({"login": {**LOGIN, **changes}})[f"console.login.{place}"]


def test_nobody_in_the_cluster_reaches_dekaf_but_the_login():
    found = made({"login": LOGIN})
    policy = console.way_in(found["dekaf"], {})["spec"]
    pods = {role: objects(work)[work.name]["spec"]["template"]["metadata"]["labels"] for role, work in found.items()}

    ((source,),) = [each["from"] for each in policy["ingress"]]
    assert policy["podSelector"]["matchLabels"].items() <= pods["dekaf"].items()
    let_in = source["podSelector"]["matchLabels"].items()
    assert [role for role, labels in pods.items() if let_in <= labels.items()] == ["console-login"]


def test_pulsar_s_own_namespace_is_refused():
    assert "pulsar is made for Pulsar as well" in refused({"namespace": "pulsar"})["console.namespace"]


def test_the_console_and_the_demo_keep_to_every_mandatory_rule():
    config = {stack_files.SPEC: stack_file.raw({"console": {"login": LOGIN}, "demo": {}})}
    resources = [
        Resource(type=each.type, name=each.name, properties=each.inputs, protected=True)
        for each in program.evaluate("test", config)
    ]

    names = {each.name for each in resources}
    assert {"pulsar-dekaf", "pulsar-console-login", "pulsar-demo", "pulsar-console-namespace"} <= names
    mandatory = [rule for rule in RULES if rule.level == "mandatory"]
    assert [sentence for rule in mandatory for _, sentence in findings(rule, resources)] == []
