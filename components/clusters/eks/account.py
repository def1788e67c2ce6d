"""The one way in which resources in an AWS account are registered."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws


def connection(
    name: str, *, region: str, account: str | None, tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> aws.Provider:
    """The AWS provider of one region. Its credentials are the environment's, as for the `aws` command.

    Args:
        name: its logical name.
        region: where everything is made.
        account: the only account that may be changed.
        tags: what everything is tagged with.
        opts: the component that it stands in.
    """
    return aws.Provider(
        name,
        region=region,
        allowed_account_ids=[account] if account else None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=dict(tags)) if tags else None,
        opts=opts,
    )
