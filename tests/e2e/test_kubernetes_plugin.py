"""The stand-in Kubernetes plugin, with the real engine on a real cluster."""

import json
import os
import pathlib
import secrets
import signal
import textwrap
import time

import pytest

from local.engine import Engine, prepare
from local.engine.kubernetes_plugin.kubeconfig import connect
from local.engine.kubernetes_plugin.rest import ApiError, Client
from local.paths import KUBECONFIG
from local.progress import Progress
from tests.engine.trial import Trial, eventually, no_engine

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(240)]

HEAD = """
import json, pulumi, pulumi_kubernetes as k8s
NS = "{namespace}"
BUSY = {{"image": "docker.io/library/busybox:1.35.0", "imagePullPolicy": "IfNotPresent"}}

def conf(name="conf", data=None, opts=None, **metadata):
    return k8s.core.v1.ConfigMap(name, metadata={{"namespace": NS, "name": name, **metadata}}, data=data or {{}}, opts=opts)

def pods(name, *, replicas=1, opts=None, annotations=None, **container):
    container = {{"name": "c", **BUSY, "command": ["sleep", "3600"], **container}}
    template = {{"metadata": {{"labels": {{"app": name}}}},
                 "spec": {{"terminationGracePeriodSeconds": 1, "containers": [container]}}}}
    return k8s.apps.v1.Deployment(name, metadata={{"namespace": NS, "name": name, "annotations": annotations or {{}}}},
        spec={{"replicas": replicas, "selector": {{"matchLabels": {{"app": name}}}}, "template": template}}, opts=opts)

def seconds(number):
    return pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create=f"{{number}}s", update=f"{{number}}s"))
"""


class Cluster:
    """What the tests see of the cluster, and change behind the engine's back."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client = client
        self.namespace = namespace

    def path(self, plural: str, name: str, api: str = "api/v1") -> str:
        return f"/{api}/namespaces/{self.namespace}/{plural}/{name}"

    def get(self, plural: str, name: str, api: str = "api/v1"):
        try:
            return self.client.request("GET", self.path(plural, name, api))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def change(self, plural: str, name: str, body, api: str = "api/v1"):
        query = {"fieldManager": "somebody-else"}
        kind = "application/merge-patch+json"
        return self.client.request("PATCH", self.path(plural, name, api), query=query, body=body, content_type=kind)

    def delete(self, plural: str, name: str, api: str = "api/v1"):
        return self.client.request("DELETE", self.path(plural, name, api))


@pytest.fixture(scope="module")
def kubeconfig() -> pathlib.Path:
    path = pathlib.Path(os.environ.get("PULSAR_TEST_KUBECONFIG") or KUBECONFIG)
    if not path.exists():
        pytest.skip("there is no cluster: `make up` brings one, or name a kubeconfig with PULSAR_TEST_KUBECONFIG")
    return path


@pytest.fixture(scope="module")
def stand_ins() -> Engine:
    reason = no_engine()
    if reason:
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSAR_ENGINE", "stand-in")
        return prepare(Progress(), kubeconfig=None)


@pytest.fixture(scope="module")
def cluster(kubeconfig: pathlib.Path):
    client, name = Client(connect(str(kubeconfig))), f"plugin-{secrets.token_hex(3)}"
    client.request("POST", "/api/v1/namespaces", body={"metadata": {"name": name}})
    account = f"/api/v1/namespaces/{name}/serviceaccounts/default"

    def is_there() -> bool:
        try:
            return bool(client.request("GET", account))
        except ApiError:
            return False

    eventually(is_there)
    yield Cluster(client, name)
    client.request("DELETE", f"/api/v1/namespaces/{name}")


class Written(Trial):
    """A trial whose programs start with the helpers above."""

    namespace = ""

    def write(self, path: str, text: str) -> pathlib.Path:
        if path == "__main__.py":
            text = HEAD.format(namespace=self.namespace) + textwrap.dedent(text)
        return super().write(path, text)


@pytest.fixture
def trial(stand_ins: Engine, tmp_path: pathlib.Path, kubeconfig: pathlib.Path, cluster: Cluster):
    made = Written(stand_ins, tmp_path, kubeconfig)
    made.namespace = cluster.namespace
    yield made
    made.run("destroy", "--yes", "--skip-preview", expect=None)


# --- the life of an object


def test_a_second_up_changes_nothing_and_a_destroy_leaves_nothing(trial: Trial, cluster: Cluster):
    program = 'conf("life", {"a": "1"})\npods("life")\n'
    trial.up(program)
    assert "2 created" not in trial.up().output
    assert "3 unchanged" in trial.up().output
    trial.destroy()
    assert cluster.get("configmaps", "life") is None
    assert cluster.get("deployments", "life", "apis/apps/v1") is None


def test_an_update_changes_the_object_in_place(trial: Trial, cluster: Cluster):
    trial.up('pods("web", replicas=1)')
    before = cluster.get("deployments", "web", "apis/apps/v1")
    step = trial.steps('pods("web", replicas=2)')["web"]
    assert step["op"] == "update"
    assert list(step["detailedDiff"]) == ["spec.replicas"]
    trial.up()
    after = cluster.get("deployments", "web", "apis/apps/v1")
    assert after["spec"]["replicas"] == after["status"]["readyReplicas"] == 2
    assert after["metadata"]["uid"] == before["metadata"]["uid"]


def test_an_automatic_name_is_kept_across_updates(trial: Trial):
    program = """
        made = k8s.apps.v1.Deployment("auto", metadata={"namespace": NS}, spec={"replicas": %d, "selector": {"matchLabels":
            {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", **BUSY,
            "command": ["sleep", "3600"]}], "terminationGracePeriodSeconds": 1}}})
        pulumi.export("name", made.metadata["name"])
    """
    trial.up(program % 0)
    name = trial.outputs()["name"]
    assert name.startswith("auto-")
    assert len(name) == len("auto-") + 8
    trial.up(program % 1)
    assert trial.outputs()["name"] == name


def test_a_field_that_cannot_change_is_seen_as_a_replacement_in_the_preview(trial: Trial, cluster: Cluster):
    program = """
        k8s.core.v1.Service("front", metadata={"namespace": NS, "name": "front"},
            spec={"clusterIP": %s, "ports": [{"port": 80}]})
    """
    trial.up(program % '"None"')
    assert trial.steps(program % "None")["front"]["op"] in ("replace", "create-replacement", "delete-replaced")
    trial.up()
    assert cluster.get("services", "front")["spec"]["clusterIP"] != "None"


def test_a_job_whose_template_changes_is_run_again(trial: Trial, cluster: Cluster):
    program = """
        k8s.batch.v1.Job("once", metadata={"namespace": NS, "name": "once"}, spec={"template": {"spec": {"restartPolicy":
            "Never", "containers": [{"name": "c", **BUSY, "command": ["echo", "%s"]}]}}})
    """
    trial.up(program % "one")
    before = cluster.get("jobs", "once", "apis/batch/v1")["metadata"]["uid"]
    trial.up(program % "two")
    assert cluster.get("jobs", "once", "apis/batch/v1")["metadata"]["uid"] != before


def test_the_content_of_a_config_map_is_replaced_unless_it_is_declared_mutable(trial: Trial, cluster: Cluster):
    trial.up('conf("content", {"a": "1"})')
    assert "replace" in trial.steps('conf("content", {"a": "2"})')["content"]["op"]
    uid = cluster.get("configmaps", "content")["metadata"]["uid"]
    trial.run("config", "set", "kubernetes:enableConfigMapMutable", "true")
    assert trial.steps()["content"]["op"] == "update"
    trial.up()
    assert cluster.get("configmaps", "content")["metadata"]["uid"] == uid


def test_a_quantity_that_is_only_spelled_differently_is_no_change(trial: Trial):
    program = 'pods("spelled", replicas=0, resources={"requests": {"memory": "%s"}})'
    trial.up(program % "1Gi")
    assert "spelled" not in trial.steps(program % "1024Mi")


def test_a_namespace_and_what_is_in_it_come_in_one_go_and_are_gone_after_a_destroy(trial: Trial, cluster: Cluster):
    name = f"{cluster.namespace}-inner"
    trial.preview(f"""
        space = k8s.core.v1.Namespace("space", metadata={{"name": "{name}"}})
        conf("inside", {{"a": "1"}}, namespace=space.metadata["name"])
    """)
    trial.up()
    trial.destroy()
    with pytest.raises(ApiError) as gone:
        cluster.client.request("GET", f"/api/v1/namespaces/{name}")
    assert gone.value.status == 404


DEFINITION = """
definition = k8s.apiextensions.v1.CustomResourceDefinition("lamps", metadata={"name": "lamps.GROUP"}, spec={
    "group": "GROUP", "scope": "Namespaced", "names": {"plural": "lamps", "kind": "Lamp"},
    "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object",
        "properties": {"spec": {"type": "object", "properties": {"watts": {"type": "integer"}}},
                       "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}}}]})
lamp = k8s.apiextensions.CustomResource("lamp", api_version="GROUP/v1", kind="Lamp",
    metadata={"namespace": NS, "name": "lamp", "annotations": ANNOTATIONS}, spec={"watts": WATTS}, opts=OPTIONS)
"""


def _lamp(
    cluster: Cluster, watts: str = "5", options: str = "pulumi.ResourceOptions(depends_on=[definition])", **extra: str
) -> str:
    text = DEFINITION.replace("GROUP", f"{cluster.namespace}.example.com").replace("WATTS", watts)
    return text.replace("OPTIONS", options).replace("ANNOTATIONS", json.dumps(extra))


def test_a_definition_and_its_custom_resource_come_in_one_up(trial: Trial, cluster: Cluster):
    trial.preview(_lamp(cluster))
    trial.up()
    group = f"apis/{cluster.namespace}.example.com/v1"
    assert cluster.get("lamps", "lamp", group)["spec"] == {"watts": 5}
    trial.up(_lamp(cluster, watts="7"))
    assert cluster.get("lamps", "lamp", group)["spec"] == {"watts": 7}
    assert "Lamp" in trial.preview(_lamp(cluster, watts='"bright"'), expect=1).output, (
        "what the API refuses is told early"
    )


# --- what is whose


def test_an_object_that_somebody_else_made_is_not_taken_over(trial: Trial, cluster: Cluster):
    body = {"metadata": {"name": "theirs"}, "data": {"a": "1"}}
    cluster.client.request("POST", f"/api/v1/namespaces/{cluster.namespace}/configmaps", body=body)
    said = trial.up('conf("theirs", {"b": "2"})', expect=1).output
    assert "exists already, made outside this stack" in said
    assert f"pulumi import kubernetes:core/v1:ConfigMap theirs {cluster.namespace}/theirs" in said
    trial.run("config", "set", "kubernetes:upsertExistingObjects", "true")
    trial.up()
    assert cluster.get("configmaps", "theirs")["data"] == {"a": "1", "b": "2"}


def test_a_conflict_names_the_field_its_owner_and_the_way_out(trial: Trial, cluster: Cluster):
    trial.run("config", "set", "kubernetes:enableConfigMapMutable", "true")
    trial.up('conf("contested", {"a": "1"})')
    cluster.change("configmaps", "contested", {"data": {"a": "theirs"}})
    said = trial.preview('conf("contested", {"a": "2"})', expect=1).output
    assert "data.a (somebody-else" in said
    assert "pulumi.com/patchForce" in said
    trial.up('conf("contested", {"a": "2"}, annotations={"pulumi.com/patchForce": "true"})')
    assert cluster.get("configmaps", "contested")["data"] == {"a": "2"}


def test_an_up_that_was_killed_goes_on_with_the_object_that_it_had_made(trial: Trial, cluster: Cluster):
    trial.write("__main__.py", 'pods("killed", command=["sh", "-c", "sleep 3600"], readinessProbe={"exec": {"command":'
                ' ["test", "-e", "/tmp/go"]}, "periodSeconds": 1})')  # fmt: skip
    with trial.started("up", "--yes", "--skip-preview") as process:
        eventually(lambda: cluster.get("deployments", "killed", "apis/apps/v1"))
        os.kill(process.pid, signal.SIGKILL)
    uid = cluster.get("deployments", "killed", "apis/apps/v1")["metadata"]["uid"]
    trial.run("cancel", "--yes", expect=None)
    trial.up('pods("killed", command=["sh", "-c", "sleep 3600"])')
    assert cluster.get("deployments", "killed", "apis/apps/v1")["metadata"]["uid"] == uid
    assert "2 unchanged" in trial.up().output


# --- readiness


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
        k8s.batch.v1.Job("fails", metadata={"namespace": NS, "name": "fails"}, spec={"backoffLimit": 0, "template": {"spec":
            {"restartPolicy": "Never", "containers": [{"name": "c", **BUSY, "command": ["sh", "-c",
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
    trial.up(_lamp(cluster))
    trial.write("__main__.py", _lamp(cluster, watts="6", **{"pulumi.com/waitFor": wanted}))
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


# --- the state and the cluster


def test_a_refresh_after_an_up_finds_nothing_and_then_what_was_changed_by_hand(trial: Trial, cluster: Cluster):
    trial.up("""
        conf("drift", {"a": "1", "b": "2"})
        pods("drift-pods", replicas=0, resources={"requests": {"cpu": "1000m"}}, ports=[{"containerPort": 80}])
        k8s.core.v1.Secret("drift-secret", metadata={"namespace": NS, "name": "drift-secret"}, string_data={"a": "b"})
    """)
    trial.run("refresh", "--preview-only", "--expect-no-changes")
    cluster.change("configmaps", "drift", {"data": {"a": "by hand"}, "metadata": {"labels": {"other": "label"}}})
    cluster.delete("secrets", "drift-secret")
    trial.run("refresh", "--yes", "--skip-preview")
    state = trial.state()
    assert "drift-secret" not in state
    assert state["drift"]["inputs"]["data"] == {"a": "by hand", "b": "2"}
    assert "labels" not in state["drift"]["inputs"]["metadata"], "what others own is no drift"


def test_an_object_can_be_imported(trial: Trial, cluster: Cluster):
    body = {"metadata": {"name": "found"}, "data": {"a": "1"}}
    cluster.client.request("POST", f"/api/v1/namespaces/{cluster.namespace}/configmaps", body=body)
    trial.write("__main__.py", "")
    token, identity = "kubernetes:core/v1:ConfigMap", f"{cluster.namespace}/found"
    trial.run("import", token, "found", identity, "--yes", "--protect=false", "--generate-code=false")
    assert trial.state()["found"]["inputs"]["data"] == {"a": "1"}
    assert "found" not in trial.steps('conf("found", {"a": "1"})')


def test_a_deletion_waits_and_says_what_holds_the_object(trial: Trial, cluster: Cluster):
    trial.up("""
        conf("held", {"a": "1"}, finalizers=["example.com/hold"],
             opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(delete="2s")))
    """)
    said = trial.run("destroy", "--yes", "--skip-preview", expect=1).output
    assert "held by the finalizers example.com/hold" in said
    cluster.change("configmaps", "held", {"metadata": {"finalizers": None}})
    trial.destroy()


def test_secrets_are_neither_in_the_state_nor_on_the_screen(trial: Trial):
    word = secrets.token_hex(12)
    trial.run("config", "set", "--secret", "word", word)
    program = """
        word = pulumi.Config().require_secret("word")
        k8s.core.v1.Secret("kept", metadata={"namespace": NS, "name": "kept"}, string_data={"word": word})
        pods("kept-pods", opts=seconds(6), command=["sh", "-c", "echo $WORD; exit 1"], env=[{"name": "WORD", "value": word}])
        conf("kept-conf", {"word": word, "length": "5"})
    """
    said = trial.up(program, expect=1).output + trial.preview().output
    assert "[secret]" in said, "the log line is shown without the secret in it"
    assert word not in said
    assert word not in trial.raw_state()


def test_what_only_the_official_plugin_can_do_is_refused_in_a_sentence(trial: Trial):
    said = trial.preview('k8s.core.v1.ConfigMapPatch("x", metadata={"namespace": NS, "name": "x"})', expect=1).output
    assert "This plugin doesn't patch objects that others made" in said


def test_a_preview_works_without_a_cluster(trial: Trial):
    program = """
        away = k8s.Provider("away", kubeconfig=json.dumps({"clusters": [{"name": "a", "cluster": {"server":
            "http://127.0.0.1:9"}}], "contexts": [{"name": "a", "context": {"cluster": "a"}}], "current-context": "a"}))
        conf("somewhere", {"a": "1"}, opts=pulumi.ResourceOptions(provider=away))
        unknown = k8s.Provider("unknown", kubeconfig=away.id.apply(str))
        conf("later", {"a": "1"}, opts=pulumi.ResourceOptions(provider=unknown))
    """
    assert "+ 5 to create" in trial.preview(program).output
    said = trial.up('away = k8s.Provider("away", kubeconfig="/not/there")\n'
                    'conf("x", opts=pulumi.ResourceOptions(provider=away))', expect=1).output  # fmt: skip
    assert "The kubeconfig /not/there doesn't exist." in said
