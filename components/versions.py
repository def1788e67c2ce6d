"""Every version that the program knows, and what each line of Pulsar allows.

Sources: Pulsar's release notes and upgrade guides, PIP-462 (etcd leaves with 5.0), and the images' own `Dockerfile`s.
"""

import dataclasses
import re
from collections.abc import Mapping
from typing import Literal

ETCD_IMAGE = "quay.io/coreos/etcd:v3.6.16"
RCLONE_IMAGE = "docker.io/rclone/rclone:1.75.2"
KUBERNETES_OLDEST = "1.30"
KUBERNETES_NEWEST = "1.37"

Store = Literal["etcd", "zookeeper", "oxia"]


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
    ),
    "4.2": Line(
        newest="4.2.4",
        image="docker.io/apachepulsar/pulsar-all",
        java=21,
        metadata_stores=("etcd", "zookeeper", "oxia"),
        offloaders=(*_OFFLOADERS, "filesystem"),
        bundled_connectors=True,
        supported_until="the next feature release",
    ),
    "5.0": Line(
        newest="5.0.0",
        image="docker.io/apachepulsar/pulsar",
        java=25,
        metadata_stores=("oxia", "zookeeper"),
        offloaders=_OFFLOADERS,
        bundled_connectors=False,
        supported_until="the next long-term release",
        refused_stores={"etcd": "Pulsar 5.0 has no etcd driver any more (PIP-462)"},
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
