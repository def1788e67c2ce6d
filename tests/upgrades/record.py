"""Records the state that `tests/upgrades/test_replay.py` replays: `python -m tests.upgrades.record [STACK]`.

Each stack is brought up for real: by the engine and the Kubernetes plugin, on an etcd and an API server of their own
that listen on loopback only, and that stand behind the clusters of a cloud, whose own parts the stand-ins make up.
There is no node under them, and all is reported well, so a stack for three machines can be recorded on a laptop.

What the recording holds is what `pulumi stack export` gives, without what differs from run to run. Of an object's
outputs it keeps who the object is: what a replay compares are the inputs.
"""

import argparse
import contextlib
import json
import pathlib
import tempfile
from typing import Any

from evaluation import stack_files
from tests.cloud_plugins import kubernetes
from tests.engine.api_server import all_is_well, api_server
from tests.previews.project import Project

STATES = pathlib.Path(__file__).parent / "states"
_NEVER_THE_SAME = ("created", "modified", "sourcePosition", "stackTrace")
_WHO_IT_IS = ("apiVersion", "kind", "__initialApiVersion")
_OF_THE_SERVER = ("uid", "resourceVersion", "creationTimestamp", "generation")
_EPOCH = "2000-01-01T00:00:00Z"
_NO_ID = "00000000-0000-4000-8000-000000000000"


def record(stack: str) -> None:
    """Bring a stack up and write its state down."""
    with contextlib.ExitStack() as until_the_end:
        folder = pathlib.Path(until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="record-")))
        kubeconfig = until_the_end.enter_context(api_server(folder))
        until_the_end.enter_context(all_is_well(kubeconfig, folder))
        project = Project(folder / "engine", stack, kubeconfig)
        project.run("up", "--yes", "--skip-preview")
        # What is secret in it was made up by the stand-ins, and has to be the same when it is replayed.
        state = json.loads(project.run("stack", "export", "--show-secrets").output)
        behind = kubernetes.api(project.env)
    state = json.loads(_placeless(json.dumps(state), behind))
    path = STATES / f"{stack}.json"
    path.write_text(json.dumps(lasting(state), indent=1, sort_keys=True) + "\n")
    print(f"{path.relative_to(pathlib.Path.cwd())}: {len(state['deployment']['resources'])} resources")


def _placeless(text: str, behind: kubernetes.Api) -> str:
    """The API server that was behind a cloud's cluster as one that nobody serves."""
    nobody = kubernetes.api({})
    return text.replace(behind.authority, nobody.authority).replace(behind.host, nobody.host)


def lasting(state: dict[str, Any]) -> dict[str, Any]:
    """An exported state without times, places in files, the secrets provider, and what an API server made up."""
    resources = state["deployment"]["resources"]
    made_up = [each["id"] for each in resources if each["type"].startswith("pulumi:providers:")]
    kept = [{key: value for key, value in each.items() if key not in _NEVER_THE_SAME} for each in resources]
    for each in kept:
        each |= {key: sorted(each[key]) for key in ("dependencies",) if key in each}
        if each["type"].startswith("kubernetes:"):
            outputs = each["outputs"]
            about = {key: value for key, value in outputs["metadata"].items() if key not in _OF_THE_SERVER}
            each["outputs"] = {key: outputs[key] for key in _WHO_IT_IS} | {"metadata": about}
    text = json.dumps(kept)
    for one in made_up:
        text = text.replace(one, _NO_ID)
    manifest = {**state["deployment"]["manifest"], "time": _EPOCH}
    # The order in which things became ready differs; parents and dependencies come first all the same.
    return {"version": state["version"], "deployment": {"manifest": manifest, "resources": _ordered(json.loads(text))}}


def _ordered(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    left, done = sorted(resources, key=lambda each: each["urn"]), []
    known: set[str] = set()
    while left:
        provider = [each.get("provider", "").rpartition("::")[0] for each in left]
        ready = next(
            each
            for each, by in zip(left, provider, strict=True)
            if {*each.get("dependencies", []), each.get("parent", ""), by} <= known | {""}
        )
        left.remove(ready)
        done.append(ready)
        known.add(ready["urn"])
    return done


def main() -> None:
    """Record the stacks that the arguments name."""
    parser = argparse.ArgumentParser(prog="tests.upgrades.record", description=__doc__)
    parser.add_argument("stacks", nargs="*", metavar="STACK", help="a stack of the project (default: every one)")
    chosen = parser.parse_args().stacks
    if unknown := sorted(set(chosen) - set(stack_files.names())):
        parser.error(f"there is no stack {unknown[0]!r}, but {', '.join(stack_files.names())}")
    for stack in chosen or stack_files.names():
        record(stack)


if __name__ == "__main__":
    main()
