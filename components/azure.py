"""What Azure takes for its names, places and tags, each with a sentence for what it refuses.

Source: the resource naming rules, the reserved resource names and the tag limits of Azure Resource Manager.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import pydantic

_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SUBNET = (
    rf"/subscriptions/{_GUID}/resourceGroups/[-\w.()]+/providers/Microsoft\.Network"
    r"/virtualNetworks/[-\w.]+/subnets/[-\w.]+"
)


def _guid(value: str) -> str:
    if not re.fullmatch(_GUID, value):
        raise ValueError(
            f"{value[:60]!r} is not an id of Azure: 32 hexadecimal digits, as in 0f3c5d1e-8a2b-4c6d-9e7f-102938475656. "
            "`az account show --query id` tells the subscription's, `az ad group show --query id` a group's."
        )
    return value.lower()


Guid = Annotated[str, pydantic.AfterValidator(_guid)]
"""An id of Azure's or Entra's: `0f3c5d1e-8a2b-4c6d-9e7f-102938475656`."""

_WITHOUT_ZONES = frozenset(
    [
        "australiacentral",
        "australiacentral2",
        "australiasoutheast",
        "brazilsoutheast",
        "canadaeast",
        "francesouth",
        "germanynorth",
        "jioindiacentral",
        "jioindiawest",
        "koreasouth",
        "northcentralus",
        "norwaywest",
        "southafricawest",
        "southindia",
        "switzerlandwest",
        "uaecentral",
        "ukwest",
        "westcentralus",
        "westindia",
        "westus",
    ]
)
"""Regions that have no availability zones, as far as Azure announced."""


def _region(value: str) -> str:
    meant = re.sub(r"[^a-z0-9]", "", value.lower())
    if re.fullmatch(r"[a-z]{2}-[a-z]+-?\d", value):
        raise ValueError(f"{value} is a region of another cloud. Azure's are written like westeurope or eastus2.")
    if not re.fullmatch(r"[a-z]{4,}[a-z0-9]*", value):
        way_out = f"Write {meant}." if re.fullmatch(r"[a-z]{4,}\d?", meant) else "Azure's are such as westeurope."
        raise ValueError(
            f"{value[:40]!r} is not spelled as Azure spells a region: lower-case letters and digits, no spaces. "
            f"{way_out}"
        )
    return value


Region = Annotated[str, pydantic.AfterValidator(_region)]
"""A region by its short name: `westeurope`."""


def zoneless(region: str) -> str | None:
    """Why nodes can't be spread there, as a sentence; `None` where they can."""
    if region not in _WITHOUT_ZONES:
        return None
    return (
        f"{region} has no availability zones, so that nothing there survives the loss of a data centre. "
        "Choose a region with zones, such as westeurope, eastus2 or southeastasia."
    )


def _zone(value: Any) -> Any:
    # YAML reads 1 as a number, and there is only one thing that it can mean.
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and value not in ("1", "2", "3"):
        raise ValueError(
            f"{value[:40]!r} is no zone of Azure. In every region they are called 1, 2 and 3, such as zones: [1, 2, 3]."
        )
    return value


Zone = Annotated[
    Literal["1", "2", "3"],
    pydantic.BeforeValidator(_zone),
    pydantic.WithJsonSchema({"enum": ["1", "2", "3", 1, 2, 3]}),
]
"""An availability zone of a region: 1, 2 or 3."""


def _resource_group(value: str) -> str:
    if len(value) > 90 or not re.fullmatch(r"[-\w.()]*[-\w()]", value, re.ASCII):
        raise ValueError(
            f"{value[:40]!r} can't name a resource group. Use at most 90 letters, digits, hyphens, underscores, "
            "periods and parentheses, with no period at the end."
        )
    return value


ResourceGroup = Annotated[str, pydantic.AfterValidator(_resource_group)]
"""The name of a resource group."""


def _subnet(value: str) -> str:
    if not re.fullmatch(_SUBNET, value, re.IGNORECASE):
        raise ValueError(
            f"{value[:60]!r} is not the id of a subnet: /subscriptions/…/resourceGroups/…/providers/Microsoft.Network"
            "/virtualNetworks/…/subnets/…. `az network vnet subnet show --query id` tells it."
        )
    return value


SubnetId = Annotated[str, pydantic.AfterValidator(_subnet)]
"""The full id of a subnet."""

_ANYWHERE, _AT_THE_START = ("microsoft", "windows"), ("login", "xbox")
_AS_A_WHOLE = frozenset(
    [
        "access",
        "azure",
        "bing",
        "bizspark",
        "biztalk",
        "cortana",
        "directx",
        "dotnet",
        "dynamics",
        "excel",
        "exchange",
        "forefront",
        "groove",
        "hololens",
        "hyperv",
        "kinect",
        "lync",
        "msdn",
        "o365",
        "office",
        "office365",
        "onedrive",
        "onenote",
        "outlook",
        "powerpoint",
        "sharepoint",
        "skype",
        "visio",
        "visualstudio",
    ]
)


def reserved(name: str) -> str | None:
    """Why Azure refuses a name that becomes part of a public address, as a sentence; `None` where it doesn't."""
    lower = name.lower()
    for word in _ANYWHERE:
        if word in lower:
            return f"{name} holds the word {word}, which Azure reserves for itself. Choose a name without it."
    for word in _AT_THE_START:
        if lower.startswith(word):
            return f"{name} starts with {word}, which Azure reserves for itself. Choose a name that starts otherwise."
    if lower in _AS_A_WHOLE:
        return f"{name} is a name that Azure reserves for itself. Add something to it, such as {name}-events."
    return None


def tag_mistakes(tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What Azure refuses in tags: the setting's path, and a sentence."""
    if len(tags) > 50:
        yield "tags", f"are {len(tags)}, and Azure takes at most 50 on a resource. Leave some out."
    for name, value in tags.items():
        if unfit := sorted(set(name) & set(r"<>%&\?/")):
            yield f"tags.{name}", f"has {' '.join(unfit)} in its name, which Azure refuses. Use none of < > % & \\ ? /."
        elif len(name) > 128:
            yield f"tags.{name}", f"has a name of {len(name)} characters. Storage accounts take at most 128."
        if len(value) > 256:
            yield f"tags.{name}", f"is {len(value)} characters long, and Azure takes at most 256. Shorten it."


_NOT_FOR_CLUSTERS = tuple(
    ipaddress.IPv4Network(each) for each in ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
)


def taken_by_azure(network: str) -> str | None:
    """Why a cluster can't use a network, as a sentence; `None` where it can."""
    for taken in _NOT_FOR_CLUSTERS:
        if ipaddress.IPv4Network(network).overlaps(taken):
            return f"{network} overlaps {taken}, which AKS keeps for itself. Choose another, such as 10.244.0.0/16."
    return None
