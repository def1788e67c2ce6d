"""What changes of what stands beside Pulsar mean: monitoring, the console, the demo page."""

from collections.abc import Mapping

from ..edits import Edit
from ..risk import Risk
from .rule import EXPANSION, KUBERNETES, Rule, Told, always, by_direction, of_a_claim, there

_MONITORING = "docs/howto/monitoring.md"
_CONSOLE = "docs/howto/console.md"
_DEMO = "docs/howto/demo.md"


def _dashboards(edit: Edit, _: Mapping[str, str]) -> Told:
    if edit.after == "true":
        return Risk.HARMLESS, "Grafana gets the dashboards. Pulsar doesn't notice."
    return Risk.NOTICED, "The dashboards go from Grafana; what is measured stays. Pulsar doesn't notice."


MONITORING = (
    Rule(
        "monitoring",
        there(
            added=(Risk.HARMLESS, "Metrics are read and alerts are held from now on. Pulsar doesn't notice."),
            removed=(
                Risk.NOTICED,
                "Monitoring goes: no alert tells anybody any more, and what was measured goes with its volume. Pulsar "
                "doesn't notice.",
            ),
            changed=(Risk.NOTICED, "Monitoring is set up otherwise. Pulsar doesn't notice."),
        ),
        _MONITORING,
    ),
    Rule(
        "monitoring.kind",
        always(
            Risk.NOTICED,
            "Metrics are read by {after} instead of {before}: what was measured stays with the old one, and alerts "
            "that were silenced there tell again. Pulsar doesn't notice.",
        ),
        _MONITORING,
    ),
    Rule(
        "monitoring.retention",
        by_direction(
            up=(Risk.HARMLESS, "Metrics are kept for {after} instead of {before}: the volume must hold them."),
            down=(Risk.NOTICED, "Metrics are kept for {after} instead of {before}: older ones are deleted."),
        ),
        _MONITORING,
    ),
    Rule(
        "monitoring.interval",
        always(
            Risk.NOTICED,
            "Metrics are read every {after} instead of every {before}: graphs are as fine as that, and more often "
            "takes more room.",
        ),
        _MONITORING,
    ),
    Rule(
        "monitoring.alertmanagers",
        always(
            Risk.NOTICED, "Alerts are sent to {after} instead of {before}. Whoever looked there hears no more of them."
        ),
        _MONITORING,
    ),
    Rule(
        "monitoring.dashboards",
        _dashboards,
        "docs/howto/dashboards.md",
    ),
    *(
        Rule(
            f"monitoring.{name}.**",
            always(
                Risk.NOTICED,
                "{name}: {before} → {after}. What selects by the labels that were there finds nothing by them any "
                "more.",
            ),
            _MONITORING,
        )
        for name in ("labels", "external_labels")
    ),
    Rule(
        "monitoring.volume",
        there(
            added=(Risk.NOTICED, "The size of the volume with the metrics is the stack file's own from now on."),
            removed=(
                Risk.NOTICED,
                "The size of the volume with the metrics follows from series, interval and retention again.",
            ),
            changed=(Risk.NOTICED, "The volume with the metrics: {before} → {after}."),
        ),
        _MONITORING,
    ),
    Rule(
        "monitoring.volume.size",
        of_a_claim("The volume with the metrics"),
        EXPANSION,
    ),
    Rule(
        "monitoring.volume.storage_class",
        always(
            Risk.DATA,
            "A volume never changes its storage class ({before} → {after}): that of the metrics is made anew, and what "
            "was measured until now is lost.",
        ),
        f"{KUBERNETES}/concepts/storage/persistent-volumes/#class-1",
    ),
    Rule(
        "monitoring.remote_write.**",
        there(
            added=(Risk.NOTICED, "Every sample is sent to another system as well ({name})."),
            removed=(Risk.NOTICED, "No sample is sent to the other system any more (before: {before})."),
            changed=(Risk.NOTICED, "Samples are sent elsewhere, or as somebody else ({name}: {before} → {after})."),
        ),
        _MONITORING,
    ),
)

CONSOLE = (
    Rule(
        "console",
        there(
            added=(
                Risk.HARMLESS,
                "A console is made, which is reached only as the stack file says. Pulsar doesn't notice.",
            ),
            removed=(Risk.NOTICED, "The console goes, with what was set up in it. Pulsar doesn't notice."),
            changed=(Risk.NOTICED, "The console is set up otherwise. Pulsar doesn't notice."),
        ),
        _CONSOLE,
    ),
    Rule(
        "console.login",
        there(
            added=(Risk.NOTICED, "The console can be reached from outside, by those whom the login lets in."),
            removed=(Risk.NOTICED, "The console has no way in from outside any more: only `kubectl port-forward`."),
            changed=(Risk.NOTICED, "The console's login is set up otherwise."),
        ),
        _CONSOLE,
    ),
    Rule(
        "console.login.**",
        always(
            Risk.NOTICED,
            "Who gets into the console, and where it is found, changes ({name}: {before} → {after}). Who is let in "
            "may change every topic.",
        ),
        _CONSOLE,
    ),
)

DEMO = (
    Rule(
        "demo",
        there(
            added=(
                Risk.NOTICED,
                "The demo page is made. It writes to topics of its own in Pulsar for as long as it is there.",
            ),
            removed=(Risk.NOTICED, "The demo page goes. Its topics stay, and nobody writes to them."),
            changed=(Risk.NOTICED, "The demo page is set up otherwise."),
        ),
        _DEMO,
    ),
    Rule(
        "demo.rate",
        by_direction(
            up=(Risk.NOTICED, "The demo page writes {after} messages a second to Pulsar instead of {before}."),
            down=(Risk.HARMLESS, "The demo page writes {after} messages a second to Pulsar instead of {before}."),
        ),
        _DEMO,
    ),
    Rule(
        "demo.service.**",
        always(Risk.NOTICED, "The demo page is found elsewhere, or by others ({name}: {before} → {after})."),
        _DEMO,
    ),
)

RULES = (*MONITORING, *CONSOLE, *DEMO)
"""Before the sections' own last rules, which stand in `tenancy`."""
