"""Check-worthy statements in documents: which sentences, whose, in words that stand alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stance.content import Statement, clause, statement
from stance.signals import only_reports
from stance.speech.quotes import find_quotes
from stance.text import sentences
from stance.types import DetectedClaim, Document, Passage
from stance.wording import TAG_QUESTION, Wording, reword, tidied

Rating = Callable[[Sequence[str]], NDArray[np.floating]]

MIN_WORDS = 4
CARRIED = 0.25
"""What a reporter found worth quoting is worth following, by so much more than a sentence of a
debate or a speech, which the check-worthiness is fitted on."""
REACH = 400
"""Characters over which "it" can take up what the same voice said before."""
_OWN_REPORT = re.compile(
    r"^\W*(?:He|She|It|They)\s+(?:also\s+|further\s+|then\s+)?"
    r"(?:said|says|noted|added|stated|stressed|explained|insisted|argued|warned|emphasi[sz]ed|"
    r"pointed out|recalled|claimed|maintained)\s+that\s+"
)
_NOT_SAYING = re.compile(
    r"\b(?:we|I|they)\s+(?:have\s+|had\s+)?(?:reported|told|said|warned|noted)\b"
    r"|\breported\s+(?=(?:\d|all\b|an?\b|no\b|its\b|their\b|more\b|fewer\b|only\b))"
    r"|(?<!\bit\s)(?<!\bhe\s)(?<!\bshe\s)\b(?:states|reports|claims|notes)\b(?!\s*(?:that\b|[,:“\"]))",
    re.IGNORECASE,
)
"""Words of saying that are something else: "member states", "these reports", "reported a loss"."""
_PERSON = re.compile(r"\W*(?:he|she)\b", re.IGNORECASE)


def statements(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    rating: Rating,
    threshold: float,
) -> list[DetectedClaim]:
    """The statements rated at least ``threshold``, in order; ``claim_id`` is still empty.

    >>> text = "The port lost 200 jobs in 2023. Good morning, everybody."
    >>> passage = Passage("d", 0, len(text), text, "The Post", "outlet")
    >>> from stance.checkworthiness import checkworthiness
    >>> [s.text for s in statements([Document("d", text, "The Post")], [passage],
    ...                             checkworthiness, 0.5)]
    ['The port lost 200 jobs in 2023.']
    """
    texts = {d.id: d.text for d in documents}
    order = {d.id: number for number, d in enumerate(documents)}
    parts = [part for p in passages if p.doc_id in texts for part in _parts(p, texts[p.doc_id])]
    parts.sort(key=lambda part: (order[part.passage.doc_id], part.start))
    scores = np.asarray(rating([p.said.text for p in parts]), np.float64)
    kept: list[DetectedClaim] = []
    told: dict[tuple[str, str], tuple[int, str]] = {}
    for part, score in zip(parts, _chosen(parts, scores).tolist(), strict=True):
        document = texts[part.passage.doc_id]
        wording = _worded(part, document, _said_before(part, document, told))
        voice = part.passage.doc_id, part.passage.holder
        told[voice] = part.end, wording.text
        # Who spoke is not what was said; that is a passage of its own.
        if score >= threshold and not _relays(part):
            kept.append(_detected(part, document, score, wording))
    return kept


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence of a passage, where it stands in the document, its words without who says them,
    and the statement it makes."""

    passage: Passage
    start: int
    end: int
    words: str
    said: Statement
    quoted: bool
    opens: bool


def _parts(passage: Passage, document: str) -> Iterator[_Part]:
    """The statements of a passage: its sentences of more than a few words."""
    if passage.kind == "caption":
        return
    for s in sentences(passage.text):
        end = passage.start + s.end
        start, words = clause(passage, passage.start + s.start, end, document)
        if len(words.split()) < MIN_WORDS:
            continue
        whole = start == passage.start + s.start
        words = TAG_QUESTION.sub(".", _OWN_REPORT.sub("", words) if whole else words)
        a = passage.attribution
        quoted = a is not None and (a.kind == "direct" or _between_quotes(document, start))
        opens = a is not None and a.cue_start is not None and a.cue_start > start
        said = statement(passage, words) if whole else Statement(words, True)
        yield _Part(passage, start, end, words, said, quoted, opens or not whole)


def _between_quotes(document: str, at: int) -> bool:
    """Whether a statement begins at or behind an opening quotation mark of its paragraph."""
    begin = document.rfind("\n", 0, at) + 1
    end = document.find("\n", at)
    quotes = find_quotes(document, begin, len(document) if end < 0 else end)
    return any(quote.start <= at < quote.inner_end for quote in quotes)


def _chosen(parts: Sequence[_Part], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores, with what speaks for a statement that a reporter found worth carrying."""
    spoken = np.array([p.passage.holder_type == "speaker" for p in parts], bool)
    return np.where(spoken & (scores > 0), 1 - (1 - scores) * (1 - CARRIED), scores)


def _relays(part: _Part) -> bool:
    """True where the news of a sentence is that somebody spoke: not "we reported 20 cases"."""
    said = part.said.text
    if said.strip(" .") not in part.passage.text:
        return False  # "Lee denied reports that …": told as the speaker's own position
    return only_reports(part.passage, _NOT_SAYING.sub(" ", said))


def _said_before(
    part: _Part, document: str, told: Mapping[tuple[str, str], tuple[int, str]]
) -> str:
    """The sentence that a pronoun may take up: what the speaker said just before where he is
    quoted, else the one before in the document."""
    passage = part.passage
    if part.quoted:
        end, words = told.get((passage.doc_id, passage.holder), (-REACH, ""))
        return words if part.start - end < REACH else ""
    ahead = document[max(0, part.start - REACH) : part.start]
    found = [s.text for s in sentences(ahead)]
    opens = not ahead.strip() or re.search(r"[.!?…][”\"’')]*\s*$|\n\s*$", ahead)
    found = found if opens else found[:-1]
    return found[-1] if found else ""


def _worded(part: _Part, document: str, before: str) -> Wording:
    """The statement in words that stand alone, as far as the text before it settles them."""
    passage, said = part.passage, part.said
    speaker = passage.holder_type == "speaker"
    # "Its level fell, the board said": what opens a sentence takes up the one before, but for
    # people, who are most often told about themselves.
    wording = reword(
        said.text,
        document[: part.start],
        holder=passage.holder,
        affiliation=passage.affiliation,
        speaker=speaker,
        reported=speaker and not part.quoted and (not part.opens or bool(_PERSON.match(said.text))),
        previous=before,
        aside=_aside(passage, part.start, document),
    )
    return replace(wording, clear=wording.clear and said.whole)


def _detected(part: _Part, document: str, score: float, wording: Wording) -> DetectedClaim:
    """A row; what is not clear keeps its own words, for a guess at what it says may be wrong."""
    passage = part.passage
    return DetectedClaim(
        doc_id=passage.doc_id,
        start=part.start,
        end=part.end,
        text=document[part.start : part.end],
        holder=passage.holder,
        holder_type=passage.holder_type,
        canonical=wording.text if wording.clear else tidied(part.words),
        claim_id="",
        checkworthiness=score,
        status="ok" if wording.clear else "ambiguous",
    )


def _aside(passage: Passage, start: int, document: str) -> str:
    """What stands between a speaker's name and his words, without the verb of speech."""
    said = passage.attribution
    if said is None or said.holder_end is None or said.cue_start is None or said.cue_end is None:
        return ""
    if not said.holder_end <= said.cue_start < start or start - said.holder_end > REACH:
        return ""
    return document[said.holder_end : said.cue_start]
