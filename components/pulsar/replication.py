"""Other Pulsar clusters that messages are replicated to: they are made known, and namespaces are told to use them."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Annotated
from urllib.parse import urlsplit

import pydantic

from ..buckets.bucket import PulsarNamespace
from ..model import Name, Spec
from .broker import addresses
from .job import container_shape, once
from .metadata.store import Place
from .workload import Manifest

ROLE = "replication"

_SCRIPT = textwrap.dedent("""\
    import json, os, time, urllib.error, urllib.request

    admin, own, peers = os.environ["ADMIN"], os.environ["OWN"], json.loads(os.environ["PEERS"])

    def ask(method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(admin + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    while True:
        try:
            urllib.request.urlopen(admin + "/admin/v2/brokers/ready", timeout=30).close()
            break
        except OSError:
            time.sleep(1)
    known = ask("GET", "/admin/v2/clusters")
    for name, peer in peers.items():
        body = {"serviceUrl": peer["admin"], "brokerServiceUrl": peer["service"]}
        ask("POST" if name in known else "PUT", "/admin/v2/clusters/" + name, body)
        print("the cluster", name, "is known")
    wanted = {}
    for name, peer in peers.items():
        for namespace in peer["namespaces"]:
            wanted.setdefault(namespace, {own}).add(name)
    for namespace, clusters in sorted(wanted.items()):
        tenant = "/admin/v2/tenants/" + namespace.split("/")[0]
        about = ask("GET", tenant)
        if not clusters <= set(about["allowedClusters"]):
            about["allowedClusters"] = sorted(clusters | set(about["allowedClusters"]))
            ask("POST", tenant, about)
        ask("POST", "/admin/v2/namespaces/" + namespace + "/replication", sorted(clusters))
        print(namespace, "is replicated among", ", ".join(sorted(clusters)))
    """)


def url(schemes: tuple[str, ...], example: str) -> pydantic.AfterValidator:
    """An address with scheme, host and port."""

    def check(text: str) -> str:
        try:
            parts = urlsplit(text)
            whole = parts.scheme in schemes and bool(parts.hostname) and parts.port is not None
        except ValueError:
            whole = False
        if not whole:
            raise ValueError(f"{text[:80]!r} is not such an address. Write scheme, host and port, such as {example}.")
        return text

    return pydantic.AfterValidator(check)


class PeerSpec(Spec):
    """Another Pulsar cluster. It must know this one as well, for messages to come back."""

    service_url: Annotated[str, url(("pulsar", "pulsar+ssl"), "pulsar://pulsar.example.com:6650")]
    """Where this cluster's brokers reach it, by Pulsar's own protocol."""
    admin_url: Annotated[str, url(("http", "https"), "http://pulsar.example.com:8080")]
    """Its admin REST API."""
    namespaces: tuple[PulsarNamespace, ...] = ()
    """Namespaces whose messages go there. They must exist here."""


def mistakes(peers: Mapping[Name, PeerSpec], own: str) -> Iterator[tuple[str, str]]:
    """A cluster that would replicate to itself."""
    if own in peers:
        yield (
            f"peers.{own}",
            "is this cluster's own name, and a cluster doesn't replicate to itself. Name the other cluster, "
            "as its own stack file does (pulsar.name).",
        )


def replication(peers: Mapping[Name, PeerSpec], place: Place, image: str) -> Mapping[str, Manifest]:
    """The Job that makes the other clusters known. It may run again at any time, and undoes nothing.

    Source: Pulsar's admin REST API (clusters, tenants, namespaces), and its guide to geo-replication.
    """
    if not peers:
        return {}
    told = {
        name: {"service": peer.service_url, "admin": peer.admin_url, "namespaces": sorted(peer.namespaces)}
        for name, peer in sorted(peers.items())
    }
    environment = {"ADMIN": addresses(place)[1], "OWN": place.cluster, "PEERS": json.dumps(told, sort_keys=True)}
    container = {
        "name": ROLE,
        "image": image,
        "command": ["python3", "-c", _SCRIPT],
        "env": [{"name": key, "value": value} for key, value in environment.items()],
        **container_shape("50m", "128Mi"),
    }
    return {f"{place.cluster}-{ROLE}": once(place, ROLE, {"containers": [container]}, retries=20)}
