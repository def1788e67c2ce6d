"""What the stand-in Kubernetes plugin waits for on a real cluster, and what it says when that doesn't come."""

import signal
import time

import pytest

from tests.engine.on_cluster import Cluster, Trial, cluster, kubeconfig, lamp, stand_ins, trial
from tests.engine.trial import eventually

__all__ = ["cluster", "kubeconfig", "stand_ins", "trial"]

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(240)]


@pytest.mark.parametrize(
    ("container", "reasons"),
    [
        pytest.param('image="docker.io/library/not-there:1"', ["ErrImage|ImagePullBackOff", "not-there:1"], id="image"),
        pytest.param(
            'command=["sh", "-c", "echo the disk is full; exit 3"]', ["exit code 3", "the disk is full"], id="crash"
        ),
        pytest.param(
            'readinessProbe={"httpGet": {"port": 7, "path": "/ready"}, "periodSeconds": 1}',
            ["container c: Readiness probe failed"],
            id="probe",
        ),
        pytest.param(
            'resources={"requests": {"cpu": "900"}}', ["can't be scheduled", "Insufficient cpu"], id="scheduling"
        ),
    ],
)
def test_what_is_not_ready_says_why_and_stays_in_the_state(trial: Trial, container: str, reasons: list[str]):
    said = trial.up(f'pods("unready", opts=seconds(8), {container})', expect=1).output
    assert "was not ready after 8 s: 0 of 1 pods available" in said
    for reason in reasons:
        assert any(each in said for each in reason.split("|")), said
    assert trial.state()["unready"]["initErrors"]
    trial.up('pods("unready")')
    assert "initErrors" not in trial.state()["unready"], "the next update waits again, and finds it ready"


def test_a_job_that_fails_shows_its_last_words(trial: Trial):
    said = trial.up(
        """
        k8s.batch.v1.Job("fails", metadata={"namespace": NS, "name": "fails"}, spec={"backoffLimit": 0,
            "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", **BUSY, "command": ["sh", "-c",
             "echo no such cluster; exit 4"]}]}}})
        """,
        expect=1,
    ).output
    assert "can't become ready: the Job failed" in said
    assert "no such cluster" in said


def test_a_service_without_pods_says_which_labels_it_looks_for(trial: Trial):
    said = trial.up(
        """
        k8s.core.v1.Service("nobody", metadata={"namespace": NS, "name": "nobody", "annotations":
            {"pulumi.com/timeoutSeconds": "2"}}, spec={"selector": {"app": "nobody"}, "ports": [{"port": 80}]})
        """,
        expect=1,
    ).output
    assert "was not ready after 2 s: no endpoints: no pods with the labels app=nobody" in said


def test_nothing_is_waited_for_when_the_annotation_says_so(trial: Trial):
    trial.up('pods("patient", annotations={"pulumi.com/skipAwait": "true"}, image="docker.io/library/not-there:1")')


def test_a_custom_resource_is_waited_for_as_its_annotation_says(trial: Trial, cluster: Cluster):
    wanted = '["condition=Ready", "jsonpath={.status.level}=3"]'
    trial.up(lamp(cluster))
    trial.write("__main__.py", lamp(cluster, watts="6", **{"pulumi.com/waitFor": wanted}))
    group = f"apis/{cluster.namespace}.example.com/v1"
    with trial.started("up", "--yes", "--skip-preview") as process:
        eventually(lambda: cluster.get("lamps", "lamp", group)["spec"]["watts"] == 6)
        time.sleep(0.5)
        assert process.poll() is None, "it waits"
        status = {"conditions": [{"type": "Ready", "status": "True"}], "level": 3}
        cluster.change("lamps", "lamp", {"status": status}, group)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said


def test_ctrl_c_ends_a_wait_at_once_and_keeps_what_was_made(trial: Trial, cluster: Cluster):
    trial.write("__main__.py", 'pods("stopped", image="docker.io/library/not-there:1")')
    with trial.started("up", "--yes", "--skip-preview") as process:
        eventually(lambda: cluster.get("deployments", "stopped", "apis/apps/v1"))
        time.sleep(1)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert "Stopped while waiting for Deployment" in said
    assert "stopped" in trial.state()
