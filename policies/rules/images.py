"""Which images run."""

import re
from collections.abc import Iterator

from ..kubernetes import PODS, containers, named
from ..rule import Resource, ResourceRule, Setting, Settings

_KNOWN = (
    *("docker.io/apachepulsar", "docker.io/streamnative", "quay.io/coreos"),
    *("docker.io/rclone", "docker.io/chrislusf", "docker.io/oxia", "quay.io/prometheus"),
    *("docker.io/grafana", "docker.io/visortelle", "quay.io/oauth2-proxy"),
)
"""Where the images come from that this project deploys by itself."""
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def _pinned(resource: Resource, settings: Settings) -> Iterator[str]:
    for _, container in containers(resource):
        image = container.get("image")
        if not isinstance(image, str):
            continue
        told, tag = named(resource, container), image.rpartition("/")[2].partition("@")[0].partition(":")[2]
        if settings["digest"] and not _DIGEST.search(image):
            yield f"{told} runs {image}, whose content may change. Name it by its digest (@sha256:…)."
        elif not _DIGEST.search(image) and tag in ("", "latest"):
            yield (
                f"{told} runs {image}, which is another image tomorrow, or on another node. "
                "Name a release by its tag, or a digest."
            )


PINNED = ResourceRule(
    id="images-are-pinned",
    says="Every image is named by a tag or a digest, and never by `latest`.",
    source="Kubernetes, configuration best practices",
    types=PODS,
    settings={
        "digest": Setting(
            schema={"type": "boolean"},
            default=False,
            meaning="Whether a tag is not enough, and a digest must be named.",
        )
    },
    check=_pinned,
)


def _trusted(resource: Resource, settings: Settings) -> Iterator[str]:
    allowed = settings["registries"]
    for _, container in containers(resource):
        image = container.get("image")
        if isinstance(image, str) and allowed and not any(_full(image).startswith(f"{each}/") for each in allowed):
            yield (
                f"{named(resource, container)} runs {image}, from a registry that is not allowed here. "
                f"Use one of {', '.join(allowed)}."
            )


def _full(image: str) -> str:
    """The name with the registry that is meant where none is named."""
    first = image.partition("/")[0]
    if "/" not in image:
        return f"docker.io/library/{image}"
    return image if "." in first or ":" in first or first == "localhost" else f"docker.io/{image}"


TRUSTED = ResourceRule(
    id="images-come-from-known-registries",
    says="Images come from the registries that are allowed.",
    source="Supply chain: whoever serves an image runs code beside the messages",
    types=PODS,
    settings={
        "registries": Setting(
            schema={"type": "array", "items": {"type": "string"}},
            default=[*_KNOWN],
            meaning="Registries, with a path where that belongs to it. None: all of them.",
        )
    },
    check=_trusted,
)
