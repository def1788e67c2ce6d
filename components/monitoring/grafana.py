"""A Grafana of the stack's own, as plain Kubernetes objects: its dashboards, out of its own Prometheus.

Sources: Grafana's `conf/defaults.ini` with "Configure Grafana" (variables `GF_SECTION_KEY` override what stands in it),
"Provision Grafana" (the files below `provisioning`), "Data sources: Prometheus" (`jsonData`), and the image's
`Dockerfile` and `packaging/docker/run.sh` (its user and its folders), all of grafana/grafana.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import pydantic
import yaml

from .. import names, versions
from ..clusters.cluster import Offer
from ..clusters.sizing import Demand
from ..model import Bytes, Cpu, Image, ObjectName, Spec
from ..pulsar.objects import objects
from ..pulsar.service import PageServiceSpec
from ..pulsar.workload import Manifest, Mount, SecretKey, Workload, demand, placed
from ..sentences import echo
from .dashboard_objects import dashboard_objects

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

ROLE, PORT = "grafana", 3000
USER = 472
"""The user that Grafana's image runs as; its files belong to group 0."""
SOURCE_UID = "prometheus"
"""What the data source is called in addresses."""
_DATA, _PROVISIONING = "/var/lib/grafana", "/etc/grafana/provisioning"
_DASHBOARDS = "/etc/grafana/dashboards"
_QUIET = {
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_ANALYTICS_FEEDBACK_LINKS_ENABLED": "false",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_PLUGINS_PREINSTALL_DISABLED": "true",
    "GF_PLUGINS_PLUGIN_ADMIN_ENABLED": "false",
    "GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED": "true",
    "GF_SECURITY_DISABLE_GRAVATAR": "true",
    "GF_SNAPSHOTS_EXTERNAL_ENABLED": "false",
}
"""All that would ask or tell somebody outside: by itself Grafana counts its use, looks for releases and news, fetches
plugins and their keys, and shows pictures of its users."""


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@?#]+/?", value):
        raise ValueError(
            f"{echo(value)} is not where browsers find a page of its own. Write http:// or https:// and a host name, "
            "such as https://grafana.example.com, without a path."
        )
    return f"{value.rstrip('/')}/"


class GrafanaServiceSpec(PageServiceSpec):
    """How a browser reaches Grafana."""

    why_private: ClassVar[str] = (
        "Grafana: it speaks plain HTTP, and shows all of the stack's metrics. Leave it out, and reach it in the "
        "private network, by `kubectl port-forward`, or through an ingress that ends TLS and asks who somebody is."
    )


class GrafanaSpec(Spec):
    """A Grafana that shows the stack's dashboards. It keeps nothing: what somebody makes there goes with its pod."""

    image: Image = versions.GRAFANA_IMAGE
    """Grafana's image, of a release 11.6: the dashboards are written for it."""
    cpu: Cpu = "100m"
    """Processors that the pod asks for."""
    memory: Bytes = Bytes.parse("512Mi")
    """Its memory limit and request."""
    admin_secret: ObjectName | None = None
    """A Secret in Pulsar's namespace whose keys `username` and `password` are the administrator's. Default: there is no
    user and no login."""
    anonymous: bool = True
    """Whether somebody who has not logged in may look. Nobody can change anything without a login."""
    url: Annotated[str, pydantic.AfterValidator(_url)] | None = None
    """Where browsers find it, if something stands before its Service: `https://grafana.example.com`. Default: the
    service's host and node port, or `kubectl port-forward`."""
    service: GrafanaServiceSpec = GrafanaServiceSpec()
    """How a browser reaches it."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A page that nobody may see."""
        if not self.anonymous and not self.admin_secret:
            yield (
                "anonymous",
                "is false, and without `admin_secret` there is nobody who could log in. Name a Secret with `username` "
                "and `password`, or leave anonymous out.",
            )

    @property
    def address(self) -> str | None:
        """Where a browser finds it, if the stack file fixes it."""
        return self.url or self.service.address

    def environment(self, pulsar: "PulsarSpec") -> dict[str, str]:
        """What Grafana is told: `GF_SECTION_KEY` for a key of its grafana.ini."""
        entrance = {
            "GF_AUTH_ANONYMOUS_ENABLED": str(self.anonymous).lower(),
            "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
            "GF_AUTH_DISABLE_LOGIN_FORM": str(not self.admin_secret).lower(),
            "GF_AUTH_BASIC_ENABLED": str(bool(self.admin_secret)).lower(),
            # Its own default is a user `admin` whose password is `admin`.
            "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": str(not self.admin_secret).lower(),
            "GF_USERS_ALLOW_SIGN_UP": "false",
        }
        found = self.address or f"http://localhost:{PORT}/"
        return {
            **_QUIET,
            **entrance,
            "GF_SERVER_HTTP_PORT": str(PORT),
            "GF_SERVER_ROOT_URL": found,
            "GF_SECURITY_COOKIE_SECURE": str(found.startswith("https://")).lower(),
            "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": f"{_DASHBOARDS}/{pulsar.name}-overview.json",
        }

    def provisioning(self, pulsar: "PulsarSpec", prometheus: Workload, interval: str) -> dict[str, str]:
        """Grafana's files of what is there from the start, by their names.

        Args:
            pulsar: the Pulsar that is shown.
            prometheus: who is asked.
            interval: how often it reads metrics: Grafana asks for no finer steps.
        """
        address = names.service(prometheus.name, prometheus.namespace)
        source = {
            "name": "Prometheus",
            "uid": SOURCE_UID,
            "type": "prometheus",
            "access": "proxy",
            "url": f"http://{address}:{prometheus.ports['http']}",
            "isDefault": True,
            "editable": False,
            "jsonData": {"httpMethod": "POST", "prometheusType": "Prometheus", "timeInterval": interval},
        }
        provider = {
            "name": pulsar.name,
            "folder": "Pulsar",
            "type": "file",
            "disableDeletion": False,
            "allowUiUpdates": False,
            "updateIntervalSeconds": 30,
            "options": {"path": _DASHBOARDS},
        }
        return {
            "dashboards.yaml": _yaml({"apiVersion": 1, "providers": [provider]}),
            "datasources.yaml": _yaml({"apiVersion": 1, "datasources": [source]}),
        }

    def demand(self, pulsar: "PulsarSpec", offer: Offer) -> Demand:
        """What its pod asks of its node."""
        return demand(self._workload(pulsar, offer, {}, ()))

    def manifests(
        self, pulsar: "PulsarSpec", offer: Offer, *, prometheus: Workload, interval: str
    ) -> dict[str, Manifest]:
        """Every object, by its logical name."""
        files = self.provisioning(pulsar, prometheus, interval)
        dashboards = dashboard_objects(pulsar, {})
        work = self._workload(pulsar, offer, files, tuple(dashboards))
        provisioning: Manifest = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": f"{work.name}-provisioning",
                "namespace": work.namespace,
                "labels": names.labels(work.cluster, work.role),
            },
            "data": files,
        }
        return {f"{work.name}-provisioning": provisioning, **dashboards, **objects(work)}

    def _workload(
        self, pulsar: "PulsarSpec", offer: Offer, files: Mapping[str, str], dashboards: tuple[str, ...]
    ) -> Workload:
        name, secret = f"{pulsar.name}-{ROLE}", self.admin_secret
        healthy = {"httpGet": {"path": "/api/health", "port": "http"}, "timeoutSeconds": 5}
        work = Workload(
            cluster=pulsar.name,
            namespace=pulsar.namespace,
            role=ROLE,
            image=self.image,
            user=USER,
            replicas=1,
            # The image starts it by itself.
            command=(),
            ports={"http": PORT},
            cpu=self.cpu,
            memory=str(self.memory),
            environment={
                **self.environment(pulsar),
                # They are read when it starts. Dashboards are looked at again and again, and need no other pod.
                "PROVISIONING_HASH": hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16],
            },
            secret_environment={
                "GF_SECURITY_ADMIN_USER": SecretKey(secret=secret, key="username"),
                "GF_SECURITY_ADMIN_PASSWORD": SecretKey(secret=secret, key="password"),
            }
            if secret
            else {},
            mounts=(
                Mount(name="data", path=_DATA, source={"emptyDir": {"sizeLimit": "512Mi"}}, read_only=False),
                *(
                    # Only these folders of the image are covered: it complains of others that are missing.
                    Mount(
                        name=folder,
                        path=f"{_PROVISIONING}/{folder}",
                        source={
                            "configMap": {
                                "name": f"{name}-provisioning",
                                "items": [{"key": f"{folder}.yaml", "path": f"{folder}.yaml"}],
                            }
                        },
                    )
                    for folder in ("dashboards", "datasources")
                ),
                Mount(
                    name="pages",
                    path=_DASHBOARDS,
                    source={"projected": {"sources": [{"configMap": {"name": each}} for each in dashboards]}},
                ),
            ),
            startup={**healthy, "periodSeconds": 1, "failureThreshold": 600},
            readiness={**healthy, "periodSeconds": 5},
            liveness={**healthy, "periodSeconds": 10, "failureThreshold": 6},
            spread="preferred",
            stateful=False,
            headless=False,
            client_service=self.service.manifest(offer),
        )
        return placed(work, offer)


def _yaml(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, width=10_000)
