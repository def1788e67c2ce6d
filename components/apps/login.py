"""The login before a console: oauth2-proxy.

Source: oauth2-proxy's overview of options (oauth2-proxy.github.io).
"""

from collections.abc import Iterator
from typing import Annotated

import pydantic

from .. import names, versions
from ..clusters.cluster import Offer
from ..model import Image, Name, Spec
from ..pulsar.service import ServiceSpec
from ..pulsar.workload import SecretKey, Workload
from ..sentences import echo

ROLE, PORT = "console-login", 4180


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


def login(spec: LoginSpec, console: Workload, offer: Offer) -> Workload:
    """The login's pods. What is secret comes from the Secret, as variables."""
    upstream = f"http://{names.service(console.name, console.namespace)}:{console.ports['http']}/"
    alive = {"httpGet": {"path": "/ping", "port": "http"}, "timeoutSeconds": 5}
    return Workload(
        cluster=console.cluster,
        namespace=console.namespace,
        role=ROLE,
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
            f"--http-address=0.0.0.0:{PORT}",
            "--reverse-proxy=true",
            "--cookie-secure=true",
            "--cookie-samesite=lax",
        ),
        ports={"http": PORT},
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
