"""What is in a bucket, asked by S3's own API."""

import datetime
import hashlib
import hmac
import re
import urllib.parse
import urllib.request


def objects(endpoint: str, bucket: str, access_key: str, secret_key: str, region: str = "us-east-1") -> list[str]:
    """The names of a bucket's objects (ListObjectsV2, AWS Signature Version 4)."""
    host = urllib.parse.urlsplit(endpoint).netloc
    now = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    day, query = now[:8], "list-type=2"
    empty = hashlib.sha256(b"").hexdigest()
    signed = {"host": host, "x-amz-content-sha256": empty, "x-amz-date": now}
    names = ";".join(signed)
    headers = "".join(f"{name}:{value}\n" for name, value in signed.items())
    asked = "\n".join(("GET", f"/{bucket}", query, headers, names, empty))
    scope = f"{day}/{region}/s3/aws4_request"
    to_sign = "\n".join(("AWS4-HMAC-SHA256", now, scope, hashlib.sha256(asked.encode()).hexdigest()))
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    request = urllib.request.Request(
        f"{endpoint}/{bucket}?{query}",
        headers={
            **signed,
            "Authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, "
            f"Signature={signature}",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return re.findall(r"<Key>([^<]*)</Key>", response.read().decode())
