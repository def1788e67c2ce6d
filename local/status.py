"""`make status`: how a stack's Pulsar is now, once or again and again in place."""

import argparse
import dataclasses
import json
import shutil
import sys
import time
from collections.abc import Sequence
from typing import Any

from . import reach, status_text
from .problem import Problem
from .stacks import Stack
from .status_found import PATIENCE, Admin, gather
from .status_values import Pod, Status

EVERY = 2.0
"""Seconds between two looks with `--watch`."""
_ANEW = "\x1b[H\x1b[J"
"""Tells a terminal to begin again at its top."""


def status(stack: Stack, kubeconfig: Any, words: Sequence[str]) -> None:
    """Print it.

    Args:
        stack: the stack.
        kubeconfig: how its cluster is reached.
        words: `--watch`, `--json`, `--all`.

    Raises:
        Problem: Kubernetes or the admin REST API can't be reached.
    """
    options = _options(words)
    with reach.endpoints(stack, kubeconfig) as endpoints:
        look = Look(stack, kubeconfig, endpoints.http)
        if options.json:
            print(json.dumps(dataclasses.asdict(look.found()), indent=2))
            return
        while True:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
            shown = status_text.text(look.found(), everything=options.all, width=width)
            if not (options.watch and sys.stdout.isatty()):
                print(shown, end="")
                return
            print(f"{_ANEW}{shown}\n{time.strftime('%H:%M:%S')}, every {EVERY:.0f} s. Control-C ends it.", flush=True)
            time.sleep(EVERY)


class Look:
    """What a look at a stack takes, which the next one has too."""

    def __init__(self, stack: Stack, kubeconfig: Any, http: str) -> None:
        self._pulsar = stack.spec.pulsar
        self._admin = Admin(http)
        self._wanted = {role: work.replicas for role, work in self._pulsar.workloads(stack.spec.cluster.offer).items()}
        self._api = reach.core_api(stack, kubeconfig)

    def found(self) -> Status:
        """How it is now."""
        worker = self._pulsar.functions.run_in != "none"
        return gather(self._admin, self._pods(), self._wanted, self._ask, worker=worker)

    def _pods(self) -> list[Pod]:
        import kubernetes
        import urllib3

        pulsar = self._pulsar
        selector = f"app.kubernetes.io/instance={pulsar.name}"
        try:
            found = self._api.list_namespaced_pod(
                pulsar.namespace, label_selector=selector, _request_timeout=PATIENCE
            ).items
        except (urllib3.exceptions.HTTPError, kubernetes.client.ApiException) as error:
            raise Problem(f"The Kubernetes API doesn't list the pods in {pulsar.namespace}: {error}") from None
        ready = {"type": "Ready", "status": "True"}
        return [
            Pod(
                name=pod.metadata.name,
                role=pod.metadata.labels.get("app.kubernetes.io/name", ""),
                ready=any({"type": each.type, "status": each.status} == ready for each in pod.status.conditions or ()),
                restarts=sum(each.restart_count for each in pod.status.container_statuses or ()),
            )
            for pod in found
            # A Job's pod that has done its work is no part of what runs.
            if pod.status.phase != "Succeeded"
        ]

    def _ask(self, pod: str, port: int, path: str) -> bytes | None:
        """A pod's own answer, through the Kubernetes API, so that a private cluster needs no open port."""
        import kubernetes
        import urllib3

        place = f"/api/v1/namespaces/{self._pulsar.namespace}/pods/{pod}:{port}/proxy/{path}"
        client = self._api.api_client
        try:
            asked = client.param_serialize("GET", place, auth_settings=["BearerToken"])
            answer = client.call_api(*asked, _request_timeout=PATIENCE)
            content = answer.read()
            return content if answer.status == 200 else None
        except (urllib3.exceptions.HTTPError, kubernetes.client.ApiException):
            return None


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make status", add_help=False)
    parser.add_argument("--watch", action="store_true", help="look again every two seconds, in place")
    parser.add_argument("--json", action="store_true", help="everything as JSON, once")
    parser.add_argument("--all", action="store_true", help="every topic, and Pulsar's own")
    return parser.parse_args(words)
