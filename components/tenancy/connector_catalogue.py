"""Connectors that Pulsar's project distributes: what each is called, what its class is, what it must be told.

Source: the projects below `pulsar-io/` of Pulsar's own code (`META-INF/services/pulsar-io.yaml` and the configuration
classes with what they require), and Pulsar's reference of connectors.
"""

import dataclasses
from collections.abc import Mapping
from typing import Literal

Direction = Literal["source", "sink"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Known:
    """A connector of Pulsar's distribution, in one direction."""

    class_name: str
    required: tuple[tuple[str, ...], ...]
    """The settings without which it doesn't start; of several in one entry, one is enough."""
    artifact: str | None = None
    """The middle of its archive's name, where that isn't the connector's: `pulsar-io-{artifact}-{version}.nar`."""


def _debezium(class_name: str, *more: str) -> Known:
    # Debezium 2 calls the prefix of its topics by what it is.
    names = ("database.hostname", "database.port", "database.user", "database.password", *more)
    return Known(
        class_name=class_name, required=(*((each,) for each in names), ("database.server.name", "topic.prefix"))
    )


def _jdbc(class_name: str) -> Known:
    return Known(class_name=class_name, required=(("jdbcUrl",), ("tableName",)))


_IO = "org.apache.pulsar.io"

KNOWN: Mapping[tuple[Direction, str], Known] = {
    ("source", "debezium-mysql"): _debezium(f"{_IO}.debezium.mysql.DebeziumMysqlSource", "database.server.id"),
    ("source", "debezium-postgres"): _debezium(f"{_IO}.debezium.postgres.DebeziumPostgresSource", "database.dbname"),
    ("source", "debezium-mongodb"): Known(
        class_name=f"{_IO}.debezium.mongodb.DebeziumMongoDbSource",
        required=(("mongodb.hosts", "mongodb.connection.string"), ("mongodb.name", "topic.prefix")),
    ),
    ("source", "kafka"): Known(
        class_name=f"{_IO}.kafka.KafkaBytesSource", required=(("bootstrapServers",), ("groupId",), ("topic",))
    ),
    ("sink", "kafka"): Known(
        class_name=f"{_IO}.kafka.KafkaBytesSink", required=(("bootstrapServers",), ("acks",), ("topic",))
    ),
    ("source", "mongo"): Known(class_name=f"{_IO}.mongodb.MongoSource", required=(("mongoUri",),)),
    ("sink", "mongo"): Known(
        class_name=f"{_IO}.mongodb.MongoSink", required=(("mongoUri",), ("database",), ("collection",))
    ),
    ("sink", "jdbc-postgres"): _jdbc(f"{_IO}.jdbc.PostgresJdbcAutoSchemaSink"),
    ("sink", "jdbc-mariadb"): _jdbc(f"{_IO}.jdbc.MariadbJdbcAutoSchemaSink"),
    ("sink", "jdbc-sqlite"): _jdbc(f"{_IO}.jdbc.SqliteJdbcAutoSchemaSink"),
    ("sink", "jdbc-clickhouse"): _jdbc(f"{_IO}.jdbc.ClickHouseJdbcAutoSchemaSink"),
    ("sink", "elastic_search"): Known(
        class_name=f"{_IO}.elasticsearch.ElasticSearchSink",
        required=(("elasticSearchUrl",),),
        artifact="elastic-search",
    ),
    ("sink", "redis"): Known(class_name=f"{_IO}.redis.sink.RedisSink", required=(("redisHosts",),)),
    ("sink", "cassandra"): Known(
        class_name=f"{_IO}.cassandra.CassandraStringSink",
        required=(("roots",), ("keyspace",), ("keyname",), ("columnFamily",), ("columnName",)),
    ),
    ("sink", "http"): Known(class_name=f"{_IO}.http.HttpSink", required=(("url",),)),
}
"""By direction and by the name that a stack file uses."""


def meant(direction: Direction, name: str) -> str | None:
    """The known connector that a name almost is."""
    if (direction, name) in KNOWN:
        return None
    plain = {known.replace("_", "-"): known for way, known in KNOWN if way == direction}
    aliases = {"mongodb": "mongo", "elasticsearch": "elastic_search", "debezium-postgresql": "debezium-postgres"}
    written = name.lower().replace("_", "-")
    found = plain.get(written) or aliases.get(written)
    return found if found and (direction, found) in KNOWN else None
