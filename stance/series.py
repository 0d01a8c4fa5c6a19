"""Series of scores over time, from stance rows, timelines, or anybody's table.

A table needs ``holder``, ``claim`` or ``claim_id``, ``date``, and one of ``score`` (any scale),
``p_supports`` and ``p_refutes``, or ``label``. Rows of one holder, claim and date are averaged.

Of a row that has several, ``score`` counts before the probabilities, and these before ``label``.
Classifiers often write a label and, as ``score``, how sure they are of it; such scores say nothing
of the side taken, so a table whose scores do not follow its labels is refused.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from stance.dates import parse_date
from stance.errors import InputError, UsageError
from stance.rows import Problem, Report, fail, missing
from stance.stancerows import check_chance, named_rows, recognised
from stance.types import LABELS, Date, Evidence, HolderType, Stance, Timeline
from stance.utterances import EVERYONE, By, in_order, is_unnamed, observations

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
_CERTAIN = {1.0: (1.0, 0.0, 0.0), 0.0: (0.0, 1.0, 0.0), -1.0: (0.0, 0.0, 1.0)}
_UNDECIDED_STATUS = ("abstain", "error")
_NO_STANCE = frozenset({"unrelated", "irrelevant", "abstain"})
IGNORED_LABELS = _NO_STANCE | {"", "nan", "null"}
_LARGEST = 1e100
"""Larger scores are slips; the squares of these can still be added up."""
_ASTRAY = 1 / 3
"""Share of the rows of a label whose scores may say otherwise before the table is refused."""

Chances = tuple[float, float, float]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scored:
    """A row of anybody's table: who, what, when, and a score on any scale; "" is unknown.

    ``row`` is its number as an editor or spreadsheet shows it.
    """

    holder: str
    holder_type: HolderType
    affiliation: str
    source: str
    claim_id: str
    claim: str
    date: Date
    score: float
    doc_id: str | None = None
    chances: Chances | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """Scores of one holder or group on one claim, in order of date.

    ``strata`` names who each observation is by: the holder themself, or a group's members; what
    unnamed people say has a name of its own each time, as no two need be one person.
    ``docs`` and ``evidence`` stand beside each observation where they are known, and so do
    ``chances``: the probabilities of supports, neutral and refutes, or a label's 1, 0, 0.
    ``stance_scale`` is whether the scores of the whole table can be read as stances.
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
    chances: tuple[Chances | None, ...] = ()
    stance_scale: bool = True


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
                strata=tuple(
                    name if by == "holder" else person(one.holder, one.rows[0].doc_id, place)
                    for place, one in enumerate(seen)
                ),
                docs=tuple(one.rows[0].doc_id for one in seen),
                evidence=tuple(one.rows[0].evidence for one in seen),
                chances=tuple((one.supports, one.neutral, one.refutes) for one in seen),
            )
        )
    return found


def ordered(one: Series) -> Series:
    """The series without the points that have no place in the order of the others.

    A month is neither before nor after a day in it (:func:`stance.utterances.in_order`).
    """
    kept = in_order(one.dates)
    if len(kept) == len(one.dates):
        return one
    return replace(
        one,
        dates=_parts(one.dates, kept),
        scores=_parts(one.scores, kept),
        strata=_parts(one.strata, kept),
        docs=_parts(one.docs, kept),
        evidence=_parts(one.evidence, kept),
        chances=_parts(one.chances, kept) if one.chances else (),
    )


def _parts(column: Sequence[T], kept: Sequence[int]) -> tuple[T, ...]:
    return tuple(column[i] for i in kept)


def series_of_timelines(timelines: Iterable[Timeline]) -> list[Series]:
    """Series from timelines of holders: their points' scores, without evidence.

    Raises :class:`UsageError` for those of groups, whose points do not say who spoke: a changing
    mix of speakers would look like a change.
    """
    timelines = list(timelines)
    for line in timelines:
        if line.by != "holder" or line.holder == EVERYONE:
            by = "claim" if line.holder == EVERYONE else line.by
            raise UsageError(
                f"the timeline of {line.holder!r} is of a group and does not say which of its "
                f"members spoke; give the stances it was built from, with by={by!r}"
            )
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


def series_of_rows(
    source: object,
    *,
    by: By = "holder",
    report: Report = fail,
    left_out: Counter[str] | None = None,
) -> list[Series]:
    """Series from a table (see :func:`scored_rows`); one score per holder, claim and date.

    ``left_out`` counts the rows that are in no series, and why.

    >>> rows = [{"holder": "A", "claim": "c", "date": f"2024-01-0{d}", "label": "favor"}
    ...         for d in (2, 1)]
    >>> [str(date) for date in series_of_rows(rows)[0].dates]
    ['2024-01-01', '2024-01-02']
    """
    columns = (by,) if by in ("affiliation", "source") else ()
    groups: defaultdict[tuple[str, str], defaultdict[tuple[Date, str], list[Scored]]]
    groups = defaultdict(lambda: defaultdict(list))
    left_out = Counter() if left_out is None else left_out
    rows = scored_rows(source, columns=columns, report=report, left_out=left_out)
    for place, row in enumerate(rows):
        name = _name(row, by) if row.holder else ""  # who said it is not known
        if not name or is_unnamed(name):
            known = row.holder and by == "source" and not name
            left_out["without a source" if known else "unnamed"] += 1
            continue
        stratum = name if by == "holder" else person(row.holder, row.doc_id, place)
        groups[name, row.claim_id][row.date, stratum].append(row)
    # One scale for the whole table: who only ever answers 0 and 1 of 5 has no stance either.
    everything = (row.score for days in groups.values() for seen in days.values() for row in seen)
    scale = on_stance_scale(everything)
    found = []
    for name, claim_id in sorted(groups):
        points = sorted(groups[name, claim_id].items(), key=lambda point: point[0][0])
        mine = [row for _, seen in points for row in seen]
        outlet = by == "source" or all(row.holder_type == "outlet" for row in mine)
        found.append(
            Series(
                name,
                "outlet" if outlet else "speaker",
                claim_id,
                mine[0].claim,
                dates=tuple(date for (date, _), _ in points),
                scores=tuple(math.fsum(r.score for r in seen) / len(seen) for _, seen in points),
                strata=tuple(stratum for (_, stratum), _ in points),
                docs=tuple(seen[0].doc_id for _, seen in points),
                evidence=((),) * len(points),
                chances=tuple(mean_chances(seen) for _, seen in points),
                stance_scale=scale,
            )
        )
    return found


def in_no_series(left_out: Mapping[str, int]) -> list[str]:
    """A line on the rows that no series has, none where there are none.

    >>> in_no_series({"undated": 2, "unnamed": 0}), in_no_series({})
    (['rows in no series: 2 undated'], [])
    """
    counts = ", ".join(f"{n} {why}" for why, n in left_out.items() if n)
    return [f"rows in no series: {counts}"] if counts else []


def scored_rows(
    source: object,
    *,
    columns: Sequence[str] = (),
    report: Report = fail,
    left_out: Counter[str] | None = None,
) -> Iterator[Scored]:
    """The dated, scored rows of a table.

    ``source`` is whatever :func:`stance.rows.read_rows` reads: a path, a frame, dicts; or rows
    that are :class:`~stance.stancerows.Held`. ``columns``
    must be there besides the usual ones. Raises :class:`UsageError` for a missing column, for
    labels that are numbers other than -1, 0 and 1, and, once all rows are read, for scores that do
    not follow the labels beside them; a value that cannot be read goes to ``report``, by default
    an :class:`InputError` with file, row and field. Rows without a claim, date or score are left
    out, and so are those whose ``status`` is abstain or error; ``left_out`` counts them.
    """
    checked = False
    beside: list[tuple[float, float]] = []
    left_out = Counter() if left_out is None else left_out
    file, rows = named_rows(source, report)
    for number, row in rows:
        if not checked:
            _check_columns(row, columns)
            checked = True
        if str(row.get("status")) in _UNDECIDED_STATUS:  # its numbers, if any, are no answer
            left_out["abstained"] += 1
            continue
        try:
            score, date = _score(row), _date(row)
        except InputError as error:
            report(Problem(file, number, error.field, error.message))
            continue
        if score is None or date is None:
            left_out["undated" if date is None else "unlabelled"] += 1
            continue
        if not _first(row, "claim_id", "claim"):
            left_out["without a claim"] += 1
            continue
        if not missing(row.get("score")) and (label := _label(row)) in LABEL_SCORES:
            beside.append((LABEL_SCORES[label], score))
        doc = row.get("doc_id")
        yield Scored(
            holder=_first(row, "holder"),
            holder_type="outlet" if row.get("holder_type") == "outlet" else "speaker",
            affiliation=_first(row, "affiliation"),
            source=_first(row, "source"),
            claim_id=_first(row, "claim_id", "claim"),
            claim=_first(row, "claim", "claim_id"),
            date=date,
            score=score,
            doc_id=None if missing(doc) else str(doc),
            chances=_chances(row),
            row=number,
        )
    _check_scores_follow(beside)


def stance_rows(source: object, *, by: By = "holder", report: Report = fail) -> list[Stance]:
    """Stance rows from what holds them, or made of a table that has labels or probabilities.

    A row of such a table is as sure as its probabilities, or as its label, and without a
    ``doc_id`` its document is called by its number: ``row 3``. Raises :class:`UsageError` for a
    row of which only a score is known: a score does not say how sure it is.
    """
    found = recognised(source, report=report)
    if isinstance(found, list | tuple) and all(isinstance(one, Stance) for one in found):
        return list(found)
    columns = (by,) if by in ("affiliation", "source") else ()
    rows = list(scored_rows(found, columns=columns, report=report))  # what all share is said first
    return [_as_stance(row) for row in rows]


def _as_stance(row: Scored) -> Stance:
    if row.chances is None:
        raise UsageError(
            f"row {row.row} has a score and no label or p_*, so that its point would have no "
            "interval; give labels or probabilities, or smooth the scores with stance trend"
        )
    supports, neutral, refutes = (chance / sum(row.chances) for chance in row.chances)
    best = max(supports, neutral, refutes)
    return Stance(
        doc_id=row.doc_id or f"row {row.row}",
        source=row.source,
        date=row.date,
        holder=row.holder,
        holder_type=row.holder_type,
        affiliation=row.affiliation or None,
        claim_id=row.claim_id,
        claim=row.claim,
        stance=LABELS[(supports, neutral, refutes).index(best)],
        p_supports=supports,
        p_refutes=refutes,
        p_neutral=neutral,
        p_unrelated=0.0,
        confidence=best,
        conditional=False,
        status="ok",
        reason=None,
        statement_date=None,
        evidence=(),
    )


def _check_columns(row: Mapping[str, object], columns: Sequence[str]) -> None:
    needed = [["holder"], ["claim", "claim_id"], ["date"]]
    needed += [["score", "label", "stance", "p_supports"]]
    if not {"score", "label", "stance"} & row.keys():  # one probability is no score
        needed += [["p_refutes"]]
    needed += [[column] for column in columns]
    for choices in needed:
        if not any(choice in row for choice in choices):
            raise UsageError(
                f"the table has no column {' or '.join(map(repr, choices))} (it has: "
                f"{', '.join(map(str, row)) or 'none'}); name its columns holder, claim or "
                "claim_id, date, and score, label or p_supports and p_refutes"
            )


def _check_scores_follow(beside: Sequence[tuple[float, float]]) -> None:
    """Refuse scores that do not tell apart the labels beside them, given as (label, score) pairs.

    On the stance scale a score has the sign of its label, and beside neutral it is no more than
    half: so it is with p_supports - p_refutes and the likeliest label, always. On any other scale
    those of supports and refutes have to lie on their own sides of the middle between the two.
    """
    sides = {
        label: [score for known, score in beside if known == label] for label in (1.0, 0.0, -1.0)
    }
    middle, names = 0.0, {1.0: "supports", 0.0: "neutral", -1.0: "refutes"}
    if not on_stance_scale(score for _, score in beside):
        if not sides[1.0] or not sides[-1.0]:
            return
        middle = sum(math.fsum(sides[label]) / len(sides[label]) for label in (1.0, -1.0)) / 2
        sides[0.0] = []
    for label, scores in sides.items():
        astray = [
            score
            for score in scores
            if (label * (score - middle) <= 0 if label else abs(score) > 0.5)
        ]
        if len(astray) > _ASTRAY * len(scores):
            raise UsageError(
                f"the scores do not follow the labels beside them: {len(astray)} of {len(scores)} "
                f"rows labelled {names[label]} have such scores as {astray[0]:g}. If they say how "
                "sure the label is, drop or rename the column 'score', and the labels are counted; "
                "if the scores are meant, drop or rename the labels"
            )


def _first(row: Mapping[str, object], *columns: str) -> str:
    """The first of the columns that says something, as a name.

    Spaces around it are no part of a name, nor is the .0 of a number in a frame with gaps.
    """
    value = next((row[name] for name in columns if not missing(row.get(name))), "")
    name = str(value).strip()
    return name if isinstance(value, str) else name.removesuffix(".0")


def _label(row: Mapping[str, object]) -> str:
    """The label in small letters; a spreadsheet or a frame with gaps makes 1 into 1.0."""
    return _first(row, "label", "stance").lower().removesuffix(".0")


def person(holder: str, doc_id: str | None, place: int) -> str:
    """Who said something: the holder, or a name of its own where nobody is named."""
    return holder if holder and not is_unnamed(holder) else f"{holder}\0{doc_id or place}"


def _name(row: Scored, by: By) -> str:
    """The name of the series a row belongs to, as :func:`stance.utterances.group_key` gives it."""
    if by == "claim":
        return EVERYONE
    if by == "affiliation":
        return "" if is_unnamed(row.holder) else row.affiliation or row.holder
    return row.holder if by == "holder" else row.source


def _date(row: Mapping[str, object]) -> Date | None:
    value = row.get("date")
    if missing(value):
        return None
    try:
        return parse_date(value)
    except InputError as error:
        raise InputError(error.message, field="date") from None


def _score(row: Mapping[str, object]) -> float | None:
    """The row's score: ``score``, else p_supports − p_refutes, else its label's."""
    if not missing(row.get("score")):
        return None if _label(row) in _NO_STANCE else _number(row, "score")
    if not missing(row.get("p_supports")) and not missing(row.get("p_refutes")):
        chances = _chances(row)
        if _label(row) in IGNORED_LABELS - {""} or chances is None:
            return None
        return chances[0] - chances[2]
    label = _label(row)
    if label in IGNORED_LABELS:
        return None
    if label not in LABEL_SCORES:
        if _is_number(label):  # no slip of one row: the column holds grades, or numbers of classes
            raise UsageError(
                f"labels are numbers such as {label}, and only 1 (supports), 0 (neutral) and -1 "
                "(refutes) have a meaning as labels; call a column of grades 'score', or write "
                "supports, neutral, refutes"
            )
        raise InputError(
            f"the label {label!r} is unknown; use supports, neutral, refutes, or give a column "
            "'score' with a number",
            field="label",
        )
    return LABEL_SCORES[label]


def _chances(row: Mapping[str, object]) -> Chances | None:
    """The probabilities of a row that has them, or its label as certainty; scores have none."""
    if not missing(row.get("score")):
        return None
    if missing(row.get("p_supports")) or missing(row.get("p_refutes")):
        found = LABEL_SCORES.get(_label(row))
        return None if found is None else _CERTAIN[found]
    supports, refutes = _chance(row, "p_supports"), _chance(row, "p_refutes")
    given = None if missing(row.get("p_neutral")) else _chance(row, "p_neutral")
    if supports is None or refutes is None:
        return None
    neutral = max(1 - supports - refutes, 0.0) if given is None else given
    return (supports, neutral, refutes) if supports + neutral + refutes > 0 else None


def mean_chances(rows: Sequence[Scored]) -> Chances | None:
    """Mean probabilities of rows, where all have some."""
    known = [row.chances for row in rows if row.chances is not None]
    if len(known) < len(rows):
        return None
    supports, neutral, refutes = (
        math.fsum(column) / len(known) for column in zip(*known, strict=True)
    )
    return supports, neutral, refutes


def _chance(row: Mapping[str, object], name: str) -> float | None:
    value = _number(row, name)
    if value is not None:
        check_chance(value, name)
    return value


def _number(row: Mapping[str, object], name: str) -> float | None:
    value = row[name]
    try:
        parsed = float(value)  # type: ignore[arg-type]  # the except is the check
    except (TypeError, ValueError):
        raise InputError(f"{value!r} is not a number; write it like 0.5", field=name) from None
    except OverflowError:  # an integer of hundreds of digits
        parsed = math.inf
    if math.isnan(parsed):
        return None
    if abs(parsed) > _LARGEST:
        raise InputError(
            f"the number is infinite or beyond {_LARGEST:g}; give a smaller one", field=name
        )
    return parsed


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def on_stance_scale(scores: Iterable[float]) -> bool:
    """Whether scores can be read as p_supports − p_refutes: all within [−1, 1]."""
    return all(-1 - 1e-9 <= score <= 1 + 1e-9 for score in scores)
