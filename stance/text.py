"""Sentences, paragraphs and headers of a text with exact offsets, and a guess at its language.

Offsets are what everything downstream stands on, so nothing here ever returns altered text:
every :class:`~stance.types.Span` satisfies ``text[span.start:span.end] == span.text``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from stance.types import Span

# Sentence rules come from sentencex (Wikimedia), which knows abbreviations and initials. Against
# pysbd it is some hundred times faster and loses no text, against blingfire it does not split
# "Gen. Smith". It treats a quotation as one unbreakable unit and stumbles where a quotation mark is
# missing, so it sees the text with marks blanked out; the rules below put right what is left.
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_QUOTES = re.compile(r"[“”„‟«»‹›\"]|(?<!\w)['‘’‚]|['‘’](?!\w)")
_ASIDE = re.compile(r"(?:^|(?<=[.!?…][ ”\"’']) ?)(\()[^()]*[.!?…][”\"’']?(\))")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CLOSERS = "”’\"'»›)]"
_TAIL = re.compile(rf"[{re.escape(_CLOSERS)}]*")
# A mark of the end that sentencex passes over: "no." as a word, "on X.", the ellipsis as one
# character, a bracketed sentence, closing marks without a blank after them.
_MISSED = re.compile(
    r"(?:\b[Nn]o\.(?=[”\"’']*\s+[^\W\d])|\b(?:on|to|via) X\.|…(?=[”\"’']*\s)"
    r"|[.!?…][”\"’']?\)|[.!?]”(?=[“A-Z]))"
    r"[”\"’')\]]*(?=\s*[“‘«\"'(\[]?[A-Z])"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:Ms|Mx|Atty|Amb|Ald|Treas|Insp|Supt|Att|Asst|Assoc|Spc|Sens|Reps|Gens|Gov|Govs|Dist"
    r"|approx|vol|vols|ch|tel|cf|viz|ca|vs|[Nn]os|fig|figs|est|incl|Msgr|Fr|Sr|Sra|Mme|Mlle)\.$"
)
_CLOCK = re.compile(r"\d ?(?:a\.m|p\.m|A\.M|P\.M)\.$")
_AFTER_CLOCK = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov"
    r"|Dec)[a-z]*\.? \d|[A-Z]{2,4}\b|(?:Eastern|Central|Pacific|Mountain|Greenwich|[A-Z]\w+ time)\b"
)
_ASKED = re.compile(r"[?!…][”\"’'»]+$")
_SPEECH_TAG = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov)\. |(?:[A-Z][\w’'-]*|[A-Z]\.) ){1,4}"
    r"(?:said|says|asked|asks|added|adds|told|wrote|writes|replied|tweeted|posted|declared|warned"
    r"|insisted|exclaimed|shouted|quipped|demanded|wondered|continued|concluded|noted|argued|yelled"
    r"|cried|interjected|snapped|joked|laughed|pleaded|retorted|countered"
    r"|(?:called|cried|burst) out|(?:shot|hit|fired|snapped) back|(?:chimed|cut|butted) in)\b"
)
_ALNUM = re.compile(r"[^\W_]")
_VIEW = 80  # characters on either side of a cut that decide; keeps long paragraphs linear
_TERMINAL = re.compile(r"[.!?…:;][”\"’'»)\]]*$")


def paragraphs(text: str) -> list[Span]:
    r"""The paragraphs of ``text``, in order, without the blanks around them.

    A line break of any kind ends a paragraph, as in text taken from web pages, unless the lines
    are hard-wrapped: a line of 40 to 100 characters that stops in mid-sentence before a
    lower-case word goes on in the next one, and so do its equally long neighbours.

    >>> [p.text for p in paragraphs(" First.\nSecond.\n\n Third. ")]
    ['First.', 'Second.', 'Third.']
    """
    lines = [m.span() for m in _LINE.finditer(text) if not m[0].isspace()]
    spans: list[Span] = []
    for first, last in _blocks(text, lines):
        start, end = lines[first][0], lines[last][1]
        body = text[start:end]
        start += len(body) - len(body.lstrip())
        end -= len(body) - len(body.rstrip())
        spans.append(Span(start, end, text[start:end]))
    return spans


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of ``text[start:end]``, with offsets into ``text``.

    Every character that is not white space belongs to exactly one sentence; a closing quotation
    mark or bracket stays with the sentence it closes; a sentence never crosses a paragraph.
    A quotation of several sentences gives several spans. Rules are those of English.

    >>> [s.text for s in sentences("“We met U.S. senators. It is on,” Gen. Li said. He left.")]
    ['“We met U.S. senators.', 'It is on,” Gen. Li said.', 'He left.']
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    for paragraph in paragraphs(text[start:end]):
        base, body = start + paragraph.start, paragraph.text
        cuts = [0, *_cuts(body), len(body)]
        for left, right in itertools.pairwise(cuts):
            piece = body[left:right]
            left += len(piece) - len(piece.lstrip())
            right -= len(piece) - len(piece.rstrip())
            spans.append(Span(base + left, base + right, body[left:right]))
    return spans


def _blocks(text: str, lines: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """First and last line of each paragraph: single lines, but hard-wrapped ones together."""
    first = 0
    while first < len(lines):
        last = first
        while last + 1 < len(lines) and _adjacent(text, lines[last][1], lines[last + 1][0]):
            last += 1
        if last > first and _wrapped(text, lines[first : last + 1]):
            yield first, last
        else:
            yield from ((i, i) for i in range(first, last + 1))
        first = last + 1


def _adjacent(text: str, end: int, start: int) -> bool:
    gap = text[end:start]
    return len(gap) == 1 or gap == "\r\n"


def _wrapped(text: str, lines: list[tuple[int, int]]) -> bool:
    stripped = [text[s:e].strip() for s, e in lines]
    if not all(40 <= len(line) <= 100 for line in stripped[:-1]):
        return False
    return any(
        below[0].islower() and not _TERMINAL.search(above)
        for above, below in itertools.pairwise(stripped)
    )


def _cuts(body: str) -> list[int]:
    """Where the sentences after the first one begin, in a single paragraph."""
    found = {m.end() for m in _MISSED.finditer(body)}
    found.update(_outside(body, cut) for cut in _library_cuts(body))
    last = len(body) - _next_alnum(body[::-1], 0) - 1
    caseless = body.islower()
    cuts: list[int] = []
    first = _next_alnum(body, 0)
    for cut in sorted(found):
        # Marks without a word belong to the sentence before them, or after them at the very start.
        if first < cut <= last and _is_boundary(
            body[max(0, cut - _VIEW) : cut].rstrip(), body[cut : cut + _VIEW].lstrip(), caseless
        ):
            cuts.append(cut)
            first = _next_alnum(body, cut)
    return cuts


def _next_alnum(body: str, start: int) -> int:
    match = _ALNUM.search(body, start)
    return match.start() if match else len(body)


def _library_cuts(body: str) -> list[int]:
    import sentencex

    masked = _SURROGATE.sub("\ufffd", _QUOTES.sub(" ", body)).translate(_BLANKS)
    brackets = {m.start(group) for m in _ASIDE.finditer(body) for group in (1, 2)}
    if brackets:
        masked = "".join(" " if i in brackets else char for i, char in enumerate(masked))
    # Cheaper than get_sentence_boundaries, and the pieces always join to what was given.
    return list(itertools.accumulate(map(len, sentencex.segment("en", masked))))[:-1]


# The library takes a line break for a paragraph's end, and aborts on some wide blanks (1.0.32).
_BLANKS = dict.fromkeys(
    [
        *(*range(0x09, 0x0E), *range(0x1C, 0x20), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)),
        *(0x2028, 0x2029, 0x202F, 0x205F, 0x3000),
    ],
    " ",
)


def _outside(body: str, cut: int) -> int:
    """Move a cut from the next word back to just after the closing marks of the sentence."""
    left = cut
    while left > 0 and (body[left - 1].isspace() or _QUOTES.match(body, left - 1)):
        left -= 1
    if left > 0 and body[left - 1] in "([":
        left -= 1
        while left > 0 and body[left - 1].isspace():
            left -= 1
    tail = _TAIL.match(body, left)
    return min(tail.end(), cut) if tail else left


def _is_boundary(before: str, after: str, caseless: bool) -> bool:
    """Whether a sentence ends between two texts, of which only the near ends are given."""
    word = after.lstrip("“‘«\"'([")[:2]
    if word[:1].islower() and not word[1:].isupper() and not caseless:
        return False  # "Yahoo! said"; but "iPhone" begins a sentence, and some write no capitals
    if after[:1] in ",;:":
        return False
    if _CLOCK.search(before) and _AFTER_CLOCK.match(after):
        return False
    if _ASKED.search(before) and _SPEECH_TAG.match(after):
        return False  # “Is it over?” Lee asked.
    return not _ABBREVIATION.search(before)


_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.*?)(?<=\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.S)
_FIELD = re.compile(r"^([A-Za-z][\w-]*)[ \t]*:[ \t]+(.+?)[ \t]*\r?$", re.M)
_FRONT_FIELDS = frozenset(
    "id source date title url lang author authors description tags section publisher".split()
)
_DATE_PREFIX = re.compile(
    r"\s*[Dd](?:ate|ATE)[ \t]*:?[ \t]+([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9-])[ \t]*"
)


def header(text: str) -> tuple[dict[str, str], int]:
    """The fields a text states about itself before it begins, and the offset where it begins.

    Two forms are read: front matter (``key: value`` lines between two lines of ``---``) and a
    leading ``date YYYY-MM-DD``. Keys are in lower case, values without quotation marks around
    them. Without a header the result is ``({}, 0)``.

    >>> header("---\\nsource: The Ledger\\n---\\nRain fell.")
    ({'source': 'The Ledger'}, 27)
    >>> header(" date 2022-10-12 Rain fell.")
    ({'date': '2022-10-12'}, 17)
    """
    fields: dict[str, str] = {}
    end = 0
    front = _FRONT_MATTER.match(text)
    if front:
        stated = {key.lower(): value.strip("\"'") for key, value in _FIELD.findall(front[1])}
        if stated.keys() & _FRONT_FIELDS:  # "RUIZ: The plant opens." between rules is a transcript
            fields, end = stated, front.end()
            if "date" in fields:
                fields["date"] = re.sub(r"\s+#.*", "", fields["date"])  # YAML's comment
    prefix = _DATE_PREFIX.match(text, end)
    if prefix:
        fields.setdefault("date", prefix[1])
        end = prefix.end()
    return fields, end


# Words that are frequent in English and rare or absent in other languages of the Latin script.
_ENGLISH = re.compile(
    r"\b(?:the|and|of|to|with|that|this|these|those|his|her|he|she|it|they|we|you|their|our|your|who"
    r"|which|what|when|where|would|could|should|will|has|been|was|were|are|is|had|said|says|from|not"
    r"|but|than|then|there|by|at|as|an|if|its|about|after|before|into|over|because|for)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_MIN_WORDS = 5  # below that, names and loan words decide, not the language
_SURE_SHARE = 0.25  # of English function words; English prose has about .4
_MARGIN, _HIGH_MARGIN = 12.0, 30.0  # log odds against English, without and with function words


def language(text: str) -> str | None:
    """The ISO 639 code of the language ``text`` is written in, None where one cannot tell.

    A cheap guess whose one job is to be right when it says something other than ``"en"``: names,
    headlines and fragments of under five words in Latin letters give None. Text mostly in another
    script is told from the first word on. The first 4,000 characters decide.

    >>> language("The mission is ready to go."), language("Миссия готова."), language("CSTO")
    ('en', 'ru', None)
    """
    text = _SURROGATE.sub(" ", text[:4000])
    words = _WORD.findall(text)
    if not words:
        return None
    latin = sum(word[0] <= "\u024f" or "\u1e00" <= word[0] <= "\u1eff" for word in words)
    if 2 * latin < len(words):
        return _identify(text)[0]
    share = len(_ENGLISH.findall(text)) / len(words)
    if share >= _SURE_SHARE:
        return "en"
    if len(words) < _MIN_WORDS:
        return None
    code, margin = _identify(text)
    if code == "en" or margin >= (_HIGH_MARGIN if share >= 0.1 else _MARGIN):
        return code
    return None


_STATED_ENGLISH = ("en", "eng", "english")
_UNSTATED = ("", "und", "mul", "zxx", "mis", "unknown")  # ISO 639-2 for "not this question"


def language_of(stated: str | None, text: str) -> str | None:
    """The ISO 639 code stated of a text, without its region, else what :func:`language` finds.

    "und", "mul" and the like name no language.

    >>> language_of("EN_us", ""), language_of("pt-BR", ""), language_of(None, "Миссия готова.")
    ('en', 'pt', 'ru')
    >>> language_of("English", ""), language_of("und", "The mission is ready to go.")
    ('en', 'en')
    """
    code = re.split(r"[-_\s]", (stated or "").strip())[0].casefold()
    if code in _STATED_ENGLISH:
        return "en"
    return language(text) if code in _UNSTATED else code


def _identify(text: str) -> tuple[str, float]:
    """The likeliest language by py3langid and its log odds against English."""
    import py3langid

    # "zxx" is the model's word for text without language, such as links.
    ranked = [(str(c), float(score)) for c, score in py3langid.rank(text) if c != "zxx"]
    english = next(score for code, score in ranked if code == "en")
    code, score = ranked[0]
    # Headlines and tweets often come out as Nigerian Pidgin, which the model reads anyway.
    return ("en", 0.0) if code == "pcm" else (code, score - english)
