"""Functions in a variant: the built examples brought along, messages sent through, and Pulsar's REST API asked."""

import json
import shutil
import urllib.request
from typing import Any

import pulsar
import pytest
from kubernetes.stream import stream

from local import example_functions
from local.example_functions import BUILD, CannotBuild
from local.reach import Endpoints

from .variant import Variant

PATIENCE_MS = 240_000
WEATHER = {
    "language": "java",
    "backend": "pulsar",
    "package": "examples/functions/build/weather.jar",
    "class_name": "org.example.weather.Weather",
    "inputs": ["readings"],
    "input_schema": "json",
    "input_type": "org.example.weather.Reading",
    "output": "reports",
    "output_schema": "json",
    "output_type": "org.example.weather.Report",
}
LARGE_ORDERS = {
    "language": "go",
    "backend": "pulsar",
    "package": "examples/functions/build/large-orders",
    "inputs": ["orders"],
    "output": "large-orders",
    "user_config": {"threshold": 1000},
}


def bring(up: Variant, *folders: str) -> None:
    """Build examples and put them where the variant's project looks; without their compilers the tests are skipped."""
    for artifact in example_functions.ARTIFACTS:
        if artifact.folder in folders:
            try:
                example_functions.build(artifact)
            except CannotBuild as reason:
                if artifact.missing():
                    pytest.skip(str(reason))
                raise
            target = up.project.folder / BUILD.relative_to(example_functions.PROJECT)
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(BUILD / artifact.file, target)


def through(endpoints: Endpoints, message: bytes, first: str, last: str) -> bytes:
    """What comes out of the last topic for a message to the first."""
    client = pulsar.Client(endpoints.pulsar, logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error))
    try:
        out = client.create_reader(last, pulsar.MessageId.latest)
        client.create_producer(first).send(message)
        return out.read_next(timeout_millis=PATIENCE_MS).data()
    finally:
        client.close()


def ask(endpoints: Endpoints, path: str = "", method: str = "GET") -> Any:
    """What Pulsar's REST API says below the functions of `public/default`, through the proxy."""
    url = f"{endpoints.http}/admin/v3/functions/public/default{path}"
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=60) as answer:
        said = answer.read()
    return json.loads(said) if said else None


def names(endpoints: Endpoints) -> list[str]:
    """The functions that Pulsar has."""
    return sorted(ask(endpoints))


def trigger(endpoints: Endpoints, name: str, message: str) -> str:
    """What a function answers to a message that is given to it by REST."""
    import urllib3

    url = f"{endpoints.http}/admin/v3/functions/public/default/{name}/trigger"
    answer = urllib3.request("POST", url, fields={"data": (None, message, "text/plain")}, timeout=60, retries=False)
    assert answer.status == 200, answer.data
    return answer.data.decode()


def pulsar_admin(up: Variant, *words: str) -> str:
    """What Pulsar's command line prints in the toolset pod."""
    (pod,) = up.core.list_namespaced_pod(up.namespace, label_selector="app.kubernetes.io/name=toolset").items
    return stream(
        up.core.connect_get_namespaced_pod_exec,
        pod.metadata.name,
        up.namespace,
        command=["bin/pulsar-admin", *words],
        stderr=False,
        stdin=False,
        stdout=True,
        tty=False,
    )
