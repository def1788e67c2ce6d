"""A cluster and a bucket on AWS as stack files describe them, for tests."""

EKS = {
    "provider": "eks",
    "region": "us-east-1",
    "account": "123456789012",
    "zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
}
S3 = {"kind": "s3", "bucket": "events-older-messages"}
EXISTING_NETWORK = {
    "use": "existing",
    "vpc": "vpc-0a1b2c3d4e5f60718",
    "subnets": {zone: f"subnet-0000000{number}" for number, zone in enumerate(EKS["zones"])},
}
