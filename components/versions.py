"""Every version that the program knows, and what each line of Pulsar allows.

Sources: Pulsar's release notes and release policy (pulsar.apache.org/contribute/release-policy), "Upgrading to Pulsar
5.0.x" and its configuration page (docs/5.0.x/administration-upgrade-to-5.0.x), PIP-462 (etcd leaves with 5.0), the
images' own `Dockerfile`s and `conf/pulsar_env.sh`, and the releases of KoP, MoP and AoP (github.com/streamnative).
"""

import dataclasses
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Literal

OXIA_IMAGE = "docker.io/oxia/oxia:0.16.10"
ETCD_IMAGE = "quay.io/coreos/etcd:v3.6.16"
RCLONE_IMAGE = "docker.io/rclone/rclone:1.75.2"
SEAWEEDFS_IMAGE = "docker.io/chrislusf/seaweedfs:4.48"
DEKAF_IMAGE = "docker.io/visortelle/dekaf:1.1.0"
PULSAR_MANAGER_IMAGE = "docker.io/apachepulsar/pulsar-manager:v0.4.0"
OAUTH2_PROXY_IMAGE = "quay.io/oauth2-proxy/oauth2-proxy:v7.15.6"
PROMETHEUS_IMAGE = "quay.io/prometheus/prometheus:v2.55.1"
GRAFANA_IMAGE = "docker.io/grafana/grafana:11.6.16"
KUBERNETES_OLDEST = "1.30"
KUBERNETES_NEWEST = "1.37"

Store = Literal["etcd", "zookeeper", "oxia"]
Console = Literal["dekaf", "pulsar-manager"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """What a line of Pulsar releases (`4.0`) allows."""

    newest: str
    """The newest release of the line that this table knows."""
    image: str
    """The image with offloaders and, where the line has them, connectors. Its tag is the release."""
    java: int
    """The Java that the image runs on."""
    metadata_stores: tuple[Store, ...]
    """The first one is the default of the line."""
    offloaders: tuple[str, ...]
    """The values of `managedLedgerOffloadDriver` that the image can serve."""
    bundled_connectors: bool
    """Whether the image carries Pulsar IO's connectors."""
    supported_until: str
    """When security fixes end, as the project's release policy says."""
    refused_stores: Mapping[Store, str] = dataclasses.field(default_factory=dict)
    """Why a store is refused, as the end of a sentence."""
    collector: str
    """The garbage collector that the image chooses for its Java. No line needs a flag beside the memory's."""
    handlers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The newest release of each protocol handler that was built for the line, by its protocol."""
    refused_handlers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Why the line has none for a protocol, as a clause."""
    consoles: tuple[Console, ...]
    """The consoles that may be put beside it."""
    refused_consoles: Mapping[Console, str] = dataclasses.field(default_factory=dict)
    """Why another one is refused, as a clause."""
    changed_defaults: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Defaults of the brokers that differ from the line before: keys, and the old and the new value."""
    way_back: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Keys of the brokers without which older brokers can't take over again. They must be set before the first broker
    of the line starts; with none, there is always a way back."""


_ARCHIVED = "KoP, which speaks Kafka's protocol, is archived since January 2024 at Pulsar 3.1"
_NONE_YET = "has no release for Pulsar 5.0 that this program knows"
_OFFLOADERS = ("aws-s3", "S3", "google-cloud-storage", "azureblob", "aliyun-oss")

LINES: Mapping[str, Line] = {
    "4.0": Line(
        newest="4.0.13",
        image="docker.io/apachepulsar/pulsar-all",
        java=21,
        metadata_stores=("etcd", "zookeeper", "oxia"),
        offloaders=(*_OFFLOADERS, "filesystem"),
        bundled_connectors=True,
        supported_until="2027-10",
        collector="ZGC, generational",
        consoles=("dekaf", "pulsar-manager"),
        handlers={"mqtt": "4.0.10.9", "amqp": "4.0.10.9"},
        refused_handlers={"kafka": _ARCHIVED},
    ),
    "4.2": Line(
        newest="4.2.4",
        image="docker.io/apachepulsar/pulsar-all",
        java=21,
        metadata_stores=("etcd", "zookeeper", "oxia"),
        offloaders=(*_OFFLOADERS, "filesystem"),
        bundled_connectors=True,
        supported_until="2026-09",
        collector="ZGC, generational",
        consoles=("dekaf", "pulsar-manager"),
        handlers={"mqtt": "4.2.1.8", "amqp": "4.2.1.8"},
        refused_handlers={"kafka": _ARCHIVED},
    ),
    "5.0": Line(
        newest="5.0.0",
        image="docker.io/apachepulsar/pulsar",
        java=25,
        metadata_stores=("oxia", "zookeeper"),
        offloaders=_OFFLOADERS,
        bundled_connectors=False,
        supported_until="2029-10",
        refused_stores={"etcd": "Pulsar 5.0 has no etcd driver any more (PIP-462)"},
        collector="ZGC, generational",
        consoles=("dekaf",),
        refused_consoles={
            "pulsar-manager": "Pulsar Manager's last release is of 2023, and Apache's Helm chart, which had it beside "
            "Pulsar 4, has taken it out"
        },
        refused_handlers={
            "kafka": _ARCHIVED,
            "mqtt": f"MoP, which speaks MQTT, {_NONE_YET}",
            "amqp": f"AoP, which speaks AMQP, {_NONE_YET}",
        },
        changed_defaults={
            "defaultNumberOfNamespaceBundles": "4 to 32",
            "enablePackagesManagement": "true to false",
            "enableShadowTopics": "true to false",
            "dispatcherMaxReadBatchSize": "100 to 500",
            "managedLedgerBatchReadEnabled": "absent to true",
            "managedLedgerInfoCompressionType": "NONE to LZ4",
            "managedCursorInfoCompressionType": "NONE to LZ4",
            "scalableTopicsEnabled": "absent to true",
        },
        # A topic that was made scalable, and packages that were described in JSON, are nothing to an older broker.
        way_back={"scalableTopicsEnabled": "false", "packagesManagementJsonSerializationEnabled": "false"},
    ),
}
"""The lines that the program deploys."""


def line(version: str) -> Line:
    """The line of a release such as `4.0.8`.

    Raises:
        ValueError: the release belongs to no line of the table; the sentence lists those that do.
    """
    match = re.fullmatch(r"(\d+\.\d+)\.\d+", version)
    if match and match[1] in LINES:
        return LINES[match[1]]
    if version in LINES:
        raise ValueError(
            f"Pulsar {version} is a line of releases, not one of them. Write a release, such as its newest: "
            f'"{LINES[version].newest}".'
        )
    known = ", ".join(f"{name}.x (newest {entry.newest})" for name, entry in LINES.items())
    raise ValueError(f"Pulsar {version} is not a release that this program knows. Choose one of {known}.")


def image(version: str) -> str:
    """The image of a release, by its full name."""
    return f"{line(version).image}:{version}"


def store_refusal(version: str, store: Store, deployed: Collection[Store]) -> str | None:
    """Why a metadata store can't be had on the line of a release, and the way out.

    Args:
        version: the release.
        store: the store that was chosen.
        deployed: the stores that the program deploys.
    """
    found = line(version)
    if store in found.metadata_stores:
        return None
    reason = found.refused_stores.get(store, f"Pulsar {version} has no driver for it")
    others = [each for each in found.metadata_stores if each in deployed]
    lines = [f"{name}.x" for name, each in LINES.items() if store in each.metadata_stores]
    use_another = f"Use {' or '.join(others)}, or stay on" if others else "Stay on"
    return f"{store} can't keep the metadata of Pulsar {version}: {reason}. {use_another} Pulsar {' or '.join(lines)}."


def console_refusal(version: str, console: Console) -> str | None:
    """Why a console can't be put beside a release, and the way out."""
    found = line(version)
    if console in found.consoles:
        return None
    reason = found.refused_consoles.get(console, "it was not made for that line")
    lines = [f"{name}.x" for name, each in LINES.items() if console in each.consoles]
    return (
        f"{console} is not for Pulsar {version}: {reason}. Use {' or '.join(found.consoles)}, or stay on Pulsar "
        f"{' or '.join(lines)}."
    )


def decided(version: str) -> Iterator[tuple[str, str]]:
    """What the line of a release decides, by name."""
    found = line(version)
    yield "java", str(found.java)
    yield "collector", found.collector
    yield "metadata_stores", ", ".join(found.metadata_stores)
    yield "offloaders", ", ".join(found.offloaders)
    yield "connectors", "in the image" if found.bundled_connectors else "not in the image"
    handlers = ", ".join(f"{protocol} {release}" for protocol, release in found.handlers.items())
    yield "protocol_handlers", handlers or "none was built for this line"
    yield "consoles", ", ".join(found.consoles)
    yield "supported_until", found.supported_until
    for key, change in found.changed_defaults.items():
        yield f"changed_default.{key}", change
