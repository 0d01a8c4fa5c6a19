"""What an outlet tells itself in a sentence that also reports somebody's words.

A sentence with a reporting verb is cut at its content, and what stands before it is nobody's. For
stances that is right. As evidence it loses deeds: of "the mayor presented plans for a dam and urged
the council to approve it" only the urging would be left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stance.checkworthiness import has_finite_verb
from stance.furniture import lines
from stance.speech.cues import CUES
from stance.text import sentences
from stance.types import Attribution, Document, Passage

LEAST = 8
"""Words that a stretch needs to say something by itself."""

_TAIL = re.compile(
    r"[\s,;:—–\-“\"‘(]*(?:\s(?:and|but|or|as|that|which|who|whom|what|in|of|to|by|for|with|on|at))*"
    r"[\s,;:—–\-“\"‘(]*$"
)
_LEAD = re.compile(r"[\s,;:.)”\"’—–\-]*(?:(?:and|but|or)\s+)?")


def deeds(
    document: Document, attributions: Sequence[Attribution], known: Sequence[Passage]
) -> list[Passage]:
    """Passages in the outlet's voice for what ``known`` leaves out of reporting sentences.

    Where what is reported is no clause ("approved the plan", "urged the council to sign"), the
    whole sentence tells a deed. Where it is one, a stretch before or after the report counts
    that is a statement without it.

    >>> from stance.attribution import attribute, passages
    >>> doc = Document("d", "Mayor Ida Brandt presented her plan and urged a quick vote.", "Herald")
    >>> said = attribute([doc])
    >>> [(p.holder, p.text) for p in deeds(doc, said, passages(doc, said))]
    [('Herald', 'Mayor Ida Brandt presented her plan and urged a quick vote.')]
    """
    text = document.text
    told = [a for a in attributions if a.holder_type == "speaker"]
    found = []
    for line in lines(document):
        if line.kind == "furniture":
            continue
        for sentence in sentences(text, line.start, line.end):
            here = [a for a in told if _cue_in(a, sentence.start, sentence.end)]
            if here:
                for a, b in _stretches(text, sentence.start, sentence.end, here, known):
                    piece = text[a:b]
                    premise = re.sub(r"\s+", " ", piece)
                    found.append(
                        Passage(
                            document.id, a, b, piece, document.source, "outlet", premise=premise
                        )
                    )
    return found


def _cue_in(said: Attribution, start: int, end: int) -> bool:
    return said.cue_start is not None and start <= said.cue_start < end


def _stretches(
    text: str, start: int, end: int, here: Sequence[Attribution], known: Sequence[Passage]
) -> list[tuple[int, int]]:
    contents = [s for a in here for s in a.content if start <= s.start < end]
    by_verb = all((a.cue or "").split(" ")[-1].casefold() in CUES for a in here)
    if not (contents and by_verb) or any(a.kind == "direct" for a in here):
        return []
    if not any(has_finite_verb(span.text) for span in contents):
        return [(start, end)]
    cuts = [(p.start, p.end) for p in known if p.start < end and start < p.end]
    cuts += [
        (min(a.holder_start, a.cue_start), max(a.holder_end or 0, a.cue_end or 0))
        for a in here
        if a.holder_start is not None and a.cue_start is not None
    ]
    at, out = start, []
    for a, b in sorted([*cuts, (end, end)]):
        if a > at:
            out.append(_trimmed(text, at, min(a, end)))
        at = max(at, b)
    return [
        (a, b) for a, b in out if len(text[a:b].split()) >= LEAST and has_finite_verb(text[a:b])
    ]


def _trimmed(text: str, a: int, b: int) -> tuple[int, int]:
    lead = _LEAD.match(text, a, b)
    a = lead.end() if lead else a
    tail = _TAIL.search(text[a:b])
    return a, a + tail.start() if tail else b
