"""A stack file's tenants with every setting, and a cluster that they are replicated to."""

WEST = {"service_url": "pulsar://west.example.com:6650", "admin_url": "http://west.example.com:8080"}
SHOP = {
    "admin_roles": ["shop-admin"],
    "namespaces": {
        "orders": {
            "bundles": 16,
            "retention": {"time": "7d", "size": "10Gi"},
            "ttl": "3d",
            "backlog_quota": {"size": "1Gi", "policy": "producer_exception"},
            "deduplication": True,
            "replication_clusters": ["pulsar", "west"],
            "compaction_threshold": "100Mi",
            "schema_compatibility": "BACKWARD",
            "schema_validation": True,
            "max_producers": 10,
            "max_consumers": 20,
            "max_consumers_per_subscription": 5,
            "subscription_expiration": "14d",
            "topic_creation": {"allow": True, "partitions": 4},
            "permissions": {"web": ["produce"], "billing": ["consume"]},
            "topics": {
                "placed": {
                    "partitions": 4,
                    "retention": {"time": "30d"},
                    "backlog_quota": {"time": "1h", "policy": "consumer_backlog_eviction"},
                    "schema_info": {"type": "STRING"},
                    "permissions": {"audit": ["consume"]},
                },
                "Returned_Items": {},
            },
        }
    },
}
