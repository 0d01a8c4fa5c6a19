"""Series of scores over time, from stance rows, timelines, or anybody's table.

A table needs ``holder``, ``claim`` or ``claim_id``, ``date``, and one of ``score`` (any scale),
``p_supports`` and ``p_refutes``, or ``label``. Rows of one holder, claim and date are averaged.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stance.dates import parse_date
from stance.errors import InputError, UsageError
from stance.rows import Problem, Report, fail, numbered_rows, source_name
from stance.types import Date, Evidence, HolderType, Stance, Timeline
from stance.utterances import EVERYONE, By, is_unnamed, observations

_SUPPORTING = """supports support supported favor favour for pro agree agrees positive pos
approve entailment entails true yes +1 1"""
_OPPOSING = """refutes refute refuted against con anti oppose opposes deny denies disagree
disagrees negative neg disapprove contradiction contradicts false no -1"""
_UNDECIDED = "neutral none neither discuss discusses comment query mixed undecided unsure 0"
LABEL_SCORES: Mapping[str, float] = {
    **dict.fromkeys(_SUPPORTING.split(), 1.0),
    **dict.fromkeys(_OPPOSING.split(), -1.0),
    **dict.fromkeys(_UNDECIDED.split(), 0.0),
}
"""What labels of common stance, NLI and poll tables count as."""
IGNORED_LABELS = frozenset({"", "unrelated", "irrelevant", "abstain", "nan", "null"})


@dataclass(frozen=True, slots=True)
class Series:
    """Scores of one holder or group on one claim, in order of date.

    ``strata`` names who each observation is by: the holder themself, or a group's members.
    ``docs`` and ``evidence`` stand beside each observation where they are known.
    """

    holder: str
    holder_type: HolderType
    claim_id: str
    claim: str
    dates: tuple[Date, ...]
    scores: tuple[float, ...]
    strata: tuple[str, ...]
    docs: tuple[str | None, ...]
    evidence: tuple[tuple[Evidence, ...], ...]


def series_of_stances(
    stances: Iterable[Stance],
    *,
    by: By = "holder",
    utterances: Mapping[tuple[str, str], str] | None = None,
) -> list[Series]:
    """Series from stance rows, one score per independent observation; nobody unnamed."""
    rows = list(stances)
    claims = {row.claim_id: row.claim for row in rows}
    found = []
    for (name, claim_id), seen in observations(rows, by=by, utterances=utterances).items():
        if is_unnamed(name):
            continue
        outlet = by == "source" or all(one.holder_type == "outlet" for one in seen)
        found.append(
            Series(
                name,
                "outlet" if outlet else "speaker",
                claim_id,
                claims[claim_id],
                dates=tuple(one.date for one in seen),
                scores=tuple(one.score for one in seen),
                strata=tuple(name if by == "holder" else one.holder for one in seen),
                docs=tuple(one.rows[0].doc_id for one in seen),
                evidence=tuple(one.rows[0].evidence for one in seen),
            )
        )
    return found


def series_of_timelines(timelines: Iterable[Timeline]) -> list[Series]:
    """Series from timelines: their points' scores, without evidence."""
    return [
        Series(
            line.holder,
            line.holder_type,
            line.claim_id,
            line.claim,
            dates=tuple(point.date for point in line.points),
            scores=tuple(point.score for point in line.points),
            strata=(line.holder,) * len(line.points),
            docs=tuple(point.doc_ids[0] if point.doc_ids else None for point in line.points),
            evidence=((),) * len(line.points),
        )
        for line in timelines
        if not is_unnamed(line.holder)
    ]


def series_of_rows(source: object, *, by: By = "holder", report: Report = fail) -> list[Series]:
    """Series from a table; one score per holder, claim and date.

    ``source`` is whatever :func:`stance.rows.read_rows` reads: a path, a frame, dicts. Raises
    :class:`UsageError` for a missing column; a value that cannot be read goes to ``report``, by
    default an :class:`InputError` with file, row and field. Rows without a date or score are left
    out.

    >>> rows = [{"holder": "A", "claim": "c", "date": f"2024-01-0{d}", "label": "favor"}
    ...         for d in (2, 1)]
    >>> [str(date) for date in series_of_rows(rows)[0].dates]
    ['2024-01-01', '2024-01-02']
    """
    cells: defaultdict[
        tuple[str, str], defaultdict[tuple[Date, str], list[tuple[float, str | None]]]
    ]
    cells = defaultdict(lambda: defaultdict(list))
    names: dict[str, str] = {}
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    checked = False
    for number, row in numbered_rows(source, report):
        if not checked:
            _check_columns(row, by)
            checked = True
        try:
            score, date = _score(row), _date(row)
        except InputError as error:
            report(Problem(source_name(source), number, error.field, error.message))
            continue
        holder = str(row.get("holder") or "")
        name = _name(row, by)
        if score is None or date is None or not name or is_unnamed(name):
            continue
        claim = str(_first(row, "claim", "claim_id"))
        claim_id = str(_first(row, "claim_id", "claim"))
        names[claim_id] = claim
        kinds[name].add(str(row.get("holder_type") or "speaker"))
        doc = row.get("doc_id")
        stratum = name if by == "holder" else holder
        cells[name, claim_id][date, stratum].append((score, None if doc is None else str(doc)))
    found = []
    for name, claim_id in sorted(cells):
        points = sorted(cells[name, claim_id].items(), key=lambda point: point[0][0])
        outlet = by == "source" or kinds[name] == {"outlet"}
        found.append(
            Series(
                name,
                "outlet" if outlet else "speaker",
                claim_id,
                names[claim_id],
                dates=tuple(date for (date, _), _ in points),
                scores=tuple(math.fsum(s for s, _ in seen) / len(seen) for _, seen in points),
                strata=tuple(stratum for (_, stratum), _ in points),
                docs=tuple(seen[0][1] for _, seen in points),
                evidence=((),) * len(points),
            )
        )
    return found


def _check_columns(row: Mapping[str, object], by: By) -> None:
    needed = [["holder"], ["claim", "claim_id"], ["date"]]
    needed += [["score", "label", "stance", "p_supports"]]
    needed += [[by]] if by in ("affiliation", "source") else []
    for choices in needed:
        if not any(choice in row for choice in choices):
            raise UsageError(
                f"the table has no column {' or '.join(map(repr, choices))} (it has: "
                f"{', '.join(map(str, row)) or 'none'}); name its columns holder, claim or "
                "claim_id, date, and score, label or p_supports and p_refutes"
            )


def _first(row: Mapping[str, object], *columns: str) -> object:
    return next((row[name] for name in columns if row.get(name) not in (None, "")), "")


def _name(row: Mapping[str, object], by: By) -> str:
    if by == "claim":
        return EVERYONE
    holder = str(row.get("holder") or "")
    if by == "affiliation":
        return "" if is_unnamed(holder) else str(row.get("affiliation") or holder)
    return holder if by == "holder" else str(row.get("source") or "")


def _date(row: Mapping[str, object]) -> Date | None:
    value = row.get("date")
    if value is None or value == "" or value != value:  # NaN and NaT differ from themselves
        return None
    try:
        return parse_date(value)
    except InputError as error:
        raise InputError(error.message, field="date") from None


def _score(row: Mapping[str, object]) -> float | None:
    """The row's score: ``score``, else p_supports − p_refutes, else its label's."""
    if row.get("score") not in (None, ""):
        return _number(row, "score")
    if row.get("p_supports") not in (None, "") and row.get("p_refutes") not in (None, ""):
        label = str(_first(row, "label", "stance")).strip().lower()
        if label in IGNORED_LABELS - {""}:
            return None
        supports, refutes = (_number(row, name) for name in ("p_supports", "p_refutes"))
        return None if supports is None or refutes is None else supports - refutes
    label = str(_first(row, "label", "stance")).strip().lower()
    if label in IGNORED_LABELS:
        return None
    if label not in LABEL_SCORES:
        raise InputError(
            f"the label {label!r} is unknown; use supports, neutral, refutes, or give a column "
            "'score' with a number",
            field="label",
        )
    return LABEL_SCORES[label]


def _number(row: Mapping[str, object], name: str) -> float | None:
    value = row[name]
    try:
        parsed = float(value)  # type: ignore[arg-type]  # the except is the check
    except (TypeError, ValueError):
        raise InputError(f"{value!r} is not a number; write it like 0.5", field=name) from None
    if math.isnan(parsed):
        return None
    if math.isinf(parsed):
        raise InputError("the score is infinite; give a finite number", field=name)
    return parsed


def on_stance_scale(scores: Sequence[float]) -> bool:
    """Whether scores can be read as p_supports − p_refutes: all within [−1, 1]."""
    return all(-1 - 1e-9 <= score <= 1 + 1e-9 for score in scores)
