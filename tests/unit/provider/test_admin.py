"""The way to Pulsar's REST API: what is sent, what is read, and what a broker sends on to another."""

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest

from provider.admin import Admin, Refused, settings
from provider.reaching import Place
from tests.rest_server import Reply, served


@pytest.mark.parametrize("value", [True, False, 0, 60, "BACKWARD", ["pulsar"], {"limit": 1}])
def test_a_value_of_any_shape_is_sent_as_json_and_read_back(value: Any):
    kept: list[bytes] = []

    def answer(method: str, path: str, body: bytes) -> Reply:
        assert path == "/admin/v2/namespaces/shop/orders/some"
        if method == "POST":
            kept.append(body)
            return Reply(204)
        return Reply(200, json.loads(kept[-1]))

    with served(answer) as port:
        admin = Admin(settings({"adminUrl": f"http://127.0.0.1:{port}"}), "v2")
        admin.request("POST", "namespaces/shop/orders/some", body=value)

        found = admin.get("namespaces/shop/orders/some")

    assert found == value
    assert type(found) is type(value)


def test_a_policy_that_nobody_set_is_no_value():
    with served(lambda *_: Reply(200)) as port:
        assert Admin(settings({"adminUrl": f"http://127.0.0.1:{port}"}), "v2").get("namespaces/a/b/retention") is None


@dataclasses.dataclass(frozen=True)
class Pods(Place):
    """Pods that are ports of this machine."""

    ports: dict[str | None, int] = dataclasses.field(default_factory=dict)

    def core_api(self) -> Any:
        return None

    def ready_pod(self, api: Any, role: str) -> str:
        return "events-broker-0"

    @contextlib.contextmanager
    def forward(self, role: str, port: int, pod: str | None = None) -> Iterator[int]:
        yield self.ports[pod]


def through_kubernetes(ports: dict[str | None, int]) -> Admin:
    chosen = settings({"cluster": "events"})
    place = Pods(chosen.place.kubeconfig, None, chosen.place.namespace, chosen.place.cluster, ports)
    return Admin(dataclasses.replace(chosen, place=place), "v2")


def test_what_another_broker_has_is_asked_of_that_one_s_pod():
    def elsewhere(method: str, path: str, body: bytes) -> Reply:
        host = "http://events-broker-2.events-broker.pulsar.svc.cluster.local:8080"
        return Reply(307, headers={"location": f"{host}{path}?authoritative=true"})

    asked: list[tuple[str, str, bytes]] = []

    def here(method: str, path: str, body: bytes) -> Reply:
        asked.append((method, path, body))
        return Reply(204)

    with served(elsewhere) as first, served(here) as second:
        through_kubernetes({None: first, "events-broker-2": second}).request("POST", "persistent/a/b/t/x", body=60)

    assert asked == [("POST", "/admin/v2/persistent/a/b/t/x?authoritative=true", b"60")]


def test_brokers_that_send_each_other_the_same_request_are_not_followed_for_ever():
    def round_about(method: str, path: str, body: bytes) -> Reply:
        return Reply(307, headers={"location": "http://events-broker-0.events-broker:8080/admin/v2/tenants"})

    with served(round_about) as port:
        admin = through_kubernetes({None: port, "events-broker-0": port})
        with pytest.raises(Refused, match="307"):
            admin.get("tenants")


def test_what_the_web_server_says_in_a_page_is_told_as_a_sentence():
    page = b"<html><title>Error 409 Incompatible schema: exists &quot;STRING&quot;</title><body>...</body></html>"

    with served(lambda *_: Reply(409, page)) as port, pytest.raises(Refused) as refused:
        Admin(settings({"adminUrl": f"http://127.0.0.1:{port}"}), "v2").get("schemas/a/b/t/schema")

    assert refused.value.reason == 'Incompatible schema: exists "STRING"'
