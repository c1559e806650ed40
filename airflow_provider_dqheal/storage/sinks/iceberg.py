"""Publishes into an Iceberg table as well: written to a branch, audited there, then fast-forwarded.

Any catalog that PyIceberg knows (REST, Hive, Glue, SQL, ...): those that Spark, Trino and the others read from.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import structlog
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from airflow_provider_dqheal.core.errors import ConfigError, DQHealError, PublishError, ValidationFailed
from airflow_provider_dqheal.core.paths import slug
from airflow_provider_dqheal.core.types import BatchRef, TableSchema
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.storage.sinks.folder import FolderSink, PublishedFiles
from airflow_provider_dqheal.storage.sinks.rows import plainly_typed, rows_of, typed_rows

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.expressions import BooleanExpression
    from pyiceberg.table import Table

BATCH_COLUMN = "dqheal_batch"
"""The column that tells which batch a row is of, so that publishing a batch again replaces its rows."""

MAIN = "main"
ATTEMPTS = 8
"""How often a batch is written anew when another writer's commit came between branch and fast-forward."""


class _Moved(Exception):
    """The table got another commit since the branch was made."""


class IcebergSink:
    """An Iceberg table beside a folder: the folder keeps the batch as a file, its quarantine and its ledger.

    Rows go to a branch of the table; what is read back from there has to be what was written; then the folder is
    swapped and the branch becomes ``main`` in one commit. Readers of the table see the batch before or the batch
    after. A table that is not there is made, partitioned by batch; new columns are added, none is removed.

    Args:
        folder: where the batch is kept.
        table: ``<catalog>.<namespace>.<table>``, the catalog as PyIceberg's configuration names it.
    """

    def __init__(self, folder: FolderSink, table: str) -> None:
        self.folder = folder
        self.name = table

    def publish(
        self, ref: BatchRef, working: Working | None, schema: TableSchema | None, keep_aside: bool = False
    ) -> PublishedFiles:
        """Publishes the healed batch, or the raw one when ``working`` is None, in the accepted types.

        ``keep_aside``: the raw batch as it came; where it does not read as accepted, which a typed table cannot hold,
        its rows are taken out of the table.

        Raises:
            PublishError: when the catalog or the storage fails, or other writers keep coming between; the table is
                as it was.
            ValidationFailed: when a cell does not read as accepted, or the table has other types; nothing is published.
            ConfigError: when the catalog is not configured or PyIceberg is not installed.
            BatchUnreadable: when the raw batch is gone.
        """
        rows = _rows(ref, working, schema, keep_aside)
        retrying = Retrying(
            retry=retry_if_exception_type(_Moved),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.1, max=5),
            reraise=True,
        )
        with _told(ref, self.name), contextlib.closing(_catalog(self.name)) as catalog:
            files: PublishedFiles = retrying(self._publish, catalog, ref, working, schema, keep_aside, rows)
        return replace(files, table=self.name if rows is not None else None)

    def _publish(
        self,
        catalog: Catalog,
        ref: BatchRef,
        working: Working | None,
        schema: TableSchema | None,
        keep_aside: bool,
        rows: pa.Table | None,
    ) -> PublishedFiles:
        from pyiceberg.exceptions import CommitFailedException

        try:
            table = _table(catalog, self.name, rows)
            fitted = None if table is None or rows is None else _fitted(table, rows, ref)
            if table is None or (fitted is None and not _holds(table, None, ref)):
                return self.folder.publish(ref, working, schema, keep_aside)
            base = _head(table) or _begun(table)
            with _branch(table, ref, base) as branch:
                _write(table, branch, ref, fitted)
                _audit(table, branch, ref, fitted)
                files = self.folder.publish(ref, working, schema, keep_aside)
                _fast_forward(table, branch, base)
        except CommitFailedException as error:
            raise _Moved(str(error)) from error
        except ValueError as error:
            if "sequence number" in str(error):  # how PyIceberg's own retry on a branch ends beside other commits
                raise _Moved(str(error)) from error
            raise
        return files


def _rows(ref: BatchRef, working: Working | None, schema: TableSchema | None, undone: bool) -> pa.Table | None:
    """What the table shall hold of the batch; None: no row."""
    raw = rows_of(working, ref)
    if schema is None:
        raise ValidationFailed(f"{ref.key}: no schema is accepted, so there are no types to write a table in")
    if BATCH_COLUMN in raw.column_names:
        raise ValidationFailed(f"{ref.key}: it has a column {BATCH_COLUMN!r} of its own; rename that to publish it")
    if undone and set(raw.column_names) != set(schema.names):
        return None
    try:
        typed = plainly_typed(typed_rows(raw, schema, ref, "an Iceberg table"), "us")
    except ValidationFailed:
        if undone:
            return None
        raise
    batch = pa.array([ref.batch_id] * typed.num_rows, pa.string())
    return typed.append_column(pa.field(BATCH_COLUMN, pa.string()), batch)


def _catalog(table: str) -> Catalog:
    name = table.partition(".")[0]
    try:
        from pyiceberg.catalog import load_catalog
    except ImportError as error:
        raise ConfigError(
            "sink.iceberg needs PyIceberg: pip install 'airflow-provider-dqheal[iceberg]', or take the key out"
        ) from error
    try:
        return load_catalog(name)
    except (ValueError, KeyError) as error:
        raise ConfigError(
            f"sink.iceberg: the catalog {name!r} cannot be opened ({error}); describe it in .pyiceberg.yaml or by "
            f"PYICEBERG_CATALOG__{name.upper()}__URI and its like"
        ) from error


def _table(catalog: Catalog, name: str, rows: pa.Table | None) -> Table | None:
    """The table, made where it is not there; None where there is none and no row to write."""
    identifier = name.partition(".")[2]
    if not catalog.table_exists(identifier):
        if rows is None:
            return None
        try:
            _create(catalog, identifier, rows.schema)
        except Exception as error:  # whatever the catalog says when another batch of the data set was first
            if not catalog.table_exists(identifier):
                raise _Moved(f"{type(error).__name__}: {error}") from error
    return catalog.load_table(identifier)


def _create(catalog: Catalog, identifier: str, schema: pa.Schema) -> None:
    catalog.create_namespace_if_not_exists(identifier.rpartition(".")[0])
    transaction = catalog.create_table_transaction(identifier, schema)
    with transaction.update_spec() as spec:
        spec.add_identity(BATCH_COLUMN)
    transaction.commit_transaction()


def _fitted(table: Table, rows: pa.Table, ref: BatchRef) -> pa.Table:
    """``rows`` in the types of the table, which gets the columns that it does not have."""
    known = table.schema().as_arrow()
    for index, field in enumerate(rows.schema):
        if field.name not in known.names:
            continue
        type = known.field(field.name).type
        try:
            rows = rows.set_column(index, field.name, rows.column(index).cast(type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise ValidationFailed(
                f"{ref.key}: {field.name!r} is {field.type} and does not go into {type} of the table ({error}); "
                "give the table the wider type, or hold the batch"
            ) from error
    missing = [field.name for field in known if not field.nullable and field.name not in rows.column_names]
    if missing:
        raise ValidationFailed(f"{ref.key}: the table requires {missing[0]!r}, which the batch does not have")
    if set(rows.column_names) - set(known.names):
        with table.update_schema() as update:
            update.union_by_name(rows.schema)
    return rows


@contextmanager
def _branch(table: Table, ref: BatchRef, base: int) -> Iterator[str]:
    """A branch that begins at ``base``, in place of one that an interrupted run left; gone when the body fails."""
    name = f"dqheal_{slug(ref.batch_id)}"
    _drop(table, name)
    table.manage_snapshots().create_branch(base, name).commit()
    try:
        yield name
    except BaseException:
        try:
            table.refresh()
            _drop(table, name)
        except Exception as error:
            structlog.get_logger().warning(
                "iceberg_branch_left", table=str(table.name()), branch=name, error=str(error)
            )
        raise


def _drop(table: Table, branch: str) -> None:
    if branch in table.refs():
        table.manage_snapshots().remove_branch(branch).commit()


def _head(table: Table) -> int | None:
    main = table.refs().get(MAIN)
    return main.snapshot_id if main is not None else None


def _begun(table: Table) -> int:
    """The first, empty snapshot of a table that has none: a branch has to begin somewhere."""
    table.append(table.schema().as_arrow().empty_table())
    head = _head(table)
    assert head is not None
    return head


def _of(ref: BatchRef) -> BooleanExpression:
    from pyiceberg.expressions import EqualTo

    return EqualTo(BATCH_COLUMN, ref.batch_id)


def _holds(table: Table, branch: str | None, ref: BatchRef) -> bool:
    """Whether a branch (None: ``main``) has rows of the batch."""
    if (branch or MAIN) not in table.refs() or BATCH_COLUMN not in table.schema().column_names:
        return False
    return table.scan(row_filter=_of(ref)).use_ref(branch or MAIN).count() > 0


def _write(table: Table, branch: str, ref: BatchRef, rows: pa.Table | None) -> None:
    """The batch's rows on the branch, in place of those that are there."""
    about = {"dqheal.dataset": ref.dataset, "dqheal.batch_id": ref.batch_id, "dqheal.attempt": str(ref.attempt)}
    if rows is None:
        table.delete(_of(ref), snapshot_properties=about, branch=branch)
    elif _holds(table, branch, ref):
        table.overwrite(rows, overwrite_filter=_of(ref), snapshot_properties=about, branch=branch)
    else:
        table.append(rows, snapshot_properties=about, branch=branch)


def _audit(table: Table, branch: str, ref: BatchRef, rows: pa.Table | None) -> None:
    """What the branch gives back of the batch: as many rows, and as many empty cells in each column."""
    seen = table.scan(row_filter=_of(ref)).use_ref(branch).to_arrow()
    wanted = rows if rows is not None else seen.slice(0, 0)
    counts = {name: wanted[name].null_count for name in wanted.column_names}
    found = {name: seen[name].null_count for name in wanted.column_names}
    if seen.num_rows != wanted.num_rows or found != counts:
        differs = [name for name in counts if found[name] != counts[name]]
        raise PublishError(
            f"{ref.key}: branch {branch} holds {seen.num_rows:,} rows of it, expected {wanted.num_rows:,}"
            f"{f'; other empty cells in {differs}' if differs else ''}; main is untouched, run the batch again"
        )


def _fast_forward(table: Table, branch: str, base: int) -> None:
    """``main`` goes to the branch, which is gone then, in one commit; only where it stands where the branch began."""
    table.refresh()
    if _head(table) != base:
        raise _Moved(f"main is at {_head(table)}, the branch began at {base}")
    with table.manage_snapshots() as change:
        change.set_current_snapshot(ref_name=branch).remove_branch(branch)


@contextmanager
def _told(ref: BatchRef, table: str) -> Iterator[None]:
    """What goes wrong in a catalog or its storage, in our words."""
    try:
        yield
    except DQHealError:
        raise
    except _Moved as moved:
        raise PublishError(
            f"{ref.key}: {table} took no commit in {ATTEMPTS} attempts, other writers were first ({moved}); it is as "
            "they left it. Run the batch again"
        ) from moved
    except Exception as error:  # whatever catalogs and object stores raise
        raise PublishError(
            f"{ref.key}: {table} cannot be written ({type(error).__name__}: {error}); the rows that readers see are "
            "untouched. Check the catalog and its storage, then run the batch again"
        ) from error
