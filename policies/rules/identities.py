"""Who Pulsar is in a cloud, and what it may do there."""

from collections.abc import Iterator

from ..iam import listed, statements
from ..rule import Resource, ResourceRule, Settings

_ROLES = ("roles/owner", "roles/editor", "roles/storage.admin")
AWS_POLICIES = frozenset({"aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy", "aws:iam/userPolicy:UserPolicy"})
GOOGLE = frozenset({"gcp:projects/iAMMember:IAMMember", "gcp:projects/iAMBinding:IAMBinding"})
KEYS = frozenset({"aws:iam/accessKey:AccessKey", "gcp:serviceaccount/key:Key"})


def _narrow(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    if resource.token in GOOGLE:
        if (role := resource.properties.get("role")) in _ROLES:
            yield f"{resource.told} gives {role} in the whole project. Give a role on the bucket alone."
        return
    for statement in statements(resource.properties.get("policy")):
        everything = sorted({"*", "*:*", "s3:*", "iam:*"} & set(listed(statement.get("Action"))))
        if everything and statement.get("Effect") == "Allow" and "*" in listed(statement.get("Resource")):
            yield (
                f"{resource.told} allows {', '.join(everything)} on everything in the account. "
                "Name the actions that are needed, and what on."
            )


NARROW = ResourceRule(
    id="identities-may-do-what-they-need",
    says="No identity may do everything to everything.",
    source="CIS AWS Foundations Benchmark 1.16; Google Cloud, least privilege",
    types=AWS_POLICIES | GOOGLE,
    check=_narrow,
)


def _no_key(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    yield (
        f"{resource.told} is a key that lasts until somebody deletes it. Give the pods an identity of their own where "
        "Pulsar can use one (IRSA on EKS); elsewhere, renew it (`generation`) and exempt it with the reason."
    )


NO_KEY = ResourceRule(
    id="no-key-that-lasts",
    says="Pods have an identity in their cloud, and no key that can be carried away.",
    source="AWS and Google Cloud, best practices for access keys and service account keys",
    level="advisory",
    types=KEYS,
    check=_no_key,
)
