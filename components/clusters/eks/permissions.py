"""IAM's documents, as pure functions: who may be a role, and what it may do."""

import json
from typing import Any

Document = dict[str, Any]
_VERSION = "2012-10-17"
_AUDIENCE = "sts.amazonaws.com"


def document(*statements: Document) -> Document:
    """A policy of these statements."""
    return {"Version": _VERSION, "Statement": list(statements)}


def allow(*actions: str, on: str | list[str], **more: Any) -> Document:
    """A statement that allows these actions on these resources."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def trusts_service(service: str) -> str:
    """One of Amazon's services may be the role."""
    return json.dumps(
        document({"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole", "sts:TagSession"]})
    )


def trusts_account(issuer_arn: str, issuer_url: str, namespace: str, account: str) -> str:
    """One service account of one cluster may be the role, and nobody else (IRSA)."""
    issuer = issuer_url.removeprefix("https://")
    return json.dumps(
        document(
            {
                "Effect": "Allow",
                "Principal": {"Federated": issuer_arn},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{issuer}:sub": f"system:serviceaccount:{namespace}:{account}",
                        f"{issuer}:aud": _AUDIENCE,
                    }
                },
            }
        )
    )


def may_encrypt(key: str) -> Document:
    """The use of a key by the control plane."""
    return document(allow("kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey", on=key))


def may_encrypt_volumes(key: str) -> Document:
    """The use of a key for block volumes: EC2 gets a grant for each. Source: the driver's documentation."""
    return document(
        allow(
            "kms:CreateGrant",
            "kms:ListGrants",
            "kms:RevokeGrant",
            on=key,
            Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        allow("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey", on=key),
    )
