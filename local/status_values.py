"""How a Pulsar is at one time, as values."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pod:
    """A pod of Pulsar's, as Kubernetes has it."""

    name: str
    role: str
    """What it is: `broker`."""
    ready: bool
    restarts: int = 0
    """How often a container of it was started anew."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Broker:
    """A broker's pod. What it didn't answer is `None`."""

    name: str
    ready: bool
    cpu: float | None = None
    """Percent of what it may use."""
    heap: float | None = None
    """Percent."""
    direct: float | None = None
    """Percent of its direct memory."""
    topics: int | None = None
    """Those that it serves."""
    rate_in: float | None = None
    """Messages a second from producers."""
    rate_out: float | None = None
    """Messages a second to consumers."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bookie:
    """A bookie's pod. What it didn't answer is `None`."""

    name: str
    ready: bool
    read_only: bool | None = None
    free: int | None = None
    """Bytes, of its ledgers' disk."""
    total: int | None = None
    """Bytes."""
    fullest: float | None = None
    """Percent that its fullest ledger directory is used."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic that a broker serves."""

    name: str
    """Such as `public/default/orders`."""
    persistent: bool
    rate_in: float
    rate_out: float
    """Messages a second; a broker counts them anew every minute."""
    subscriptions: int
    backlog: int
    """Messages that the slowest subscription has before it."""
    storage: int
    """Bytes."""

    @property
    def of_the_system(self) -> bool:
        """Whether Pulsar made it for itself."""
        return self.name.startswith("pulsar/") or "/__" in self.name


@dataclasses.dataclass(frozen=True, kw_only=True)
class Copies:
    """What the bookies say of the copies that they keep for each other."""

    missing: bool
    """Whether a ledger has fewer than it should."""
    made_anew: bool
    """Whether missing ones are made anew by themselves."""
    gone: int
    """Bookies that once were there."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Function:
    """A function of Pulsar's own worker."""

    name: str
    running: int
    instances: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Alert:
    """What the stack's own Prometheus says is wrong, for as long as its rule waits."""

    name: str
    severity: str
    """`critical`, `warning`."""
    summary: str
    """What is wrong, in one line."""
    pod: str = ""
    """Where, if it is about one pod."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Status:
    """How a Pulsar is at one time."""

    version: str
    leader: str | None
    pods: tuple[Pod, ...]
    """Every pod, brokers and bookies included."""
    wanted: Mapping[str, int]
    """How many pods of each role the stack file has."""
    brokers: tuple[Broker, ...]
    bookies: tuple[Bookie, ...]
    copies: Copies | None
    """`None` where no bookie said."""
    topics: tuple[Topic, ...]
    tenants: Mapping[str, tuple[str, ...]]
    """Each tenant's namespaces, without the tenant's name."""
    functions: tuple[Function, ...]
    alerts: tuple[Alert, ...] = ()
    """Those that fire, where a Prometheus of the stack's own answers."""
