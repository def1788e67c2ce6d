"""The Job that tells namespaces when their older messages move, once, however often it runs."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pulumi

from ..kubernetes_objects import register
from ..pulsar.broker import addresses
from ..pulsar.job import container_shape, once
from ..pulsar.metadata.store import Place
from ..pulsar.workload import Manifest

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec
    from .bucket import OffloadPolicySpec

ROLE = "offload-policies"
MARK = "offload-policy"
"""The property of a namespace that says that its policy came from a stack file, so that it goes when it leaves it."""

_SCRIPT = textwrap.dedent("""\
    set -eu -o pipefail
    api={admin}/admin/v2
    until curl -fsS -m 5 -o /dev/null $api/brokers/ready 2>/dev/null; do sleep 0.5; done
    call() {{ curl -fsS -m 60 --retry 5 --retry-connrefused -H 'Content-Type: application/json' -X "$@"; }}
    list() {{ call GET "$1" | tr -d '[]" ' | tr ',' '\\n'; }}
    plain() {{ call DELETE "$api/namespaces/$1/removeOffloadPolicies"; }}
    policy() {{
      if ! call GET "$api/namespaces/$1" -o /dev/null; then
        echo "The namespace $1 does not exist yet. Create it with: pulsar-admin namespaces create $1" >&2
        missing="$missing $1"
        return
      fi
      call PUT "$api/namespaces/$1/property/{mark}/stack-file"
      plain "$1"
      [ "$2" = - ] || call PUT "$api/namespaces/$1/offloadThreshold" -d "$2"
      [ "$3" = - ] || call PUT "$api/namespaces/$1/offloadDeletionLagMs" -d "$3"
      echo "$1: threshold $2, deletion lag $3"
    }}
    missing=""
    {policies}
    # Each answer in a variable of its own: a broker that goes away meanwhile must end the script, not shorten a list.
    tenants=$(list $api/tenants)
    for tenant in $tenants; do
      namespaces=$(list $api/namespaces/$tenant)
      for namespace in $namespaces; do
        case " {wanted} " in *" $namespace "*) continue ;; esac
        mark=$(call GET "$api/namespaces/$namespace/property/{mark}")
        [ "$mark" = stack-file ] || continue
        plain "$namespace"
        call DELETE "$api/namespaces/$namespace/property/{mark}" -o /dev/null
        echo "$namespace: as the stack again"
      done
    done
    [ -z "$missing" ]
    """)


def deploy(
    pulsar: "PulsarSpec", *, around: pulumi.Resource, needed: Sequence[pulumi.Resource], opts: pulumi.ResourceOptions
) -> None:
    """Tell them.

    Args:
        pulsar: the stack file's part.
        around: Pulsar's component, in which the Job was once.
        needed: Pulsar, and the tenants: a namespace that the stack makes must be there.
        opts: the provider of the cluster.
    """
    after = pulumi.ResourceOptions(depends_on=needed, aliases=[pulumi.Alias(parent=around)])
    for name, manifest in manifests(pulsar).items():
        register(name, manifest, pulumi.ResourceOptions.merge(opts, after))


def manifests(pulsar: "PulsarSpec") -> Mapping[str, Manifest]:
    """The Job by its logical name, where the stack file says anything of namespaces."""
    store = pulsar.tiered_storage
    if store is None or store.namespaces is None:
        return {}
    return {f"{pulsar.name}-{ROLE}": job(store.namespaces, pulsar.place, pulsar.effective_image)}


def job(policies: Mapping[str, "OffloadPolicySpec"], place: Place, image: str) -> Manifest:
    """The Job.

    Source of the paths: Pulsar's admin REST API, `/admin/v2/namespaces/{tenant}/{namespace}`.
    """
    wanted = sorted(policies)
    lines = [f"policy {name} {_bytes(policies[name])} {_milliseconds(policies[name])}" for name in wanted]
    script = _SCRIPT.format(
        admin=addresses(place)[1], mark=MARK, policies="\n".join(lines) or ":", wanted=" ".join(wanted)
    )
    container = {"name": ROLE, "image": image, "command": ["bash", "-c", script], **container_shape("50m", "64Mi")}
    return once(place, ROLE, {"containers": [container]}, retries=6)


def _bytes(policy: "OffloadPolicySpec") -> str:
    return "-" if policy.threshold is None else str(int(policy.threshold))


def _milliseconds(policy: "OffloadPolicySpec") -> str:
    return "-" if policy.deletion_lag is None else str(int(policy.deletion_lag) * 1000)
