"""Names of what stands in AWS around a cluster, each within its service's limit."""

import hashlib
from collections.abc import Sequence

LONGEST_ROLE = 64
"""IAM's limit."""
STORAGE_CLASS = "gp3-encrypted"


def role(cluster: str, region: str, what: str) -> str:
    """The name of an IAM role. IAM is one for all regions, so the region is part of it."""
    whole = f"{cluster}-{region}-{what}"
    if len(whole) <= LONGEST_ROLE:
        return whole
    mark = hashlib.sha256(whole.encode()).hexdigest()[:8]
    return f"{whole[: LONGEST_ROLE - 9].rstrip('-')}-{mark}"


def group(cluster: str, pool: str, zones: Sequence[str]) -> str:
    """The name of a node group. It tells its zones, which can't change: with others, a new group comes before."""
    where = zones[0] if len(zones) == 1 else "".join(sorted(zone[-1] for zone in zones))
    return f"{cluster}-{pool}-{where}"


def log_group(cluster: str) -> str:
    """The name that EKS writes the control plane's logs to."""
    return f"/aws/eks/{cluster}/cluster"


def subnet_tags(cluster: str, *, public: bool) -> dict[str, str]:
    """The tags by which load balancers find their subnets."""
    return {
        f"kubernetes.io/role/{'elb' if public else 'internal-elb'}": "1",
        f"kubernetes.io/cluster/{cluster}": "shared",
    }
