"""The rule that says which corruptions cannot be told from clean batches by the history alone.

Written down before any model is run. A corruption is *hard* when, for every issue it is labelled with:

- type_mismatch: every changed value has a form (digits as 9, letters as a, runs collapsed unless the column is of
  fixed forms) that the column already had in its history, and every changed date is still one in the column's format.
- missing_data: in no labelled column does the share of nulls, of blanks, or of any one value that grew exceed its own
  largest share in a history batch by more than two standard errors.
- outliers: no changed number lies further outside the range of the history than history batches lie outside the
  range of the others; no changed text is new to the history.
- distribution_shift: no labelled column is further from the pooled history (Kolmogorov-Smirnov for numbers, total
  variation for the rest) than history batches are from the others; where batch medians only rise or fall, the step
  from the last batch is compared with the steps of the history instead. For associations the same with rank
  correlation. Nor does one value, or what is new to the history, take a larger share than ever before
  (beyond three standard errors and two rows). Texts whose values hardly repeat are compared by length, by the number
  of their words, by the share of digits, and by their words.
- For lost or added rows also: the row count lies no further outside the range of the history than that range is
  wide. For rows that come twice, or that came
  in an earlier batch: the share of such rows is none that the history itself does not have as well.
- schema_drift is a fact and never hard.

Without history only facts can be judged: everything else is hard.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.corruptions._arrow import flat, is_text, numbers_of, rendered, texts_of
from airflow_provider_dqheal.detection.corruptions._dates import parse_dates
from airflow_provider_dqheal.detection.corruptions._distances import (
    above,
    label_shift,
    numeric_shift,
    overlap,
    rank_correlation,
    repeated,
    row_texts,
    top_number,
)
from airflow_provider_dqheal.detection.corruptions._frame import Frame

_POOL = 20_000


def undecidable(frame: Frame, table: pa.Table, columns: Mapping[str, tuple[str, ...]], measure: str) -> bool | None:
    """True when hard, False when the history can tell, None when nothing visible changed."""
    if measure == "fact":
        return False
    if measure == "volume":
        return _volume(frame, table)
    if measure in ("repeats", "overlap"):
        return _usual_volume(frame, table) and not _seen_before(frame, table, measure)
    if measure == "association":
        return all(_association(frame, table, names) for names in columns.values())
    hard = _usual_volume(frame, table)
    for issue, names in columns.items():
        for name in names:
            if name not in table.column_names or name not in frame.names:
                return False
            past = frame.past(name)
            if not past:
                continue
            verdict = _RULES[issue](frame, table, name, past)
            if verdict is not None and not verdict:
                hard = False
    return hard


def form(text: str, exact: bool = False) -> str:
    """Character shape: digits 9, letters a; runs collapsed unless ``exact``."""
    shape = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text))
    return shape if exact else re.sub(r"(.)\1+", r"\1", shape)


def _changed(frame: Frame, table: pa.Table, name: str) -> np.ndarray:
    after = texts_of(table[name])
    if len(after) != frame.row_count:
        return after[np.asarray([value is not None for value in after], dtype=bool)]
    before = frame.column(name).text
    return after[np.asarray(before != after) & np.asarray([value is not None for value in after])]


def _pool(past: list[pa.Array], most: int = _POOL) -> np.ndarray:
    each = max(50, most // len(past))
    return np.concatenate([texts_of(batch[:each]) for batch in past])


def _type_mismatch(frame: Frame, table: pa.Table, name: str, past: list[pa.Array]) -> bool:
    if table.schema.field(name).type != past[-1].type:
        return False
    values = [str(value) for value in _changed(frame, table, name)[:300]]
    known = [str(value) for value in _pool(past, 4_000) if value is not None]
    exact_forms = {form(value, True) for value in known}
    exact = len(exact_forms) <= 6
    forms = exact_forms if exact else {form(value) for value in known}
    words = {value for value in known if not any(sign.isdigit() for sign in value)}
    few = len(words) <= 30
    column = frame.column(name)
    dated = column.kind == "date" and column.form is not None and not column.typed and len(values) > 0
    if dated and not np.isfinite(parse_dates(pa.array(values, pa.string()), str(column.form))).all():
        return False
    return all(
        form(value, exact) in forms and (any(sign.isdigit() for sign in value) or not few or value in words)
        for value in values
    )


def _missing_data(frame: Frame, table: pa.Table, name: str, past: list[pa.Array]) -> bool:
    after = texts_of(table[name])
    if len(after) != frame.row_count:
        return _distribution_shift(frame, table, name, past)
    before = frame.column(name).text
    values = Counter(after[np.asarray(before != after)].tolist())
    if table.schema.field(name).type != past[-1].type:
        return False
    for value, _ in values.most_common(3):
        share = (
            float(np.mean(after == value)) if value is not None else float(np.mean([item is None for item in after]))
        )
        usual = max(_share(batch, value) for batch in past)
        if share > usual + 2.0 * float(np.sqrt(usual * (1.0 - usual) / max(1, len(after)))):
            return False
    return True


def _share(batch: pa.Array, value: str | None) -> float:
    if len(batch) == 0:
        return 0.0
    if value is None:
        return float(batch.null_count / len(batch))
    text = rendered(batch)
    return float((pc.sum(pc.equal(text, value)).as_py() or 0) / len(batch))


def _outliers(frame: Frame, table: pa.Table, name: str, past: list[pa.Array]) -> bool:
    column = frame.column(name)
    if table.schema.field(name).type != past[-1].type and not column.numeric:
        return False
    if column.numeric or column.kind in ("date", "id"):
        after = numbers(table[name], column.form)
        changed = after[(after != column.numbers) & np.isfinite(after)] if len(after) == frame.row_count else after
        batches = [values[np.isfinite(values)] for values in (numbers(batch, column.form) for batch in past)]
        batches = [values for values in batches if len(values)]
        if len(changed) and len(batches):
            lows = np.array([values.min() for values in batches])
            highs = np.array([values.max() for values in batches])
            above = (
                max((highs[i] - np.delete(highs, i).max() for i in range(len(highs))), default=0.0)
                if len(highs) > 1
                else 0.0
            )
            below = (
                max((np.delete(lows, i).min() - lows[i] for i in range(len(lows))), default=0.0)
                if len(lows) > 1
                else 0.0
            )
            return bool(
                changed.max() <= highs.max() + max(above, 0.0) and changed.min() >= lows.min() - max(below, 0.0)
            )
    known = {value for value in _pool(past) if value is not None}
    if len(known) > 0.5 * min(_POOL, sum(len(batch) for batch in past)):
        shapes = {form(str(value)) for value in known}
        return all(form(str(value)) in shapes for value in _changed(frame, table, name)[:300])
    return all(value in known for value in _changed(frame, table, name)[:300])


def numbers(data: pa.Array | pa.ChunkedArray, date_form: str | None) -> np.ndarray:
    """Numbers of a column; text dates as seconds."""
    array = flat(data)
    if date_form is not None and is_text(array.type):
        return parse_dates(rendered(array), date_form)
    return numbers_of(array)


def _distribution_shift(frame: Frame, table: pa.Table, name: str, past: list[pa.Array]) -> bool:
    column = frame.column(name)
    if column.numeric or column.kind in ("date", "id"):
        samples = [values[np.isfinite(values)] for values in (numbers(batch, column.form) for batch in past)]
        samples = [np.sort(values[:3_000]) for values in samples if len(values)]
        after = numbers(table[name], column.form)
        after = np.sort(after[np.isfinite(after)][:5_000])
        if len(after) and samples:
            usual = max(map(top_number, samples))
            return not above(top_number(after), usual, len(after)) and numeric_shift(after, samples)
    return label_shift(table[name], past)


def _volume(frame: Frame, table: pa.Table) -> bool | None:
    return None if table.num_rows == frame.row_count else _usual_volume(frame, table)


def _usual_volume(frame: Frame, table: pa.Table) -> bool:
    sizes = [batch.num_rows for batch in frame.history]
    if table.num_rows == frame.row_count or not sizes:
        return True
    low, high = min(sizes), max(sizes)
    return 2 * low - high <= table.num_rows <= 2 * high - low


def _seen_before(frame: Frame, table: pa.Table, measure: str) -> bool:
    """Whether more rows come twice (or came in an earlier batch) than ever in the history."""
    same = [batch for batch in frame.history if batch.column_names == table.column_names]
    if len(same) < 2:
        return True
    if measure == "repeats":
        return above(repeated(row_texts(table)), max(repeated(row_texts(batch)) for batch in same), table.num_rows)
    rows = [row_texts(batch) for batch in same]
    usual = max(overlap(rows[place], rows[:place]) for place in range(1, len(rows)))
    return above(overlap(row_texts(table), rows), usual, table.num_rows)


def _association(frame: Frame, table: pa.Table, names: tuple[str, ...]) -> bool:
    if len(names) < 2 or len(frame.history) < 2:
        return True
    first, second = names[:2]
    forms = (frame.column(first).form, frame.column(second).form)

    def correlation(batch: pa.Table) -> float:
        return rank_correlation(numbers(batch[first], forms[0]), numbers(batch[second], forms[1]))

    usual = [
        correlation(batch) for batch in frame.history if first in batch.column_names and second in batch.column_names
    ]
    known = np.array([value for value in usual if np.isfinite(value)])
    now = correlation(table)
    return not (len(known) >= 2 and np.isfinite(now) and not known.min() <= now <= known.max())


_RULES: dict[str, Callable[[Frame, pa.Table, str, list[pa.Array]], bool]] = {
    "type_mismatch": _type_mismatch,
    "missing_data": _missing_data,
    "outliers": _outliers,
    "distribution_shift": _distribution_shift,
    "schema_drift": lambda frame, table, name, past: False,
}
