"""Azure Blob Storage as resources: an account for one container, and the key that is in use."""

import pulumi
import pulumi_azure_native
from pulumi_azure_native import authorization, resources, storage

from ..clusters.aks.component import Aks
from ..clusters.cluster import Cluster
from ..pulsar.metadata.store import Place
from .azure_blob import KEY, AzureBlobSpec
from .bucket import Access, credentials


class AzureBlob(pulumi.ComponentResource):
    """The container of older messages, in an account of its own."""

    access: Access
    """How Pulsar's pods may use it."""

    def __init__(
        self,
        name: str,
        spec: AzureBlobSpec,
        *,
        place: Place,
        cluster: Cluster,
        keep_data: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pulsar:buckets:AzureBlob", name, {"account": spec.account}, opts)
        provider = _azure(name, spec, cluster, self)
        here = pulumi.ResourceOptions(parent=self, provider=provider)
        kept = pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(protect=keep_data))
        group = resources.ResourceGroup(
            f"{name}-resource-group",
            resource_group_name=spec.group,
            location=spec.region,
            tags=dict(spec.tags),
            opts=kept,
        )
        account = storage.StorageAccount(
            f"{name}-account",
            account_name=spec.account,
            resource_group_name=spec.group,
            location=spec.region,
            kind=storage.Kind.STORAGE_V2,
            sku={"name": f"Standard_{spec.copies}"},
            access_tier=storage.AccessTier.HOT,
            minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
            enable_https_traffic_only=True,
            allow_blob_public_access=False,
            allow_cross_tenant_replication=False,
            # Pulsar's offloader knows no other way.
            allow_shared_key_access=True,
            network_rule_set=_rules(spec, cluster),
            tags=dict(spec.tags),
            opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[group])),
        )
        within = pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(depends_on=[account]))
        # No lifecycle: a rule that deletes blobs would delete messages that Pulsar still has, and of an upload that
        # was broken off, Azure discards the blocks by itself after a week.
        recovery = storage.BlobServiceProperties(
            f"{name}-recovery",
            blob_services_name="default",
            account_name=spec.account,
            resource_group_name=spec.group,
            is_versioning_enabled=False,
            delete_retention_policy={"enabled": True, "days": spec.soft_delete_days},
            container_delete_retention_policy={"enabled": True, "days": spec.soft_delete_days},
            opts=within,
        )
        container = storage.BlobContainer(
            f"{name}-container",
            container_name=spec.container,
            account_name=spec.account,
            resource_group_name=spec.group,
            public_access=storage.PublicAccess.NONE,
            opts=pulumi.ResourceOptions.merge(within, pulumi.ResourceOptions(protect=keep_data, depends_on=[recovery])),
        )
        if keep_data:
            authorization.ManagementLockByScope(
                f"{name}-lock",
                lock_name="keep",
                scope=account.id,
                level=authorization.LockLevel.CAN_NOT_DELETE,
                notes="Pulsar's older messages. Set keep_data to false in the stack file to delete them.",
                opts=within,
            )
        self.access = Access(
            secrets={credentials(place, spec.key_generation): {KEY: _key(spec, account, provider, self)}},
            needed=(container,),
        )
        self.register_outputs({})


def _azure(name: str, spec: AzureBlobSpec, cluster: Cluster, parent: pulumi.Resource) -> pulumi_azure_native.Provider:
    """What it is registered with: the cluster's own connection to Azure, where they share a subscription."""
    if isinstance(cluster, Aks) and cluster.subscription == spec.subscription:
        return cluster.azure
    return pulumi_azure_native.Provider(
        f"{name}-azure",
        subscription_id=spec.subscription,
        location=spec.region,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _rules(spec: AzureBlobSpec, cluster: Cluster) -> storage.NetworkRuleSetArgsDict:
    """Whom the account's address answers. Management goes by another one, and so is never shut out."""
    if spec.reached_from == "anywhere":
        return {"default_action": storage.DefaultAction.ALLOW, "bypass": storage.Bypass.AZURE_SERVICES}
    return {
        "default_action": storage.DefaultAction.DENY,
        "bypass": storage.Bypass.AZURE_SERVICES,
        "virtual_network_rules": [{"virtual_network_resource_id": subnet} for subnet in cluster.subnets],
        "ip_rules": [{"i_p_address_or_range": network} for network in spec.networks],
    }


def _key(
    spec: AzureBlobSpec,
    account: storage.StorageAccount,
    provider: pulumi_azure_native.Provider,
    parent: pulumi.Resource,
) -> pulumi.Output[str]:
    """The key in use, always secret. It has to be asked for, since Azure makes it.

    The question waits for the account: the preview of one that isn't there yet asks nothing, and needs no credentials.
    """
    told = storage.list_storage_account_keys_output(
        account_name=spec.account,
        resource_group_name=spec.group,
        opts=pulumi.InvokeOutputOptions(parent=parent, provider=provider, depends_on=[account]),
    )
    return pulumi.Output.secret(
        told.apply(lambda answer: next(each.value for each in answer.keys or () if each.key_name == spec.key))
    )
