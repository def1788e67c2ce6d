"""What breaks each rule: the model with a few changes, and what is said then."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from .model import LEFT_OUT

_BOOKIE = "bookie.spec.template.spec"
_CONTAINER = f"{_BOOKIE}.containers.0"
_CONF = "broker-config.data.PULSAR_PREFIX_managedLedgerDefault"
_ETCD_IS = "etcd.spec.template.metadata.labels.app~kubernetes~io/name"
PASSWORD = "-".join(["not", "for", "you"])
_ALLOW_ALL = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
_EVERYBODY = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]})


@dataclasses.dataclass(frozen=True)
class Case:
    """A way to break a rule."""

    rule: str
    changes: Mapping[str, Any]
    says: str
    """Part of the sentence."""

    def __str__(self) -> str:
        return f"{self.rule}: {', '.join(self.changes)}"


CASES = (
    Case(
        "quorums-fit-the-bookies", {"bookie.spec.replicas": 2}, "StatefulSet pulsar-broker spreads each ledger over 3"
    ),
    Case("quorums-fit-the-bookies", {f"{_CONF}WriteQuorum": "4"}, "wants 4 copies on 3 bookies"),
    Case("quorums-fit-the-bookies", {f"{_CONF}AckQuorum": "4"}, "waits for 4 acknowledgements of 3 copies"),
    Case("acknowledged-means-copied", {f"{_CONF}AckQuorum": "1"}, "Make bookkeeper.ack_quorum at least 2."),
    Case("one-bookie-to-spare", {"bookie.spec.replicas": 3}, "3 pods for ensembles of 3"),
    Case("metadata-survives-a-member", {"etcd.spec.replicas": 1}, "1 member, and all of Pulsar stops"),
    Case("metadata-survives-a-member", {"etcd.spec.replicas": 4}, "no more failures than 3. Use 3 or 5"),
    Case(
        "metadata-survives-a-member",
        {"etcd.spec.replicas": 1, _ETCD_IS: "configuration-zookeeper"},
        "1 member, and all of Pulsar stops",
    ),
    Case("a-zone-may-be-lost", {"subnet-c": LEFT_OUT}, "keeps 3 copies of a message in 2 zones"),
    Case(
        "a-zone-may-be-lost",
        {"subnet-c": LEFT_OUT, f"{_CONF}WriteQuorum": "2"},
        "StatefulSet pulsar-etcd has 3 members in 2 zones",
    ),
    Case("copies-are-in-different-zones", {f"{_BOOKIE}.topologySpreadConstraints": []}, "all its pods in one zone"),
    Case(
        "metadata-fits-the-version",
        {"broker.spec.template.spec.containers.0.image": "docker.io/apachepulsar/pulsar:5.0.0"},
        "on etcd: Pulsar 5.0 has no etcd driver any more (PIP-462). Use oxia or zookeeper",
    ),
    Case("copies-are-on-different-nodes", {f"{_BOOKIE}.affinity": LEFT_OUT}, "may have all its pods on one node"),
    Case("one-pod-away-at-a-time", {"etcd-budget": LEFT_OUT}, "StatefulSet pulsar-etcd has no PodDisruptionBudget"),
    Case("one-pod-away-at-a-time", {"bookie-budget.spec.maxUnavailable": "50%"}, "lets 2 of 4 pods"),
    Case(
        "one-pod-away-at-a-time",
        {"bookie-budget.spec": {"minAvailable": 1, "selector": {"matchLabels": {"app.kubernetes.io/name": "bookie"}}}},
        "lets 3 of 4 pods",
    ),
    Case("nodes-can-be-emptied", {"etcd-budget.spec.maxUnavailable": 0}, "no node can be emptied"),
    Case("data-is-on-volumes", {"etcd.spec.volumeClaimTemplates": LEFT_OUT}, "keeps what must last in pods that don't"),
    Case(
        "volumes-outlive-their-pods",
        {"bookie.spec.persistentVolumeClaimRetentionPolicy.whenScaled": "Delete"},
        "Making it smaller deletes the volumes of StatefulSet pulsar-bookie",
    ),
    Case("what-holds-data-is-protected", {"bookie.protected": False}, "would delete it without a question"),
    Case("disks-outlive-their-claims", {"storage-class.reclaimPolicy": "Delete"}, "Set reclaimPolicy to Retain."),
    Case("disks-outlive-their-claims", {"storage-class.reclaimPolicy": LEFT_OUT}, "Set reclaimPolicy to Retain."),
    Case("disks-are-made-where-pods-run", {"storage-class.volumeBindingMode": "Immediate"}, "may never find its disk"),
    Case("disks-can-grow", {"storage-class.allowVolumeExpansion": False}, "can't grow"),
    Case(
        "public-endpoints-need-tls-and-authentication",
        {"proxy-service.spec.ports.2": {"name": "pulsar", "port": 6650}},
        "reached through a load balancer, and pulsar (6650) is not encrypted",
    ),
    Case(
        "public-endpoints-need-tls-and-authentication",
        {"proxy-config.data.PULSAR_PREFIX_authenticationEnabled": LEFT_OUT},
        "Deployment pulsar-proxy lets everybody in (authenticationEnabled is not true)",
    ),
    Case(
        "public-endpoints-need-tls-and-authentication",
        {"proxy-service.spec": {"type": "NodePort", "ports": [{"name": "http", "port": 8080}]}},
        "reached through a port of every node, and http (8080) is not encrypted",
    ),
    Case("public-endpoints-need-tls-and-authentication", {"ingress.spec.tls": []}, "Ingress pulsar-admin is served"),
    Case(
        "load-balancers-name-their-clients",
        {"proxy-service.spec.loadBalancerSourceRanges": ["0.0.0.0/0"]},
        "lets 0.0.0.0/0 in, which is the whole internet",
    ),
    Case(
        "load-balancers-name-their-clients",
        {"proxy-service.spec.loadBalancerSourceRanges": LEFT_OUT},
        "lets every address in",
    ),
    Case(
        "no-secret-in-a-config-map",
        {"broker-config.data.PULSAR_PREFIX_brokerClientAuthenticationParameters": f"token:{PASSWORD}"},
        "ConfigMap pulsar-broker-config holds a secret (PULSAR_PREFIX_brokerClientAuthenticationParameters)",
    ),
    Case(
        "no-secret-in-a-config-map",
        {"broker-config.data.notes": "-----BEGIN RSA " + "PRIVATE KEY-----"},
        "holds a secret (notes)",
    ),
    Case(
        "no-secret-in-a-pod",
        {f"{_CONTAINER}.env": [{"name": "ACCESS_KEY_SECRET", "value": PASSWORD}]},
        "has a secret in its variable ACCESS_KEY_SECRET. Take it from a Secret",
    ),
    Case(
        "no-secret-in-a-pod",
        {f"{_CONTAINER}.command": ["bin/pulsar-admin", f"--auth-password={PASSWORD}"]},
        "has a secret in its command",
    ),
    Case(
        "images-are-pinned", {f"{_CONTAINER}.image": "docker.io/apachepulsar/pulsar-all:latest"}, "another image tomo"
    ),
    Case(
        "images-are-pinned", {f"{_CONTAINER}.image": "docker.io/apachepulsar/pulsar-all"}, "Name a release by its tag"
    ),
    Case("images-come-from-known-registries", {f"{_CONTAINER}.image": "mallory/pulsar:4.0.13"}, "not allowed here"),
    Case("resources-are-stated", {f"{_CONTAINER}.resources": {}}, "has no limit of memory"),
    Case("resources-are-stated", {f"{_CONTAINER}.resources.requests.cpu": LEFT_OUT}, "asks for no processors"),
    Case("memory-adds-up", {f"{_CONTAINER}.resources.limits.memory": "6Gi"}, "is killed above 6144Mi"),
    Case("memory-adds-up", {"bookie-config.data.BOOKIE_MEM": "-Xmx4g"}, "4096Mi beside it"),
    Case("pods-stay-off-the-host", {f"{_BOOKIE}.hostNetwork": True}, "shares its node's network"),
    Case(
        "pods-stay-off-the-host",
        {f"{_BOOKIE}.volumes.1": {"name": "disk", "hostPath": {"path": "/mnt"}}},
        "mounts a folder of its node (disk)",
    ),
    Case("pods-stay-off-the-host", {f"{_CONTAINER}.ports.0.hostPort": 3181}, "takes port 3181 of its node"),
    Case(
        "pods-stay-off-the-host",
        {f"{_CONTAINER}.livenessProbe": {"httpGet": {"host": "elsewhere", "port": 1}}},
        "lets its node ask another host (livenessProbe)",
    ),
    Case("pods-are-unprivileged", {f"{_CONTAINER}.securityContext.privileged": True}, "is privileged"),
    Case(
        "pods-are-unprivileged",
        {f"{_BOOKIE}.securityContext.sysctls": [{"name": "vm.swappiness", "value": "0"}]},
        "sets vm.swappiness",
    ),
    Case("pods-are-unprivileged", {f"{_CONTAINER}.securityContext.procMount": "Unmasked"}, "sees more of /proc"),
    Case(
        "pods-are-unprivileged",
        {f"{_CONTAINER}.securityContext.appArmorProfile": {"type": "Unconfined"}},
        "turns AppArmor off",
    ),
    Case(
        "pods-are-unprivileged",
        {f"{_BOOKIE}.securityContext.seLinuxOptions": {"type": "spc_t"}},
        "chooses its own SELinux type",
    ),
    Case("pods-are-restricted", {f"{_BOOKIE}.securityContext.runAsNonRoot": LEFT_OUT}, "may run as root"),
    Case("pods-are-restricted", {f"{_BOOKIE}.securityContext.runAsUser": 0}, "runs as root"),
    Case(
        "pods-are-restricted", {f"{_CONTAINER}.securityContext.allowPrivilegeEscalation": LEFT_OUT}, "gain more right"
    ),
    Case("pods-are-restricted", {f"{_CONTAINER}.securityContext": LEFT_OUT}, "Drop ALL of them"),
    Case(
        "pods-are-restricted", {f"{_CONTAINER}.securityContext.capabilities.add": ["SYS_ADMIN"]}, "takes the capability"
    ),
    Case("pods-are-restricted", {f"{_BOOKIE}.securityContext.seccompProfile": LEFT_OUT}, "every system call"),
    Case("pods-are-restricted", {f"{_BOOKIE}.volumes.1": {"name": "v", "nfs": {"path": "/"}}}, "volume of kind nfs"),
    Case(
        "pods-are-restricted",
        {f"{_BOOKIE}.initContainers": [{"name": "prepare", "image": "docker.io/apachepulsar/pulsar:4.0.13"}]},
        "container prepare may gain more rights",
    ),
    Case(
        "pods-hold-no-api-token", {f"{_BOOKIE}.automountServiceAccountToken": LEFT_OUT}, "holds a key to the Kubernetes"
    ),
    Case("pods-tell-when-they-serve", {f"{_CONTAINER}.readinessProbe": LEFT_OUT}, "Give it a readinessProbe"),
    Case("namespaces-enforce-restricted", {"namespace.metadata.labels": {}}, "Namespace pulsar admits pods"),
    Case("buckets-are-private", {"s3-block.blockPublicPolicy": False}, "(blockPublicPolicy is not true)"),
    Case("buckets-are-private", {"s3.acl": "public-read"}, "(acl public-read)"),
    Case("buckets-are-private", {"s3-policy.policy": _EVERYBODY}, 'Principal "*"'),
    Case(
        "buckets-are-private", {"gcs.publicAccessPrevention": "inherited"}, "(publicAccessPrevention is not enforced)"
    ),
    Case("buckets-are-private", {"gcs.uniformBucketLevelAccess": LEFT_OUT}, "(uniformBucketLevelAccess is not true)"),
    Case("buckets-are-private", {"gcs-access.member": "allUsers"}, "gives allUsers rights"),
    Case("buckets-are-private", {"account.allowBlobPublicAccess": LEFT_OUT}, "(allowBlobPublicAccess is not false)"),
    Case("buckets-are-private", {"container.publicAccess": "Blob"}, "readable by everybody (publicAccess Blob)"),
    Case("every-bucket-has-a-public-access-block", {"s3-block": LEFT_OUT}, "has no BucketPublicAccessBlock"),
    Case("every-bucket-has-a-public-access-block", {"s3-block.bucket": "another"}, "has no BucketPublicAccessBlock"),
    Case(
        "buckets-never-expire-objects", {"s3-lifecycle.rules.0.expiration": {"days": 365}}, "(rule leftovers) deletes"
    ),
    Case("buckets-never-expire-objects", {"s3-lifecycle.rules.0.transitions.0.storageClass": "GLACIER"}, "to GLACIER"),
    Case("buckets-never-expire-objects", {"gcs.lifecycleRules.1.condition": {"age": 30}}, "Bucket gcs deletes objects"),
    Case(
        "buckets-never-expire-objects",
        {"management.policy.rules.0.definition.actions.baseBlob": {"delete": {"daysAfterModificationGreaterThan": 9}}},
        "(rule v) deletes objects",
    ),
    Case(
        "buckets-never-expire-objects",
        {
            "management.policy.rules.0.definition.actions.baseBlob": {
                "tierToArchive": {"daysAfterCreationGreaterThan": 9}
            }
        },
        "moves objects to Archive",
    ),
    Case("no-bucket-is-emptied-to-delete-it", {"s3.forceDestroy": True}, "deletes all objects when it is destroyed"),
    Case("deleted-objects-can-come-back", {"s3-versioning": LEFT_OUT}, "has no BucketVersioning"),
    Case("deleted-objects-can-come-back", {"s3-versioning.versioningConfiguration.status": "Suspended"}, "to Enabled"),
    Case("deleted-objects-can-come-back", {"gcs.softDeletePolicy.retentionDurationSeconds": 0}, "Bucket gcs keeps no"),
    Case("deleted-objects-can-come-back", {"blobs.deleteRetentionPolicy": LEFT_OUT}, "keeps no deleted blob"),
    Case("deleted-objects-can-come-back", {"blobs": LEFT_OUT}, "Add BlobServiceProperties"),
    Case("objects-travel-encrypted", {"account.minimumTlsVersion": "TLS1_0"}, "TLS older than 1.2"),
    Case("objects-travel-encrypted", {"account.enableHttpsTrafficOnly": False}, "plain HTTP"),
    Case("identities-may-do-what-they-need", {"role-policy.policy": _ALLOW_ALL}, "allows * on everything"),
    Case(
        "identities-may-do-what-they-need", {"project-access.role": "roles/editor"}, "roles/editor in the whole project"
    ),
    Case("no-key-that-lasts", {"key": ("aws:iam/accessKey:AccessKey", {"user": "broker"})}, "a key that lasts until"),
    Case("cluster-api-is-not-open-to-the-world", {"eks.vpcConfig.publicAccessCidrs": LEFT_OUT}, "endpointPublicAccess"),
    Case("cluster-api-is-not-open-to-the-world", {"eks.vpcConfig.publicAccessCidrs": ["0.0.0.0/0"]}, "lets 0.0.0.0/0"),
    Case("cluster-api-is-not-open-to-the-world", {"gke.masterAuthorizedNetworksConfig": LEFT_OUT}, "Cluster gke lets"),
    Case(
        "cluster-api-is-not-open-to-the-world",
        {"gke.controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic": True},
        "by its DNS endpoint",
    ),
    Case("cluster-api-is-not-open-to-the-world", {"aks.apiServerAccessProfile": LEFT_OUT}, "ManagedCluster aks lets"),
    Case("nodes-have-no-public-address", {"gke.privateClusterConfig": LEFT_OUT}, "gives nodes public addresses"),
    Case("nodes-have-no-public-address", {"aks.agentPoolProfiles.0.enableNodePublicIP": True}, "enableNodePublicIP"),
    Case(
        "nodes-have-no-public-address",
        {"launch-template.networkInterfaces": [{"associatePublicIpAddress": "true"}]},
        "Leave associatePublicIpAddress out",
    ),
    Case("pods-cannot-act-as-their-node", {"launch-template.metadataOptions": LEFT_OUT}, "httpTokens to required"),
    Case(
        "pods-cannot-act-as-their-node", {"launch-template.metadataOptions.httpPutResponseHopLimit": 2}, "of their own"
    ),
    Case("cluster-encrypts-its-secrets", {"eks.encryptionConfig": LEFT_OUT}, "with a KMS key"),
    Case("cluster-encrypts-its-secrets", {"gke.databaseEncryption": LEFT_OUT}, "with a Cloud KMS key"),
    Case("cluster-encrypts-its-secrets", {"aks.securityProfile": LEFT_OUT}, "azureKeyVaultKms"),
    Case("disks-are-encrypted", {"storage-class.parameters.encrypted": LEFT_OUT}, "disks that are not encrypted"),
    Case("disks-are-encrypted", {"storage-class.parameters.kmsKeyId": LEFT_OUT}, "encrypts disks with AWS's key"),
    Case("disks-are-encrypted", {"launch-template.blockDeviceMappings.0.ebs.encrypted": LEFT_OUT}, "gives nodes disks"),
    Case("keys-rotate-and-go-slowly", {"kms.enableKeyRotation": LEFT_OUT}, "for ever with the same key"),
    Case("keys-rotate-and-go-slowly", {"kms.deletionWindowInDays": 7}, "is gone 7 days after"),
    Case("cluster-is-protected-from-deletion", {"eks.deletionProtection": LEFT_OUT}, "Cluster eks may be deleted"),
    Case("cluster-is-protected-from-deletion", {"gke.deletionProtection": False}, "Cluster gke may be deleted"),
    Case("cluster-is-protected-from-deletion", {"aks.protected": False}, "ManagedCluster aks may be deleted"),
    Case("cluster-logs-who-did-what", {"eks.enabledClusterLogTypes": ["api"]}, "keeps no log of audit, authenticator"),
)
