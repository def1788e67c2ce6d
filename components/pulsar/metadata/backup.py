"""Scheduled backups of the metadata to the tiered storage's bucket."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

import pydantic

from ... import names, versions
from ...buckets.bucket import Remote
from ...durations import Duration
from ...model import Spec
from ..job import container_shape, pod_shape
from ..pod import secret_variables, volume_mounts
from ..runtime import Runtime
from ..workload import Manifest, Mount
from .store import MetadataStoreSpec, Place

ROLE = "metadata-backup"
FOLDER = "/backup"
SNAPSHOT = f"{FOLDER}/snapshot"
"""Where a store's own container writes it, and where it is read from."""
SHAPE = container_shape("50m", "256Mi")
"""What every container of a backup or a restore has."""


def _schedule(text: str) -> str:
    if not re.fullmatch(r"@(hourly|daily|weekly)|(\S+ ){4}\S+", text) or not re.fullmatch(r"[@\w*/, -]+", text):
        raise ValueError(
            f"{text[:40]!r} is not a schedule. "
            "Write cron's five fields, such as 17 * * * *, or @hourly, @daily, @weekly."
        )
    return text


class BackupSpec(Spec):
    """Snapshots of the metadata in the tiered storage's bucket, beside the messages that it describes."""

    schedule: Annotated[str, pydantic.AfterValidator(_schedule)] = "17 * * * *"
    """When, as cron has it, in UTC. Default: once an hour."""
    keep: Duration = Duration.parse("14d")
    """How long a snapshot is kept."""


def impossible(metadata: MetadataStoreSpec, remote: Remote | None, place: Place, runtime: Runtime) -> Iterator[str]:
    """Why there can be no backups, as sentences: no bucket, or a store without snapshots."""
    if remote is None:
        yield (
            "has nowhere to go: backups are kept in the tiered storage's bucket. "
            "Set tiered_storage to a kind with a bucket, or leave metadata_backup out."
        )
    if not metadata.snapshot(place, runtime, ""):
        yield (
            f"can't be made of {metadata.store}, which has no snapshots that this program knows of. "
            "Leave it out, or use etcd or zookeeper."
        )


def prefix(place: Place) -> str:
    """The folder of the bucket that one cluster's snapshots are in."""
    return f"metadata-backups/{place.namespace}/{place.cluster}"


def backup(
    spec: BackupSpec,
    metadata: MetadataStoreSpec,
    remote: Remote,
    place: Place,
    runtime: Runtime,
    mounts: tuple[Mount, ...],
) -> Mapping[str, Manifest]:
    """The CronJob: the store's own tool writes a snapshot, then it is copied and old ones are deleted.

    Args:
        spec: when, and how long they are kept.
        metadata: the store.
        remote: the bucket.
        place: where Pulsar lives.
        runtime: Pulsar's own image.
        mounts: what the store's clients need, such as certificates.
    """
    labels = names.labels(place.cluster, ROLE)
    target = f"{remote.path}/{prefix(place)}"
    script = "\n".join(
        (
            "set -eu",
            f"name={metadata.store}-$(date -u +%Y%m%dT%H%M%SZ)",
            # A name without a suffix is a snapshot that has arrived whole.
            f'rclone copyto {SNAPSHOT} "{target}/$name.partial"',
            f'rclone moveto "{target}/$name.partial" "{target}/$name"',
            f'rclone delete --min-age {int(spec.keep)}s "{target}"',
            'echo "kept $name"',
        )
    )
    scratch = Mount(name="snapshot", path=FOLDER, source={"emptyDir": {}}, read_only=False)
    every = (*mounts, scratch)
    pod = {
        "restartPolicy": "Never",
        "serviceAccountName": f"{place.cluster}-broker",
        **pod_shape(),
        "volumes": list({each.name: {"name": each.name, **each.source} for each in (*every, *remote.mounts)}.values()),
        "initContainers": [
            {**container, "name": name, **SHAPE, "volumeMounts": volume_mounts(every)}
            for name, container in metadata.snapshot(place, runtime, SNAPSHOT).items()
        ],
        "containers": [rclone("copy", script, remote, (scratch,))],
    }
    return {
        f"{place.cluster}-{ROLE}": {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": f"{place.cluster}-{ROLE}", "namespace": place.namespace, "labels": labels},
            "spec": {
                "schedule": spec.schedule,
                "timeZone": "Etc/UTC",
                "concurrencyPolicy": "Forbid",
                "successfulJobsHistoryLimit": 1,
                "failedJobsHistoryLimit": 3,
                "jobTemplate": {
                    "spec": {"backoffLimit": 2, "template": {"metadata": {"labels": labels}, "spec": pod}},
                },
            },
        }
    }


def remote_variables(remote: Remote) -> list[Manifest]:
    """How rclone reaches the bucket: its remote `store`, told by variables, so that no file holds a key."""
    # rclone keeps its own settings in the home folder, which the image's user can't write.
    plain = {"HOME": FOLDER, **remote.environment}
    return [
        *({"name": name, "value": value} for name, value in sorted(plain.items())),
        *secret_variables(remote.secret_environment),
    ]


def rclone(name: str, script: str, remote: Remote, mounts: tuple[Mount, ...]) -> Manifest:
    """A container that runs a script in which `rclone` reaches the bucket."""
    return {
        "name": name,
        "image": versions.RCLONE_IMAGE,
        "command": ["sh", "-c", script],
        "env": remote_variables(remote),
        **SHAPE,
        "volumeMounts": volume_mounts((*remote.mounts, *mounts)),
    }
