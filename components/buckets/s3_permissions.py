"""Who may do what with a bucket on Amazon S3, as pure functions."""

from ..clusters.eks.permissions import Document, allow, document


def may_use(bucket: str, key: str | None) -> Document:
    """What Pulsar's offloader does, and no more: it changes nothing about the bucket itself."""
    encrypts = [allow("kms:GenerateDataKey", "kms:Decrypt", on=key)] if key else []
    return document(
        allow("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads", on=bucket),
        allow(
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
            on=f"{bucket}/*",
        ),
        *encrypts,
    )


def only_by_tls(bucket: str) -> Document:
    """Nobody reads or writes the bucket in the clear."""
    return document(
        {
            "Sid": "OnlyByTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
