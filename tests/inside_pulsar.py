"""A tenant, a namespace and a topic with every policy, as the provider is given them."""

from provider.handler import Task
from provider.handlers import HANDLERS

TENANT = HANDLERS["pulsar-admin:tenants:Tenant"]
NAMESPACE = HANDLERS["pulsar-admin:tenants:Namespace"]
TOPIC = HANDLERS["pulsar-admin:tenants:Topic"]

SHOP = {"name": "shop", "adminRoles": ["boss"], "allowedClusters": ["pulsar"], "keep": True}
POLICIES = {
    "retention": {"retentionTimeInMinutes": 60, "retentionSizeInMB": 100},
    "backlogQuota": {"destination_storage": {"limitSize": 10 << 20, "policy": "producer_exception"}},
    "messageTTL": 60,
    "deduplication": True,
    "compactionThreshold": 1 << 20,
    "schemaCompatibilityStrategy": "BACKWARD",
    "schemaValidationEnforced": True,
    "maxProducersPerTopic": 3,
    "maxConsumersPerTopic": 4,
    "maxConsumersPerSubscription": 5,
    "subscriptionExpirationTime": 30,
    "offloadThreshold": 1 << 30,
    "replication": ["pulsar", "west"],
    "autoTopicCreation": {"allowAutoTopicCreation": False},
}
ORDERS = {"name": "shop/orders", "bundles": 8, "policies": POLICIES, "permissions": {"web": ["produce"]}, "keep": True}
OF_TOPICS = {
    "deduplicationEnabled": True,
    "maxProducers": 3,
    "maxConsumers": 4,
    **{
        name: POLICIES[name]
        for name in (
            "retention", "backlogQuota", "messageTTL", "compactionThreshold", "schemaCompatibilityStrategy",
            "schemaValidationEnforced", "maxConsumersPerSubscription", "replication",
        )
    },
}  # fmt: skip
PLACED = {
    "name": "persistent://shop/orders/placed",
    "partitions": 2,
    "policies": OF_TOPICS,
    "permissions": {"audit": ["consume"]},
    "schema": {"type": "STRING", "schema": "", "properties": {}},
    "keep": True,
}


EACH = [(TENANT, SHOP), (NAMESPACE, ORDERS), (TOPIC, PLACED)]


class Said(Task):
    """A request, and what it left for people to read."""

    def __init__(self) -> None:
        self.told: list[str]
        object.__setattr__(self, "told", [])
        super().__init__(5, lambda _: None, self.told.append)
