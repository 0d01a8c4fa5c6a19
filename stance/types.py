"""The records that travel between the stages: plain, frozen, no behaviour beyond their own fields.

Every span is half open and counts characters of the document's text as it was read:
``document.text[start:end]``. Dates are :class:`Date`, which knows its precision.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from stance.reporting.notebook import Chart

HolderType = Literal["outlet", "speaker"]
AttributionKind = Literal["direct", "indirect", "mixed"]
Polarity = Literal["asserts", "denies", "declines"]
CueClass = Literal["reports", "endorses", "distances"]
PassageKind = Literal["body", "headline", "caption"]
Label = Literal["supports", "neutral", "refutes"]
StanceLabel = Literal["supports", "refutes", "neutral", "unrelated"]
Precision = Literal["day", "month", "year"]
By = Literal["holder", "affiliation", "source", "claim"]

LABELS: tuple[Label, ...] = ("supports", "neutral", "refutes")
"""Column order of every ``(n, 3)`` score array: entailment, neutral, contradiction."""


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A calendar date known to the day, the month or the year; ``str()`` gives ISO 8601.

    Ordering is by the first day the date can mean. Made by :func:`stance.dates.parse_date`.

    >>> str(Date(dt.date(2022, 10, 1), "month"))
    '2022-10'
    """

    start: dt.date
    precision: Precision = "day"

    def __str__(self) -> str:
        return self.start.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]


@dataclass(frozen=True, slots=True)
class Span:
    """``text == document.text[start:end]``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One dated text from one source. ``text`` is never altered: offsets index it as read."""

    id: str
    text: str
    source: str
    date: Date | None = None
    title: str | None = None
    url: str | None = None
    lang: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says what: a holder, the cue that says so, and the content spans.

    ``holder`` is the canonical name (see :mod:`stance.holders`); ``holder_start``/``holder_end``
    point at the words in the text, and are None where the speaker is only implied.
    ``polarity`` is what the cue does to the content ("denied that …" denies it, "would not say
    whether …" declines); ``cue_class`` is how far the outlet stands behind it; ``background``
    marks what was said before this document's news and told as history.
    """

    doc_id: str
    kind: AttributionKind
    holder: str
    holder_type: HolderType
    affiliation: str | None
    holder_start: int | None
    holder_end: int | None
    cue: str | None
    cue_start: int | None
    cue_end: int | None
    content: tuple[Span, ...]
    confidence: float
    reason: str = ""
    polarity: Polarity = "asserts"
    cue_class: CueClass = "reports"
    background: bool = False
    statement_date: Date | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A contiguous text of one document in one voice: ``document.text[start:end] == text``.

    ``premise`` is the passage as the model should read it: speaker and cue said in words, a
    context sentence where a pronoun needs one. ``attribution`` is where a speaker's words come
    from, None in the outlet's own voice. ``answers`` is what somebody else said that the words
    only point at ("denied the accusation"; :mod:`stance.replies`), or what a quotation is said to
    be about, empty elsewhere.
    """

    doc_id: str
    start: int
    end: int
    text: str
    holder: str
    holder_type: HolderType
    affiliation: str | None = None
    kind: PassageKind = "body"
    premise: str = ""
    attribution: Attribution | None = None
    answers: str = ""


@dataclass(frozen=True, slots=True)
class DetectedClaim:
    """A check-worthy statement found in a document, with its self-contained wording."""

    doc_id: str
    start: int
    end: int
    text: str
    holder: str
    holder_type: HolderType
    canonical: str
    claim_id: str
    checkworthiness: float
    status: Literal["ok", "ambiguous"]


@dataclass(frozen=True, slots=True)
class ClaimMember:
    """One place where a claim is made; ``copy_of`` is the document whose statement it reprints."""

    doc_id: str
    start: int
    end: int
    text: str
    holder: str
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement that can be true or false, or a position one can hold."""

    id: str
    text: str
    origin: Literal["given", "detected"] = "given"
    members: tuple[ClaimMember, ...] = ()
    first_date: Date | None = None
    first_holder: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may bear on a claim; ``score`` in [0, 1] is the matcher's, not the model's.

    ``about`` in [0, 1] is how far the passage's document tells of the claim's matter.
    """

    passage: Passage
    claim_id: str
    score: float
    about: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim span with the model's probabilities for it."""

    start: int
    end: int
    text: str
    p_supports: float
    p_refutes: float


@dataclass(frozen=True, slots=True)
class Stance:
    """A holder's position on a claim in one document. The four probabilities sum to 1.

    ``stance`` is None exactly where ``status`` is ``abstain``; ``reason`` then says why.
    """

    doc_id: str
    source: str
    date: Date | None
    holder: str
    holder_type: HolderType
    affiliation: str | None
    claim_id: str
    claim: str
    stance: StanceLabel | None
    p_supports: float
    p_refutes: float
    p_neutral: float
    p_unrelated: float
    confidence: float
    conditional: bool
    status: Literal["ok", "abstain"]
    reason: str | None
    statement_date: Date | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """One dated observation; ``score = p_supports - p_refutes`` with its interval."""

    date: Date
    doc_ids: tuple[str, ...]
    stance: StanceLabel
    score: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The dated stances of one holder on one claim, in order of date.

    ``by`` is what they were grouped by: with any but ``holder`` the points are of several people.
    It is no column of timelines.jsonl, which has the holders' own.
    """

    holder: str
    holder_type: HolderType
    claim_id: str
    claim: str
    points: tuple[TimelinePoint, ...]
    by: By = "holder"

    def plot(self) -> Chart:
        """A still chart of the timeline, an SVG that a notebook shows by itself.

        For several in one picture see :func:`stance.plot_timelines`.

        >>> Timeline("Ana Ruiz", "speaker", "c1", "The dam is safe.", ()).plot().svg[:4]
        '<svg'
        """
        from stance.reporting.notebook import plot_timelines

        return plot_timelines([self])

    def _repr_html_(self) -> str:
        return self.plot().svg


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of stance between two points of a timeline, with evidence on both sides.

    ``basis = "pairwise"`` carries ``probability``; ``basis = "test"`` carries p and q.
    """

    holder: str
    holder_type: HolderType
    claim_id: str
    claim: str
    stance_from: StanceLabel | None
    stance_to: StanceLabel | None
    date_before: Date
    date_after: Date
    doc_before: str | None
    doc_after: str | None
    delta: float
    basis: Literal["pairwise", "test"]
    probability: float | None
    p_value: float | None
    q_value: float | None
    kind: str
    evidence_before: tuple[Evidence, ...]
    evidence_after: tuple[Evidence, ...]
