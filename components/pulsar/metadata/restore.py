"""A metadata snapshot put back onto the members' volumes, one Job for each member."""

from ... import names
from ...buckets.bucket import Remote
from ..job import pod_shape
from ..pod import volume_mounts
from ..runtime import Runtime
from ..workload import Manifest, Mount
from .backup import FOLDER, SHAPE, SNAPSHOT, prefix, rclone
from .store import MetadataStoreSpec, Place

ROLE = "metadata-restore"


def listing(remote: Remote, place: Place) -> Manifest:
    """The Job that prints the names of the snapshots, the newest last."""
    script = f'rclone lsf --files-only "{remote.path}/{prefix(place)}" | grep -v "[.]partial$" | sort'
    return _job(place, f"{place.cluster}-metadata-snapshots", [], [rclone("list", script, remote, ())], remote, ())


def restoring(
    metadata: MetadataStoreSpec, remote: Remote, place: Place, runtime: Runtime, member: int, snapshot: str
) -> Manifest:
    """The Job that gives one member the metadata of a snapshot. Its pod must not run meanwhile.

    What its volumes held is set aside in a folder on each, so that a restore of the wrong snapshot loses nothing; an
    earlier restore's is deleted, since the volumes have room for one.

    Args:
        metadata: the store.
        remote: the bucket.
        place: where Pulsar lives.
        runtime: Pulsar's own image.
        member: the member's number.
        snapshot: a name that `listing` printed.
    """
    (work,) = (each for each in metadata.workloads(place, runtime, None) if each.volumes)
    scratch = Mount(name="snapshot", path=FOLDER, source={"emptyDir": {}}, read_only=False)
    volumes = tuple(
        Mount(
            name=volume.name,
            path=volume.path,
            source={"persistentVolumeClaim": {"claimName": f"{volume.name}-{work.name}-{member}"}},
            read_only=False,
        )
        for volume in work.volumes
    )
    aside = "for each in *; do case $each in before-restore|lost+found) ;; *) mv $each before-restore/ ;; esac; done"
    fetch = "\n".join(
        (
            "set -eu",
            f'rclone copyto "{remote.path}/{prefix(place)}/{snapshot}" {SNAPSHOT}',
            *(f"cd {each.path}\nrm -rf before-restore\nmkdir before-restore\n{aside}" for each in volumes),
        )
    )
    mounts = (scratch, *volumes)
    container = {
        **metadata.restore(place, runtime, member, SNAPSHOT),
        "name": "restore",
        **SHAPE,
        "volumeMounts": volume_mounts(mounts),
    }
    first = [rclone("fetch", fetch, remote, mounts)]
    return _job(place, f"{place.cluster}-{ROLE}-{member}", first, [container], remote, mounts)


def _job(
    place: Place,
    name: str,
    first: list[Manifest],
    containers: list[Manifest],
    remote: Remote,
    mounts: tuple[Mount, ...],
) -> Manifest:
    labels = names.labels(place.cluster, ROLE)
    every = (*remote.mounts, *mounts)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": place.namespace, "labels": labels},
        "spec": {
            "backoffLimit": 1,
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "restartPolicy": "Never",
                    "serviceAccountName": f"{place.cluster}-broker",
                    **pod_shape(),
                    "volumes": [{"name": each.name, **each.source} for each in every],
                    "initContainers": first,
                    "containers": containers,
                },
            },
        },
    }
