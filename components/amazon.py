"""What Amazon's cloud says of names and numbers, for every part of a stack file that stands there.

Sources: the service's own references of ARNs, regions and tags. Nothing here needs its SDK.
"""

import re
from collections.abc import Iterator, Mapping

_REGION = re.compile(r"(us|us-gov|eu|eusc-de|ap|sa|ca|me|af|il|mx|cn)-(north|south|east|west|central){1,2}-[0-9]{1,2}")
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}
_TAG = re.compile(r"[\w\s.:/=+\-@]*")
LONGEST_TAG, LONGEST_TAG_VALUE, MOST_TAGS = 128, 256, 40
"""Fifty tags are allowed on a resource; the program and Kubernetes add their own."""


def partition(region: str) -> str:
    """The first part of every ARN of a region: `aws`, or another for clouds of their own."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def managed_policy(region: str, name: str) -> str:
    """The ARN of one of Amazon's own IAM policies."""
    return f"arn:{partition(region)}:iam::aws:policy/{name}"


def wrong_region(region: str) -> str | None:
    """A sentence about a text that is no region."""
    if _REGION.fullmatch(region):
        return None
    if _REGION.fullmatch(region[:-1]):
        return f"{region} is a zone, and its region is {region[:-1]}. Write the region here, and the zones in `zones`."
    if (close := re.fullmatch(r"([a-z]+-[a-z]+)([0-9])", region)) and _REGION.fullmatch("-".join(close.groups())):
        return f"{region} is written {'-'.join(close.groups())} by AWS."
    return f"{region[:40]!r} is not a region of AWS. Write its code, such as us-east-1 or eu-central-1."


def wrong_account(account: str) -> str | None:
    """A sentence about a text that is no account."""
    if re.fullmatch(r"[0-9]{12}", account):
        return None
    digits = account.replace("-", "").replace(" ", "")
    way_out = f' Write "{digits}".' if re.fullmatch(r"[0-9]{12}", digits) else " Write its number of twelve digits."
    return f"{account[:40]!r} is not an AWS account.{way_out}"


def wrong_tags(tags: Mapping[str, str]) -> Iterator[str]:
    """A sentence about each tag that AWS refuses."""
    if len(tags) > MOST_TAGS:
        yield f"holds {len(tags)} tags, and AWS allows 50, of which the program needs some. Use at most {MOST_TAGS}."
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield f"{key[:40]} can't be set: tags that start with aws: are Amazon's own. Choose another name."
        elif len(key) > LONGEST_TAG or len(value) > LONGEST_TAG_VALUE:
            yield (
                f"{key[:40]} is too long: AWS takes {LONGEST_TAG} characters of a tag's name and {LONGEST_TAG_VALUE} "
                "of its value."
            )
        elif not _TAG.fullmatch(key) or not _TAG.fullmatch(value):
            yield f"{key[:40]} has a character that AWS refuses. Use letters, digits, spaces and _.:/=+-@ alone."


def zone_mistakes(zones: tuple[str, ...], region: str) -> Iterator[tuple[str, str]]:
    """Zones that are none, or another region's: a setting, and a sentence."""
    for position, zone in enumerate(zones):
        if re.fullmatch(re.escape(region) + "[a-g]", zone):
            continue
        if re.fullmatch(r"[a-z]+[0-9]+-az[0-9]+", zone):
            why = (
                f"{zone} is a zone's id, and its name is wanted, such as {region}a. "
                "`aws ec2 describe-availability-zones` shows both."
            )
        elif re.fullmatch(r"[a-z]", zone):
            why = f"{zone} is only the zone's letter. Write {region}{zone}."
        elif _REGION.fullmatch(zone[:-1]):
            why = f"{zone} is in the region {zone[:-1]}, and the cluster is in {region}. Name zones of one region."
        else:
            why = f"{zone[:40]!r} is not a zone of {region}. Write the region and a letter, such as {region}a."
        yield f"zones.{position}", why


def without_sdk(error: ModuleNotFoundError) -> str:
    """What to do where the SDK is not installed."""
    return (
        f"The stack needs AWS, and the package {(error.name or 'pulumi_aws').replace('_', '-')} is not installed. "
        "`make preview STACK=…` and `make up STACK=…` install it, as does "
        "`.venv/bin/pip install -r requirements-clouds.lock`."
    )
