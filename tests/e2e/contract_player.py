"""What stands for an operator whose program is in no registry: it answers custom resources as the contract says.

It watches kinds in one namespace on the real API server. For each resource it sets a finalizer, asks what status the
operator would write, and takes the finalizer away once the resource is being deleted.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.engine.kubernetes_plugin.rest import ApiError, Client
from plugin.problems import Told

Resource = dict[str, Any]
Answer = Callable[[Resource], Mapping[str, Any] | None]
"""From a resource as it is, the status that the operator would write; `None` while it would write nothing."""

_ROUND_SECONDS = 2
"""How long a watch lasts. Then everything is looked at anew, as an operator does from time to time."""


def ready(resource: Resource, condition: str = "Ready", reason: str = "Reconciled") -> dict[str, Any]:
    """The status of a resource that is as it was asked for."""
    return status(resource, condition, "True", reason, "")


def failed(
    resource: Resource, message: str, condition: str = "Ready", reason: str = "ReconcileError"
) -> dict[str, Any]:
    """The status of a resource that the operator could not bring about."""
    return status(resource, condition, "False", reason, message)


def status(resource: Resource, condition: str, value: str, reason: str, message: str) -> dict[str, Any]:
    """A status with one condition, for the resource's newest generation."""
    generation = resource["metadata"]["generation"]
    about = {"type": condition, "status": value, "reason": reason, "message": message}
    return {
        "observedGeneration": generation,
        "conditions": [{**about, "observedGeneration": generation, "lastTransitionTime": "2020-01-01T00:00:00Z"}],
    }


class ContractPlayer:
    """An operator's part in the play, in threads of the test."""

    def __init__(
        self,
        api: Client,
        namespace: str,
        group_version: str,
        plurals: tuple[str, ...],
        answer: Answer = ready,
        finalizer: str | None = None,
        on_delete: Callable[[Resource], bool] = lambda resource: True,
    ) -> None:
        """Make it. It plays from `start` on.

        Args:
            api: the cluster.
            namespace: the namespace that is watched.
            group_version: `resource.streamnative.io/v1alpha1`.
            plurals: the kinds that are watched: `pulsartenants`.
            answer: what status a resource gets. It may be replaced at any time.
            finalizer: what each resource is held by. Default: none.
            on_delete: whether a resource that is being deleted may go.
        """
        self._api, self._root = api, f"/apis/{group_version}/namespaces/{namespace}"
        self.group_version, self.plurals = group_version, plurals
        self.answer, self._finalizer, self.on_delete = answer, finalizer, on_delete
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()
        self.journal: list[tuple[str, str, str]] = []
        """What happened, in order: `created`, `ready`, `failed` or `gone`; the kind; the name."""

    def start(self) -> None:
        """Begin to play, after a stop as well."""
        self._stopped.clear()
        self._threads = [threading.Thread(target=self._play, args=(each,), daemon=True) for each in self.plurals]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Leave the stage: nobody answers any more, and no finalizer is taken away."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(timeout=3 * _ROUND_SECONDS)

    def happened(self, what: str) -> list[tuple[str, str]]:
        """The kinds and names that something happened to, in order, each once."""
        return list(dict.fromkeys((kind, name) for event, kind, name in self.journal if event == what))

    def _play(self, plural: str) -> None:
        known: set[str] = set()
        while not self._stopped.is_set():
            with contextlib.suppress(Told, OSError):
                listed = self._api.request("GET", f"{self._root}/{plural}")
                # What went between two watches is told by no event.
                here = {each["metadata"]["name"] for each in listed["items"]}
                for name in sorted(known - here):
                    self.journal.append(("gone", plural, name))
                known = here
                for each in listed["items"]:
                    self._look("ADDED", plural, each)
                query = {"resourceVersion": listed["metadata"]["resourceVersion"]}
                for event in self._api.watch(f"{self._root}/{plural}", query, _ROUND_SECONDS):
                    if self._stopped.is_set():
                        return
                    self._look(event["type"], plural, event["object"])
                    name = event["object"].get("metadata", {}).get("name", "")
                    known = known - {name} if event["type"] == "DELETED" else known | {name} - {""}
            self._stopped.wait(0.1)

    def _look(self, event: str, plural: str, resource: Resource) -> None:
        kind, name = plural, resource.get("metadata", {}).get("name", "")
        if event == "DELETED":
            self.journal.append(("gone", kind, name))
            return
        if event not in ("ADDED", "MODIFIED"):
            return
        about, path = resource["metadata"], f"{self._root}/{plural}/{name}"
        held = list(about.get("finalizers") or [])
        # Somebody else may have changed or deleted it meanwhile: the next event tells.
        with contextlib.suppress(ApiError):
            if about.get("deletionTimestamp"):
                if self._finalizer in held and self.on_delete(resource):
                    self._patch(path, {"metadata": {"finalizers": [each for each in held if each != self._finalizer]}})
                return
            if ("created", kind, name) not in self.journal:
                self.journal.append(("created", kind, name))
            if self._finalizer and self._finalizer not in held:
                self._patch(path, {"metadata": {"finalizers": [*held, self._finalizer]}})
            wanted = self.answer(resource)
            if wanted is not None and wanted != resource.get("status"):
                self._patch(f"{path}/status", {"status": dict(wanted)})
                met = all(each["status"] == "True" for each in _conditions(wanted))
                self.journal.append(("ready" if met else "failed", kind, name))

    def _patch(self, path: str, body: Mapping[str, Any]) -> None:
        query = {"fieldManager": "contract-player"}
        self._api.request("PATCH", path, query=query, body=body, content_type="application/merge-patch+json")


def _conditions(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every condition of a status: Kubernetes' usual list, or Function Mesh's mapping, or its one."""
    found = status.get("conditions") or ([status["condition"]] if "condition" in status else [])
    return list(found.values() if isinstance(found, Mapping) else found)


@contextlib.contextmanager
def playing(player: ContractPlayer) -> Iterator[ContractPlayer]:
    """A player that plays, and leaves at the end."""
    player.start()
    try:
        yield player
    finally:
        player.stop()


def until(happened: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait for something that another thread or process brings about."""
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < deadline, f"it did not happen within {seconds:.0f} s"
        time.sleep(0.1)
    return found
