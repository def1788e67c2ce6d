"""Tenants, namespaces and topics of a Pulsar in this process, which answers as 4.0.8's REST API, version 2, did."""

import contextlib
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator
from typing import Any

from provider.admin import Admin, settings

from .rest_server import Reply, served

OWN = "pulsar"
"""The cluster."""
_FIELDS = {
    "retention": "retention_policies",
    "messageTTL": "message_ttl_in_seconds",
    "deduplication": "deduplicationEnabled",
    "compactionThreshold": "compaction_threshold",
    "schemaCompatibilityStrategy": "schema_compatibility_strategy",
    "schemaValidationEnforced": "schema_validation_enforced",
    "maxProducersPerTopic": "max_producers_per_topic",
    "maxConsumersPerTopic": "max_consumers_per_topic",
    "maxConsumersPerSubscription": "max_consumers_per_subscription",
    "subscriptionExpirationTime": "subscription_expiration_time_minutes",
    "replication": "replication_clusters",
    "autoTopicCreation": "autoTopicCreationOverride",
}
_UNDELETABLE = {"schemaCompatibilityStrategy", "schemaValidationEnforced", "replication", "offloadThreshold"}
_PUT = {"compactionThreshold", "schemaCompatibilityStrategy", "offloadThreshold"}
GONE = Reply(404, {"reason": "not found"})
DONE = Reply(204)
NOT_ALLOWED = Reply(405, {"reason": "HTTP 405 Method Not Allowed"})


class Pulsar:
    """What is in it, to look at and to change by hand."""

    def __init__(self) -> None:
        self.tenants: dict[str, dict[str, Any]] = {}
        self.namespaces: dict[str, dict[str, Any]] = {}
        self.topics: dict[str, dict[str, Any]] = {}
        """By `tenant/namespace/topic`: `partitions`, `policies`, `stats`, `schema`."""
        self.asked: list[str] = []
        """Whatever was asked that may change something: `POST namespaces/a/b/retention`."""
        self.late = 0
        """How many looks at a topic's policies show what was before."""
        self.url = ""
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, body: bytes) -> Reply:
        with self._lock:
            place, _, query = path.removeprefix("/admin/v2/").partition("?")
            if method != "GET":
                self.asked.append(f"{method} {place}")
            told = json.loads(body) if body else None
            parts = [urllib.parse.unquote(each) for each in place.split("/")]
            asked = {key: each[0] for key, each in urllib.parse.parse_qs(query).items()}
            area = {"tenants": self._tenant, "namespaces": self._space, "persistent": self._topic}
            return area.get(parts[0], self._schema)(method, parts[1:], told, asked)

    def _tenant(self, method: str, parts: list[str], told: Any, asked: dict[str, str]) -> Reply:
        (name,) = parts
        if method == "PUT" and name in self.tenants:
            return Reply(409, {"reason": "Tenant already exist"})
        if method in ("PUT", "POST"):
            if set(told["allowedClusters"]) - {OWN, "west"}:
                return Reply(412, {"reason": "Clusters do not exist"})
            self.tenants[name] = told
            return DONE
        if name not in self.tenants:
            return Reply(404, {"reason": "Tenant does not exist"})
        if method == "GET":
            return Reply(200, self.tenants[name])
        if any(each.startswith(f"{name}/") for each in self.namespaces):
            return Reply(409, {"reason": "The tenant still has active namespaces"})
        del self.tenants[name]
        return DONE

    def _space(self, method: str, parts: list[str], told: Any, asked: dict[str, str]) -> Reply:
        name, rest = "/".join(parts[:2]), parts[2:]
        if len(parts) == 1:
            return Reply(200, [each for each in self.namespaces if each.startswith(f"{name}/")])
        if not rest and method == "PUT":
            if parts[0] not in self.tenants:
                return Reply(404, {"reason": "Tenant not found"})
            if name in self.namespaces:
                return Reply(409, {"reason": "Namespace already exists"})
            self.namespaces[name] = self._new_space((told or {}).get("bundles", {}).get("numBundles", 4))
            return DONE
        if name not in self.namespaces:
            return Reply(404, {"reason": "Namespace does not exist"})
        document = self.namespaces[name]
        if not rest and method == "GET":
            return Reply(200, document)
        if not rest:
            if any(each.startswith(f"{name}/") for each in self.topics):
                return Reply(409, {"reason": "Cannot delete non empty namespace"})
            del self.namespaces[name]
            return DONE
        if rest[0] == "permissions":
            return _permission(method, document["auth_policies"]["namespace_auth"], rest[1], told)
        if rest[0] == "backlogQuota":
            return self._quota(method, document, told, asked)
        return self._space_policy(method, rest[0], document, told)

    def _new_space(self, bundles: int) -> dict[str, Any]:
        return {
            "auth_policies": {"namespace_auth": {}, "destination_auth": {}},
            "bundles": {"numBundles": bundles},
            "replication_clusters": [OWN],
            "backlog_quota_map": {},
            "schema_compatibility_strategy": "UNDEFINED",
            "schema_validation_enforced": False,
        }

    def _space_policy(self, method: str, name: str, document: dict[str, Any], told: Any) -> Reply:
        if name == "removeOffloadPolicies" and method == "DELETE":
            document.pop("offload_policies", None)
            return DONE
        if method == "DELETE":
            if name in _UNDELETABLE:
                return Reply(412, {"reason": f"Invalid bundle range: {name}"})
            document.pop(_FIELDS[name], None)
            return DONE
        if method != ("PUT" if name in _PUT else "POST"):
            return NOT_ALLOWED
        if name == "offloadThreshold":
            document["offload_policies"] = {"managedLedgerOffloadThresholdInBytes": told}
            return DONE
        size = (document["backlog_quota_map"].get("destination_storage") or {}).get("limitSize", 0)
        if name == "retention" and 0 < told["retentionSizeInMB"] << 20 <= size:
            return Reply(412, {"reason": "Retention Quota must exceed configured backlog quota for namespace."})
        document[_FIELDS[name]] = told
        return Reply(200 if name == "replication" else 204)

    def _quota(self, method: str, document: dict[str, Any], told: Any, asked: dict[str, str]) -> Reply:
        quotas, kind = document["backlog_quota_map"], asked["backlogQuotaType"]
        if method == "DELETE":
            quotas.pop(kind, None)
            return DONE
        kept = (document.get("retention_policies") or {}).get("retentionSizeInMB", -1)
        if 0 < kept << 20 <= told.get("limitSize", 0):
            return Reply(412, {"reason": "Backlog Quota exceeds configured retention quota for namespace."})
        quotas[kind] = {"limitSize": 0, "limitTime": 0, "limit": told.get("limitSize", 0), **told}
        return DONE

    def _topic(self, method: str, parts: list[str], told: Any, asked: dict[str, str]) -> Reply:
        space, name, rest = "/".join(parts[:2]), "/".join(parts[:3]), parts[3:]
        inside = {each: topic for each, topic in self.topics.items() if each.startswith(f"{space}/")}
        if parts[2:] in ([], ["partitioned"]):
            divided = bool(parts[2:])
            return Reply(200, [f"persistent://{each}" for each in _listed(inside, divided=divided)])
        if method == "PUT" and rest in ([], ["partitions"]):
            if space not in self.namespaces:
                return Reply(404, {"reason": "Namespace not found"})
            if name in self.topics:
                return Reply(409, {"reason": "This topic already exists"})
            self.topics[name] = {"partitions": told or 0, "policies": {}, "backlog_quota_map": {}, "stats": {}}
            return DONE
        if name not in self.topics:
            return Reply(404, {"reason": f"Topic persistent://{name} not found"})
        topic = self.topics[name]
        divided = topic["partitions"] > 0
        if method == "DELETE" and rest in ([], ["partitions"]):
            # With subscriptions as well: Pulsar asks nothing.
            return self._deleted(name, right=divided == bool(rest))
        if rest == ["partitions"]:
            return self._partitions(method, topic, told)
        if rest in (["stats"], ["partitioned-stats"]):
            return Reply(200, topic["stats"]) if divided == (rest == ["partitioned-stats"]) else GONE
        if rest[0] == "permissions":
            given = self.namespaces[space]["auth_policies"]["destination_auth"]
            return _permission(method, given.setdefault(f"persistent://{name}", {}), rest[1], told)
        if rest[0] in ("backlogQuota", "backlogQuotaMap"):
            return (
                Reply(200, topic["backlog_quota_map"]) if method == "GET" else self._quota(method, topic, told, asked)
            )
        return self._topic_policy(method, rest[0], topic, told, asked)

    def _deleted(self, name: str, *, right: bool) -> Reply:
        if not right:
            return Reply(409, {"reason": f"persistent://{name} is the other kind of topic"})
        del self.topics[name]
        return DONE

    def _partitions(self, method: str, topic: dict[str, Any], told: Any) -> Reply:
        if method == "GET":
            return Reply(200, {"partitions": topic["partitions"], "deleted": False})
        if told < topic["partitions"]:
            now = topic["partitions"]
            return Reply(422, {"reason": f"Desired partitions {told} can't be less than the current partitions {now}."})
        topic["partitions"] = told
        return DONE

    def _topic_policy(self, method: str, name: str, topic: dict[str, Any], told: Any, asked: dict[str, str]) -> Reply:
        policies = topic["policies"]
        if method == "GET":
            if self.late:
                self.late -= 1
                return Reply(200, topic.get("before", {}).get(name))
            return Reply(200, policies.get(name, False if name == "schemaValidationEnforced" else None))
        topic["before"] = dict(policies)
        if method == "DELETE":
            if name == "schemaValidationEnforced":
                return NOT_ALLOWED
            policies.pop(name, None)
            return DONE
        if method != ("PUT" if name == "schemaCompatibilityStrategy" else "POST"):
            return NOT_ALLOWED
        if name == "messageTTL":
            # The body is ignored.
            told = int(asked["messageTTL"]) if "messageTTL" in asked else None
        policies[name] = told
        return DONE

    def _schema(self, method: str, parts: list[str], told: Any, asked: dict[str, str]) -> Reply:
        topic = self.topics["/".join(parts[:3])]
        if method == "POST":
            topic["schema"] = {"type": told["type"], "data": told["schema"], "properties": told["properties"]}
            return Reply(200, {"version": {"version": 0}})
        return Reply(200, topic["schema"]) if topic.get("schema") else Reply(404, {"reason": "Schema not found"})


def _permission(method: str, given: dict[str, Any], role: str, told: Any) -> Reply:
    if method == "DELETE":
        given.pop(role, None)
    else:
        given[role] = told
    return DONE


def _listed(topics: dict[str, dict[str, Any]], *, divided: bool) -> list[str]:
    if divided:
        return [name for name, topic in topics.items() if topic["partitions"]]
    single = [name for name, topic in topics.items() if not topic["partitions"]]
    parts = [f"{name}-partition-{each}" for name, topic in topics.items() for each in range(topic["partitions"])]
    return [*single, *parts, *{f"{re.sub('/[^/]+$', '', name)}/__change_events" for name in topics}]


@contextlib.contextmanager
def pulsar() -> Iterator[tuple[Pulsar, Admin]]:
    """A Pulsar, and a connection to it."""
    made = Pulsar()
    with served(made.answer) as port:
        made.url = f"http://127.0.0.1:{port}"
        yield made, Admin(settings({"adminUrl": made.url, "cluster": OWN}), "v2")
