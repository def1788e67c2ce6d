"""What an `up` waits for, and what it says when that doesn't come."""

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest

from local.engine.kubernetes_plugin.readiness import others, pods, verdict, workloads
from local.engine.kubernetes_plugin.readiness.conditions import conditions


@dataclasses.dataclass
class Around:
    """A cluster's objects by their plural."""

    objects: dict[str, list[dict[str, Any]]] = dataclasses.field(default_factory=dict)

    def neighbours(self, api_version, plural, *, cluster=False):
        return self.objects.get(plural, [])

    @property
    def informers(self):
        return SimpleNamespace(of=lambda path: SimpleNamespace(objects=self.objects.get(path, {}), refused=None))


def _workload(kind, spec, status, generation=1):
    about = {"name": "w", "uid": "u", "generation": generation, "namespace": "n"}
    spec = {"selector": {"matchLabels": {"app": "w"}}, **spec}
    return {"kind": kind, "metadata": about, "spec": spec, "status": {"observedGeneration": 1, **status}}


def _pod(name="w-0", owner="u", **status):
    about = {"name": name, "uid": f"uid-{name}", "labels": {"app": "w"}, "ownerReferences": [{"uid": owner}]}
    return {"kind": "Pod", "metadata": about, "status": {"phase": "Pending", **status}}


def _waiting(reason, message="", **last):
    return {"containerStatuses": [{"name": "c", "state": {"waiting": {"reason": reason, "message": message}}, **last}]}


ROLLED = {"replicas": 3, "updatedReplicas": 3, "availableReplicas": 3, "readyReplicas": 3}
REVISIONS = {"currentRevision": "1", "updateRevision": "2"}


@pytest.mark.parametrize(
    ("check", "live", "ready"),
    [
        pytest.param(workloads.deployment, _workload("Deployment", {"replicas": 3}, ROLLED), True, id="rolled"),
        pytest.param(
            workloads.deployment,
            _workload("Deployment", {"replicas": 3}, {**ROLLED, "replicas": 4}),
            False,
            id="old pod",
        ),
        pytest.param(
            workloads.deployment, _workload("Deployment", {"replicas": 3}, ROLLED, generation=2), False, id="not seen"
        ),
        pytest.param(workloads.deployment, _workload("Deployment", {"replicas": 0}, {}), True, id="scaled to nothing"),
        pytest.param(
            workloads.stateful_set,
            _workload("StatefulSet", {"replicas": 3}, {**ROLLED, **REVISIONS, "updatedReplicas": 1}),
            False,
            id="set that is rolling",
        ),
        pytest.param(
            workloads.stateful_set,
            _workload(
                "StatefulSet",
                {"replicas": 3, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}},
                {**ROLLED, **REVISIONS, "updatedReplicas": 1},
            ),
            True,
            id="set that rolls no further",
        ),
        pytest.param(
            workloads.stateful_set,
            _workload("StatefulSet", {"replicas": 3, "updateStrategy": {"type": "OnDelete"}}, {**ROLLED, **REVISIONS}),
            True,
            id="set that rolls by hand",
        ),
        pytest.param(
            workloads.daemon_set, _workload("DaemonSet", {}, {"desiredNumberScheduled": 0}), True, id="no node"
        ),
        pytest.param(
            workloads.job,
            _workload("Job", {}, {"conditions": [{"type": "Complete", "status": "True"}]}),
            True,
            id="job done",
        ),
        pytest.param(workloads.job, _workload("Job", {"suspend": True}, {}), True, id="job that is suspended"),
        pytest.param(workloads.job, _workload("Job", {}, {"active": 1}), False, id="job that runs"),
    ],
)
def test_a_workload_is_ready_when_all_of_it_is_what_was_asked_for(check, live, ready):
    assert check(live, Around()).ready is ready


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (_waiting("ImagePullBackOff", "no such image"), "w-0: container c: ImagePullBackOff: no such image"),
        (
            _waiting("CrashLoopBackOff", lastState={"terminated": {"exitCode": 137, "reason": "OOMKilled"}}),
            "w-0: container c: crashes again and again, last ended with exit code 137 (OOMKilled)",
        ),
        (
            {
                "conditions": [
                    {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no cpu"}
                ]
            },
            "w-0: can't be scheduled: no cpu",
        ),
        (_waiting("ContainerCreating"), "1 of 3 pods ready"),
    ],
)
def test_a_workload_that_is_not_ready_says_which_pod_and_why(status, reason):
    live = _workload("StatefulSet", {"replicas": 3}, {"readyReplicas": 1, "replicas": 3})
    verdict = workloads.stateful_set(live, Around({"pods": [_pod(**status)]}))
    assert verdict.message.endswith(reason)
    assert verdict.message.startswith("1 of 3 pods ready")


def test_a_probe_that_fails_is_told_from_the_newest_warning():
    pod = _pod(phase="Running")
    about = {"uid": "uid-w-0", "fieldPath": "spec.containers{broker}"}
    events = [
        {"type": "Warning", "metadata": {"resourceVersion": "9"}, "involvedObject": about, "message": "HTTP 503"},
        {"type": "Warning", "metadata": {"resourceVersion": "10"}, "involvedObject": about, "message": "HTTP 500"},
        {"type": "Normal", "metadata": {"resourceVersion": "11"}, "involvedObject": about, "message": "pulled"},
    ]
    assert pods.why_not_ready(pod, Around({"events": events})) == "container broker: HTTP 500"  # type: ignore[arg-type]


def test_a_job_that_failed_is_not_waited_for():
    failed = {"conditions": [{"type": "Failed", "status": "True", "message": "backoff limit"}]}
    verdict = workloads.job(_workload("Job", {}, failed), Around())  # type: ignore[arg-type]
    assert verdict.failed
    assert "the Job failed: backoff limit" in verdict.message


def test_an_image_name_that_can_never_be_pulled_is_not_waited_for():
    live = _workload("Deployment", {"replicas": 1}, {})
    around = Around({"pods": [_pod(**_waiting("InvalidImageName", "bad"))]})
    assert workloads.deployment(live, around).failed  # type: ignore[arg-type]


def test_a_kubelet_that_is_late_to_see_a_config_map_is_waited_for():
    live = _workload("Deployment", {"replicas": 1}, {})
    late = _waiting("CreateContainerConfigError", "failed to sync configmap cache: timed out waiting for the condition")
    verdict = workloads.deployment(live, Around({"pods": [_pod(**late)]}))  # type: ignore[arg-type]
    assert not verdict.failed
    assert "failed to sync configmap cache" in verdict.message


def _service(spec, status=None):
    return {"kind": "Service", "metadata": {"name": "s"}, "spec": spec, "status": status or {}}


@pytest.mark.parametrize(
    "spec",
    [{}, {"selector": {"a": "b"}, "clusterIP": "None"}, {"type": "ExternalName", "externalName": "x"}],
    ids=["no selector", "headless", "external"],
)
def test_a_service_that_promises_nothing_is_not_waited_for(spec):
    assert others.service(_service(spec), Around()).ready  # type: ignore[arg-type]


@pytest.mark.parametrize(("ready", "expected"), [(True, True), (False, False), (None, True)])
def test_a_service_waits_for_a_pod_that_is_ready(ready, expected):
    slices = [
        {
            "metadata": {"labels": {"kubernetes.io/service-name": "s"}},
            "endpoints": [{"conditions": {} if ready is None else {"ready": ready}}],
        }
    ]
    around = Around({"endpointslices": slices})
    assert others.service(_service({"selector": {"a": "b"}}), around).ready is expected  # type: ignore[arg-type]


def test_a_load_balancer_waits_for_its_address():
    verdict = others.service(_service({"type": "LoadBalancer", "selector": {"a": "b"}}), Around())  # type: ignore[arg-type]
    assert verdict.message == "the load balancer has no address yet"


def test_a_claim_of_a_class_that_waits_for_a_pod_is_not_waited_for():
    about = {"name": "slow", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    around = Around({"storageclasses": [{"metadata": about, "volumeBindingMode": "WaitForFirstConsumer"}]})
    claim = {"metadata": {"name": "c"}, "spec": {}, "status": {"phase": "Pending"}}
    assert others.claim(claim, around).ready  # type: ignore[arg-type]
    assert not others.claim({**claim, "spec": {"storageClassName": "fast"}}, around).ready  # type: ignore[arg-type]


LAMP = {
    "status": {"level": 3, "on": True, "conditions": [{"type": "Ready", "status": "False"}]},
    "metadata": {"labels": {"a.b/c": "d"}},
}


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("condition=Ready", False),
        ("condition=Ready=False", True),
        ("jsonpath={.status.level}=3", True),
        ("jsonpath={.status.level}=4", False),
        ("jsonpath={.status.on}=true", True),
        ("jsonpath={.status.nothing}", False),
        ("jsonpath={.metadata.labels['a.b/c']}=d", True),
        ("jsonpath={.status.conditions[0].type}=Ready", True),
        ('jsonpath={.status.conditions[?(@.type=="Ready")].status}=False', True),
        ('["jsonpath={.status.level}", "condition=Ready"]', False),
        ('["jsonpath={.status.level}", "condition=Ready=False"]', True),
    ],
)
def test_a_condition_of_one_s_own_is_waited_for(text, met):
    assert conditions(text)(LAMP, Around()).ready is met  # type: ignore[arg-type]


def test_a_controller_s_reason_is_what_the_waiting_says():
    told = {"type": "Ready", "status": "False", "reason": "ReconcileError", "message": "the tenant is missing"}
    found = conditions("condition=Ready")({"status": {"conditions": [told]}}, Around())  # type: ignore[arg-type]

    assert found.message == "waiting for condition=Ready, which is False (ReconcileError: the tenant is missing)"


def test_what_stands_beside_an_awaited_value_is_what_the_waiting_says():
    part = {"condition": "StatefulSetReady", "status": "False", "action": "Create"}
    expression = "jsonpath={.status.conditions.StatefulSet.status}=True"
    found = conditions(expression)({"status": {"conditions": {"StatefulSet": part}}}, Around())  # type: ignore[arg-type]
    nothing = conditions(expression)({"status": {}}, Around())  # type: ignore[arg-type]

    assert found.message == (
        f"waiting for {expression}, where it says action: Create, condition: StatefulSetReady, status: False"
    )
    assert nothing.message == f"waiting for {expression}"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            {"readyReplicas": 1, "conditions": [{"type": "Error", "status": "True", "message": "no valid licence"}]},
            "where it says readyReplicas: 1, Error is True (no valid licence)",
        ),
        (
            {"conditions": {"set": {"condition": "StatefulSetReady", "status": "False", "action": "Wait"}}},
            "where it says StatefulSetReady is False (Wait)",
        ),
    ],
    ids=["a list", "a mapping"],
)
def test_a_number_that_is_waited_for_says_what_the_controller_says_in_words(status, words):
    expression = "jsonpath={.status.readyReplicas}=3"

    assert conditions(expression)({"status": status}, Around()).message == f"waiting for {expression}, {words}"  # type: ignore[arg-type]


def test_conditions_of_another_shape_are_none_of_kubernetes_own():
    part = {"condition": "StatefulSetReady", "status": "True"}

    assert verdict.condition({"status": {"conditions": {"StatefulSet": part}}}, "Ready") == {}


@pytest.mark.parametrize("where", ["condition", "status"])
def test_a_condition_of_an_object_before_its_change_is_not_waited_for_successfully(where):
    told = {"type": "Ready", "status": "True", "reason": "Reconciled"}
    lamp = {"metadata": {"generation": 2}, "status": {"conditions": [told]}}
    (told if where == "condition" else lamp["status"])["observedGeneration"] = 1
    check = conditions("condition=Ready")

    found = check(lamp, Around())  # type: ignore[arg-type]
    assert (found.ready, found.message) == (False, "waiting for condition=Ready")

    (told if where == "condition" else lamp["status"])["observedGeneration"] = 2
    assert check(lamp, Around()).ready  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["Ready", "jsonpath=", "condition=", "jsonpath={.a[?(@.b>1)]}"])
def test_a_condition_that_cannot_be_read_is_refused_with_what_can(text):
    with pytest.raises(ValueError, match=r"pulumi.com/waitFor is"):
        conditions(text)
