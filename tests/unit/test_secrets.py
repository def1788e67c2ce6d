"""No secret gets into the spec, whatever it is dressed as, and none is repeated in a message."""

import json
from typing import Any

import pulumi
import pytest

from components import mistakes, secrecy, stack
from tests import stack_file

WAY_OUT = "Set it beside the spec with `pulumi config set --secret pulsar:NAME`, or name an existing Kubernetes Secret."
ENCRYPTED = f"is a secret, and the spec holds none: it would stand in the state. {WAY_OUT}"
BY_NAME = f"looks like a secret, and the spec holds none. {WAY_OUT}"
BY_LOOKS = f"holds what looks like a key, a token or a password, and the spec holds no secret. {WAY_OUT}"
CONF_KEY = (
    "looks like a secret, and a stack file's spec holds none: it would stand in the state and in every preview. "
    "Mount an existing Kubernetes Secret and give its path here (file:///…)."
)
KUBECONFIG = (
    "is a kubeconfig's content, and it holds secrets. "
    "Set it with `pulumi config set --secret pulsar:kubeconfig < FILE` instead, or give the file's path here."
)
# Assembled here, so that no scanner takes this file for a leak.
SECRET = "hunter" + "2"
PRIVATE_KEY = f"-----BEGIN {'PRIVATE'} KEY-----\n{SECRET}"
SIGNED_TOKEN = ".".join(("ey" + "JhbGciOiJSUzI1NiJ9", "ey" + "JzdWIiOiJhIn0", SECRET))

CASES = {
    "an encrypted conf value": ("pulsar.broker.config", {"a": {"secure": SECRET}}, "pulsar.broker.config.a", ENCRYPTED),
    "an encrypted part": ("pulsar.proxy", {"secure": SECRET}, "pulsar.proxy", ENCRYPTED),
    "an encrypted entry of a list": (
        "pulsar.proxy.service",
        {"type": "LoadBalancer", "source_ranges": [{"secure": SECRET}]},
        "pulsar.proxy.service.source_ranges.0",
        ENCRYPTED,
    ),
    "a password": ("pulsar.password", SECRET, "pulsar.password", BY_NAME),
    "a token": ("pulsar.broker.token", SECRET, "pulsar.broker.token", BY_NAME),
    "several tokens": ("pulsar.tokens", [SECRET], "pulsar.tokens", BY_NAME),
    "a number as a passphrase": ("pulsar.passphrase", 1234, "pulsar.passphrase", BY_NAME),
    "a password in camel case": ("pulsar.adminPassword", SECRET, "pulsar.adminPassword", BY_NAME),
    "an access key": ("cluster.access_key", SECRET, "cluster.access_key", BY_NAME),
    "a kubeconfig": ("cluster.kubeconfig", SECRET, "cluster.kubeconfig", BY_NAME),
    "a kubeconfig where its path belongs": (
        "cluster.kubeconfig_path",
        f"apiVersion: v1\nclusters: []\n{SECRET}",
        "cluster.kubeconfig_path",
        KUBECONFIG,
    ),
    "a whole kubeconfig with a client's key": (
        "cluster.kubeconfig_path",
        f"client-key-data: {SECRET}",
        "cluster.kubeconfig_path",
        BY_LOOKS,
    ),
    "a key store's password": (
        "pulsar.broker.config",
        {"tlsKeyStorePassword": SECRET},
        "pulsar.broker.config.tlsKeyStorePassword",
        CONF_KEY,
    ),
    "what a client authenticates with": (
        "pulsar.proxy.config",
        {"brokerClientAuthenticationParameters": SECRET},
        "pulsar.proxy.config.brokerClientAuthenticationParameters",
        CONF_KEY,
    ),
    "a token of Pulsar's own kind": (
        "pulsar.broker.config",
        {"a": f"token:{SECRET}"},
        "pulsar.broker.config.a",
        BY_LOOKS,
    ),
    "a private key": ("pulsar.broker.config", {"a": PRIVATE_KEY}, "pulsar.broker.config.a", BY_LOOKS),
    "a signed token": (
        "pulsar.proxy.service",
        {"annotations": {"a": SIGNED_TOKEN}},
        "pulsar.proxy.service.annotations.a",
        BY_LOOKS,
    ),
    "a URL with a password": (
        "pulsar.broker.config",
        {"httpProxy": f"http://me:{SECRET}@proxy"},
        "pulsar.broker.config.httpProxy",
        BY_LOOKS,
    ),
}


@pytest.mark.parametrize(("path", "value", "where", "sentence"), CASES.values(), ids=CASES)
def test_a_secret_in_the_spec_is_refused_and_never_repeated(path: str, value: Any, where: str, sentence: str):
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read(stack_file.raw({path: value}), "test")

    assert str(refused.value).splitlines()[1:] == [f"  spec.{where}: {sentence}"]
    assert SECRET not in str(refused.value), "A message ends in a build's log, where a secret must not stand."


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tokenPublicKey", "file:///pulsar/keys/public"),
        ("tokenSecretKey", "file:///pulsar/keys/secret"),
        ("tlsKeyStorePasswordPath", "/pulsar/keys/password"),
        ("tokenAuthClaim", "sub"),
        ("tokenAudience", "pulsar"),
        ("forwardAuthorizationCredentials", True),
    ],
)
def test_paths_to_mounted_secrets_and_harmless_keys_are_accepted(key: str, value: Any):
    spec = stack_file.spec({"pulsar.broker.config": {key: value}})

    assert key in spec.pulsar.broker.config


def test_a_spec_that_is_one_secret_is_refused_even_when_it_is_fine_otherwise():
    pulumi.runtime.set_all_config({"pulsar:spec": json.dumps(stack_file.raw())}, ["pulsar:spec"])

    with pytest.raises(pulumi.RunError) as refused:
        stack.load(pulumi.Config("pulsar"))

    assert str(refused.value).splitlines()[1:] == [
        f"  spec: holds a secret (`secure:`), which would stand in the state in the clear. {WAY_OUT}"
    ]


def test_a_spec_that_is_encrypted_text_is_refused_as_a_secret():
    with pytest.raises(mistakes.NotADeployment) as refused:
        stack.read({"secure": SECRET}, "test")

    assert [where for where, _ in refused.value.found] == [()]
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("name", ["monkey", "keys", "tokenizer", "passage", "key_value", "secretion"[:4]])
def test_a_harmless_name_is_not_taken_for_a_secret(name: str):
    assert not secrecy.named(name)
