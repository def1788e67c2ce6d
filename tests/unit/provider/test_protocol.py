"""What the engine is answered: of a function and of a topic, from the check to the deletion."""

from typing import Any

import pytest

from plugin.protocol import provider_pb2
from plugin.reporting import Reports
from plugin.values import UNKNOWN, Values, decode, encode
from provider.provider import Provider
from tests.inside_pulsar import ORDERS, PLACED, SHOP
from tests.pulsar_rest import Pulsar
from tests.rest_server import Reply, served

FUNCTION = "pulsar-admin:functions:Function"
NAMESPACE = "pulsar-admin:tenants:Namespace"
TOPIC = "pulsar-admin:tenants:Topic"
REVERSE: dict[str, Any] = {
    "tenant": "shop",
    "namespace": "orders",
    "name": "reverse",
    "text": "def process(input):\n    return input[::-1]\n",
    "fileName": "reverse.py",
    "config": {"runtime": "PYTHON", "className": "reverse", "parallelism": 1},
}


class Said(Reports):
    """The engine's log."""

    def __init__(self) -> None:
        super().__init__(None)
        self.told: list[str] = []

    def tell(self, urn: str, text: str) -> None:
        self.told.append(text)


class Engine:
    """Asks a provider as the engine does."""

    def __init__(self, port: int | None = None) -> None:
        self.said = Said()
        self._provider = Provider(self.said)
        address = {"adminUrl": f"http://127.0.0.1:{port}"} if port else {"adminUrl": UNKNOWN}
        self._provider.Configure(provider_pb2.ConfigureRequest(args=encode(Values(address))), None)

    def ask(self, method: str, request: str, token: str, **fields: Any) -> Any:
        told = {key: encode(Values(each)) if isinstance(each, dict) else each for key, each in fields.items()}
        urn = f"urn:pulumi:test::pulsar::{token}::it"
        return getattr(self._provider, method)(getattr(provider_pb2, request)(urn=urn, **told), None)

    def check(self, token: str, news: dict[str, Any]) -> list[str]:
        return [each.property for each in self.ask("Check", "CheckRequest", token, news=news).failures]

    def diff(self, token: str, old: dict[str, Any], new: dict[str, Any]) -> tuple[list[str], list[str]]:
        """What changes, and for what of it another one is made."""
        found = self.ask("Diff", "DiffRequest", token, old_inputs=old, news=new)
        return sorted(found.detailedDiff), sorted(found.replaces)


@pytest.fixture
def engine():
    """With a Pulsar of both versions of the REST API, and one function in it."""
    inside, functions = Pulsar(), {}

    def answer(method: str, path: str, body: bytes) -> Reply:
        if path.startswith("/admin/v2/"):
            return inside.answer(method, path, body)
        if path.endswith("/status"):
            return Reply(200, {"instances": [{"instanceId": 0, "status": {"running": True}}]})
        if method == "POST":
            functions["it"] = REVERSE["config"]
        if method == "DELETE":
            functions.clear()
        if method == "GET":
            return Reply(200, functions["it"]) if functions else Reply(404, {"reason": "doesn't exist"})
        return Reply(204)

    with served(answer) as port:
        yield Engine(port)


@pytest.mark.parametrize(
    ("token", "inputs", "identity"),
    [
        ("pulsar-admin:tenants:Tenant", SHOP, "shop"),
        (FUNCTION, REVERSE, "shop/orders/reverse"),
    ],
)
def test_a_resource_s_life_from_its_making_to_its_end(
    engine: Engine, token: str, inputs: dict[str, Any], identity: str
):
    assert engine.check(token, inputs) == []
    made = engine.ask("Create", "CreateRequest", token, properties=inputs)
    assert made.id == identity

    seen = engine.ask(
        "Read", "ReadRequest", token, id=identity, inputs=inputs, properties=decode(made.properties).plain
    )
    assert (seen.id, decode(seen.inputs).plain) == (identity, inputs)

    kept = {**decode(made.properties).plain, "keep": False}
    engine.ask("Delete", "DeleteRequest", token, id=identity, properties=kept)
    assert not engine.ask("Read", "ReadRequest", token, id=identity, inputs=inputs, properties=kept).id


def test_a_preview_asks_pulsar_nothing():
    engine = Engine()

    made = engine.ask("Create", "CreateRequest", TOPIC, properties=PLACED, preview=True)
    changed = {**PLACED, "partitions": 4}
    updated = engine.ask("Update", "UpdateRequest", TOPIC, old_inputs=PLACED, news=changed, preview=True)

    assert decode(made.properties).plain == PLACED
    assert decode(updated.properties).plain == changed


def test_policies_change_in_place_and_a_name_does_not():
    engine = Engine()
    later = {**ORDERS, "policies": {**ORDERS["policies"], "messageTTL": 90}}

    assert engine.diff(NAMESPACE, ORDERS, later) == (["policies.messageTTL"], [])
    assert engine.diff(NAMESPACE, ORDERS, {**ORDERS, "name": "shop/returns"}) == (["name"], ["name"])
    assert engine.diff(NAMESPACE, ORDERS, ORDERS) == ([], [])


def test_a_function_s_guarantee_takes_another_one_and_its_file_s_place_nothing():
    engine = Engine()
    packed = {**REVERSE, "digest": "1", "package": "a/b.zip"}
    guaranteed = {**REVERSE, "config": {**REVERSE["config"], "processingGuarantees": "MANUAL"}}

    assert engine.diff(FUNCTION, REVERSE, guaranteed)[1] == ["config.processingGuarantees"]
    assert engine.diff(FUNCTION, packed, {**packed, "package": "elsewhere/b.zip"}) == ([], [])


def test_what_was_there_and_what_stays_is_told(engine: Engine):
    for _ in range(2):
        engine.ask("Create", "CreateRequest", "pulsar-admin:tenants:Tenant", properties=SHOP)
    engine.ask("Delete", "DeleteRequest", "pulsar-admin:tenants:Tenant", id="shop", properties=SHOP)

    assert [each.partition(" with")[0] for each in engine.said.told] == [
        "The tenant shop was there already and is taken over.",
        "The tenant shop stays in Pulsar",
    ]
