"""The Job that writes a new cluster's metadata, once, however often it runs."""

import textwrap
from collections.abc import Mapping

from .. import names
from .job import container_shape, once
from .metadata.store import MetadataStoreSpec, Place
from .pod import init_container, secret_variables, volume_mounts
from .workload import Manifest, Workload

ROLE = "initialise"
LEDGERS_KEY = "/ledgers/INSTANCEID"
"""What BookKeeper's format writes last."""


def wait(metadata: MetadataStoreSpec, place: Place) -> str:
    """Shell commands that return as soon as the cluster's metadata is complete."""
    complete = f"metadata_has {LEDGERS_KEY} && metadata_has {metadata.last_key(place)}"
    return f"{metadata.shell_functions(place)}\nuntil {complete}; do sleep 0.1; done"


def workload(place: Place, image: str, jvm: Mapping[str, str]) -> Workload:
    """The Job's pod, before any feature has given it what it needs."""
    memory = "-Xms128m -Xmx256m -XX:MaxDirectMemorySize=128m"
    return Workload(
        cluster=place.cluster,
        namespace=place.namespace,
        role=ROLE,
        image=image,
        replicas=1,
        command=(),
        ports={},
        cpu="100m",
        memory="768Mi",
        environment={**jvm, "PULSAR_MEM": memory, "BOOKIE_MEM": memory},
    )


def job(metadata: MetadataStoreSpec, place: Place, work: Workload) -> Manifest:
    """The Job.

    It may be killed at any moment and run again: what exists is left, and BookKeeper's layout, which Pulsar's own
    command skips as soon as a part of it exists, is completed. Kept volumes of an earlier namespace hold complete
    metadata, so the Job finds nothing to do.
    """
    own, configuration = metadata.local_url(place), metadata.local_configuration_url(place)
    bookkeeper = metadata.bookkeeper_uri(place)
    service = names.service(f"{place.cluster}-broker", place.namespace)
    script = textwrap.dedent("""\
        set -eu
        {functions}
        until metadata_answers; do sleep 0.1; done
        if {complete}; then
          echo "the metadata of {cluster} is complete"
          exit 0
        fi
        bin/pulsar initialize-cluster-metadata --cluster {cluster} \\
          --metadata-store '{own}' --configuration-metadata-store '{configuration}'{existing} \\
          --web-service-url http://{service}:8080 --broker-service-url pulsar://{service}:6650
        if ! metadata_has {ledgers}; then
          echo "writing BookKeeper's layout, which is not there or which an earlier run left half-made"
          metadataServiceUri='{bookkeeper}' bin/apply-config-from-env.py conf/bookkeeper.conf
          bin/bookkeeper shell initnewcluster
        fi
        """).format(
        functions=metadata.shell_functions(place),
        ledgers=LEDGERS_KEY,
        # Where several clusters share a store, nothing in it tells that this one's part is complete.
        complete=f"metadata_has {LEDGERS_KEY} && metadata_has {metadata.last_key(place)}"
        if own == configuration
        else "false",
        cluster=place.cluster,
        own=own,
        configuration=configuration,
        # BookKeeper's part has a place of its own, which the command leaves alone.
        existing=f" --existing-bk-metadata-service-uri '{bookkeeper}'"
        if bookkeeper != f"metadata-store:{own}".replace(",", ";")
        else "",
        bookkeeper=bookkeeper,
        service=service,
    )
    container = {
        "name": ROLE,
        "image": work.image,
        "command": ["bash", "-c", script],
        "env": [
            *({"name": key, "value": value} for key, value in sorted(work.environment.items())),
            *secret_variables(work.secret_environment),
        ],
        **container_shape(work.cpu, work.memory),
        **({"volumeMounts": volume_mounts(work.mounts)} if work.mounts else {}),
    }
    pod = {
        **({"volumes": [{"name": each.name, **each.source} for each in work.mounts]} if work.mounts else {}),
        **(
            {"initContainers": [init_container(each, work.mounts) for each in work.init_containers]}
            if work.init_containers
            else {}
        ),
        "containers": [container],
    }
    return once(place, ROLE, pod, retries=20)
