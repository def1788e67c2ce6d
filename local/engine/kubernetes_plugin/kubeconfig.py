"""Which cluster to talk to, as whom: from a kubeconfig, its path, `KUBECONFIG`, `~/.kube/config` or a pod's account."""

import base64
import dataclasses
import functools
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

from .problems import NoCluster

_ACCOUNT = pathlib.Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclasses.dataclass(frozen=True)
class Connection:
    """A cluster's address and how to prove who asks."""

    server: str
    namespace: str = "default"
    """The namespace of namespaced objects that name none."""
    authorities: str | None = None
    """PEM text of the certificate authorities. Default: the system's."""
    insecure: bool = False
    tls_server_name: str | None = None
    certificate: bytes | None = dataclasses.field(default=None, repr=False)
    key: bytes | None = dataclasses.field(default=None, repr=False)
    proxy: str | None = None
    headers: Callable[[], Mapping[str, str]] = dict
    """Asked before each request, because tokens end."""


def connect(
    kubeconfig: str | None = None, context: str | None = None, cluster: str | None = None, namespace: str | None = None
) -> Connection:
    """Find the cluster.

    Args:
        kubeconfig: a kubeconfig's text (YAML or JSON) or its path. Default: `KUBECONFIG`, then `~/.kube/config`, then
            the service account of the pod that this runs in.
        context: the context in it. Default: the current one.
        cluster: the cluster in it. Default: the context's.
        namespace: the default namespace. Default: the context's, else `default`.

    Raises:
        NoCluster: with a sentence that says what is missing.
    """
    config, folder, where = _read(kubeconfig)
    if config is None:
        if "KUBERNETES_SERVICE_HOST" in os.environ:
            return _of_the_pod(namespace)
        raise NoCluster(
            f"There is no kubeconfig: {where}. Set KUBECONFIG, or give the provider `kubernetes:kubeconfig`."
        )
    name = context or config.get("current-context")
    chosen = _entry(config, "contexts", "context", name, where) if name else {}
    cluster_name = cluster or chosen.get("cluster")
    if not cluster_name:
        raise NoCluster(f"{where} has no current context. Choose one of its contexts: {_names(config, 'contexts')}.")
    address = _entry(config, "clusters", "cluster", cluster_name, where)
    user_name = chosen.get("user")
    user = _entry(config, "users", "user", user_name, where) if user_name else {}
    authorities = _bytes(address, "certificate-authority", folder)
    found = Connection(
        server=str(address.get("server", "")).rstrip("/"),
        namespace=namespace or chosen.get("namespace") or "default",
        authorities=authorities.decode() if authorities else None,
        insecure=bool(address.get("insecure-skip-tls-verify")),
        tls_server_name=address.get("tls-server-name"),
        proxy=address.get("proxy-url"),
        certificate=_bytes(user, "client-certificate", folder),
        key=_bytes(user, "client-key", folder),
        headers=_headers(user, folder),
    )
    if not ("exec" in user or "auth-provider" in user):
        return found
    return _by_the_official_client(found, config, folder, name)


def _read(kubeconfig: str | None) -> tuple[dict[str, Any] | None, pathlib.Path, str]:
    """The kubeconfig, the folder that its relative paths start from, and what to call it in a sentence."""
    if kubeconfig and ("\n" in kubeconfig or kubeconfig.lstrip().startswith("{")):
        return _load(kubeconfig, "the kubeconfig"), pathlib.Path.cwd(), "the provider's kubeconfig"
    named = kubeconfig or os.environ.get("KUBECONFIG") or "~/.kube/config"
    paths = [pathlib.Path(part).expanduser() for part in named.split(os.pathsep) if part]
    there = [path for path in paths if path.is_file()]
    if kubeconfig and not there:
        raise NoCluster(f"The kubeconfig {kubeconfig} doesn't exist.")
    if not there:
        return None, pathlib.Path.cwd(), f"{named} doesn't exist"
    merged: dict[str, Any] = {}
    for path in there:
        one = _load(path.read_text(), str(path))
        for key in ("contexts", "clusters", "users"):
            one[key] = [_with_absolute_paths(entry, path.parent) for entry in one.get(key) or []]
        for key, value in one.items():
            merged[key] = merged.get(key, []) + value if isinstance(value, list) else merged.get(key) or value
    return merged, there[0].parent, " and ".join(map(str, there))


def _load(text: str, where: str) -> dict[str, Any]:
    import yaml

    try:
        config = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise NoCluster(f"{where} isn't YAML{line}.") from None
    if not isinstance(config, dict):
        raise NoCluster(f"{where} isn't a kubeconfig: it holds no clusters.")
    return config


def _with_absolute_paths(entry: dict[str, Any], folder: pathlib.Path) -> dict[str, Any]:
    for details in entry.values():
        if isinstance(details, dict):
            for key in ("certificate-authority", "client-certificate", "client-key", "tokenFile"):
                if details.get(key):
                    details[key] = str(folder / details[key])
    return entry


def _entry(config: dict[str, Any], plural: str, singular: str, name: str, where: str) -> dict[str, Any]:
    for entry in config.get(plural) or []:
        if entry.get("name") == name:
            return entry.get(singular) or {}
    raise NoCluster(f"{where} has no {singular} {name}. It has: {_names(config, plural) or 'none'}.")


def _names(config: dict[str, Any], plural: str) -> str:
    return ", ".join(sorted(str(entry.get("name")) for entry in config.get(plural) or []))


def _bytes(entry: dict[str, Any], key: str, folder: pathlib.Path) -> bytes | None:
    if entry.get(f"{key}-data"):
        return base64.b64decode(entry[f"{key}-data"])
    return (folder / entry[key]).read_bytes() if entry.get(key) else None


def _headers(user: dict[str, Any], folder: pathlib.Path) -> Callable[[], Mapping[str, str]]:
    if user.get("token"):
        return functools.partial(dict, Authorization=f"Bearer {user['token']}")
    if user.get("tokenFile"):
        path = folder / user["tokenFile"]
        return lambda: {"Authorization": f"Bearer {path.read_text().strip()}"}
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password', '')}".encode()
        return functools.partial(dict, Authorization=f"Basic {base64.b64encode(pair).decode()}")
    return dict


def _of_the_pod(namespace: str | None) -> Connection:
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    token, own = _ACCOUNT / "token", _ACCOUNT / "namespace"
    return Connection(
        server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        namespace=namespace or (own.read_text().strip() if own.is_file() else "default"),
        authorities=(_ACCOUNT / "ca.crt").read_text(),
        headers=lambda: {"Authorization": f"Bearer {token.read_text().strip()}"},
    )


def _by_the_official_client(
    found: Connection, config: dict[str, Any], folder: pathlib.Path, context: str | None
) -> Connection:
    """The same connection, with what a credential helper answers.

    Credential helpers are left to the official client, which takes most of a second to import: so only when needed.
    """
    from kubernetes import client
    from kubernetes.config import kube_config

    settings = client.Configuration()
    loader = kube_config.KubeConfigLoader(config_dict=config, active_context=context, config_base_path=str(folder))
    loader.load_and_set(settings)

    def headers() -> Mapping[str, str]:
        # Asking for the settings renews a token that has ended.
        proofs: Any = settings.auth_settings()
        return {each["key"].title(): each["value"] for each in proofs.values() if each.get("in") == "header"}

    def file(path: str | None) -> bytes | None:
        return pathlib.Path(path).read_bytes() if path else None

    return dataclasses.replace(
        found,
        certificate=file(settings.cert_file) or found.certificate,
        key=file(settings.key_file) or found.key,
        headers=headers,
    )
