"""Functions, a connector and a pipeline in the hands of Function Mesh, whose part a contract player has.

The program is the project's own component, on the real API server with the operator's own definitions. Pulsar isn't
there: to Function Mesh it is two addresses in a ConfigMap.
"""

import copy
import json
import pathlib
import signal
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from components.operators import function_mesh_resources
from components.stack import read
from local.engine import Engine
from local.paths import PROJECT
from tests import stack_file
from tests.engine.on_cluster import Cluster, cluster, kubeconfig, stand_ins
from tests.engine.trial import Trial, eventually

from . import crds
from .contract_player import ContractPlayer, playing

__all__ = ["cluster", "kubeconfig", "stand_ins"]

API = "compute.functionmesh.io/v1alpha1"
KINDS = ("functions", "sources", "sinks", "functionmeshes")
PROGRAM = f"""
import json, pathlib, sys
sys.path.insert(0, {str(PROJECT)!r})
import pulumi, pulumi_kubernetes as k8s
from components import stack
from components.operators import function_mesh_resources

spec = stack.read(json.loads(pathlib.Path("spec.json").read_text()), "trial")
within = pulumi.ResourceOptions(providers=[k8s.Provider("cluster", enable_config_map_mutable=True,
    upsert_existing_objects=True)])
function_mesh_resources.deploy(spec, spec.operators.create(within), needed=[], opts=within)
"""
SHOUT = "def process(text):\n    return text.upper()\n"
CHANGES: dict[str, Any] = {
    "operators.function_mesh": {"install": False, "ready_seconds": 60},
    "functions.shout": {
        "language": "python",
        "inline": SHOUT,
        "class_name": "shout",
        "inputs": ["words"],
        "output": "shouts",
        "autoscaling": {"max": 3},
    },
    "functions.clean": {
        "language": "java",
        "package": "function://public/default/clean@1",
        "class_name": "com.example.Clean",
        "inputs": ["raw"],
        "output": "clean",
    },
    "connectors.orders": {
        "type": "source",
        "connector": "kafka",
        "output": "raw",
        "config": {"bootstrapServers": "kafka:9092", "groupId": "pulsar", "topic": "orders"},
    },
    "connectors.shop": {
        "type": "sink",
        "connector": "mongo",
        "inputs": ["clean"],
        "config": {"database": "shop", "collection": "orders"},
        "secrets": {"mongoUri": {"secret": "mongo", "key": "uri"}},
    },
    "pipelines.etl": {"functions": ["clean"], "connectors": ["shop"]},
}
READY = {"action": "NoAction", "status": "True"}


def is_ready(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The status of a resource whose pods run, as the operator's controllers write it."""
    generation = resource["metadata"]["generation"]
    if resource["kind"] == "FunctionMesh":
        return {"observedGeneration": generation, "condition": {"condition": "MeshReady", **READY}}
    parts = {"StatefulSet": "StatefulSetReady", "Service": "ServiceReady"}
    parts |= {"HorizontalPodAutoscaler": "HPAReady"} if "maxReplicas" in resource["spec"] else {}
    return {
        "observedGeneration": generation,
        "replicas": resource["spec"]["replicas"],
        "selector": f"name={resource['metadata']['name']}",
        "conditions": {part: {"condition": condition, **READY} for part, condition in parts.items()},
    }


def has_failed(resource: Mapping[str, Any], action: str = "Create") -> dict[str, Any]:
    """The status of a resource whose StatefulSet doesn't come, or whose pods are not ready."""
    status = is_ready(resource)
    broken = status["condition"] if "condition" in status else status["conditions"]["StatefulSet"]
    broken |= {"status": "False", "action": action}
    return status


def starting(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The status of a resource whose pods are about to be ready."""
    return has_failed(resource, "Wait")


class Stack(Trial):
    """The program with a stack file."""

    def __init__(self, engine: Engine, folder: pathlib.Path, kubeconfig: pathlib.Path, namespace: str) -> None:
        super().__init__(engine, folder, kubeconfig)
        self.namespace = namespace
        self.write("__main__.py", PROGRAM)
        self.say({})

    def say(self, changes: Mapping[str, Any]) -> None:
        """Write the stack file."""
        spec = stack_file.raw({"pulsar.namespace": self.namespace, **copy.deepcopy(CHANGES), **changes})
        self.write("spec.json", json.dumps(spec))


@pytest.fixture(scope="module")
def player(cluster: Cluster) -> Iterator[ContractPlayer]:
    crds.apply(cluster.client, "function-mesh")
    made = ContractPlayer(cluster.client, cluster.namespace, API, KINDS, is_ready, "cleanup.subscription.finalizer")
    with playing(made):
        yield made


@pytest.fixture(scope="module")
def stack(
    stand_ins: Engine,
    tmp_path_factory: pytest.TempPathFactory,
    kubeconfig: pathlib.Path,
    cluster: Cluster,
    player: ContractPlayer,
) -> Iterator[Stack]:
    made = Stack(stand_ins, tmp_path_factory.mktemp("mesh"), kubeconfig, cluster.namespace)
    yield made
    player.answer, player.on_delete = is_ready, lambda resource: True
    made.run("cancel", "--yes", expect=None)
    made.run("destroy", "--yes", "--skip-preview", expect=None)


def shout(cluster: Cluster) -> dict[str, Any] | None:
    return cluster.get("functions", "shout", f"apis/{API}")


def test_the_api_server_takes_every_field_of_every_resource(cluster: Cluster, player: ContractPlayer):
    safe = {
        **CHANGES["operators.function_mesh"],
        "auth_secret": "token",
        "tls": {"certificates": {"secret": "authority", "key": "ca.crt"}},
        "state_url": "bk://bookies:4181",
    }
    further = {
        "operators.function_mesh": safe,
        "functions.shout.state": True,
        "functions.shout.user_config": {"words": {"loud": ["hey"]}},
        "functions.echo": {"language": "go", "image": "example.com/echo:1", "path": "/echo", "inputs": ["words"]},
        "functions.clean.secrets": {"KEY": {"secret": "clean", "key": "key"}},
        "functions.clean.dead_letter_topic": "dead",
        "functions.clean.max_message_retries": 3,
        "functions.clean.input_schema": "json",
    }
    spec = read(stack_file.raw({**copy.deepcopy(CHANGES), **further}), "test")
    rendered = function_mesh_resources.resources(spec)

    assert {each["kind"] for each in rendered.values()} == {"Function", "Source", "FunctionMesh"}
    assert [crds.refusal(cluster.client, each, cluster.namespace) for each in rendered.values()] == [None] * 4


def test_an_up_waits_until_the_operator_says_ready(stack: Stack, cluster: Cluster, player: ContractPlayer):
    player.answer = lambda resource: None
    with stack.started("up", "--yes", "--skip-preview") as up:
        eventually(lambda: len(player.happened("created")) == 3)
        assert up.poll() is None, "Nobody said yet that a pod runs."
        assert cluster.get("configmaps", "shout-function-code")["data"] == {"shout.py": SHOUT}
        assert set(cluster.get("configmaps", "pulsar-function-mesh")["data"]) == {"webServiceURL", "brokerServiceURL"}

        player.answer = is_ready
        output, _ = up.communicate(timeout=60)

    assert up.returncode == 0, output
    assert sorted(player.happened("ready")) == [
        ("functionmeshes", "etl"),
        ("functions", "shout"),
        ("sources", "orders"),
    ]


def test_a_second_up_changes_nothing(stack: Stack):
    output = stack.up().output

    assert "created" not in output
    assert "updated" not in output


def test_new_code_is_an_update_that_starts_the_pods_anew(stack: Stack, cluster: Cluster):
    before = shout(cluster)["spec"]["pod"]["annotations"]

    stack.say({"functions.shout.inline": SHOUT.replace("upper()", "upper() + '!'")})
    stack.up()

    assert shout(cluster)["spec"]["pod"]["annotations"] != before
    assert "'!'" in cluster.get("configmaps", "shout-function-code")["data"]["shout.py"]


def test_what_somebody_changed_is_put_back(stack: Stack, cluster: Cluster):
    cluster.change("functions", "shout", {"spec": {"output": {"topic": "elsewhere"}}}, f"apis/{API}")

    stack.up(None, "--refresh")

    assert shout(cluster)["spec"]["output"]["topic"] == "shouts"


def test_a_failed_condition_is_the_error_that_an_up_shows(stack: Stack, player: ContractPlayer):
    player.answer = has_failed
    mesh = {**CHANGES["operators.function_mesh"], "ready_seconds": 3}
    stack.say({"operators.function_mesh": mesh, "functions.shout.parallelism": 2})

    outcome = stack.run("up", "--yes", "--skip-preview", expect=None)

    assert outcome.code != 0
    assert "Function" in outcome.output
    assert "action: Create, condition: StatefulSetReady, status: False" in outcome.output


def test_an_up_that_was_interrupted_goes_on(stack: Stack, cluster: Cluster, player: ContractPlayer):
    player.answer = starting
    stack.say({"functions.shout.parallelism": 3})
    with stack.started("up", "--yes", "--skip-preview") as up:
        eventually(lambda: shout(cluster)["spec"]["replicas"] == 3)
        up.send_signal(signal.SIGINT)
        up.communicate(timeout=60)

    player.answer = is_ready
    stack.up()

    assert shout(cluster)["spec"]["replicas"] == 3


def test_a_destroy_waits_for_the_operator_to_let_go(stack: Stack, cluster: Cluster, player: ContractPlayer):
    player.on_delete = lambda resource: False
    with stack.started("destroy", "--yes", "--skip-preview") as destroy:
        eventually(lambda: (shout(cluster) or {}).get("metadata", {}).get("deletionTimestamp"))
        assert destroy.poll() is None
        assert cluster.get("configmaps", "pulsar-function-mesh"), "What a function stands on goes after it."

        player.on_delete = lambda resource: True
        output, _ = destroy.communicate(timeout=60)

    assert destroy.returncode == 0, output
    assert {kind for kind, _ in player.happened("gone")} == {"functions", "sources", "functionmeshes"}
    assert cluster.get("configmaps", "pulsar-function-mesh") is None
