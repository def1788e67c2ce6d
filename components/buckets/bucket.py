"""What every store of older messages offers Pulsar: Pulsar's configuration, and how its pods may use it."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal, Self

import pulumi
import pydantic

from .. import versions
from ..clusters.cluster import Cluster, KubernetesSpec, Offer
from ..durations import Duration
from ..model import Bytes, Spec
from ..pulsar.contributions import Contribution, Process
from ..pulsar.metadata.store import Place
from ..pulsar.workload import Manifest, Mount, SecretKey, Workload

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

Kind = Literal["s3", "gcs", "azure-blob", "s3-compatible", "filesystem", "hdfs"]


def _namespace(value: str) -> str:
    if not re.fullmatch(r"[-=:.\w]+/[-=:.\w]+", value, re.ASCII):
        raise ValueError(
            f"{value[:60]!r} is not a Pulsar namespace. Write its tenant and its name, such as public/default."
        )
    return value


PulsarNamespace = Annotated[str, pydantic.AfterValidator(_namespace)]
"""A Pulsar namespace: `tenant/name`."""


class OffloadPolicySpec(Spec):
    """When one namespace's older messages move."""

    threshold: Bytes | None = None
    """Older ledgers of a topic move once its messages on the bookies take more than this. Default: the stack's."""
    deletion_lag: Duration | None = None
    """How long a ledger stays on the bookies after it was copied. Default: the stack's."""


class TieredStorageSpec(Spec):
    """Where the older messages of all topics move to. Each kind fills in the rest."""

    kind: Kind
    threshold: Bytes | None = None
    """Older ledgers of a topic move once its messages on the bookies take more than this
    (`managedLedgerOffloadAutoTriggerSizeThresholdBytes`). Default: they move by command alone."""
    deletion_lag: Duration = Duration.parse("4h")
    """How long a ledger stays on the bookies after it was copied (`managedLedgerOffloadDeletionLagMs`)."""
    namespaces: Mapping[PulsarNamespace, OffloadPolicySpec] | None = None
    """Namespaces that do it otherwise. One that leaves this list does as the stack again. Default: the policies of
    namespaces are left to pulsar-admin."""

    @property
    def driver(self) -> str:
        """`managedLedgerOffloadDriver`."""
        raise NotImplementedError

    @property
    def secrets(self) -> tuple[str, ...]:
        """The configuration keys beside the spec that this store needs (`components.stack.SECRETS`)."""
        return ()

    def on(self, cluster: KubernetesSpec) -> Self:
        """The same with what was left out and follows from the cluster, such as the region that both are in."""
        del cluster
        return self

    @property
    def replaced_secrets(self) -> Mapping[str, str]:
        """Configuration keys that must not be set, and what stands in their place."""
        return {}

    def misfits(self, cluster: KubernetesSpec) -> Iterator[tuple[str, str]]:
        """What this store asks of the cluster and it can't give: the setting's path, and a sentence."""
        del cluster
        return iter(())

    def mistakes_with(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """What this store and this Pulsar can't do together: the setting's path, and a sentence."""
        offloaders = versions.line(pulsar.version).offloaders
        if pulsar.image is None and self.driver not in offloaders:
            lines = [f"{name}.x" for name, each in versions.LINES.items() if self.driver in each.offloaders]
            yield (
                "kind",
                f"{self.kind} needs the {self.driver} offloader, which the image of Pulsar {pulsar.version} doesn't "
                f"have. Use another kind, stay on Pulsar {' or '.join(lines)}, or name an `image` that has it.",
            )

    def contribution(self, place: Place) -> Contribution:
        """What the store asks of Pulsar's processes."""
        del place
        threshold = "-1" if self.threshold is None else str(int(self.threshold))
        return Contribution(
            source=f"tiered storage: {self.kind}",
            conf={
                "broker": {
                    "managedLedgerOffloadDriver": self.driver,
                    "managedLedgerOffloadAutoTriggerSizeThresholdBytes": threshold,
                    "managedLedgerOffloadDeletionLagMs": str(self.deletion_lag * 1000),
                }
            },
        )

    def workloads(self, place: Place, offer: Offer) -> tuple[Workload, ...]:
        """What runs inside Kubernetes for it."""
        del place, offer
        return ()

    def manifests(self, place: Place, offer: Offer) -> Mapping[str, Manifest]:
        """Further objects beside the pods, by their logical name."""
        del place, offer
        return {}

    def remote(self, place: Place) -> "Remote | None":
        """How rclone reaches the bucket, for backups; `None` where there is no bucket."""
        del place
        return None

    def create(
        self, name: str, *, place: Place, cluster: Cluster, secrets: Mapping[str, pulumi.Output[str]], keep_data: bool
    ) -> "Access":
        """What there must be outside Kubernetes, and how Pulsar's pods may use it.

        Args:
            name: the component's logical name.
            place: where Pulsar lives.
            cluster: what its pods run on.
            secrets: the values of `self.secrets`.
            keep_data: whether deleting what holds messages is refused.
        """
        del name, place, cluster, secrets, keep_data
        return Access()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Remote:
    """A bucket as rclone reaches it, under the name `store`. Source of the variables: rclone's documentation."""

    path: str
    """`store:BUCKET`."""
    environment: Mapping[str, str]
    """`RCLONE_CONFIG_STORE_TYPE` and its like."""
    secret_environment: Mapping[str, SecretKey] = dataclasses.field(default_factory=dict)
    """Those whose values stand in a Secret."""
    mounts: tuple[Mount, ...] = ()
    """Files with keys, where the cloud's keys are files."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Access:
    """How Pulsar's pods may use a store."""

    account_annotations: Mapping[Process, Mapping[str, pulumi.Input[str]]] = dataclasses.field(default_factory=dict)
    """What the service accounts carry where the cloud knows pods by them."""
    secrets: Mapping[str, Mapping[str, pulumi.Input[str]]] = dataclasses.field(default_factory=dict)
    """Kubernetes Secrets to make in Pulsar's namespace, by name; their keys and values."""
    needed: tuple[pulumi.Resource, ...] = ()
    """What must exist before the brokers start."""


def credentials(place: Place, generation: int) -> str:
    """The name of the Secret that holds the store's keys. A new generation has a new name, so that pods roll."""
    return f"{place.cluster}-offload-{generation}"


def from_secret(place: Place, generation: int, variables: Mapping[str, str]) -> dict[str, SecretKey]:
    """Variables of a process by the keys of that Secret."""
    return {name: SecretKey(secret=credentials(place, generation), key=key) for name, key in variables.items()}
