"""A console for Pulsar in the browser: Dekaf, and the login before it.

Sources: Dekaf's configuration reference and Docker image page (github.com/visortelle/dekaf/docs), the Dekaf templates
of Apache's Helm chart for Pulsar, and oauth2-proxy's overview of options (oauth2-proxy.github.io).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import pulumi
import pydantic

from .. import names, versions
from ..clusters.cluster import Offer
from ..clusters.sizing import Demand
from ..kubernetes_objects import register
from ..model import Bytes, Cpu, Image, Name, Namespace, Spec
from ..pulsar.deployment import PodSet
from ..pulsar.objects import namespace
from ..pulsar.service import ServiceSpec
from ..pulsar.workload import Mount, SecretKey, Workload, demand, placed
from ..sentences import echo

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec

ROLE, PORT = "dekaf", 8090
LOGIN_ROLE, LOGIN_PORT = "console-login", 4180
FORWARDED = f"http://localhost:{PORT}"
"""Where a browser finds Dekaf through `kubectl port-forward`."""


class LoginServiceSpec(ServiceSpec):
    """How a browser reaches the login."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """An address on the internet, for what speaks plain HTTP."""
        yield from super().mistakes()
        if self.public:
            yield (
                "public",
                "is not for the console: whoever is let in may change every topic, and the login speaks plain HTTP. "
                "Leave it out, and put an ingress or a gateway that ends TLS before the Service.",
            )


class LoginSpec(Spec):
    """The login before the console: oauth2-proxy, which asks an OpenID Connect provider who somebody is."""

    issuer: str
    """The provider's issuer: `https://login.example.org/realms/staff`."""
    client_id: str
    """What the provider calls the console."""
    secret: Name
    """The Kubernetes Secret in the console's namespace that holds `client-secret` and `cookie-secret`."""
    email_domains: Annotated[tuple[str, ...], pydantic.Field(min_length=1)]
    """The mail domains of those who are let in, such as `example.org`."""
    url: str
    """Where browsers find the console: `https://pulsar.example.org`. TLS ends before it reaches the login."""
    replicas: Annotated[int, pydantic.Field(ge=1)] = 1
    """How many pods of it there are; they keep nothing."""
    image: Image = versions.OAUTH2_PROXY_IMAGE
    """oauth2-proxy's image."""
    service: LoginServiceSpec = LoginServiceSpec()
    """How the ingress or gateway that ends TLS reaches it."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Addresses that passwords and cookies must not go to, and a login that lets everybody in."""
        for setting in ("issuer", "url"):
            value = getattr(self, setting)
            if not value.startswith("https://") or len(value) == len("https://"):
                yield setting, f"{echo(value)} is no address that begins with https://. Write it whole."
        if self.url.count("/") > 2:
            yield (
                "url",
                f"{echo(self.url)} has a path. The console has a host name of its own: leave out what follows.",
            )
        if "*" in self.email_domains:
            yield "email_domains", "* lets in everybody whom the provider knows. Name the domains."


class ConsoleSpec(Spec):
    """A console in the browser, in a namespace of its own. It has no way in from outside but a login."""

    kind: Literal["dekaf"] = "dekaf"
    """Dekaf, which Apache's Helm chart for Pulsar has as well."""
    image: Image = versions.DEKAF_IMAGE
    """Dekaf's image."""
    namespace: Namespace | None = None
    """Its namespace. Default: Pulsar's own with `-console`."""
    cpu: Cpu = "250m"
    """Processors that it asks for."""
    memory: Bytes = Bytes.parse("1Gi")
    """Its memory limit and request."""
    login: LoginSpec | None = None
    """Who is let in from outside Kubernetes. Default: nobody."""

    def misfits(self, pulsar: "PulsarSpec") -> Iterator[tuple[str, str]]:
        """Pulsar's own namespace."""
        if self.namespace == pulsar.namespace:
            yield "namespace", f"{self.namespace} is Pulsar's own (pulsar.namespace). Give the console another."

    def demands(self, pulsar: "PulsarSpec", offer: Offer) -> tuple[Demand, ...]:
        """What its pods ask of the nodes."""
        return tuple(map(demand, workloads(self, pulsar, offer)))

    def place(self, pulsar: "PulsarSpec") -> str:
        """Its namespace."""
        return self.namespace or f"{pulsar.namespace}-console"


def dekaf(spec: ConsoleSpec, pulsar: "PulsarSpec") -> Workload:
    """Dekaf's pod. It has no login of its own, so its Service is inside Kubernetes alone."""
    proxy = names.service(f"{pulsar.name}-proxy", pulsar.namespace)
    alive = {"tcpSocket": {"port": "http"}, "timeoutSeconds": 5}
    return Workload(
        cluster=pulsar.name,
        namespace=spec.place(pulsar),
        role=ROLE,
        image=spec.image,
        replicas=1,
        # The image starts it by itself.
        command=(),
        ports={"http": PORT},
        cpu=spec.cpu,
        memory=str(spec.memory),
        environment={
            "DEKAF_PULSAR_NAME": pulsar.name,
            "DEKAF_PULSAR_WEB_URL": f"http://{proxy}:8080",
            "DEKAF_PULSAR_BROKER_URL": f"pulsar://{proxy}:6650",
            "DEKAF_PORT": str(PORT),
            "DEKAF_DATA_DIR": "/dekaf/data",
            "DEKAF_PUBLIC_BASE_URL": spec.login.url if spec.login else FORWARDED,
            "DEKAF_COOKIE_SECURE": "true" if spec.login else "false",
        },
        mounts=(
            # Filters and sessions that people keep; they go with the pod.
            Mount(name="data", path="/dekaf/data", source={"emptyDir": {"sizeLimit": "256Mi"}}, read_only=False),
            Mount(name="temporary", path="/tmp", source={"emptyDir": {"sizeLimit": "256Mi"}}, read_only=False),  # noqa: S108
        ),
        startup={**alive, "periodSeconds": 2, "failureThreshold": 150},
        readiness={**alive, "periodSeconds": 5},
        liveness={**alive, "periodSeconds": 10, "failureThreshold": 6},
        spread="preferred",
        stateful=False,
        surges=False,
        headless=False,
        client_service={"type": "ClusterIP"},
    )


def login(spec: LoginSpec, console: Workload, offer: Offer) -> Workload:
    """The login's pods. What is secret comes from the Secret, as variables."""
    upstream = f"http://{names.service(console.name, console.namespace)}:{PORT}/"
    alive = {"httpGet": {"path": "/ping", "port": "http"}, "timeoutSeconds": 5}
    return Workload(
        cluster=console.cluster,
        namespace=console.namespace,
        role=LOGIN_ROLE,
        image=spec.image,
        replicas=spec.replicas,
        command=(
            "/bin/oauth2-proxy",
            "--provider=oidc",
            f"--oidc-issuer-url={spec.issuer}",
            f"--client-id={spec.client_id}",
            f"--redirect-url={spec.url}/oauth2/callback",
            *(f"--email-domain={domain}" for domain in spec.email_domains),
            f"--upstream={upstream}",
            f"--http-address=0.0.0.0:{LOGIN_PORT}",
            "--reverse-proxy=true",
            "--cookie-secure=true",
            "--cookie-samesite=lax",
        ),
        ports={"http": LOGIN_PORT},
        cpu="50m",
        memory="128Mi",
        secret_environment={
            "OAUTH2_PROXY_CLIENT_SECRET": SecretKey(secret=spec.secret, key="client-secret"),
            "OAUTH2_PROXY_COOKIE_SECRET": SecretKey(secret=spec.secret, key="cookie-secret"),
        },
        startup={**alive, "periodSeconds": 1, "failureThreshold": 120},
        readiness={**alive, "periodSeconds": 5},
        liveness={**alive, "periodSeconds": 10, "failureThreshold": 6},
        spread="preferred",
        stateful=False,
        headless=False,
        client_service=spec.service.manifest(offer),
    )


def workloads(spec: ConsoleSpec, pulsar: "PulsarSpec", offer: Offer) -> list[Workload]:
    """Dekaf, and the login before it where there is one."""
    console = dekaf(spec, pulsar)
    return [placed(each, offer) for each in (console, *([login(spec.login, console, offer)] if spec.login else []))]


class Console(pulumi.ComponentResource):
    """The console's namespace and pods."""

    def __init__(
        self,
        name: str,
        spec: ConsoleSpec,
        *,
        pulsar: "PulsarSpec",
        offer: Offer,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register them.

        Args:
            name: the component's logical name.
            spec: what the stack file says of it.
            pulsar: the Pulsar that it shows.
            offer: what its cluster offers.
            opts: the provider of Pulsar's cluster.
        """
        made = workloads(spec, pulsar, offer)
        super().__init__("pulsar:apps:Console", name, {}, opts)
        place = spec.place(pulsar)
        around = register(f"{place}-namespace", namespace(place, "restricted"), pulumi.ResourceOptions(parent=self))
        for work in made:
            PodSet(
                work,
                keep_data=False,
                guard=None,
                account_annotations={},
                opts=pulumi.ResourceOptions(parent=self, depends_on=[around]),
            )
        self.register_outputs({})
