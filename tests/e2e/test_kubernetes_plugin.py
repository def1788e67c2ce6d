"""The stand-in Kubernetes plugin, with the real engine on a real cluster: the life of objects, and whose they are."""

import os
import secrets
import signal
import threading

import pytest

from local.engine.kubernetes_plugin.rest import ApiError
from tests.engine.on_cluster import Cluster, Trial, cluster, kubeconfig, lamp, stand_ins, trial
from tests.engine.trial import eventually

__all__ = ["cluster", "kubeconfig", "stand_ins", "trial"]

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(240)]


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
        made = k8s.apps.v1.Deployment("auto", metadata={"namespace": NS}, spec={"replicas": %d,
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", **BUSY,
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
        k8s.batch.v1.Job("once", metadata={"namespace": NS, "name": "once"}, spec={"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "c", **BUSY, "command": ["echo", "%s"]}]}}})
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


def test_a_definition_and_its_custom_resource_come_in_one_up(trial: Trial, cluster: Cluster):
    trial.preview(lamp(cluster))
    trial.up()
    group = f"apis/{cluster.namespace}.example.com/v1"
    assert cluster.get("lamps", "lamp", group)["spec"] == {"watts": 5}
    trial.up(lamp(cluster, watts="7"))
    assert cluster.get("lamps", "lamp", group)["spec"] == {"watts": 7}
    assert "Lamp" in trial.preview(lamp(cluster, watts='"bright"'), expect=1).output, (
        "what the API refuses is told early"
    )


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


def test_what_is_still_being_deleted_is_made_anew_once_it_is_gone(trial: Trial, cluster: Cluster):
    body = {"metadata": {"name": "going", "finalizers": ["example.com/hold"]}}
    cluster.client.request("POST", f"/api/v1/namespaces/{cluster.namespace}/configmaps", body=body)
    cluster.delete("configmaps", "going")
    old = cluster.get("configmaps", "going")["metadata"]["uid"]
    release = threading.Timer(3, lambda: cluster.change("configmaps", "going", {"metadata": {"finalizers": None}}))
    release.start()
    trial.up('conf("going", {"a": "1"})')
    release.join()
    assert cluster.get("configmaps", "going")["metadata"]["uid"] != old


def test_secrets_are_neither_in_the_state_nor_on_the_screen(trial: Trial):
    word = secrets.token_hex(12)
    trial.run("config", "set", "--secret", "word", word)
    program = """
        word = pulumi.Config().require_secret("word")
        k8s.core.v1.Secret("kept", metadata={"namespace": NS, "name": "kept"}, string_data={"word": word})
        pods("kept-pods", opts=seconds(6), command=["sh", "-c", "echo $WORD; exit 1"],
             readinessProbe={"exec": {"command": ["false"]}}, env=[{"name": "WORD", "value": word}])
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
