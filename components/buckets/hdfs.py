"""Hadoop's distributed file system as the place of older messages."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import pydantic

from ..model import ObjectName, Spec
from ..pulsar.contributions import Contribution
from ..pulsar.metadata.store import Place
from ..pulsar.workload import Mount
from .bucket import TieredStorageSpec

SITE, KERBEROS = "/pulsar/hadoop", "/pulsar/kerberos"


def _principal(value: str) -> str:
    if not re.fullmatch(r"[^@/\s]+(/[^@/\s]+)?@[^@/\s]+", value):
        raise ValueError(
            f"{value[:80]!r} is no Kerberos principal. Write it with its realm, such as pulsar@EXAMPLE.COM."
        )
    return value


class KerberosSpec(Spec):
    """Who the brokers are where HDFS asks."""

    principal: Annotated[str, pydantic.AfterValidator(_principal)]
    """The brokers' principal with its realm."""
    keytab_secret: ObjectName
    """An existing Kubernetes Secret in Pulsar's namespace, whose key `keytab` holds the principal's keytab."""
    config_map: ObjectName
    """An existing ConfigMap in Pulsar's namespace, whose key `krb5.conf` says where the realm's servers are."""


class HdfsSpec(TieredStorageSpec):
    """An HDFS that exists already."""

    kind: Literal["hdfs"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """An HDFS that exists already. Encryption and snapshots are set up there."""
    uri: str
    """Its name node or name service, and the folder: `hdfs://namenode:8020/pulsar`."""
    site_config_map: ObjectName | None = None
    """An existing ConfigMap in Pulsar's namespace with the site's `core-site.xml` and `hdfs-site.xml`, which a name
    service of several name nodes and Kerberos need."""
    kerberos: KerberosSpec | None = None
    """Default: HDFS believes the brokers that they are the user `pulsar`."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """An address that is none, and Kerberos without the file that turns it on."""
        yield from super().mistakes()
        if not re.fullmatch(r"hdfs://[a-zA-Z0-9][-.\w]*(:\d{1,5})?(/[-\w./=]*)?", self.uri, re.ASCII):
            yield (
                "uri",
                f"{self.uri[:80]!r} is not an HDFS address. Write its name node or name service and a folder, such as "
                "hdfs://namenode:8020/pulsar.",
            )
        if self.kerberos and not self.site_config_map:
            yield (
                "site_config_map",
                "is missing: Hadoop asks for Kerberos only where core-site.xml says so "
                "(hadoop.security.authentication). Give the ConfigMap that holds it, or leave kerberos out.",
            )

    @property
    def driver(self) -> str:
        """Hadoop's file system API."""
        return "filesystem"

    def contribution(self, place: Place) -> Contribution:
        """Hadoop finds the site's files on the class path; its login takes principal and keytab from variables."""
        base = super().contribution(place)
        mounts: list[Mount] = []
        environment: dict[str, str] = {}
        if self.site_config_map:
            mounts.append(Mount(name="hadoop", path=SITE, source={"configMap": {"name": self.site_config_map}}))
            environment["PULSAR_EXTRA_CLASSPATH"] = SITE
        if self.kerberos is None:
            environment["HADOOP_USER_NAME"] = "pulsar"
        else:
            keytab = {"secret": {"name": self.kerberos.keytab_secret, "items": [{"key": "keytab", "path": "keytab"}]}}
            realm = {
                "configMap": {"name": self.kerberos.config_map, "items": [{"key": "krb5.conf", "path": "krb5.conf"}]}
            }
            mounts.append(Mount(name="kerberos", path=KERBEROS, source={"projected": {"sources": [keytab, realm]}}))
            environment["KRB5PRINCIPAL"] = self.kerberos.principal
            environment["KRB5KEYTAB"] = f"{KERBEROS}/keytab"
            environment["JDK_JAVA_OPTIONS"] = f"-Djava.security.krb5.conf={KERBEROS}/krb5.conf"
        return Contribution(
            source=base.source,
            conf={"broker": {**base.conf["broker"], "fileSystemURI": self.uri}},
            environment={"broker": environment},
            mounts={"broker": tuple(mounts)},
        )
