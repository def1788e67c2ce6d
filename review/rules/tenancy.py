"""What changes of tenants, functions, connectors and of what stands beside Pulsar mean."""

from collections.abc import Mapping

from ..edits import Edit
from ..risk import Risk
from .rule import DOCS, EXPANSION, KUBERNETES, Rule, Told, always, amount, by_direction, of_a_claim, shown, there

_PAGE = "docs/howto/operators.md"
_TENANTS = "docs/howto/tenants.md"


def _kept(edit: Edit, _: Mapping[str, str]) -> Told:
    names = edit.path.split(".")
    what = {2: "Tenant", 4: "Namespace"}.get(len(names), "Topic")
    name = "/".join((names[1], *names[3:4], *([".".join(names[5:])] if len(names) > 4 else [])))
    if edit.added:
        return Risk.HARMLESS, f"{what} {name} is made, or taken over as it is."
    return Risk.DATA, (
        f"{what} {name} is deleted from the stack file. With `keep: true` it stays in Pulsar and nobody tends it; with "
        "`keep: false` it is deleted there: by the resources operator with its messages, without it only where nothing "
        "would be lost."
    )


def _retention(edit: Edit, _: Mapping[str, str]) -> Told:
    before, after = amount(edit.before), amount(edit.after)
    where = _where(edit)
    told = f"Retention of {where}: {shown(edit.before)} → {shown(edit.after)}."
    if before is not None and after is not None and after > before:
        return Risk.NOTICED, f"{told} Bookies keep more."
    return Risk.DATA, f"{told} Acknowledged messages beyond it are deleted, and can't be brought back."


def _ttl(edit: Edit, _: Mapping[str, str]) -> Told:
    before, after = amount(edit.before), amount(edit.after)
    told = f"Time to live in {_where(edit)}: {shown(edit.before)} → {shown(edit.after)}."
    if before is not None and after is not None and after > before:
        return Risk.NOTICED, f"{told} Backlogs may grow."
    return Risk.DATA, f"{told} Older messages that nobody has read are skipped."


def _partitions(edit: Edit, _: Mapping[str, str]) -> Told:
    told = f"Partitions of {_where(edit)}: {edit.before} → {edit.after}."
    before, after = amount(edit.before), amount(edit.after)
    if before and after is not None and after > before:
        return (
            Risk.NOTICED,
            f"{told} Keys are spread anew, so their order isn't kept across the change. There is no way back.",
        )
    return Risk.DATA, f"{told} A topic's partitions never shrink, and one without partitions never gets any."


def _where(edit: Edit) -> str:
    names = edit.path.split(".")
    below = [name for name in names if name not in ("tenants", "namespaces", "topics")]
    return "/".join(below[: min(len(below) - 1, 3 if "topics" in names else 2)])


_POLICIES = (
    ("retention.*", _retention, f"{DOCS}/cookbooks-retention-expiry/"),
    ("retention", _retention, f"{DOCS}/cookbooks-retention-expiry/"),
    ("ttl", _ttl, f"{DOCS}/cookbooks-retention-expiry/"),
    (
        "backlog_quota.**",
        always(
            Risk.NOTICED,
            "Another backlog quota ({name}: {before} → {after}): producers are held up, or backlog is evicted.",
        ),
        f"{DOCS}/cookbooks-retention-expiry/",
    ),
    (
        "replication_clusters",
        always(
            Risk.DATA, "Replicated to {after} instead of {before}. A cluster that was taken out gets no more messages."
        ),
        f"{DOCS}/administration-geo/",
    ),
    (
        "permissions.**",
        always(Risk.NOTICED, "Who may do what changes ({name}: {before} → {after})."),
        f"{DOCS}/security-authorization/",
    ),
    (
        "keep",
        always(Risk.DATA, "Whether it stays in Pulsar when it leaves the stack file: {before} → {after}."),
        _TENANTS,
    ),
)
_FUNCTIONS = f"{DOCS}/functions-overview/"

RULES = (
    *(Rule(pattern, _kept, _TENANTS) for pattern in ("tenants.*", "tenants.*.namespaces.*")),
    *(Rule(f"tenants.*.namespaces.*.{policy}", says, source) for policy, says, source in _POLICIES),
    *(
        Rule(f"tenants.*.namespaces.*.topics.*.{policy}", says, source)
        for policy, says, source in (("partitions", _partitions, f"{DOCS}/admin-api-topics/"), *_POLICIES)
    ),
    Rule(
        "tenants.*.namespaces.*.topics.*.schema_info.**",
        always(
            Risk.NOTICED,
            "A topic's schema changes ({name}: {before} → {after}): producers that don't fit are turned away.",
        ),
        f"{DOCS}/schema-understand/",
    ),
    Rule(
        "tenants.*.namespaces.*.bundles",
        always(Risk.DATA, "A namespace's bundles are fixed when it is made: {before} → {after} would take a new one."),
        f"{DOCS}/administration-load-balance/",
    ),
    Rule("tenants.*.namespaces.*.topics.*", _kept, _TENANTS),
    Rule(
        "tenants.*.namespaces.**",
        always(Risk.NOTICED, "A policy changes ({name}: {before} → {after}), at once and without a restart."),
        f"{DOCS}/admin-api-namespaces/",
    ),
    *(Rule(f"tenants.*.{policy}", says, source) for policy, says, source in _POLICIES[-1:]),
    Rule(
        "tenants.**",
        always(Risk.NOTICED, "Who governs a tenant, and where it may be, changes ({name}: {before} → {after})."),
        f"{DOCS}/admin-api-tenants/",
    ),
    *(
        Rule(
            f"{section}.*",
            there(
                added=(Risk.HARMLESS, "{name} starts, and reads its topics from where it is told to."),
                removed=(
                    Risk.INTERRUPTS,
                    "{name} is taken away: nothing comes out of it any more. Its subscription stays.",
                ),
                changed=(Risk.NOTICED, "{name} changes."),
            ),
            _FUNCTIONS,
        )
        for section in ("functions", "connectors", "pipelines")
    ),
    *(
        Rule(
            f"{section}.*.{name}",
            always(
                Risk.NOTICED,
                "Other code runs ({owner}.{name}: {before} → {after}). Its instances start again with it.",
            ),
            _FUNCTIONS,
        )
        for section in ("functions", "connectors")
        for name in ("package", "image", "path", "inline", "class_name", "archive", "connector", "type")
    ),
    *(
        Rule(
            f"{section}.*.{name}",
            always(
                Risk.INTERRUPTS,
                "{owner} reads or writes elsewhere ({name}: {before} → {after}), or as another: it may be made anew, "
                "and starts with another subscription.",
            ),
            _FUNCTIONS,
        )
        for section in ("functions", "connectors")
        for name in (
            "inputs",
            "topic_pattern",
            "output",
            "subscription",
            "namespace",
            "backend",
            "processing_guarantee",
        )
    ),
    *(
        Rule(
            f"{section}.*.parallelism",
            by_direction(
                up=(Risk.NOTICED, "{owner} runs {after} times instead of {before}."),
                down=(Risk.NOTICED, "{owner} runs {after} times instead of {before}, with less headroom."),
            ),
            _FUNCTIONS,
        )
        for section in ("functions", "connectors")
    ),
    *(
        Rule(
            f"{section}.**",
            always(Risk.NOTICED, "{owner} is set up otherwise ({name}: {before} → {after}), and starts again."),
            _FUNCTIONS,
        )
        for section in ("functions", "connectors", "pipelines")
    ),
    *(
        Rule(
            f"operators.{name}",
            there(
                added=(Risk.HARMLESS, "The operator is installed beside Pulsar."),
                removed=(
                    Risk.INTERRUPTS,
                    "The operator is taken away, after what it tends: with it goes what it made, unless that is kept.",
                ),
                changed=(Risk.NOTICED, "The operator changes."),
            ),
            _PAGE,
        )
        for name in ("function_mesh", "resources")
    ),
    Rule(
        "operators.**",
        always(
            Risk.NOTICED,
            "An operator is set up otherwise ({name}: {before} → {after}). It starts again; Pulsar doesn't.",
        ),
        _PAGE,
    ),
    Rule(
        "console.kind",
        always(
            Risk.NOTICED,
            "The console is another program ({before} → {after}). What people kept in it goes. Pulsar doesn't notice.",
        ),
        "docs/howto/console.md",
    ),
    Rule(
        "console.volume.size",
        of_a_claim("The console's volume", "Take the console out and put it in again."),
        EXPANSION,
    ),
    Rule(
        "console.volume.storage_class",
        always(
            Risk.DATA,
            "A volume never changes its storage class ({before} → {after}): the console's is made anew, and what "
            "people kept in it is lost. The old one goes when its pod does: take the console out, and put it in again.",
        ),
        f"{KUBERNETES}/concepts/storage/persistent-volumes/#class-1",
    ),
    *(
        Rule(
            f"{section}.**",
            there(
                added=(Risk.HARMLESS, f"{what} is made beside Pulsar ({{name}}: {{after}}). Pulsar doesn't notice."),
                removed=(Risk.NOTICED, f"{what} loses {{name}} (before: {{before}}). Pulsar doesn't notice."),
                changed=(
                    Risk.NOTICED,
                    f"{what} is set up otherwise ({{name}}: {{before}} → {{after}}). Pulsar doesn't notice.",
                ),
            ),
            page,
        )
        for section, what, page in (
            ("monitoring", "Monitoring", "docs/howto/monitoring.md"),
            ("console", "The console", "docs/howto/console.md"),
            ("demo", "The demo page", "docs/howto/demo.md"),
        )
    ),
)
