"""The rule that says which corruptions cannot be told from clean batches by the history alone.

Written down before any model is run. A corruption is *hard* when, for every issue it is labelled with:

- type_mismatch: every changed value has a form (digits as 9, letters as a, runs collapsed unless the column is of
  fixed forms) that the column already had in its history, and every changed date is still one in the column's format.
- missing_data: in no labelled column does the share of nulls, of blanks, or of any one value that grew exceed its own
  largest share in a history batch. For lost rows: the row count is not below the smallest of the history.
- outliers: no changed number lies further outside the range of the history than history batches lie outside the
  range of the others; no changed text is new to the history.
- distribution_shift: no labelled column is further from the pooled history (Kolmogorov-Smirnov for numbers, total
  variation for the rest) than history batches are from the others; where batch medians only rise or fall, the step
  from the last batch is compared with the steps of the history instead. For associations the same with rank
  correlation. Nor does one value, or what is new to the history, take a larger share than ever before
  (beyond three standard errors and two rows). For repeated or lost rows: the row count lies within that of the history.
- schema_drift and repeated batches are facts and never hard.

Without history only facts can be judged: everything else is hard.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.corruptions import _frame as frames
from airflow_provider_dqheal.detection.corruptions._dates import parse_dates

_POOL = 20_000


def undecidable(
    frame: frames.Frame, table: pa.Table, columns: Mapping[str, tuple[str, ...]], measure: str
) -> bool | None:
    """True when hard, False when the history can tell, None when nothing visible changed."""
    if measure == "fact":
        return False
    if measure == "volume":
        return _volume(frame, table)
    if measure == "association":
        return all(_association(frame, table, names) for names in columns.values())
    hard = True
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


def _changed(frame: frames.Frame, table: pa.Table, name: str) -> np.ndarray:
    after = frames.texts_of(table[name])
    if len(after) != frame.row_count:
        return after[np.asarray([value is not None for value in after], dtype=bool)]
    before = frame.column(name).text
    return after[np.asarray(before != after) & np.asarray([value is not None for value in after])]


def _pool(past: list[pa.Array], most: int = _POOL) -> np.ndarray:
    each = max(50, most // len(past))
    return np.concatenate([frames.texts_of(batch[:each]) for batch in past])


def _type_mismatch(frame: frames.Frame, table: pa.Table, name: str, past: list[pa.Array]) -> bool:
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


def _missing_data(frame: frames.Frame, table: pa.Table, name: str, past: list[pa.Array]) -> bool:
    after = frames.texts_of(table[name])
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
        if share > max(_share(batch, value) for batch in past):
            return False
    return True


def _share(batch: pa.Array, value: str | None) -> float:
    if len(batch) == 0:
        return 0.0
    if value is None:
        return float(batch.null_count / len(batch))
    text = frames.rendered(batch)
    return float((pc.sum(pc.equal(text, value)).as_py() or 0) / len(batch))


def _outliers(frame: frames.Frame, table: pa.Table, name: str, past: list[pa.Array]) -> bool:
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
    array = frames.flat(data)
    if date_form is not None and frames.is_text(array.type):
        return parse_dates(frames.rendered(array), date_form)
    return frames.numbers_of(array)


def _distribution_shift(frame: frames.Frame, table: pa.Table, name: str, past: list[pa.Array]) -> bool:
    column = frame.column(name)
    if column.numeric or column.kind in ("date", "id"):
        samples = [values[np.isfinite(values)] for values in (numbers(batch, column.form) for batch in past)]
        samples = [np.sort(values[:3_000]) for values in samples if len(values)]
        after = numbers(table[name], column.form)
        after = np.sort(after[np.isfinite(after)][:5_000])
        if len(after) and samples:
            usual = max(map(_top_number, samples))
            return not _above(_top_number(after), usual, len(after)) and _numeric_shift(after, samples)
    tables = [_frequencies(batch) for batch in past]
    if len(tables) == 1:
        return False
    pooled = sum(tables, Counter())
    now = _frequencies(table[name])
    rows = table.num_rows
    if _above(_unseen(now, pooled), max(_unseen(one, pooled - one) for one in tables), rows):
        return False
    if _above(_top(now), max(map(_top, tables)), rows):
        return False
    distance = _total_variation(now, pooled)
    return distance <= max(_total_variation(one, pooled - one) for one in tables)


def _above(share: float, most: float, rows: int) -> bool:
    """Whether a share exceeds the largest of the history by more than three standard errors and two rows."""
    return share > most + 3.0 * float(np.sqrt(most * (1.0 - most) / rows)) + 2.0 / rows


def _top_number(values: np.ndarray) -> float:
    return float(np.unique(values, return_counts=True)[1].max() / len(values)) if len(values) >= 10 else 0.0


def _numeric_shift(after: np.ndarray, samples: list[np.ndarray]) -> bool:
    medians = np.array([np.median(values) for values in samples])
    steps = np.diff(medians)
    if len(steps) >= 2 and (bool(np.all(steps > 0)) or bool(np.all(steps < 0))):
        step = float(np.median(after) - medians[-1])
        spread = float(steps.max() - steps.min())
        inside = float(steps.min()) - spread <= step <= float(steps.max()) + spread
        centred = [values - np.median(values) for values in samples]
        return inside and _within(after - np.median(after), centred)
    return _within(after, samples)


def _within(after: np.ndarray, samples: list[np.ndarray]) -> bool:
    if len(samples) == 1:
        return _ks(after, samples[0]) <= 1.36 * float(np.sqrt(1 / len(after) + 1 / len(samples[0])))
    distance = _ks(after, np.sort(np.concatenate(samples)))
    others = [np.sort(np.concatenate(samples[:i] + samples[i + 1 :])) for i in range(len(samples))]
    return distance <= max(_ks(one, rest) for one, rest in zip(samples, others, strict=True))


def _ks(first: np.ndarray, second: np.ndarray) -> float:
    grid = np.concatenate([first, second])
    left = np.searchsorted(first, grid, side="right") / len(first)
    right = np.searchsorted(second, grid, side="right") / len(second)
    return float(np.abs(left - right).max())


def _frequencies(data: pa.Array | pa.ChunkedArray) -> Counter[str]:
    counts = pc.value_counts(frames.rendered(data))
    return Counter(dict(zip(map(str, counts.field(0).to_pylist()), counts.field(1).to_pylist(), strict=True)))


def _unseen(counts: Counter[str], known: Counter[str]) -> float:
    return sum(count for value, count in counts.items() if value not in known) / max(1, counts.total())


def _top(counts: Counter[str]) -> float:
    return max(counts.values(), default=0) / max(1, counts.total())


def _total_variation(first: Counter[str], second: Counter[str]) -> float:
    left, right = max(first.total(), 1), max(second.total(), 1)
    return 0.5 * sum(abs(first[key] / left - second[key] / right) for key in first.keys() | second.keys())


def _volume(frame: frames.Frame, table: pa.Table) -> bool | None:
    if table.num_rows == frame.row_count:
        return None
    sizes = [batch.num_rows for batch in frame.history]
    if not sizes:
        return True
    return min(sizes) <= table.num_rows <= max(sizes)


def _association(frame: frames.Frame, table: pa.Table, names: tuple[str, ...]) -> bool:
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


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's coefficient of the rows where both are known; nan below 8 rows."""
    both = np.isfinite(first) & np.isfinite(second)
    if int(both.sum()) < 8:
        return float("nan")
    left, right = (np.argsort(np.argsort(values[both])).astype(float) for values in (first, second))
    return float(np.corrcoef(left, right)[0, 1])


_RULES: dict[str, Callable[[frames.Frame, pa.Table, str, list[pa.Array]], bool]] = {
    "type_mismatch": _type_mismatch,
    "missing_data": _missing_data,
    "outliers": _outliers,
    "distribution_shift": _distribution_shift,
    "schema_drift": lambda frame, table, name, past: False,
}
