"""What changes of volumes, quorums, metadata and tiered storage mean for what is kept."""

from collections.abc import Mapping

from ..edits import Edit
from ..risk import Risk
from .rule import (
    BOOKKEEPER,
    DOCS,
    EXPANSION,
    KUBERNETES,
    Rule,
    Told,
    always,
    amount,
    by_direction,
    filled,
    of_a_claim,
    there,
)

_CLAIMS = f"{KUBERNETES}/concepts/workloads/controllers/statefulset/#volume-claim-templates"
_SIZE = always(
    Risk.DATA,
    "The size of {owner}'s volumes goes from {before} to {after}. A StatefulSet's volume claims can't be changed, and "
    "those that are there keep their size until each is expanded by hand: docs/howto/volumes.md says how.",
)
_CLASS = always(
    Risk.DATA,
    "{owner}'s volumes get another storage class ({before} → {after}). A volume never changes its class: the pods are "
    "made anew, and those that are there keep the class they have.",
)
_PAGE = "docs/howto/tiered-storage.md"
_WATCHED = ("ensemble", "write_quorum", "ack_quorum")


def _quorum(edit: Edit, after: Mapping[str, str]) -> Told:
    before_, after_ = amount(edit.before), amount(edit.after)
    name = edit.path.rpartition(".")[2]
    called = {
        "ensemble": "A ledger is spread over {after} bookies instead of {before}",
        "write_quorum": "Each message is kept {after} times instead of {before}, and takes that much room on bookies",
        "ack_quorum": "A producer is answered once {after} copies are on disk instead of {before}",
    }
    lower = before_ is not None and after_ is not None and after_ < before_
    sizes = ", ".join(f"{each} {after.get(f'pulsar.bookkeeper.{each}', '?')}" for each in _WATCHED)
    counted = called[name].replace("copies are", "copy is") if after_ == 1 else called[name]
    told = f"{counted} (now {sizes}). It holds for new ledgers; brokers roll."
    if lower and name != "ensemble":
        told += " With fewer, less has to fail before an acknowledged message is lost."
        return Risk.DATA, filled(told, edit)
    return Risk.NOTICED, filled(told, edit)


RULES = (
    *(
        Rule(f"pulsar.bookkeeper.{name}", _quorum, f"{BOOKKEEPER}/getting-started/concepts/#ledgers")
        for name in _WATCHED
    ),
    Rule(
        "pulsar.bookkeeper.journal.file_size",
        always(Risk.ROLLS, "A journal file is {after} instead of {before}. Bookies roll."),
        f"{BOOKKEEPER}/reference/config",
    ),
    *(
        Rule(f"pulsar.{volume}.size", _SIZE, f"{EXPANSION} and {_CLAIMS}")
        for volume in (
            "bookkeeper.journal",
            "bookkeeper.ledgers",
            "metadata.volume",
            "metadata.log_volume",
            "configuration_metadata.volume",
            "configuration_metadata.log_volume",
            "tiered_storage.server.volume",
        )
    ),
    *(
        Rule(f"pulsar.{part}.size", of_a_claim("The volume of {owner}"), EXPANSION)
        for part in ("functions.packages", "tiered_storage")
    ),
    *(
        Rule(f"pulsar.{volume}.storage_class", _CLASS, _CLAIMS)
        for volume in (
            "bookkeeper.journal",
            "bookkeeper.ledgers",
            "metadata.volume",
            "metadata.log_volume",
            "configuration_metadata.volume",
            "configuration_metadata.log_volume",
            "functions.packages",
            "tiered_storage.server.volume",
        )
    ),
    Rule(
        "pulsar.bookkeeper.decommissioned",
        always(
            Risk.NOTICED, "Bookies {after} are said to be decommissioned (before: {before}): they may be taken away."
        ),
        "docs/howto/bookies.md",
    ),
    Rule(
        "pulsar.metadata.store",
        always(
            Risk.DATA,
            "The metadata store becomes {after} instead of {before}. Nothing is moved over: to Pulsar this is a new, "
            "empty cluster, which knows no topic and finds no ledger.",
        ),
        "docs/howto/metadata-stores.md",
    ),
    Rule(
        "pulsar.metadata.replication_factor",
        always(Risk.DATA, "Copies of the metadata: {before} → {after}."),
        "https://oxia-db.github.io/docs/",
    ),
    Rule(
        "pulsar.metadata.shards",
        always(
            Risk.DATA, "Shards of the metadata: {before} → {after}. A namespace's shards are fixed when it is made."
        ),
        "https://oxia-db.github.io/docs/",
    ),
    Rule(
        "pulsar.metadata.image",
        always(
            Risk.ROLLS, "The metadata store runs {after} instead of {before}, and its members roll one after another."
        ),
        "docs/howto/metadata-stores.md",
    ),
    Rule(
        "pulsar.metadata.tls.**",
        there(
            added=(Risk.INTERRUPTS, "The metadata store speaks TLS from now on: all that use it start again."),
            removed=(Risk.INTERRUPTS, "The metadata store speaks no TLS any more: all that use it start again."),
            changed=(Risk.ROLLS, "Other certificates of the metadata store ({name}: {before} → {after})."),
        ),
        "docs/howto/metadata-stores.md",
    ),
    Rule(
        "pulsar.metadata.**",
        always(Risk.ROLLS, "The metadata store is set up otherwise ({name}: {before} → {after}), and rolls."),
        "docs/howto/metadata-stores.md",
    ),
    Rule(
        "pulsar.configuration_metadata.**",
        there(
            added=(
                Risk.DATA,
                "Tenants, namespaces and policies are kept in a store of their own, which starts empty: those that "
                "are there are not moved over.",
            ),
            removed=(
                Risk.DATA,
                "The store apart for tenants, namespaces and policies goes, and what it holds is not moved over.",
            ),
            changed=(
                Risk.DATA,
                "The store for tenants, namespaces and policies changes ({name}: {before} → {after}); nothing is "
                "moved over.",
            ),
        ),
        "docs/howto/metadata-stores.md",
    ),
    Rule(
        "pulsar.metadata_backup.keep",
        by_direction(
            up=(Risk.HARMLESS, "Snapshots of the metadata that are kept: {before} → {after}."),
            down=(Risk.DATA, "Snapshots of the metadata that are kept: {before} → {after}. Older ones are deleted."),
        ),
        "docs/howto/metadata-backup.md",
    ),
    Rule(
        "pulsar.metadata_backup.**",
        there(
            added=(Risk.HARMLESS, "Snapshots of the metadata are taken on a schedule."),
            removed=(Risk.DATA, "No more snapshots of the metadata are taken."),
            changed=(Risk.HARMLESS, "Snapshots of the metadata: {name} {before} → {after}."),
        ),
        "docs/howto/metadata-backup.md",
    ),
    *(
        Rule(
            f"pulsar.tiered_storage.{name}",
            always(
                Risk.DATA,
                "Older messages go to another place ({name}: {before} → {after}). What was offloaded stays in the old "
                "one, and is read from there only as long as brokers can reach it.",
            ),
            f"{DOCS}/tiered-storage-overview/",
        )
        for name in (
            "kind",
            "bucket",
            "container",
            "account",
            "uri",
            "claim",
            "endpoint",
            "location",
            "project",
            "region",
        )
    ),
    *(
        Rule(
            f"pulsar.tiered_storage.{path}",
            always(
                Risk.NOTICED,
                "Messages move to tiered storage by another rule ({name}: {before} → {after}). Offloaded messages "
                "stay readable; more or fewer lie on the bookies.",
            ),
            f"{DOCS}/tiered-storage-overview/",
        )
        for path in ("threshold", "namespaces.**")
    ),
    *(
        Rule(
            f"pulsar.tiered_storage.{path}",
            by_direction(
                up=(Risk.HARMLESS, "Offloaded messages stay on the bookies for {after} instead of {before}."),
                down=(
                    Risk.NOTICED,
                    "Offloaded messages leave the bookies after {after} instead of {before}: reads of older ones go "
                    "to the bucket sooner, and cost there.",
                ),
            ),
            f"{DOCS}/tiered-storage-overview/",
        )
        for path in ("deletion_lag", "namespaces.*.deletion_lag")
    ),
    *(
        Rule(
            f"pulsar.tiered_storage.{name}",
            by_direction(
                up=(
                    Risk.HARMLESS,
                    "What is deleted from the bucket can be taken back for {after} instead of {before} days.",
                ),
                down=(
                    Risk.DATA,
                    "What is deleted from the bucket can be taken back for {after} instead of {before} days.",
                ),
            ),
            _PAGE,
        )
        for name in ("soft_delete_days", "copies")
    ),
    *(
        Rule(
            f"pulsar.tiered_storage.{tags}",
            always(Risk.HARMLESS, "Tags of the bucket: {name} {before} → {after}."),
            _PAGE,
        )
        for tags in ("tags", "tags.*")
    ),
    Rule(
        "pulsar.tiered_storage.key_generation",
        always(Risk.ROLLS, "Brokers start with the storage's keys of generation {after}, instead of {before}."),
        _PAGE,
    ),
    Rule(
        "pulsar.tiered_storage.**",
        there(
            added=(
                Risk.NOTICED,
                "Older messages move to tiered storage from now on: a bucket and an identity are made or used, and "
                "brokers roll.",
            ),
            removed=(
                Risk.DATA,
                "Tiered storage goes. Messages that were offloaded can't be read any more, and the bucket is deleted "
                "where it isn't kept.",
            ),
            changed=(
                Risk.NOTICED,
                "Tiered storage is set up otherwise ({name}: {before} → {after}), and brokers roll.",
            ),
        ),
        _PAGE,
    ),
)
