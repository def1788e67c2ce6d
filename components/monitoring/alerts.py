"""The alerts of a stack: those for what it has, and no other.

`metrics.py` has the names that dashboards ask for as well.
"""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from ..pulsar.metadata.etcd import EtcdSpec
from ..pulsar.metadata.store import EnsembleSpec
from . import metrics
from .alert import Alert
from .targets import Target, targets

if TYPE_CHECKING:
    from ..pulsar.spec import PulsarSpec


def alerts(pulsar: "PulsarSpec", further: Collection[Target] = ()) -> tuple[Alert, ...]:
    """Every alert of a stack.

    Args:
        pulsar: Pulsar.
        further: functions' pods that others run, such as Function Mesh.
    """
    return (
        *_pods(pulsar),
        *_metadata(pulsar),
        *_bookies(pulsar),
        *_brokers(),
        *_features(pulsar, functions=pulsar.functions.run_in != "none" or bool(further)),
    )


def _fewer(pulsar: "PulsarSpec", component: str, least: int) -> str:
    """Fewer pods answer than there must be; also when none is there to be asked, which are 0. Pods of another cluster
    that the same Prometheus reads don't stand in for them.
    """
    up = f'up{{cluster="{pulsar.name}",component="{component}"}}'
    return f"sum by (cluster) ({up}) < {least} or absent({up}) * 0"


def _pods(pulsar: "PulsarSpec") -> Iterator[Alert]:
    shown = {each.component for each in targets(pulsar)}
    roles = (
        ("BrokerDown", "broker", pulsar.broker.replicas, "Its topics move to the others, which have more to do."),
        ("BookieDown", "bookie", pulsar.bookkeeper.replicas, "What it holds has one copy less until it is back."),
        ("ProxyDown", "proxy", pulsar.proxy.replicas, "Clients from outside have fewer ways in."),
    )
    for name, component, replicas, follows in roles:
        if component in shown:
            yield Alert(
                name=name,
                expression=_fewer(pulsar, component, replicas),
                wait="2m",
                severity="warning" if replicas > 1 else "critical",
                summary=f"Not every {component} answers",
                description=f"{{{{ $value }}}} of {replicas} answer. {follows}",
            )
    if pulsar.bookkeeper.replicas > 1:
        yield Alert(
            name="TooFewBookies",
            expression=_fewer(pulsar, "bookie", pulsar.bookkeeper.ensemble),
            wait="1m",
            severity="critical",
            summary="Fewer bookies answer than an ensemble needs",
            description=f"A new ledger needs {pulsar.bookkeeper.ensemble} bookies: topics can't be written to.",
        )


def _metadata(pulsar: "PulsarSpec") -> Iterator[Alert]:
    store = pulsar.metadata
    component = pulsar.place.role(store.store)
    if isinstance(store, EnsembleSpec):
        majority = store.replicas // 2 + 1
        if store.replicas > 1:
            yield Alert(
                name="MetadataQuorumAtRisk",
                expression=_fewer(pulsar, component, majority + 1),
                wait="2m",
                severity="critical",
                summary="One more lost member stops the metadata store",
                description=f"{{{{ $value }}}} of {store.replicas} members answer, and {majority} must.",
            )
        yield Alert(
            name="MetadataStoreDown",
            expression=_fewer(pulsar, component, majority),
            wait="1m",
            severity="critical",
            summary="The metadata store has no majority",
            description="No topic is created, moved or rolled over to a new ledger until it is back.",
        )
    if isinstance(store, EtcdSpec):
        yield Alert(
            name="EtcdHasNoLeader",
            expression=f'{metrics.ETCD_LEADER}{{component="{component}"}} == 0',
            wait="1m",
            severity="critical",
            summary="{{ $labels.pod }} sees no leader",
            description="It answers no request until the members have elected one.",
        )
        yield Alert(
            name="EtcdDatabaseFillsUp",
            expression=f"{metrics.ETCD_SIZE} / {metrics.ETCD_QUOTA} > 0.8",
            wait="10m",
            severity="warning",
            summary="{{ $labels.pod }} has used {{ $value | humanizePercentage }} of its quota",
            description="At its quota etcd refuses every write, and Pulsar's metadata can't change.",
        )
        yield Alert(
            name="EtcdDiskIsSlow",
            expression=f"histogram_quantile(0.99, sum by (cluster, pod, le) (rate({metrics.ETCD_FSYNC}[5m]))) > 0.5",
            wait="10m",
            severity="warning",
            summary="{{ $labels.pod }} waits {{ $value | humanizeDuration }} for its disk",
            description="Heartbeats come late after a second, and the members elect a new leader.",
        )
        issued = store.tls.issued(pulsar.place) if store.tls else ()
        if issued:
            named = f'cluster="{pulsar.name}",name=~"{"|".join(issued)}"'
            yield Alert(
                name="CertificateExpires",
                expression=f"{metrics.CERTIFICATE_EXPIRY}{{{named}}} - time() < 60 * 86400",
                wait="1h",
                severity="warning",
                summary="{{ $labels.name }} is good for {{ $value | humanizeDuration }} more, and was not renewed",
                description="cert-manager renews it 90 days before its end. Without it nobody gets into etcd.",
            )
    latency = metrics.METADATA_LATENCY
    yield Alert(
        name="MetadataIsSlow",
        expression=(
            f'sum by (cluster, type) (rate({latency}_sum{{component="broker",status="success"}}[5m])) / '
            f'sum by (cluster, type) (rate({latency}_count{{component="broker",status="success"}}[5m])) > 500'
        ),
        wait="10m",
        severity="warning",
        summary="{{ $labels.type }} of metadata takes {{ $value }} ms",
        description="Topics load slowly, and brokers may lose their sessions.",
    )


def _bookies(pulsar: "PulsarSpec") -> Iterator[Alert]:
    yield Alert(
        name="LedgersUnderReplicated",
        expression=f'sum by (cluster) (increase({metrics.UNDER_REPLICATED}{{success="true"}}[1h])) > 0',
        wait="30m",
        severity="warning",
        summary="The auditor found ledgers with too few copies",
        description="They are copied again while autorecovery runs; one more lost bookie may lose some of them.",
    )
    yield Alert(
        name="EntriesNearlyLost",
        expression=" or ".join(f"max by (cluster) ({each}) > 0" for each in metrics.NEARLY_LOST),
        wait="5m",
        severity="critical",
        summary="{{ $value }} ledgers have entries with fewer copies than were acknowledged",
        description="Restart no bookie and take none away before they are copied again.",
    )
    yield Alert(
        name="BookieReadOnly",
        expression=f"{metrics.BOOKIE_STATUS} < 1",
        wait="2m",
        severity="critical" if pulsar.bookkeeper.replicas <= pulsar.bookkeeper.ensemble else "warning",
        summary="{{ $labels.pod }} takes no writes",
        description="Its disk is full, or its journal failed. New ledgers go to the other bookies.",
    )
    usage = metrics.LEDGER_DISK_USAGE
    forecast = f"predict_linear({usage}[6h], 4 * 86400) > {metrics.READ_ONLY_USAGE}"
    yield Alert(
        name="BookieDiskFillsUp",
        # A forecast from a part of the window takes for a trend what a new bookie writes first.
        expression=f"{usage} > 60 and {forecast} and time() - min_over_time(timestamp({usage})[6h:1m]) > 5 * 3600",
        wait="1h",
        severity="warning",
        summary="{{ $labels.pod }} has its ledgers' disk full within four days",
        description="It is {{ $value }} % full; at 95 % the bookie takes no writes.",
    )
    yield Alert(
        name="JournalIsSlow",
        expression=f'max by (cluster, pod) ({metrics.JOURNAL_SYNC}{{quantile="0.99",success="true"}}) > 200',
        wait="10m",
        severity="warning",
        summary="{{ $labels.pod }} needs {{ $value }} ms to write its journal to the disk",
        description="Every publisher waits as long for its acknowledgement.",
    )


def _brokers() -> Iterator[Alert]:
    yield Alert(
        name="BacklogGrows",
        expression=(
            f"sum by (cluster, namespace) ({metrics.BACKLOG}) > 10000 and "
            f"sum by (cluster, namespace) (deriv({metrics.BACKLOG}[30m])) > 10"
        ),
        wait="30m",
        severity="warning",
        summary="Consumers of {{ $labels.namespace }} fall behind",
        description="{{ $value }} entries wait, and they become more.",
    )
    slow = metrics.slow_writes
    yield Alert(
        name="PublishIsSlow",
        expression=f"{slow('1h')} > 14.4 * 0.001 and {slow('5m')} > 14.4 * 0.001",
        wait="2m",
        severity="critical",
        summary="{{ $value | humanizePercentage }} of the messages took longer than 200 ms to be written",
        description="At this rate two days use up what a month may have: 0.1 % of all messages.",
    )
    yield Alert(
        name="BundlesMoveTooOften",
        expression=f"sum by (cluster) (increase({metrics.UNLOADS}[15m])) > 60",
        wait="15m",
        severity="warning",
        summary="{{ $value }} bundles were moved between brokers within 15 minutes",
        description="Each interrupts its topics' clients for a moment: the load balancer doesn't come to rest.",
    )
    yield Alert(
        name="DirectMemoryRunsOut",
        expression=f"{metrics.DIRECT_MEMORY} / {metrics.DIRECT_MEMORY_LIMIT} > 0.9",
        wait="10m",
        severity="warning",
        summary="{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its direct memory",
        description="Without any left, the process refuses messages or stops.",
    )


def _features(pulsar: "PulsarSpec", *, functions: bool) -> Iterator[Alert]:
    if pulsar.tiered_storage:
        yield Alert(
            name="OffloadFails",
            expression=" or ".join(
                f"sum by (cluster) (increase({each}[15m])) > 0" for each in metrics.OFFLOAD_FAILURES
            ),
            wait="15m",
            severity="warning",
            summary="Ledgers can't be moved to the tiered storage",
            description="They stay on the bookies' disks, which fill up.",
        )
    if pulsar.peers:
        yield Alert(
            name="ReplicationLags",
            expression=f"max by (cluster, remote_cluster, namespace) ({metrics.REPLICATION_LAG}) > 300",
            wait="10m",
            severity="warning",
            summary="{{ $labels.remote_cluster }} is {{ $value | humanizeDuration }} behind",
            description="What {{ $labels.namespace }} wrote since then is lost to it if this cluster is.",
        )
    if functions:
        yield Alert(
            name="FunctionFails",
            expression=" or ".join(
                f"sum by (cluster, fqfn) (increase({each}[10m])) > 0" for each in metrics.FUNCTION_EXCEPTIONS
            ),
            wait="10m",
            severity="warning",
            summary="{{ $labels.fqfn }} throws exceptions",
            description="{{ $value }} within ten minutes: its messages come again, or are lost, as it was told.",
        )
