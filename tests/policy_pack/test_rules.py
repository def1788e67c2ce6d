"""Each rule as a function: what keeps to it is left in peace, and what breaks it is told in one sentence."""

import copy
import dataclasses
from typing import Any

import pytest

from policies.rule import AnyRule, Exemption, Resource, ResourceRule, StackRule, findings
from policies.rules import RULES
from policies.values import UNKNOWN

from .cases import CASES, Case
from .model import LEFT_OUT, changed, model, paths, put

BY_ID = {rule.id: rule for rule in RULES}


def said(rule: AnyRule, found: dict[str, Resource], **settings: Any) -> str:
    return "\n".join(sentence for _, sentence in findings(rule, list(found.values()), settings))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_stack_that_keeps_to_every_rule_hears_of_none(rule: AnyRule):
    assert said(rule, model()) == ""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_breaks_a_rule_is_told_with_the_object_and_the_way_out(case: Case):
    sentences = said(BY_ID[case.rule], changed(case.changes)).splitlines()

    found = [sentence for sentence in sentences if case.says in sentence]
    assert found, f"expected {case.says!r} among {sentences}"
    assert all(sentence.endswith(".") and ". " in sentence for sentence in sentences), "What is wrong, then what to do."


def test_every_rule_is_broken_by_something():
    assert sorted({case.rule for case in CASES}) == sorted(BY_ID)


def test_a_rule_has_one_name_and_says_where_it_comes_from():
    assert len(BY_ID) == len(RULES)
    for rule in RULES:
        assert rule.says.endswith(".")
        assert rule.source


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (
            "public-endpoints-need-tls-and-authentication",
            {"proxy-service.spec.loadBalancerSourceRanges": ["10.0.0.0/8"]},
        ),
        (
            "public-endpoints-need-tls-and-authentication",
            {"proxy-service.metadata.annotations": {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}},
        ),
        (
            "public-endpoints-need-tls-and-authentication",
            {"proxy-service.metadata.annotations": {"networking.gke.io/load-balancer-type": "Internal"}},
        ),
        (
            "public-endpoints-need-tls-and-authentication",
            {"proxy-service.metadata.annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}},
        ),
        ("public-endpoints-need-tls-and-authentication", {"proxy-service.spec.type": "ClusterIP"}),
        ("cluster-api-is-not-open-to-the-world", {"eks.vpcConfig": {"endpointPublicAccess": False}}),
        ("cluster-api-is-not-open-to-the-world", {"gke.masterAuthorizedNetworksConfig": {}}),
        ("cluster-api-is-not-open-to-the-world", {"aks.apiServerAccessProfile": {"enablePrivateCluster": True}}),
        ("no-secret-in-a-config-map", {"broker-config.data.tlsKeyFilePath": "/pulsar/tls/tls.key"}),
        ("no-secret-in-a-config-map", {"broker-config.data.PULSAR_PREFIX_tokenSecretKey": "file:///pulsar/keys/token"}),
        ("no-secret-in-a-pod", {"etcd.spec.template.spec.containers.0.args": ["--initial-cluster-token=pulsar"]}),
        ("images-are-pinned", {"etcd.spec.template.spec.containers.0.image": "registry:5000/etcd@sha256:" + "0" * 64}),
        ("data-is-on-volumes", {"broker.spec.volumeClaimTemplates": LEFT_OUT}),
        (
            "metadata-survives-a-member",
            {"etcd.spec.replicas": 4, "etcd.spec.template.metadata.labels": {"app.kubernetes.io/name": "oxia"}},
        ),
        (
            "pods-hold-no-api-token",
            {
                "proxy.spec.template.spec.automountServiceAccountToken": True,
                "proxy.spec.template.metadata.labels": {"app.kubernetes.io/name": "oxia-coordinator"},
            },
        ),
        ("a-zone-may-be-lost", {f"subnet-{zone}": LEFT_OUT for zone in "abc"}),
        (
            "buckets-never-expire-objects",
            {"s3-lifecycle.rules.0": {"status": "Disabled", "expiration": {"days": 1}}},
        ),
        ("disks-are-encrypted", {"storage-class.provisioner": "disk.csi.azure.com", "storage-class.parameters": {}}),
    ],
    ids=str,
)
def test_what_is_safe_in_another_way_is_left_in_peace(rule: str, changes: dict[str, Any]):
    changed_too = {
        "public-endpoints-need-tls-and-authentication": {
            "proxy-config.data.PULSAR_PREFIX_authenticationEnabled": "false",
            "ingress": LEFT_OUT,
        }
    }

    assert said(BY_ID[rule], changed({**changed_too.get(rule, {}), **changes})) == ""


@pytest.mark.parametrize(
    ("rule", "settings", "changes", "says"),
    [
        ("images-are-pinned", {"digest": True}, {}, "Name it by its digest"),
        ("images-come-from-known-registries", {"registries": ["registry.example.com"]}, {}, "registry.example.com"),
        ("acknowledged-means-copied", {"least": 3}, {}, "at least 3"),
        ("metadata-survives-a-member", {"least": 5}, {}, "at least 5"),
        ("a-zone-may-be-lost", {"zones": 2}, {}, "in 2 zones"),
        ("memory-adds-up", {"least_overhead_mebibytes": 4096}, {}, "4096Mi for the JVM itself"),
        ("memory-adds-up", {"overhead_percent": 150}, {}, "3072Mi for the JVM itself"),
        ("keys-rotate-and-go-slowly", {"least_days": 30}, {"kms.deletionWindowInDays": 29}, "to 30 or more"),
        ("cluster-logs-who-did-what", {"logs": ["scheduler"]}, {}, "scheduler"),
        ("data-is-on-volumes", {"roles": ["broker"]}, {"broker.spec.volumeClaimTemplates": []}, "pulsar-broker"),
    ],
    ids=str,
)
def test_a_setting_makes_a_rule_stricter(rule: str, settings: dict[str, Any], changes: dict[str, Any], says: str):
    assert says in said(BY_ID[rule], changed(changes), **settings)


@pytest.mark.parametrize(
    ("rule", "settings", "changes"),
    [
        (
            "images-come-from-known-registries",
            {"registries": []},
            {"etcd.spec.template.spec.containers.0.image": "a:1"},
        ),
        ("acknowledged-means-copied", {"least": 1}, {"broker-config.data.managedLedgerDefaultAckQuorum": "1"}),
        (
            "namespaces-enforce-restricted",
            {"level": "baseline"},
            {"namespace.metadata.labels": {"pod-security.kubernetes.io/enforce": "baseline"}},
        ),
        ("disks-are-encrypted", {"own_key": False}, {"storage-class.parameters.kmsKeyId": LEFT_OUT}),
        (
            "load-balancers-name-their-clients",
            {"internal_annotations": {"metallb.io/address-pool": "office"}},
            {
                "proxy-service.metadata.annotations": {"metallb.io/address-pool": "office"},
                "proxy-service.spec.loadBalancerSourceRanges": LEFT_OUT,
            },
        ),
    ],
    ids=str,
)
def test_a_setting_makes_a_rule_milder(rule: str, settings: dict[str, Any], changes: dict[str, Any]):
    assert said(BY_ID[rule], changed(changes), **settings) == ""


def _each_changed(value: Any) -> list[tuple[str, dict[str, Resource]]]:
    whole = model()
    found = []
    for name, resource in whole.items():
        for path in paths(resource.properties):
            properties = copy.deepcopy(dict(resource.properties))
            put(properties, list(path), value)
            found.append((name, {**whole, name: dataclasses.replace(resource, properties=properties)}))
    return found


def _concerned(name: str, resources: dict[str, Resource]) -> list[AnyRule]:
    token = resources[name].token
    return [rule for rule in RULES if isinstance(rule, StackRule) or token in rule.types]


def test_nothing_is_wrong_with_what_only_the_update_will_tell():
    wrong = [
        (name, sentence)
        for name, resources in _each_changed(UNKNOWN)
        for rule in _concerned(name, resources)
        for _, sentence in findings(rule, list(resources.values()))
    ]

    assert wrong == [], "A preview would be refused for what nobody can know yet."


@pytest.mark.parametrize("value", [None, "text", [None]], ids=repr)
def test_no_value_whatever_it_is_breaks_the_pack_itself(value: Any):
    for name, resources in _each_changed(value):
        for rule in _concerned(name, resources):
            only = [resources[name]] if isinstance(rule, ResourceRule) else list(resources.values())
            findings(rule, only)


REMEDIED = [case for case in CASES if isinstance(rule := BY_ID[case.rule], ResourceRule) and rule.remedy is not None]


@pytest.mark.parametrize("case", REMEDIED, ids=str)
def test_a_remedy_sets_right_what_it_can_and_touches_nothing_else(case: Case):
    rule = BY_ID[case.rule]
    assert isinstance(rule, ResourceRule)
    assert rule.remedy
    broken = changed(case.changes)

    mended = dict(broken)
    for name, resource in broken.items():
        properties = copy.deepcopy(dict(resource.properties))
        for path, value in rule.remedy(resource.token, resource.properties) if resource.token in rule.types else ():
            put(properties, list(path), value)
        mended[name] = dataclasses.replace(resource, properties=properties)

    assert len(findings(rule, list(mended.values()))) <= len(findings(rule, list(broken.values())))
    again = [
        change
        for resource in mended.values()
        if resource.token in rule.types
        for change in rule.remedy(resource.token, resource.properties)
    ]
    assert again == [], "What is right is left as it is."


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in REMEDIED
        if case.says in ("Set reclaimPolicy to Retain.", "(blockPublicPolicy is not true)", "gain more right")
        or case.rule in ("volumes-outlive-their-pods", "pods-hold-no-api-token")
    ],
    ids=str,
)
def test_a_remedy_is_enough(case: Case):
    rule = BY_ID[case.rule]
    assert isinstance(rule, ResourceRule)
    assert rule.remedy
    found = changed(case.changes)
    for resource in found.values():
        for path, value in (
            list(rule.remedy(resource.token, resource.properties)) if resource.token in rule.types else []
        ):
            put(resource.properties, list(path), value)

    assert said(rule, found) == ""


def test_an_exempted_object_is_left_alone_and_the_others_are_not():
    rule = BY_ID["metadata-survives-a-member"]
    broken = list(changed({"etcd.spec.replicas": 1}).values())
    reason = "a stack to try things in"

    assert findings(rule, broken, exempt=[Exemption(object="pulsar-etcd", reason=reason)]) == []
    assert findings(rule, broken, exempt=[Exemption(object="pulsar-etcd", reason=reason, stack="model")]) == []
    assert findings(rule, broken, exempt=[Exemption(object="pulsar-etcd", reason=reason, stack="production")]) != []
    assert findings(rule, broken, exempt=[Exemption(object="events-etcd", reason=reason)]) != []
