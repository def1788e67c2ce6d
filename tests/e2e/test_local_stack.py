"""The local stack, used and mistreated."""

import base64
import copy
import json
import os
import signal
import subprocess
import urllib.request

import kubernetes
import pytest

from evaluation import program, render, stack_files
from local.paths import PROJECT
from tests.e2e.traffic import Traffic, is_ready_again, wait_for

NAMESPACE = "pulsar"


def test_a_refresh_right_after_an_up_finds_no_drift(pulumi):
    result = pulumi("refresh", "--preview-only", "--expect-no-changes")
    assert result.code == 0, result.text[-3000:]


def test_what_is_rendered_is_what_the_engine_applied(selected):
    state = json.loads(selected.engine.run(["stack", "export"], stack="local", capture=True))
    applied = {
        (each["inputs"]["kind"], each["inputs"]["metadata"]["name"]): each["inputs"]
        for each in state["deployment"]["resources"]
        if each["type"].startswith("kubernetes:") and "kind" in each.get("inputs", {})
    }
    rendered = render.manifests(program.evaluate("local", stack_files.read("local")))
    assert len(rendered) == len(applied) > 20
    for manifest in rendered.values():
        inputs = applied[manifest["kind"], manifest["metadata"]["name"]]
        inputs = {key: value for key, value in inputs.items() if not key.startswith("__")}
        assert manifest == inputs, f"{manifest['kind']} {manifest['metadata']['name']} differs from its file"


@pytest.mark.parametrize("stack", stack_files.names())
def test_the_api_server_accepts_every_object_of_every_stack(stack, core):
    rendered = render.manifests(program.evaluate(stack, stack_files.read(stack)))
    assert len(rendered) > 20
    client = kubernetes.dynamic.DynamicClient(core.api_client)
    for name, manifest in rendered.items():
        kind = client.resources.get(api_version=manifest["apiVersion"], kind=manifest["kind"])
        metadata = manifest["metadata"]
        where = {"namespace": metadata["namespace"]} if "namespace" in metadata else {}
        accepted = kind.server_side_apply(
            body=manifest,
            name=metadata["name"],
            **where,
            field_manager="test",
            force_conflicts=True,
            dry_run="All",
            query_params=[("fieldValidation", "Strict")],
        )
        assert accepted.metadata.name == metadata["name"], name


def test_every_pod_runs_at_the_restricted_level(core):
    namespace = core.read_namespace(NAMESPACE)
    assert namespace.metadata.labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert core.list_namespaced_pod(NAMESPACE).items, "the pods were admitted under that level"


def test_pulsars_own_tools_run_against_the_stack(make):
    result = make("pulsar-admin", "ARGS=tenants list")
    assert result.code == 0, result.text
    assert "public" in result.text
    refused = make("pulsar-admin", "ARGS=tenants get no-such-tenant")
    assert refused.code != 0, "the tool's exit code is the command's"


def test_the_admin_rest_api_answers_on_this_machine(endpoints):
    with urllib.request.urlopen(f"{endpoints.http}/admin/v2/clusters", timeout=30) as answer:
        assert json.load(answer) == ["pulsar"]


def test_a_changed_broker_setting_rolls_the_brokers_and_nothing_else(pulumi, changed):
    def change(spec):
        spec["pulsar"]["broker"]["config"] = {"maxProducersPerTopic": 100}

    result = pulumi("preview", "--json", config_file=changed(change))
    assert result.code == 0, result.text[-3000:]
    steps = json.loads(result.text[result.text.index("{") :])["steps"]
    touched = {step["urn"].rsplit("::", 1)[1] for step in steps if step["op"] != "same"}
    assert touched == {"pulsar-broker-config", "pulsar-broker"}
    assert {step["op"] for step in steps} <= {"same", "update"}, "nothing is replaced"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (lambda spec: spec["pulsar"]["metadata"].update(replicas=3), "metadata.replicas goes from 1 to 3"),
    ],
)
def test_a_change_that_would_lose_data_is_refused_in_the_preview(pulumi, changed, setting, words):
    result = pulumi("preview", config_file=changed(setting))
    assert result.code != 0
    assert words in result.text


def test_mistakes_in_a_stack_file_stop_an_up_before_anything_is_created(pulumi, changed):
    def change(spec):
        spec["pulsar"]["bookkeeper"].update(ensemble=3, journal={"size": "4G"})
        spec["pulsar"]["brokr"] = {}

    result = pulumi("up", "--yes", "--skip-preview", config_file=changed(change))
    assert result.code != 0
    assert "Did you mean broker?" in result.text
    assert "4G is a decimal size. Write 4Gi" in result.text
    assert "an ensemble of 3 needs at least that many bookies" in result.text
    assert "Traceback" not in result.text


@pytest.mark.parametrize("role", ["broker", "bookie"])
def test_a_killed_pod_loses_no_acknowledged_message(role, core, endpoints):
    traffic = Traffic(endpoints)
    before = wait_for(lambda: len(traffic.acknowledged) > 100 and len(traffic.acknowledged))
    name = f"pulsar-{role}-0"
    old = core.read_namespaced_pod(name, NAMESPACE).metadata.uid

    core.delete_namespaced_pod(name, NAMESPACE, grace_period_seconds=0)

    wait_for(lambda: is_ready_again(core, NAMESPACE, name, old))
    during = len(traffic.acknowledged)
    wait_for(lambda: len(traffic.acknowledged) > max(during, before) + 100)
    total = len(traffic.acknowledged)
    assert traffic.lost() == set()
    assert total > before + 100


def test_the_initialisation_finds_its_own_work_when_it_runs_again(core, selected, make):
    batch = kubernetes.client.BatchV1Api(core.api_client)
    job = batch.list_namespaced_job(NAMESPACE, label_selector="app.kubernetes.io/name=initialise").items[0]
    batch.delete_namespaced_job(job.metadata.name, NAMESPACE, propagation_policy="Foreground")
    wait_for(lambda: not batch.list_namespaced_job(NAMESPACE).items)
    selected.run(["refresh", "--yes", "--skip-preview"], capture=True)

    result = make("up")

    assert result.code == 0, result.text[-3000:]
    assert "1 created" in result.text
    pods = core.list_namespaced_pod(NAMESPACE, label_selector="app.kubernetes.io/name=initialise").items
    log = core.read_namespaced_pod_log(pods[0].metadata.name, NAMESPACE)
    assert "the metadata of pulsar is complete" in log


def test_an_up_that_was_killed_half_way_is_finished_by_the_next_one(selected, make, core):
    selected.run(["destroy", "--yes", "--skip-preview"], capture=True)
    words = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "local"]
    process = subprocess.Popen(
        [str(selected.engine.program), *words, "--config-file", str(selected.own_config_file())],
        cwd=PROJECT,
        env=selected.engine.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(lambda: _some_pods(core), seconds=60)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert len(core.list_namespaced_pod(NAMESPACE).items) > 0, "it was half-way"

    result = make("up")

    assert result.code == 0, result.text[-3000:]


def _some_pods(core):
    try:
        return core.list_namespaced_pod(NAMESPACE).items
    except Exception:
        return []


def test_no_secret_stands_in_the_state_in_the_clear(selected):
    state = json.loads(selected.engine.run(["stack", "export"], stack="local", capture=True))
    text = json.dumps(state)
    assert "BEGIN" not in text
    assert base64.b64encode(b"-----BEGIN").decode() not in text
    assert copy.deepcopy(state)["deployment"]["resources"], "the state was read"
