"""From the text of one document to reports in character offsets, before holders are resolved.

Quotations become single tokens, sentences are joined over them, and every sentence goes through
the grammar of :mod:`stance.speech.clauses`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stance.furniture import Line
from stance.speech.answers import ANSWERED, answer
from stance.speech.attitudes import ATTITUDE, FREE, attitude, backshifted, shifted
from stance.speech.clauses import reports
from stance.speech.cues import CUES
from stance.speech.interviews import TURN, Turn, turns
from stance.speech.neighbours import SIGNED, leads_to, signature
from stance.speech.quotes import Quote, find_quotes
from stance.speech.rules import RELAYED, Report
from stance.speech.subjects import first_noun_phrase
from stance.speech.tags import Tokens, tokenize
from stance.text import sentences
from stance.types import Document

Range = tuple[int, int]
GOES_ON = "X goes on"
"""The rule of a sentence that quotes in passing whoever spoke in the sentence before it."""
_FEWEST_WORDS = 3  # between quotation marks; fewer may be anybody's or nobody's
TOKEN_HEAD = "token head"
"""The rule of what a token head found and no rule did."""


@dataclass(frozen=True, slots=True)
class Found:
    """A report in character offsets.

    ``quoted`` says for each content span whether it is a quotation, ``mixed`` whether quoted words
    stand inside an indirect content. ``line`` numbers the paragraph; ``opens_line``,
    ``fills_line`` and ``unclosed`` tell how its quotations sit there. ``probability`` and
    ``opinion`` are set by a token head; 0 means the rule decides.
    """

    source: Range | None
    cue: Range | None
    content: tuple[Range, ...]
    rule: str
    lemma: str = ""
    antecedent: Range | None = None
    sentence: Range = (0, 0)
    line: int = 0
    quoted: tuple[bool, ...] = ()
    mixed: bool = False
    opens_line: bool = False
    fills_line: bool = False
    unclosed: bool = False
    probability: float = 0.0
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class Tagged:
    """Character spans of one attribution and how probable it is, as rules and heads see it."""

    holder: Range | None
    cue: Range | None
    content: tuple[Range, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, what the rules found in it, and which parts of it a second opinion is asked on."""

    text: str
    found: Sequence[Tagged]
    parts: Sequence[Range]


def find(document: Document, laid_out: Sequence[Line]) -> list[Found]:
    """All reports of a document whose ``laid_out`` lines are known, page furniture left out.

    >>> from stance.furniture import lines
    >>> document = Document("d", "“It is safe,” Anna Lee said.", "Herald")
    >>> found = find(document, lines(document))
    >>> found[0].source, found[0].rule
    ((14, 22), 'quote, X said')
    """
    text = document.text
    found: list[Found] = []
    spoken = turns(text, document.source, laid_out)
    done = -1  # the line that was read with the one before it
    for number, line in enumerate(laid_out):
        if line.start >= line.end or number == done:
            continue
        turn = spoken.get(number)
        beside = number + 1 < len(laid_out) and number + 1 not in spoken
        below = laid_out[number + 1] if beside else None
        if turn is not None and turn.speaker is not None:
            found.append(_turn(turn, line, number))
        elif turn is not None:
            found += _find_in_line(text, replace(line, start=turn.words[0]), number)
        elif below and leads_to(text, line, below):
            found += _find_in_both(text, line, below, number)
            done = number + 1
        elif below and (name := signature(text, line, below)):
            found += _signed(_find_in_line(text, line, number), line, number, name)
            done = number + 1
        elif line.kind != "furniture":
            found += _find_in_line(text, line, number)
    return found


def _find_in_both(text: str, line: Line, below: Line, number: int) -> list[Found]:
    """What a paragraph that ends in a colon reports, and the quotation in the one below it.

    The quotation counts to its own paragraph. It needs no lead if it has a reporting clause of its
    own, and the lead must have a verb of speech ("It has three rules: …" says nothing).
    """
    alone = _find_in_line(text, below, number + 1)
    both = _find_in_line(text, replace(below, start=line.start, kind="body"), number)
    said = [f for f in both if f.content[-1][1] > line.end]
    speak = all(f.lemma and CUES[f.lemma].frames & set("st") for f in said)
    if not speak or any(f.source for f in alone):
        return _find_in_line(text, line, number) + alone
    return [_below(f, line, below, number + 1) if f in said else f for f in both]


def _below(found: Found, line: Line, below: Line, number: int) -> Found:
    """A report whose quotation stands in the paragraph below its clause."""
    content: list[Range] = []
    for a, b in found.content:
        parts = ((a, line.end - 1), (below.start, b)) if a < line.end < b else ((a, b),)
        content += [part for part in parts if part[0] < part[1]]
    return replace(
        found,
        content=tuple(content),
        quoted=tuple(a >= below.start for a, _ in content),
        line=number,
        opens_line=True,
        fills_line=content[-1][1] >= below.end - 1,
    )


def _signed(found: list[Found], line: Line, number: int, name: Range) -> list[Found]:
    """A paragraph with its speaker in the line under it, unless it names another one itself."""
    if any(f.source for f in found):
        return found
    whole = (line.start, line.end)
    signed = Found(name, None, (whole,), SIGNED, sentence=whole, line=number, quoted=(True,))
    return [replace(signed, opens_line=True, fills_line=True)]


def _turn(turn: Turn, line: Line, number: int) -> Found:
    """The words of a turn: direct speech without quotation marks."""
    return Found(
        turn.label,
        None,
        (turn.words,),
        TURN,
        antecedent=turn.speaker,
        sentence=(line.start, line.end),
        line=number,
        quoted=(True,),
        opens_line=turn.label is None,
        fills_line=turn.label is None,
    )


def from_spans(text: str, laid_out: Sequence[Line], one: Tagged) -> Found:
    """A report that a token head found, with the sentence and the quotation marks around it."""
    number = max(0, bisect_right(laid_out, one.content[0][0], key=lambda line: line.start) - 1)
    line = laid_out[number]
    quotes = find_quotes(text, line.start, line.end)
    content = tuple(_with_marks(a, b, quotes) for a, b in one.content)
    touched = [span for span in (one.holder, one.cue, *content) if span is not None]
    first, last = min(a for a, _ in touched), max(b for _, b in touched)
    around = [s for s in sentences(text, line.start, line.end) if s.start < last and first < s.end]
    words = text[slice(*one.cue)].lower().split() if one.cue else []
    if "questions" in words[1:]:
        words = words[: words.index("questions")]  # "did not answer questions about": no verb
    word = next((CUES[w] for w in reversed(words) if w in CUES), None)  # "did not comment on"
    return Found(
        one.holder,
        one.cue,
        content,
        TOKEN_HEAD,
        lemma=word.lemma if word else "",
        antecedent=_antecedent(text, one.holder) if one.holder else None,
        sentence=(around[0].start, around[-1].end) if around else (first, last),
        line=number,
        quoted=tuple(any(q.start <= a and b <= q.end for q in quotes) for a, b in content),
        mixed=any(a < q.end and q.start < b for a, b in content for q in quotes),
        probability=one.probability,
    )


_RELATIVE = frozenset(("who", "which", "that", "whom", "whose"))
_PHRASE_BEFORE = re.compile(
    r"((?:[A-Z][\w’'.-]*\s){0,3}[A-Z][\w’'-]*|(?:\b(?i:the|an?|some|many|his|her|their)\s)?"
    r"(?:\b[a-z][\w’'-]*\s){0,2}\b[a-z][\w’'-]*),?\s$"
)


_IN_RELATIVE = re.compile(
    r"((?:[A-Z][\w’'.&-]*\s){0,3}[A-Z][\w’'&-]*),\s(?:which|who)\s([^,.;]{3,80})$"
)
""" "MetroBus, which runs the network, has offered": no network offers anything."""


def _antecedent(text: str, holder: Range) -> Range | None:
    """What "who" stands for: the name or the short phrase before it."""
    if text[slice(*holder)].lower() not in _RELATIVE:
        inside = _IN_RELATIVE.search(text, max(0, holder[0] - 120), holder[1])
        return inside.span(1) if inside and inside.end(2) >= holder[1] else None
    before = _PHRASE_BEFORE.search(text, max(0, holder[0] - 60), holder[0])
    return before.span(1) if before else None


def _find_in_line(text: str, line: Line, number: int) -> list[Found]:
    quotes = find_quotes(text, line.start, line.end)
    direct: list[Quote] = []
    for quote in quotes:
        if _is_direct(text, quote, line) or (direct and _resumes(text, direct[-1], quote)):
            direct.append(quote)
    embedded = [q for q in quotes if q not in direct]
    found: list[Found] = []
    spoke: Found | None = None
    for left, right in _outer_sentences(text, line, quotes):
        tokens = tokenize(
            text, left, right, direct, quoted=embedded, title_case=line.kind == "headline"
        )
        told = reports(tokens, is_headline=line.kind == "headline")
        if not told and spoke is not None and _names_nobody(tokens):
            here = (left + _blanks(text, left), right)
            if _quotes_some(text, left, right, embedded):
                found.append(_continued(spoke, here, number, GOES_ON, mixed=True))
                continue
            if _freely(text, spoke, tokens):
                spoke = _free(spoke, here, number)
                found.append(spoke)
                continue
        if not told and (opened := _opened(tokens, (left, right), number)):
            spoke = opened
            continue
        for report in told:
            item = _in_characters(report, tokens, (left, right), quotes, line, number)
            if item.source and item.rule == "X: words" and text[slice(*item.source)].isupper():
                whole = (item.content[0][0], line.end)  # a turn in a transcript
                return [*found, replace(item, content=(whole,))]
            if item.rule == "continued" and found and any(found[-1].quoted):
                found[-1] = _joined(found[-1], item)
            else:
                found += _with_answer(text, item)
        spoke = next((f for f in reversed(found) if told and f.source and f.rule != RELAYED), None)
    return found


def _with_answer(text: str, said: Found) -> list[Found]:
    """A report, and the denial that stands behind it in its sentence."""
    if not said.content or said.content[-1][0] < (said.cue or said.content[-1])[0]:
        return [said]
    last = said.content[-1]
    found = answer(text, last, said.sentence[1], said.lemma)
    if found is None or said.quoted[-1]:
        return [said]
    return [
        replace(said, content=(*said.content[:-1], (last[0], found.end))),
        Found(
            found.who,
            found.cue,
            (found.denied,),
            ANSWERED,
            "deny",
            antecedent=found.meant,
            sentence=said.sentence,
            line=said.line,
            quoted=(False,),
            mixed=said.mixed,
        ),
    ]


def _opened(t: Tokens, sentence: Range, number: int) -> Found | None:
    """An attitude without content, which the next sentences may explain: "Ortiz was unmoved."."""
    report = attitude(t, sum(tag != "." for tag in t.tags))
    if report is None or report.content or report.source is None or report.cue is None:
        return None
    source, cue = report.source, report.cue
    return Found(
        (t.starts[source[0]], t.ends[source[1] - 1]),
        (t.starts[cue[0]], t.ends[cue[1] - 1]),
        (),
        ATTITUDE,
        sentence=sentence,
        line=number,
    )


def _freely(text: str, before: Found, t: Tokens) -> bool:
    """Whether a sentence that neither reports nor names anybody goes on with what was said before
    it: told in the same tenses, behind an attitude or words that stand in them too."""
    if before.rule in (ATTITUDE, FREE):
        return shifted(t, plain=True)
    if before.cue is None or all(before.quoted):
        return False
    cue = text[slice(*before.cue)].lower().split()
    words = text[slice(*before.content[-1])].lower().split()
    past = cue[0] != "had" and any("past" in CUES[w].forms for w in cue if w in CUES)
    return past and backshifted(words) and shifted(t, plain=False) and _about_it(t, set(words))


def _about_it(t: Tokens, words: set[str]) -> bool:
    """Whether the subject goes back to what was said: a pronoun, none of it, a noun from it. Of
    anything else the outlet may tell ("The talks had lasted two days.")."""
    about = first_noun_phrase(t, len(t.tags))
    if about is None or t.tags[about[0]] == "P" or t.lows[about[0]] in ("no", "none", "nothing"):
        return about is not None
    nouns = [
        w for w, tag in zip(t.lows[slice(*about)], t.tags[slice(*about)], strict=True) if tag == "n"
    ]
    return bool(nouns) and nouns[-1] in {word.strip(",.;") for word in words}


def _free(before: Found, sentence: Range, number: int) -> Found:
    """The sentence as words of whoever spoke before; an attitude's first is its content."""
    if not before.content:
        return replace(before, content=(sentence,), quoted=(False,))
    return _continued(before, sentence, number, FREE)


def _quotes_some(text: str, left: int, right: int, embedded: Sequence[Quote]) -> bool:
    inside = [text[q.inner_start : q.inner_end] for q in embedded if left <= q.start < right]
    return any(len(words.split()) >= _FEWEST_WORDS for words in inside)


def _names_nobody(t: Tokens) -> bool:
    """A sentence that neither opens with when or where nor is about somebody else by name."""
    if t.lows[:1] == ["there"]:
        return True
    about = first_noun_phrase(t, len(t.tags))
    return t.tags[:1] not in tuple("psT") and about is not None and "N" not in t.tags[slice(*about)]


def _blanks(text: str, at: int) -> int:
    return len(text[at:]) - len(text[at:].lstrip())


def _continued(
    before: Found, sentence: Range, number: int, rule: str, *, mixed: bool = False
) -> Found:
    """ "She was sorry, Lee said. The dam would be mended “before the snow”.": Lee said that too."""
    return Found(
        None,
        None,
        (sentence,),
        rule,
        antecedent=before.antecedent or before.source,
        sentence=sentence,
        line=number,
        quoted=(False,),
        mixed=mixed,
    )


def _joined(before: Found, item: Found) -> Found:
    """Quotations after a reporting clause go on with its content."""
    return replace(
        before,
        content=before.content + item.content,
        quoted=before.quoted + item.quoted,
        unclosed=item.unclosed,
    )


def _in_characters(
    report: Report,
    tokens: Tokens,
    sentence: Range,
    quotes: Sequence[Quote],
    line: Line,
    number: int,
) -> Found:
    starts, ends = tokens.starts, tokens.ends

    def chars(r: Range | None) -> Range | None:
        return None if r is None else (starts[r[0]], ends[r[1] - 1])

    spans = [_with_marks(starts[r[0]], ends[r[1] - 1], quotes) for r in report.content]
    quoted = tuple(any(q.start <= a and b <= q.end for q in quotes) for a, b in spans)
    touching = [q for q in quotes if any(a < q.end and q.start < b for a, b in spans)]
    return Found(
        source=chars(report.source),
        cue=chars(report.cue),
        content=tuple(spans),
        rule=report.rule,
        lemma=report.lemma,
        antecedent=chars(report.antecedent),
        sentence=sentence,
        line=number,
        quoted=quoted,
        mixed=bool(touching),
        opens_line=spans[0][0] == line.start,
        fills_line=spans[0][0] == line.start and spans[-1][1] >= line.end - 1,
        unclosed=bool(touching) and not touching[-1].closed,
    )


_SHORT = 60  # characters of a quotation that a clause before it may bring along


def _with_marks(a: int, b: int, quotes: Sequence[Quote]) -> Range:
    """A span that ends inside the marks of a quotation takes them along, and one that runs into a
    short quotation takes the whole of it: "puts the bill at “twelve, tops”"."""
    for q in quotes:
        if q.start < b <= q.end and q.end - b <= (_SHORT if a < q.start else 3):
            b = q.end
        if q.start < a < q.end and a - q.start <= 3:
            a = q.start
    return a, b


_NEAR = 300  # characters around a quotation that say what it is; all of a long line would be slow
_SENTENCE_LIKE = re.compile(r"(?:\[?[A-Z0-9À-Þ@#$€£(]|\.\.\.|…)")


def _is_direct(text: str, quote: Quote, line: Line) -> bool:
    """A quotation that is a statement of its own, not a few words inside a sentence."""
    inner = text[quote.inner_start : quote.inner_end].strip()
    before = text[max(line.start, quote.start - _NEAR) : quote.start].rstrip()
    after = text[quote.end : min(line.end, quote.end + _NEAR)]
    capital = bool(_SENTENCE_LIKE.match(inner))
    ends_speech = inner[-1:] in tuple(",?!.…-—")
    long = len(inner.split()) >= 3
    if _GOES_ON.match(after) and not ends_speech:
        return False
    if not before or before[-1] in ".!?”\"’'":
        return ends_speech or (capital and (long or _is_cue_clause(after)))
    if before[-1] == ":":
        return capital or long
    if before[-1] in ",;—–-":
        cued = _is_cue_clause(after)
        return (capital and (long or cued)) or (
            ends_speech and before[-1] == "," and (long or cued)
        )
    word = re.search(r"[\w’']+$", before[-40:])
    cue = CUES.get(word.group().lower()) if word else None
    return capital and long and cue is not None and bool(cue.frames & {"s", "t"})


def _resumes(text: str, before: Quote, quote: Quote) -> bool:
    """Whether a quotation goes on after a reporting clause: "“The plan,” Lee said, “failed.”"."""
    between = text[before.end : quote.start]
    if len(between) > _NEAR or between.rstrip()[-1:] != "," or _WORD_END.search(between):
        return False
    ends = text[quote.inner_end - 1] in ",?!.…-—" or text[quote.end : quote.end + 1] in ("", ".")
    words = (word.strip(",").lower() for word in between.split())
    return ends and any("s" in CUES[word].frames for word in words if word in CUES)


_WORD_END = re.compile(r"[a-z]{4,}[.!?]\s")
_GOES_ON = re.compile(
    r"\s+(?!(?:he|she|they|the|a|an|said|says|told|added|wrote|according)\b)[a-z]"
)


def _is_cue_clause(after: str) -> bool:
    """Whether a speech verb stands among the next words."""
    words = (w.strip(".,").lower() for w in after.split(None, 6)[:6])
    return any("s" in CUES[w].frames for w in words if w in CUES)


_PARTY_STATE = re.compile(r"[A-Z]-[A-Z]\.$")  # "R-S.D." goes on


def _outer_sentences(text: str, line: Line, quotes: Sequence[Quote]) -> list[Range]:
    """Sentences of a paragraph in which neither a quotation nor what leads to it is cut."""
    pieces: list[Range] = []
    left = line.start
    body = text[line.start : line.end].replace("``", " “")  # as long, and known to open a sentence
    for sentence in sentences(body):
        end = line.start + sentence.end
        leads = text[end - 1] == ":" and end < line.end  # into the quotation in the next paragraph
        inside = _PARTY_STATE.search(body, sentence.end - 4, sentence.end) and end < line.end
        if leads or (inside and not text[end].isspace()):
            continue
        if any(q.start < end < q.end for q in quotes):
            continue
        pieces.append((left, end))
        left = end
    if text[left : line.end].strip():
        pieces.append((left, line.end))
    return pieces
