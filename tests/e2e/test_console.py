"""Pulsar Manager's Job in a real Kubernetes and in Pulsar's own image, before a stand-in for Pulsar Manager."""

import contextlib
import pathlib

import kubernetes
import pytest

from components.apps import console
from components.apps.pulsar_manager import PORT, PulsarManagerSpec
from components.pulsar.objects import namespace
from components.pulsar.pod import container_security, pod_security
from tests import pulsar_manager
from tests.e2e.traffic import wait_for

PLACE, SECRET = "console-trial", "console-superuser"
SERVES = f"""
import http.server, time

class Everywhere(http.server.ThreadingHTTPServer):
    def __init__(self, address, handler):
        super().__init__(("0.0.0.0", {PORT}), handler)

http.server.ThreadingHTTPServer = Everywhere
manager = PulsarManager(starting=3, brokers_starting=2)
with served(manager):
    while True:
        time.sleep(0.2)
        print([user["name"] for user in manager.users], list(manager.environments), flush=True)
"""


def stand_in(page, image):
    """A pod that answers as Pulsar Manager does, where the Job looks for it."""
    labels = {"app.kubernetes.io/name": page.role, "app.kubernetes.io/instance": page.cluster}
    code = pathlib.Path(pulsar_manager.__file__).read_text() + SERVES
    container = {
        "name": "stand-in",
        "image": image,
        "command": ["python3", "-u", "-c", code],
        "ports": [{"name": "http", "containerPort": PORT}],
        "securityContext": container_security(),
    }
    around = {"name": page.name, "namespace": PLACE, "labels": labels}
    return [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": around,
            "spec": {
                "containers": [container],
                "securityContext": pod_security(),
                "terminationGracePeriodSeconds": 0,
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": around,
            "spec": {"selector": labels, "ports": [{"name": "http", "port": PORT, "targetPort": "http"}]},
        },
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": SECRET, "namespace": PLACE},
            "stringData": {"username": "admin", "password": "not-for-any-log"},
        },
    ]


@pytest.fixture
def trial(local_stack, core):
    """The name of the Job's object and of the stand-in's pod, in a namespace of their own."""
    spec = PulsarManagerSpec(kind="pulsar-manager", secret=SECRET, namespace=PLACE)
    pulsar = local_stack.spec.pulsar
    page, jobs = spec.workload(pulsar), spec.jobs(pulsar)
    (job,) = jobs.values()
    manifests = [namespace(PLACE, "restricted"), *stand_in(page, pulsar.effective_image), console.way_in(page, jobs)]
    with contextlib.ExitStack() as stack:
        stack.callback(core.delete_namespace, PLACE)
        for manifest in [*manifests, job]:
            kubernetes.utils.create_from_dict(core.api_client, manifest)
        yield job["metadata"]["name"], page.name


def test_the_job_makes_the_superuser_once_and_registers_pulsar(trial, core):
    job, pod = trial
    batch = kubernetes.client.BatchV1Api(core.api_client)

    assert wait_for(lambda: batch.read_namespaced_job(job, PLACE).status.succeeded, 120)
    (ran,) = core.list_namespaced_pod(PLACE, label_selector=f"job-name={job}").items
    told = core.read_namespaced_pod_log(ran.metadata.name, PLACE)
    assert told.endswith("Registered the environment pulsar.\n")
    assert told.count("Made the superuser.") == 1
    assert "not-for-any-log" not in told
    assert wait_for(lambda: "['admin'] ['pulsar']" in core.read_namespaced_pod_log(pod, PLACE, tail_lines=1), 30)
