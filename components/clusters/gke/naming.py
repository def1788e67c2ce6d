"""What Google's names may look like, and names that are unique where Google wants them to be."""

import hashlib
import re
from collections.abc import Iterator, Mapping

LONGEST_NAME, LONGEST_ACCOUNT = 63, 30
"""Characters of a Compute Engine resource's name, and of a service account's id."""
_LABEL_KEY, _LABEL_VALUE = re.compile(r"[a-z][a-z0-9_-]{0,62}"), re.compile(r"[a-z0-9_-]{0,63}")
_MOST_LABELS = 60
"""Google takes 64 of a resource, and some are its own."""
_REGION = re.compile(r"[a-z]+-[a-z]+[0-9]{1,2}")
_START_AT_B = frozenset({"europe-west1", "us-east1"})


def shortened(text: str, longest: int) -> str:
    """The text, with a digest of it instead of what is too long."""
    return text if len(text) <= longest else _with_digest(text, text, longest)


def account_id(stem: str, *unique: str) -> str:
    """A service account's id, which is unique in its project.

    Args:
        stem: how it starts, in words.
        unique: what distinguishes it from others that start so.
    """
    return _with_digest(stem, "/".join((stem, *unique)), LONGEST_ACCOUNT)


def _with_digest(stem: str, text: str, longest: int) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:7]
    return f"{stem[: longest - 8].rstrip('-')}-{digest}"


def project_mistake(project: str) -> str | None:
    """What is wrong with a project's id."""
    if project.isdigit():
        return (
            f"{project} is a project's number. Write its id, such as my-project-4711: "
            "`gcloud projects list` shows both."
        )
    if not re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", project):
        return (
            f"{project[:40]!r} is not a Google Cloud project's id: 6 to 30 lower-case letters, digits and hyphens, "
            "starting with a letter. It is neither the project's name nor its number; `gcloud projects list` shows all."
        )
    return None


def region_mistake(region: str) -> str | None:
    """What is wrong with a region's name."""
    if match := re.fullmatch(rf"({_REGION.pattern})-[a-z]", region):
        return f"{region} is a zone. Write its region, {match[1]}, and name the zones in zones."
    if not _REGION.fullmatch(region):
        return f"{region[:40]!r} is not a Google Cloud region. Write one such as europe-west1 or us-central1."
    return None


def zone_mistakes(zones: tuple[str, ...], region: str) -> Iterator[tuple[str, str]]:
    """Zones that don't belong to the region."""
    first = "b" if region in _START_AT_B else "a"
    for position, zone in enumerate(zones):
        if not re.fullmatch(rf"{re.escape(region)}-[a-z]", zone):
            yield (
                f"zones.{position}",
                f"{zone[:40]} is not a zone of {region}, whose zones start with its name. "
                f"Write one such as {region}-{first}.",
            )
        elif zone.endswith("-a") and first == "b":
            yield f"zones.{position}", f"{zone} doesn't exist: the zones of {region} are b, c and d. Choose from these."


def label_mistakes(labels: Mapping[str, str]) -> Iterator[str]:
    """What Google refuses of labels."""
    for key, value in labels.items():
        if not _LABEL_KEY.fullmatch(key):
            yield (
                f"{key[:40]!r} can't be a label's key on Google Cloud: at most 63 lower-case letters, digits, hyphens "
                "and underscores, starting with a letter. Write it so."
            )
        if not _LABEL_VALUE.fullmatch(value):
            yield (
                f"{value[:40]!r} can't be the value of the label {key[:40]} on Google Cloud: at most 63 lower-case "
                "letters, digits, hyphens and underscores. Write it so."
            )
    if len(labels) > _MOST_LABELS:
        yield f"holds {len(labels)} labels, and Google Cloud takes at most {_MOST_LABELS}. Leave some out."
