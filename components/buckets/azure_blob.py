"""A container in an Azure storage account as the place of older messages."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

import pulumi
import pydantic

from ..azure import Guid, Region, ResourceGroup, reserved, tag_mistakes
from ..clusters.aks.spec import AksSpec, missing
from ..clusters.cloud import Network
from ..clusters.cluster import Cluster, KubernetesSpec
from ..pulsar.contributions import Contribution
from ..pulsar.metadata.store import Place
from .bucket import Access, Remote, TieredStorageSpec, from_secret

KEY = "access-key"
"""The key of the Kubernetes Secret that the account's key stands under."""


def _account(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9]{3,24}", name):
        raise ValueError(
            f"{name[:60]!r} is not a storage account's name: 3 to 24 lower-case letters and digits, and nothing else, "
            "not even a hyphen. Nobody else on Azure may have it."
        )
    if sentence := reserved(name):
        raise ValueError(sentence)
    return name


def _container(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9](-?[a-z0-9]){2,62}", name) or len(name) > 63:
        raise ValueError(
            f"{name[:80]!r} is not a container's name: 3 to 63 lower-case letters, digits and single hyphens, with a "
            "letter or digit at both ends."
        )
    return name


class AzureBlobSpec(TieredStorageSpec):
    """A container in a storage account of its own, made with the stack."""

    kind: Literal["azure-blob"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Azure Blob Storage."""
    account: Annotated[str, pydantic.AfterValidator(_account)]
    """The storage account's name, which nobody else on Azure has. It can't change later."""
    container: Annotated[str, pydantic.AfterValidator(_container)] = "offload"
    """The container's name in the account. It can't change later."""
    subscription: Guid | None = None
    """The subscription's id. Default: the cluster's."""
    region: Region | None = None
    """Azure's region, such as `westeurope`. It can't change later. Default: the cluster's."""
    resource_group: ResourceGroup | None = None
    """The resource group that is made for the account, which outlives the cluster's. Default: the account's name."""
    copies: Literal["ZRS", "GZRS", "GRS", "LRS"] = "ZRS"
    """Where Azure keeps three copies: in three zones (`ZRS`) or in one place (`LRS`); `GZRS` and `GRS` have three more
    in another region. A change is made while the data stays, and takes days."""
    reached_from: Literal["anywhere", "cluster"] = "anywhere"
    """`anywhere`: by whoever has a key. `cluster`: from an AKS cluster's subnet and from `networks` alone. A subnet
    that existed before needs the service endpoint Microsoft.Storage."""
    networks: tuple[Network, ...] = ()
    """Networks of the internet that reach it as well where it is reached from the cluster."""
    soft_delete_days: Annotated[int, pydantic.Field(ge=1, le=365)] = 7
    """How long what was deleted or overwritten can be brought back, blobs as well as the container. It stands in for
    versions, which nothing would ever remove."""
    access: Literal["key", "identity"] = "key"
    """`key`: one of the account's two keys, kept in a Kubernetes Secret."""
    key_generation: Annotated[int, pydantic.Field(ge=1)] = 1
    """Which of the account's keys is used: key1 where it is odd, key2 where it is even. Raise it by one, and the
    brokers start anew with the other key; then renew the one before: `az storage account keys renew`."""
    tags: Mapping[str, str] = {}
    """What the account is tagged with. Default: as the cluster."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What Azure or Pulsar can't do."""
        yield from super().mistakes()
        if self.access == "identity":
            yield (
                "access",
                "identity is what Pulsar's offloader can't do on Azure: it reads AZURE_STORAGE_ACCESS_KEY and knows no "
                "other way. Leave it out: the account is for this alone, and key_generation changes its key.",
            )
        if self.networks and self.reached_from == "anywhere":
            yield "networks", "shut nobody out while reached_from is anywhere. Set reached_from to cluster."
        yield from tag_mistakes(self.tags)

    def on(self, cluster: KubernetesSpec) -> Self:
        """In the cluster's subscription and region, unless told otherwise."""
        if not isinstance(cluster, AksSpec):
            return self
        return self.model_copy(
            update={
                "subscription": self.subscription or cluster.subscription,
                "region": self.region or cluster.region,
                "tags": self.tags or cluster.tags,
            }
        )

    def misfits(self, cluster: KubernetesSpec) -> Iterator[tuple[str, str]]:
        """On another cluster, nothing says where the account is to be, and there is no subnet to let in."""
        here = self.on(cluster)
        for setting in ("subscription", "region"):
            if getattr(here, setting) is None:
                yield (
                    setting,
                    f"is missing, and a cluster of provider {cluster.provider} is in no {setting} of Azure that it "
                    "could be taken from. Give it here.",
                )
        if not isinstance(cluster, AksSpec):
            if self.reached_from == "cluster" and not self.networks:
                yield (
                    "networks",
                    f"is missing: the subnets of a cluster of provider {cluster.provider} are not known here, so it "
                    "would be shut out. Name the networks that its nodes come from.",
                )
        elif self.group in (cluster.group, f"{cluster.group}-volumes", f"{cluster.group}-nodes"):
            yield (
                "resource_group",
                f"{self.group} is one of the cluster's, and is deleted with it. Choose another.",
            )

    @property
    def group(self) -> str:
        """`resource_group`, or the account's name."""
        return self.resource_group or self.account

    @property
    def key(self) -> str:
        """The name of the account's key that is in use."""
        return "key1" if self.key_generation % 2 else "key2"

    @property
    def driver(self) -> str:
        """jclouds' Azure Blob Storage."""
        return "azureblob"

    def contribution(self, place: Place) -> Contribution:
        """The container, and the account with its key in every broker's environment."""
        base = super().contribution(place)
        return Contribution(
            source=base.source,
            conf={"broker": {**base.conf["broker"], "managedLedgerOffloadBucket": self.container}},
            environment={"broker": {"AZURE_STORAGE_ACCOUNT": self.account}},
            secret_environment={"broker": from_secret(place, self.key_generation, {"AZURE_STORAGE_ACCESS_KEY": KEY})},
        )

    def remote(self, place: Place) -> Remote:
        """The same container with the same key."""
        return Remote(
            path=f"store:{self.container}",
            environment={"RCLONE_CONFIG_STORE_TYPE": "azureblob", "RCLONE_CONFIG_STORE_ACCOUNT": self.account},
            secret_environment=from_secret(place, self.key_generation, {"RCLONE_CONFIG_STORE_KEY": KEY}),
        )

    def create(
        self, name: str, *, place: Place, cluster: Cluster, secrets: Mapping[str, pulumi.Output[str]], keep_data: bool
    ) -> Access:
        """The account, its container, and the key that is in use."""
        del secrets
        try:
            from .azure_account import AzureBlob
        except ModuleNotFoundError as error:
            raise missing(error) from None
        return AzureBlob(name, self, place=place, cluster=cluster, keep_data=keep_data).access
