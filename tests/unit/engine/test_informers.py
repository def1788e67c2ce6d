"""What is known of a collection's objects, however it became known."""

import threading
from typing import Any

from local.engine.kubernetes_plugin.informers import Informer
from local.engine.kubernetes_plugin.rest import ApiError


class _Listing:
    """A cluster with one pod, which can be listed and not watched."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    def request(self, method: str, path: str) -> dict[str, Any]:
        pod = {"metadata": {"namespace": "pulsar", "name": "broker-0"}}
        return {"apiVersion": "v1", "kind": "PodList", "metadata": {"resourceVersion": "7"}, "items": [pod]}

    def watch(self, path: str, query: dict[str, str], seconds: int) -> None:
        raise ApiError(405, {})


def test_a_pod_that_was_only_listed_is_still_called_a_pod():
    changed = threading.Condition()
    client: Any = _Listing()

    with changed:
        informer = Informer(client, "/api/v1/namespaces/pulsar/pods", changed)
        assert changed.wait_for(lambda: informer.objects, timeout=10)

    listed = informer.objects["pulsar/broker-0"]
    assert (listed["apiVersion"], listed["kind"]) == ("v1", "Pod"), (
        "An object that was ready before the first event would be stored without its kind, and called None in messages."
    )
