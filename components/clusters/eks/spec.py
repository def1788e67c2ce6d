"""EKS as a stack file describes it."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import pulumi

from ... import amazon
from ...model import Bytes, Spec
from ..cloud import CloudSpec, PoolSpec
from ..cluster import Cloud, Cluster, Offer
from ..sizing import POOLS, Demand
from . import addresses
from .machines import MACHINES, wrong_machine
from .naming import STORAGE_CLASS
from .network_spec import EksNetwork, EksOwnNetworkSpec

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


AddonName = Literal["vpc-cni", "kube-proxy", "coredns", "aws-ebs-csi-driver", "metrics-server"]


class AddonsSpec(Spec):
    """EKS's add-ons: network, DNS, proxy and volumes, without which no pod runs."""

    metrics_server: bool = False
    """Whether `kubectl top` and autoscaling by processor have their source."""
    versions: Mapping[AddonName, str] = {}
    """Versions to stay on, such as `vpc-cni: v1.20.4-eksbuild.2`. Default: the one that EKS prefers when the add-on is
    made. An upgrade of Kubernetes leaves them as they are: `aws eks describe-addon-versions` lists newer ones."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Versions that aren't spelled as EKS spells them."""
        for addon, version in self.versions.items():
            if not re.fullmatch(r"v\d+\.\d+\.\d+-eksbuild\.\d+", version):
                yield (
                    f"versions.{addon}",
                    f"{version[:40]!r} is not a version of an add-on. Write it in full, such as v1.20.4-eksbuild.2.",
                )


class EksSpec(CloudSpec):
    """A cluster that Amazon runs (EKS). Who deploys may use it; others are named in `admins`."""

    machines = MACHINES
    longest_name = 40

    provider: Literal["eks"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Amazon (EKS)."""
    account: str | None = None
    """The AWS account, in quotes. With it, credentials of any other account are refused before anything is made."""
    network: EksNetwork = EksOwnNetworkSpec()
    """The VPC that nodes are in."""
    admins: tuple[str, ...] = ()
    """IAM roles, by their ARN, that may do everything in the cluster beside who deployed it."""
    addons: AddonsSpec = AddonsSpec()
    """EKS's add-ons."""
    node_disk: Bytes = Bytes.parse("50Gi")
    """The system disk of each node, for images and logs."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What AWS refuses, and what would only be seen after half an hour."""
        yield from super().mistakes()
        if self.zones and len(set(self.zones)) < 2:
            yield "zones", "names one zone, and EKS itself needs two at least. Name three, of which one may be lost."
        if wrong := amazon.wrong_region(self.region):
            yield "region", wrong
        else:
            yield from amazon.zone_mistakes(self.zones, self.region)
        if self.account and (wrong := amazon.wrong_account(self.account)):
            yield "account", wrong
        yield from (("tags", sentence) for sentence in amazon.wrong_tags(self.tags))
        yield from self._network_mistakes()
        for position, admin in enumerate(self.admins):
            if sentence := _no_role(admin):
                yield f"admins.{position}", sentence
        for name in POOLS:
            chosen: PoolSpec = getattr(self.pools, name)
            if chosen.machine:
                yield from ((f"pools.{name}.machine", sentence) for sentence in wrong_machine(chosen.machine))

    def _network_mistakes(self) -> Iterator[tuple[str, str]]:
        yield from ((f"network.{path}", sentence) for path, sentence in self.network.zone_mistakes(self.zones))
        for position, network in enumerate(self.api_networks):
            if addresses.is_private(network):
                yield (
                    f"api_networks.{position}",
                    f"{network} is a private network, and the public side of the API only sees public addresses. Leave "
                    "it out: from inside the VPC, and networks that are connected with it, the API is reached without.",
                )

    @property
    def offer(self) -> Offer:
        """Encrypted gp3 volumes, and network load balancers by the controller that every EKS cluster has.

        These are the annotations of the AWS cloud provider that EKS runs itself. The AWS Load Balancer Controller, an
        add-on, takes other ones and leaves Services with these alone.
        """
        common = {
            "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
            "service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled": "true",
        }
        return dataclasses.replace(
            super().offer,
            storage_class=STORAGE_CLASS,
            load_balancer_annotations={**common, "service.beta.kubernetes.io/aws-load-balancer-internal": "true"},
            public_load_balancer_annotations=common,
        )

    @property
    def identities(self) -> frozenset[Cloud]:
        """IAM roles for service accounts (IRSA)."""
        return frozenset({"aws"})

    def misfits(self, pulsar: "PulsarSpec", demands: Sequence[Demand]) -> Iterator[tuple[str, str]]:
        """A proxy for the internet without a subnet that reaches it."""
        yield from super().misfits(pulsar, demands)
        if pulsar.proxy.service.public and not self.network.reaches_in:
            yield (
                "network.public_subnets",
                "is missing, and the proxy's load balancer is to be reached from the internet (proxy.service.public). "
                "Name a public subnet of each zone, or set public to false.",
            )

    def create(self, name: str, *, kubeconfig: pulumi.Output[str] | None, demands: Sequence[Demand]) -> Cluster:
        """The cluster as a component. How to reach it is its own to say."""
        del kubeconfig
        try:
            from .cluster import Eks
        except ModuleNotFoundError as error:
            raise pulumi.RunError(amazon.without_sdk(error)) from None
        return Eks(name, self, demands=demands)


def _no_role(text: str) -> str | None:
    """A sentence about a text that is no IAM role's ARN."""
    if re.fullmatch(r"arn:aws[-a-z]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", text):
        return None
    if re.match(r"arn:aws[-a-z]*:sts::[0-9]{12}:assumed-role/", text):
        account, role = text.split(":")[4], text.split("/")[1]
        return f"{text[:80]} is one session of a role. Write the role: arn:aws:iam::{account}:role/{role}."
    if re.fullmatch(r"arn:aws[-a-z]*:iam::[0-9]{12}:(root|user/.+)", text):
        return f"{text[:80]} is not a role. Name a role, which nobody has to keep keys for."
    return f"{text[:40]!r} is not the ARN of a role. Write one such as arn:aws:iam::123456789012:role/operators."
