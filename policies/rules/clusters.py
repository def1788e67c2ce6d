"""The Kubernetes cluster in a cloud, its nodes and its disks."""

from collections.abc import Iterator

from ..networks import world
from ..rule import Properties, Resource, ResourceRule, Setting, Settings
from ..values import UNKNOWN, at, differs, items, lacks, mapping, mappings, unclear
from .volumes import STORAGE_CLASS

EKS = "aws:eks/cluster:Cluster"
GKE = "gcp:container/cluster:Cluster"
AKS = "azure-native:containerservice:ManagedCluster"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
KEY = "aws:kms/key:Key"
CLUSTERS = frozenset({EKS, GKE, AKS})


def _shut(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    properties, told = resource.properties, resource.told
    if resource.token == EKS:
        if differs(at(properties, "vpcConfig.endpointPublicAccess"), False):
            networks = at(properties, "vpcConfig.publicAccessCidrs")
            yield from _open(told, networks, "publicAccessCidrs", "endpointPublicAccess to false")
    elif resource.token == GKE:
        private = at(properties, "privateClusterConfig.enablePrivateEndpoint") in (True, UNKNOWN)
        without = at(properties, "controlPlaneEndpointsConfig.ipEndpointsConfig.enabled") in (False, UNKNOWN)
        if not (private or without):
            config = properties.get("masterAuthorizedNetworksConfig")
            blocks = at(config, "cidrBlocks")
            networks = blocks if blocks in (None, UNKNOWN) else [each.get("cidrBlock") for each in mappings(blocks)]
            # With the setting and no network, nobody from outside the VPC gets in.
            if config is None or networks:
                yield from _open(told, networks, "masterAuthorizedNetworksConfig", "enablePrivateEndpoint to true")
        if differs(at(properties, "controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic"), None, False):
            yield (
                f"{told} answers the whole internet by its DNS endpoint. "
                "Set controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic to false."
            )
    elif differs(at(properties, "apiServerAccessProfile.enablePrivateCluster"), True):
        networks = at(properties, "apiServerAccessProfile.authorizedIPRanges")
        yield from _open(told, networks, "authorizedIPRanges", "enablePrivateCluster to true")


def _open(told: str, networks: object, setting: str, private: str) -> Iterator[str]:
    if unclear(networks):
        return
    known = list(items(networks))
    if not networks:
        yield (
            f"{told} lets the whole internet knock at its API. Name the networks that may ({setting}, "
            f"`cluster.api_networks`), or set {private}."
        )
    elif open_to := world(known):
        yield (
            f"{told} lets {', '.join(open_to)} knock at its API, which is the whole internet. "
            f"Name the networks that you come from ({setting}, `cluster.api_networks`)."
        )


SHUT = ResourceRule(
    id="cluster-api-is-not-open-to-the-world",
    says="Only known networks reach the Kubernetes API.",
    source="CIS benchmarks of EKS (5.4.1), GKE (5.6.3) and AKS (5.4.1)",
    types=CLUSTERS,
    check=_shut,
)


def _encrypted(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    properties, told = resource.properties, resource.told
    if resource.token == EKS:
        if lacks(at(properties, "encryptionConfig.resources"), "secrets"):
            yield f"{told} keeps Secrets with no key of yours. Set encryptionConfig, with a KMS key, for secrets."
    elif resource.token == GKE:
        if differs(at(properties, "databaseEncryption.state"), "ENCRYPTED"):
            yield f"{told} keeps Secrets with no key of yours. Set databaseEncryption, with a Cloud KMS key."
    elif differs(at(properties, "securityProfile.azureKeyVaultKms.enabled"), True):
        yield f"{told} keeps Secrets with no key of yours. Set securityProfile.azureKeyVaultKms."


SECRETS = ResourceRule(
    id="cluster-encrypts-its-secrets",
    says="Kubernetes Secrets are encrypted with a key of one's own.",
    source="CIS benchmarks of EKS (5.3.1) and GKE (5.3.1); Azure, KMS etcd encryption",
    level="advisory",
    types=CLUSTERS,
    check=_encrypted,
)


def _guarded(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    wanted = {EKS: (True,), GKE: (None, True)}.get(resource.token)
    if wanted is None:
        if not resource.protected:
            yield f"{resource.told} may be deleted with all on it. Protect it (`cluster.deletion_protection: true`)."
    elif differs(resource.properties.get("deletionProtection"), *wanted):
        yield (
            f"{resource.told} may be deleted with all on it. "
            "Set deletionProtection to true (`cluster.deletion_protection: true`)."
        )


GUARDED = ResourceRule(
    id="cluster-is-protected-from-deletion",
    says="A cluster that holds data is not deleted by one command.",
    source="Amazon EKS and GKE, deletion protection; Pulumi, protect (Azure has none of its own)",
    types=CLUSTERS,
    check=_guarded,
)


def _logged(resource: Resource, settings: Settings) -> Iterator[str]:
    kinds = resource.properties.get("enabledClusterLogTypes")
    missing = [each for each in settings["logs"] if lacks(kinds, each)]
    if missing:
        yield f"{resource.told} keeps no log of {', '.join(missing)}. Add it to enabledClusterLogTypes."


LOGGED = ResourceRule(
    id="cluster-logs-who-did-what",
    says="EKS keeps the log of who asked its API for what, which it doesn't by itself.",
    source="CIS Amazon EKS Benchmark 2.1.1",
    level="advisory",
    types=frozenset({EKS}),
    settings={
        "logs": Setting(
            schema={"type": "array", "items": {"type": "string"}},
            default=["api", "audit", "authenticator"],
            meaning="The logs that must be kept.",
        )
    },
    check=_logged,
)


def _nodes(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    properties, told = resource.properties, resource.told
    if resource.token == GKE:
        if differs(at(properties, "privateClusterConfig.enablePrivateNodes"), True):
            yield f"{told} gives nodes public addresses. Set privateClusterConfig.enablePrivateNodes to true."
    elif resource.token == TEMPLATE:
        for interface in mappings(properties.get("networkInterfaces")):
            if differs(interface.get("associatePublicIpAddress"), None, False, "false"):
                yield f"{told} gives nodes public addresses. Leave associatePublicIpAddress out."
    else:
        pools = mappings(properties.get("agentPoolProfiles")) if resource.token == AKS else [properties]
        if any(differs(mapping(each).get("enableNodePublicIP"), None, False) for each in pools):
            yield f"{told} gives nodes public addresses. Leave enableNodePublicIP out."


NODES = ResourceRule(
    id="nodes-have-no-public-address",
    says="Nobody reaches a node from the internet.",
    source="CIS benchmarks of EKS (5.4.3), GKE (5.6.5) and AKS (5.4.3)",
    types=frozenset({GKE, AKS, TEMPLATE, "azure-native:containerservice:AgentPool"}),
    check=_nodes,
)


def _metadata_service(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    options = resource.properties.get("metadataOptions")
    if options is UNKNOWN:
        return
    if differs(at(options, "httpTokens"), "required"):
        yield (
            f"{resource.told} lets any request have the node's credentials. Set metadataOptions.httpTokens to required."
        )
    if differs(at(options, "httpPutResponseHopLimit"), 1):
        yield (
            f"{resource.told} lets pods have the node's credentials, instead of their own. "
            "Set metadataOptions.httpPutResponseHopLimit to 1."
        )


METADATA_SERVICE = ResourceRule(
    id="pods-cannot-act-as-their-node",
    says="No pod gets the credentials of its node from EC2's metadata service.",
    source="Amazon EKS, best practices: restrict access to the instance profile",
    types=frozenset({TEMPLATE}),
    check=_metadata_service,
)


def _disks(resource: Resource, settings: Settings) -> Iterator[str]:
    if resource.token == TEMPLATE:
        for device in mappings(resource.properties.get("blockDeviceMappings")):
            if device.get("ebs") is not None and differs(at(device, "ebs.encrypted"), True, "true"):
                yield f"{resource.told} gives nodes disks that are not encrypted. Set ebs.encrypted to true."
        return
    if resource.properties.get("provisioner") != "ebs.csi.aws.com":
        # Google Cloud and Azure encrypt every disk.
        return
    parameters = resource.properties.get("parameters")
    if differs(at(parameters, "encrypted"), "true", True):
        yield f'{resource.told} makes disks that are not encrypted. Set the parameter encrypted to "true".'
    elif settings["own_key"] and at(parameters, "kmsKeyId") is None:
        yield f"{resource.told} encrypts disks with AWS's key. Name yours by the parameter kmsKeyId."


DISKS = ResourceRule(
    id="disks-are-encrypted",
    says="Messages and metadata are encrypted where they are stored.",
    source="Amazon EBS, encryption: it is off unless asked for (Google Cloud and Azure always encrypt)",
    types=frozenset({TEMPLATE, *STORAGE_CLASS}),
    settings={
        "own_key": Setting(
            schema={"type": "boolean"}, default=True, meaning="Whether it must be a key of one's own, and not AWS's."
        )
    },
    check=_disks,
)


def _rotates(resource: Resource, settings: Settings) -> Iterator[str]:
    properties, days = resource.properties, settings["least_days"]
    symmetric = properties.get("customerMasterKeySpec") in (None, "SYMMETRIC_DEFAULT")
    if symmetric and differs(properties.get("enableKeyRotation"), True):
        yield f"{resource.told} encrypts for ever with the same key. Set enableKeyRotation to true."
    waits = properties.get("deletionWindowInDays")
    if isinstance(waits, int) and waits < days:
        yield (
            f"{resource.told} is gone {waits} days after it is deleted, and with it all that it encrypted. "
            f"Set deletionWindowInDays to {days} or more."
        )


def _rotate(token: str, properties: Properties) -> Iterator[tuple[tuple[str | int, ...], bool]]:
    del token
    symmetric = properties.get("customerMasterKeySpec") in (None, "SYMMETRIC_DEFAULT")
    if symmetric and differs(properties.get("enableKeyRotation"), True):
        yield ("enableKeyRotation",), True


KEYS = ResourceRule(
    id="keys-rotate-and-go-slowly",
    says="A key is renewed every year, and its deletion can be called back.",
    source="CIS AWS Foundations Benchmark 3.6; AWS KMS, deleting keys",
    types=frozenset({KEY}),
    settings={
        "least_days": Setting(
            schema={"type": "integer", "minimum": 7, "maximum": 30},
            default=14,
            meaning="How long the deletion of a key can be called back, in days.",
        )
    },
    check=_rotates,
    remedy=_rotate,
)
