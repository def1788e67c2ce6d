"""Proxies: who comes in from outside of Kubernetes, over Pulsar's protocol, HTTP and WebSocket."""

from typing import TYPE_CHECKING

from ...pulsar.websocket import WebSocketInProxy
from ..targets import targets
from . import expressions as ask
from .panel import Dashboard, Panel, Section

if TYPE_CHECKING:
    from ...pulsar.spec import PulsarSpec


def proxy(pulsar: "PulsarSpec") -> Dashboard | None:
    """Who comes in through the proxies, and what they refuse.

    No bytes: a proxy hands a connection to the kernel (`proxyZeroCopyModeEnabled`), and then counts 1 GiB when it ends,
    whatever went through. Brokers count what arrives.
    """
    if "proxy" not in {each.component for each in targets(pulsar)}:
        return None
    in_proxy = isinstance(pulsar.websocket, WebSocketInProxy)
    return Dashboard(
        slug="proxy",
        title="Proxy and WebSocket" if in_proxy else "Proxy",
        description="Who comes in from outside of Kubernetes: connections, questions, and what is refused.",
        sections=(_connections(), _lookups(), _http(websocket=in_proxy)),
    )


def _connections() -> Section:
    return Section(
        title="Clients over Pulsar's protocol",
        lines=(
            (
                Panel(
                    title="Connections",
                    description="That are open. A client has one at least for each broker that it uses.",
                    unit="short",
                    queries=(ask.PROXY_CONNECTIONS,),
                ),
                Panel(
                    title="Opened",
                    description="Many while their number stays as it is: clients lose their connections and come back.",
                    unit="cps",
                    queries=(ask.PROXY_OPENED,),
                ),
                Panel(
                    title="Rejected",
                    description="A proxy rejects what is above its limit of connections, in all or of one client.",
                    unit="cps",
                    queries=(ask.PROXY_REJECTED,),
                ),
            ),
        ),
    )


def _lookups() -> Section:
    return Section(
        title="Questions of clients",
        lines=(
            (
                Panel(
                    title="Asked",
                    description="Where a topic is, its partitions, a namespace's topics, a schema: the proxy asks a "
                    "broker for the client.",
                    unit="ops",
                    queries=ask.PROXY_QUESTIONS,
                ),
                Panel(
                    title="Refused",
                    description="More were asked at once than a proxy passes on (`maxConcurrentLookupRequests`). "
                    "Clients ask again.",
                    unit="ops",
                    queries=ask.PROXY_REFUSED,
                ),
            ),
        ),
    )


def _http(*, websocket: bool) -> Section:
    codes = "By what they say: 2xx is well, 4xx was asked wrongly or without leave, 5xx failed."
    opened = Panel(
        title="WebSocket connections opened",
        description="A producer, a consumer or a reader each. What they carry counts as their topics' traffic: Pulsar "
        "shows no other numbers of them in Prometheus' format.",
        unit="cps",
        queries=(ask.WEBSOCKET_OPENED,),
    )
    return Section(
        title="HTTP and WebSocket" if websocket else "HTTP",
        lines=(
            (
                Panel(
                    title="Answers",
                    description=f"{codes} 1xx are connections over WebSocket." if websocket else codes,
                    unit="ops",
                    queries=(ask.HTTP_ANSWERS,),
                ),
                Panel(
                    title="Failures",
                    description="Answers of 500 and above: no broker could be reached, or it failed itself.",
                    unit="ops",
                    queries=(ask.HTTP_FAILURES,),
                ),
            ),
            (
                Panel(
                    title="Time of a request",
                    description="On average, with the broker's time. The reading of these metrics counts too.",
                    unit="s",
                    queries=(ask.HTTP_TIME,),
                ),
                Panel(
                    title="Requests now",
                    description="That are being answered. At the server's number of threads, others wait.",
                    unit="short",
                    queries=(ask.HTTP_ACTIVE,),
                ),
                *((opened,) if websocket else ()),
            ),
        ),
    )
