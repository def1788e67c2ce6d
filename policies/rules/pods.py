"""What a pod may do to its node and to the cluster: Kubernetes' Pod Security Standards, level `restricted`."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..kubernetes import PODS, containers, named, pod, pod_path, role
from ..rule import Properties, Resource, ResourceRule, Setting, Settings
from ..values import UNKNOWN, at, differs, items, lacks, mapping, mappings

STANDARDS = "Kubernetes, Pod Security Standards"
_VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim"),
    *("projected", "secret"),
}
_SYSCTLS = {
    *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"),
    *("net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"),
    *("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"),
    *("net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
}
_SELINUX_TYPES = ("container_t", "container_init_t", "container_kvm_t", "container_engine_t")
_HANDLERS = ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop")


def _on_the_host(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    spec = pod(resource)
    for field, shared in (("hostNetwork", "network"), ("hostPID", "processes"), ("hostIPC", "shared memory")):
        if differs(spec.get(field), None, False):
            yield f"{resource.told} shares its node's {shared}. Leave {field} out."
    for volume in mappings(spec.get("volumes")):
        if volume.get("hostPath") is not None:
            yield (
                f"{resource.told} mounts a folder of its node ({volume.get('name')}), and would find another one, or "
                "none, on the next node. Claim a volume instead."
            )
    if differs(at(spec, "securityContext.windowsOptions.hostProcess"), None, False):
        yield f"{resource.told} runs as a process of its node. Leave hostProcess out."
    for _, container in containers(resource):
        told = named(resource, container)
        if differs(at(container, "securityContext.windowsOptions.hostProcess"), None, False):
            yield f"{told} runs as a process of its node. Leave hostProcess out."
        for port in mappings(container.get("ports")):
            if differs(port.get("hostPort"), None, 0):
                yield f"{told} takes port {port['hostPort']} of its node. Reach it through a Service, without hostPort."
        for handler in _HANDLERS:
            for way in ("httpGet.host", "tcpSocket.host"):
                if differs(at(container, f"{handler}.{way}"), None, ""):
                    yield f"{told} lets its node ask another host ({handler}). Leave {way} out."


ON_THE_HOST = ResourceRule(
    id="pods-stay-off-the-host",
    says="No pod uses its node's network, processes, ports or folders.",
    source=f"{STANDARDS} (baseline)",
    types=PODS,
    check=_on_the_host,
)


def _privileged(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    context = mapping(pod(resource).get("securityContext"))
    for each in mappings(context.get("sysctls")):
        if differs(each.get("name"), *_SYSCTLS):
            yield f"{resource.told} sets {each.get('name')}, which its node's other pods would feel. Leave it out."
    yield from _labels(resource.told, context)
    for _, container in containers(resource):
        told, context = named(resource, container), mapping(container.get("securityContext"))
        if differs(context.get("privileged"), None, False):
            yield f"{told} is privileged, so it owns its node. Leave privileged out."
        if differs(context.get("procMount"), None, "Default"):
            yield f"{told} sees more of /proc than it should. Leave procMount out."
        yield from _labels(told, context)


def _labels(told: str, context: Mapping[str, Any]) -> Iterator[str]:
    if differs(at(context, "appArmorProfile.type"), None, "RuntimeDefault", "Localhost"):
        yield f"{told} turns AppArmor off. Leave appArmorProfile out."
    if differs(at(context, "seLinuxOptions.type"), None, "", *_SELINUX_TYPES) or any(
        differs(at(context, f"seLinuxOptions.{each}"), None, "") for each in ("user", "role")
    ):
        yield f"{told} chooses its own SELinux type, user or role. Leave seLinuxOptions out."


UNPRIVILEGED = ResourceRule(
    id="pods-are-unprivileged",
    says="No pod is privileged, or gets round its node's own protection.",
    source=f"{STANDARDS} (baseline)",
    types=PODS,
    check=_privileged,
)


def _restricted(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    spec = pod(resource)
    around = mapping(spec.get("securityContext"))
    for volume in mappings(spec.get("volumes")):
        for kind in volume:
            if kind not in ("name", "hostPath", *_VOLUMES) and volume[kind] is not None:
                yield f"{resource.told} has a volume of kind {kind}. Use a claim, a ConfigMap, a Secret or emptyDir."
    for _, container in containers(resource):
        told, context = named(resource, container), mapping(container.get("securityContext"))
        if differs(context.get("allowPrivilegeEscalation"), False):
            yield f"{told} may gain more rights than it starts with. Set allowPrivilegeEscalation to false."
        if differs(context.get("runAsNonRoot", around.get("runAsNonRoot")), True):
            yield f"{told} may run as root. Set runAsNonRoot to true."
        if context.get("runAsUser", around.get("runAsUser")) == 0:
            yield f"{told} runs as root. Set runAsUser to another user than 0."
        profile = at(context, "seccompProfile.type") or at(around, "seccompProfile.type")
        if differs(profile, "RuntimeDefault", "Localhost"):
            yield f"{told} may use every system call. Set seccompProfile to RuntimeDefault."
        yield from _capabilities(told, context)


def _capabilities(told: str, context: Mapping[str, Any]) -> Iterator[str]:
    if lacks(at(context, "capabilities.drop"), "ALL"):
        yield f"{told} keeps capabilities of root. Drop ALL of them."
    for added in items(at(context, "capabilities.add")):
        if added != "NET_BIND_SERVICE":
            yield f"{told} takes the capability {added}. Only NET_BIND_SERVICE may be added."


def _restrict(token: str, properties: Properties) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    resource = Resource(type=token, name="", properties=properties)
    path = pod_path(token)
    for at_container, container in containers(resource):
        context = container.get("securityContext")
        if context is None:
            yield (*path, *at_container, "securityContext"), {"allowPrivilegeEscalation": False}
        elif isinstance(context, Mapping) and context.get("allowPrivilegeEscalation") is None:
            yield (*path, *at_container, "securityContext", "allowPrivilegeEscalation"), False
    around = pod(resource).get("securityContext")
    profile = {"type": "RuntimeDefault"}
    if around is None and pod(resource):
        yield (*path, "securityContext"), {"seccompProfile": profile}
    elif isinstance(around, Mapping) and around.get("seccompProfile") is None:
        yield (*path, "securityContext", "seccompProfile"), profile


RESTRICTED = ResourceRule(
    id="pods-are-restricted",
    says="Every container runs without root and its capabilities, and with the system calls that it needs.",
    source=f"{STANDARDS} (restricted)",
    types=PODS,
    check=_restricted,
    remedy=_restrict,
)


def _token(resource: Resource, settings: Settings) -> Iterator[str]:
    if role(resource) not in settings["asking"] and differs(pod(resource).get("automountServiceAccountToken"), False):
        yield (
            f"{resource.told} holds a key to the Kubernetes API, which Pulsar's processes don't need. "
            "Set automountServiceAccountToken to false in the pod."
        )


def _no_token(token: str, properties: Properties) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    resource = Resource(type=token, name="", properties=properties)
    if pod(resource) and pod(resource).get("automountServiceAccountToken") is None:
        yield (*pod_path(token), "automountServiceAccountToken"), False


NO_TOKEN = ResourceRule(
    id="pods-hold-no-api-token",
    says="No pod gets a token of the Kubernetes API that it doesn't need.",
    source="CIS Kubernetes Benchmark 5.1.6",
    types=PODS,
    settings={
        "asking": Setting(
            schema={"type": "array", "items": {"type": "string"}},
            default=["oxia-coordinator", "configuration-oxia-coordinator", "prometheus"],
            meaning="Pods that do ask the Kubernetes API, by what they are called (label app.kubernetes.io/name).",
        )
    },
    check=_token,
    remedy=_no_token,
)


def _namespace(resource: Resource, settings: Settings) -> Iterator[str]:
    wanted = settings["level"]
    label = mapping(at(resource.properties, "metadata.labels")).get("pod-security.kubernetes.io/enforce")
    if differs(label, wanted) and at(resource.properties, "metadata.labels") is not UNKNOWN:
        yield (
            f"{resource.told} admits pods that are not {wanted}. Label it pod-security.kubernetes.io/enforce: {wanted}."
        )


NAMESPACE = ResourceRule(
    id="namespaces-enforce-restricted",
    says="Every namespace lets the API server refuse pods that are not restricted.",
    source="Kubernetes, Pod Security Admission",
    types=frozenset({"kubernetes:core/v1:Namespace"}),
    settings={
        "level": Setting(
            schema={"type": "string", "enum": ["restricted", "baseline"]},
            default="restricted",
            meaning="The level that a namespace's label must name.",
        )
    },
    check=_namespace,
)


def _ready(resource: Resource, settings: Settings) -> Iterator[str]:
    del settings
    found = [each for at_container, each in containers(resource) if at_container[0] == "containers"]
    if any(each.get("ports") is not None for each in found) and not any(each.get("readinessProbe") for each in found):
        yield (
            f"{resource.told} counts as ready before it serves, so clients are sent to it too early and a roll goes on "
            "too soon. Give it a readinessProbe."
        )


READY = ResourceRule(
    id="pods-tell-when-they-serve",
    says="Whatever serves a port says when it is ready to.",
    source="Kubernetes, probes; a roll without them drops connections",
    types=frozenset({"kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"}),
    check=_ready,
)
