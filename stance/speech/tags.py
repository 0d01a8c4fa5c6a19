"""Tokens with one-letter word classes, so that clause patterns are regular expressions.

A sentence becomes a string of letters, one per token, for instance ``DnNNSTh…`` for "The minister
Anna Lee said Monday that …"; :mod:`stance.speech.clauses` matches its grammar against that string.
This stands in for a parser: no model, a few microseconds per sentence.

=====  ==================================================================================
``Q``  a whole direct quotation (one token)
``N``  capitalised word           ``n``  other word           ``d``  number
``D``  determiner, possessive     ``P``  subject pronoun      ``O``  object pronoun
``W``  who, which                 ``h``  that                 ``w``  whether, how, what, why
``s``  when, because, while       ``c``  and, but, or         ``t``  to
``p``  preposition                ``A``  auxiliary, "not"     ``R``  adverb
``T``  weekday, "yesterday"       ``v``  another finite verb
``S``  finite speech verb         ``V``  other finite cue     ``B``  cue, base form
``G``  cue, -ing form             ``,:;.-()``  themselves
=====  ==================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from stance.almanac import MONTHS
from stance.speech.cues import CUES, PARTICLES, Cue, word_set
from stance.speech.quotes import Quote

_TOKEN = re.compile(
    r"\((?:[A-Z][\w.–-]{0,12}(?:,\s)?){1,3}\)|(?:[A-Z]-)?(?:[A-Z]\.){2,}|[A-Z]\.(?=\s+[A-Z])"
    r"|[A-Z]-[A-Z][a-z]{1,4}\.(?=,)"
    r"|(?:Mr|Mrs|Ms|Mx|Dr|Gov|Sen|Rep|Gen|Lt|Col|Sgt|Maj|Capt|Adm|Rev|Prof|Hon|St|Jr|Sr|Mt|No|vs"
    r"|Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec|Sens|Reps|Gens)\."
    r"|[$€£]?\d+(?:,\d{3})+(?:\.\d+)?"
    r"|[@#$€£]?\w+(?:[’'\-./&‑@]\w+)*|—|–|--+|\.\.\.|[^\w\s“”„‟\"«»‹›‘’‚'`]"
)


def _words(letter: str, words: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), letter)


_CLOSED: dict[str, str] = {
    **_words(
        "D", "the a an his her their its our my your some any many several no every each both whose"
    ),
    **_words("D", "this these those all most few another other such one two three"),
    **_words(
        "P", "he she they i we it you he’d she’d they’d he's she's he’s she’s they’re i’m i'm"
    ),
    **_words("P", "it’s it's we’re we're they're i’ve we’ve i've we've"),
    **_words("O", "him them us me himself herself themselves itself"),
    **_words("W", "who which whom"),
    **_words("w", "whether how why what where"),
    **_words(
        "s", "when because while if although though since after before until unless as whereas"
    ),
    **_words("s", "once than like whenever"),
    **_words("c", "and but or nor yet"),
    **_words("p", "of in on at by for from with about against over under into during through"),
    **_words("p", "between among toward towards without within across amid despite upon via per"),
    **_words("p", "regarding concerning following including behind beyond outside inside near"),
    **_words("A", "is are was were be been being has have had having do does did will would could"),
    **_words("A", "should may might must can shall not never n’t isn’t isn't aren’t aren't wasn’t"),
    **_words("A", "wasn't weren’t weren't doesn’t doesn't didn’t didn't don’t don't won’t won't"),
    **_words(
        "A", "wouldn’t wouldn't couldn’t couldn't hasn’t hasn't haven’t haven't hadn’t hadn't"
    ),
    **_words("A", "cannot can’t can't shouldn’t shouldn't ain't"),
    **_words(
        "R",
        "also then later often again once even still just already soon ever first further perhaps",
    ),
    **_words("R", "always sometimes meanwhile however instead too recently repeatedly previously"),
    **_words("R", "publicly privately reportedly initially eventually finally quickly flatly"),
    **_words("R", "openly bluntly simply clearly specifically strongly explicitly long"),
    **_words("R", "now earlier specifically separately jokingly apparently increasingly widely"),
    **_words("R", "immediately consistently subsequently thus therefore consequently"),
    **_words("R", "nevertheless nonetheless moreover likewise similarly accordingly"),
    **_words(
        "T", "monday tuesday wednesday thursday friday saturday sunday yesterday today tonight"
    ),
    **_words("T", "tomorrow"),
    **_words(
        "v", "made took came went got gave became began left put set let kept won lost met ran"
    ),
    **_words("v", "led sent held stood grew fell rose drew makes takes comes goes gets gives"),
    **_words("v", "helped seems seemed appears appeared remains remained failed tried"),
    **_words("v", "stands visited"),
    "to": "t",
    "that": "h",
    ",": ",",
    ":": ":",
    ";": ";",
    ".": ".",
    "?": ".",
    "!": ".",
    "…": ".",
    "...": "n",
    "—": "-",
    "–": "-",
    "--": "-",
    "-": "-",
    "(": "(",
    ")": ")",
    "[": "(",
    "]": ")",
}
# Cues that are also common nouns or adjectives; base and -s forms need a verb's surroundings.
_NOUNISH = word_set(
    """
    report claim comment support plan offer demand attack question promise vote attempt request
    order fear hope doubt view challenge answer charge point call post tweet email push focus
    press name label contest estimate forecast object project judge figure state like back look
    read see favor favour love hate name call cheer blame note tell protest appeal worry urge
    boast blast pan rip tease test text hammer fire order advance protest remark bark laugh snap
    shoot caution echo address express voice caption advocate champion venture direct press boo
    quip joke pledge vow threat reply retort counter reason signal hint fret resolve aim wish
    purpose conclude cite cue sigh challenge trust respect regard rebuke ban veto welcome praise
    debate balk debate pitch campaign censure volunteer guess complaint experience scale play
    cover surprise talk insult slam contest reason brand fault lament dispute outline detail
    reference regret dislike distrust decline cry chant murmur whisper wonder snub command
    """
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Parallel columns of one sentence; ``tags[i]`` is the class of ``words[i]``."""

    words: list[str]
    lows: list[str]
    starts: list[int]
    ends: list[int]
    tags: str


def tokenize(
    text: str,
    start: int,
    end: int,
    quotes: Sequence[Quote] = (),
    *,
    quoted: Sequence[Quote] = (),
    title_case: bool = False,
) -> Tokens:
    """Tokens of ``text[start:end]``; each of ``quotes`` becomes one ``Q`` token.

    Marks of other quotations are no tokens, and a verb inside one of ``quoted`` is no cue.
    In ``title_case`` a capital does not make a name of a verb ("Mayor Denies Claim").

    >>> tokenize("She said Monday that it ends.", 0, 29).tags
    'PSThPn.'
    """
    words: list[str] = []
    lows: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    tags: list[str] = []
    doubtful: list[int] = []
    for left, right, is_quote in _stretches(start, end, quotes):
        if is_quote:
            words.append("")
            lows.append("")
            starts.append(left)
            ends.append(right)
            tags.append("Q")
            continue
        for match in _TOKEN.finditer(text, left, right):
            word = match.group()
            low, tag, settled = _alone(word)
            at, stop = match.span()
            if not settled:
                before = tags[-1] if tags else ""
                previous = lows[-1] if lows else ""
                if tag in _CUE_LETTERS:
                    if previous and _owns(text, ends[-1], at, quotes, quoted):
                        previous += "'s"  # "the growers' fears"
                    tag = _verb_or_noun(word, low, tag, before, previous, title_case)
                    if tag == "n" and before and word[0].isupper() and not title_case:
                        tag = "N"  # "the Post"
                    if quoted and any(q.start < at < q.end for q in quoted):
                        tag = "v" if tag in "SV" else "n"
                    elif low in _NOUN_FORMS and tag in "SVB" and before in "nN":
                        doubtful.append(len(tags))
                elif tag == "t":
                    doubtful.append(len(tags))
                elif (
                    low in MONTHS
                    and word[0].isupper()
                    and (previous in _MONTH_LEAD or _before_number(text, stop, before))
                ):
                    tag = "T"
                elif low == "neither":  # "the army neither confirmed nor denied", "neither side"
                    tag = "R" if before and before in "nN" else "D"
                elif low in ("since", "yet") and before == "A":
                    tag = "R"  # "has since said", "could not yet say"
                elif (
                    tag in "AsRvw"
                    and word[0].isupper()
                    and not title_case
                    and tags
                    and before not in ".Q:-("
                ):
                    tag = "N"  # "Can Yilmaz", "Will Hunt"
            if low in _SECOND and lows and (lows[-1], low) in _ADVERBS:
                tag = tags[-1] = "R"
            words.append(word)
            lows.append(low)
            starts.append(at)
            ends.append(stop)
            tags.append(tag)
    for k in doubtful:
        tags[k] = _seen_ahead(tags, lows, k, title_case)
    for k in range(1, len(tags) - 1):
        inside = tags[k - 1] == tags[k + 1] == "N" and not title_case
        if inside and tags[k] in "DPOpchtR" and words[k][0].isupper():
            tags[k] = "N"  # "Doctors Without Borders"
    return Tokens(words, lows, starts, ends, "".join(tags))


def _owns(text: str, end: int, at: int, quotes: Sequence[Quote], quoted: Sequence[Quote]) -> bool:
    """Whether a plural that ends at ``end`` owns what begins at ``at``, by its apostrophe."""
    if at != end + 2 or text[end - 1] != "s" or text[end] not in "’'":
        return False
    return not any(q.end == end + 1 for q in (*quotes, *quoted))


def is_function_word(word: str) -> bool:
    """Whether a word is of a closed class (article, pronoun, preposition …), capital or not.

    >>> is_function_word("Before"), is_function_word("I"), is_function_word("Monday")
    (True, False, False)
    """
    tag = _CLOSED.get(word.lower().replace("’", "'"), "T")
    return (
        word not in _INITIALS
        and word != "I"
        and not word.startswith(("I’", "I'"))
        and tag not in "Tv"
    )


def lowered(words: str) -> str:
    """The first word in lower case where it can be no name, as inside a sentence.

    >>> lowered("The dam is safe."), lowered("Oslo pays.")
    ('the dam is safe.', 'Oslo pays.')
    """
    first, _, rest = words.partition(" ")
    name = rest[:1].isupper() and first in ("Will", "May", "Can", "Must")
    return words if name or not is_function_word(first) else f"{first.lower()} {rest}"


def is_preposition(word: str) -> bool:
    """Whether a word is a preposition or a conjunction.

    >>> is_preposition("by"), is_preposition("some")
    (True, False)
    """
    return _CLOSED.get(word.lower(), "D") in "psct"


def is_opening(word: str) -> bool:
    """Whether a capital on this word only opens a sentence or a title: no name begins with it.

    >>> is_opening("Despite"), is_opening("Don’t"), is_opening("Will")
    (True, True, False)
    """
    return is_function_word(word) and word.lower() not in _NAME_LIKE


@lru_cache(maxsize=65536)
def _alone(word: str) -> tuple[str, str, bool]:
    """A word in lower case, its class, and whether that is settled without its neighbours."""
    low = word.lower().replace("’", "'")
    if word in _INITIALS:
        return low, "N", True
    tag = _LETTERS.get(low) or _open_class(word, low)
    open_to_doubt = (
        tag in _CUE_LETTERS
        or tag == "t"
        or (word[0].isupper() and (tag in "AsRvw" or low in MONTHS))
        or low in ("since", "yet", "neither")
    )
    return low, tag, not open_to_doubt


def _before_number(text: str, stop: int, before: str) -> bool:
    """A month's name in its place: "in February", "on March 20"; not "the May government"."""
    return before != "D" and bool(_NUMBER_NEXT.match(text, stop))


def _stretches(start: int, end: int, quotes: Sequence[Quote]) -> list[tuple[int, int, bool]]:
    pieces: list[tuple[int, int, bool]] = []
    at = start
    for quote in quotes:
        if quote.end <= start or quote.start >= end:
            continue
        if quote.start > at:
            pieces.append((at, quote.start, False))
        pieces.append((max(quote.start, start), min(quote.end, end), True))
        at = quote.end
    if at < end:
        pieces.append((at, end, False))
    return pieces


def _open_class(word: str, low: str) -> str:
    first = word[0]
    if first.isdigit():
        return "d"
    if first.isupper() or first in "@#(":
        return "N"
    if low.endswith("ly") and len(low) > 4 and low not in _NO_ADVERBS:
        return "R"
    return "," if word in "/|*•·▪●■►‣◦" else "n"


def _verb_or_noun(
    word: str, low: str, tag: str, before: str, previous: str, title_case: bool
) -> str:
    """A cue's surface form read by what stands before it."""
    if word[0].isupper() and before == "N" and not title_case:
        return "N"
    if "past" in CUES[low].forms:
        return "n" if before == "D" and low not in ("said", "told") else tag
    if tag == "G":
        return "n" if before == "D" else tag
    if tag == "B" and before == "D":
        return "n"  # "in a blog post"
    if low not in _NOUN_FORMS:
        return tag
    if before in ("D", "p", "", "d", "V") or previous.endswith("'s") or low == "states":
        return "n"
    if tag == "B" and before not in ("P", "A", "t", "R", "W", "N", "n"):
        return "n"
    return tag


def _seen_ahead(tags: Sequence[str], lows: Sequence[str], k: int, title_case: bool) -> str:
    """A form that may be verb or noun, "to" before a verb or a noun: read by what follows."""
    after = tags[k + 1] if k + 1 < len(tags) else "."
    if tags[k] == "t":
        return "p" if after in "DNOPd" else "t"
    if tags[k] == "B" and tags[k - 1] == "N" and not _plural(tags, lows, k - 1):
        return "n"  # "White House press secretary Lee"
    if tags[k] == "B" and tags[k - 1] == "n" and not may_be_several(lows[k - 1]):
        return "n"  # "a mining dispute, the minister said"
    several = tags[k - 1] == "n" and tags[k - 2 : k - 1] == ["D"] and lows[k - 1].endswith("s")
    verb_like = after in "hwDPOtQ," or (tags[k - 1] == "N" and after in "nN:")
    verb_like = verb_like or (several and after == "N")  # "the unions blame Anna Lee"
    if title_case and tags[k - 1] == "n" and tags[k] in "SV" and not lows[k - 1].endswith("s"):
        verb_like = verb_like or after in "nN"  # "Jobs go, union vows strike"
    if tags[k - 1] == "N" and after in "p,.T" and _names_after_quote(tags, k - 1):
        return tags[k]  # "“No,” Ada Holm objects in a letter"
    particles = PARTICLES.get(CUES[lows[k]].lemma, ())
    if tags[k - 1] == "N" and k + 1 < len(lows) and lows[k + 1] in particles:
        return tags[k]
    return tags[k] if verb_like else "n"


_SEVERAL = word_set(
    """
    people police men women children staff youth media crew majority minority half rest public
    team government union opposition army board council family side press
    """
)


def may_be_several(noun: str) -> bool:
    """Whether a verb without -s may follow a noun: plurals, and what some houses make such."""
    return noun in _SEVERAL or plural_ending(noun)


def plural_ending(word: str) -> bool:
    """Whether a word in lower case ends as plurals do, which names and "news" do as well.

    >>> [word for word in "unions bus crisis pass".split() if plural_ending(word)]
    ['unions']
    """
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _names_after_quote(tags: Sequence[str], k: int) -> bool:
    """Whether the name that ends at ``k`` follows a quotation, as a quoting clause does."""
    while k >= 0 and tags[k] == "N":
        k -= 1
    return k >= 0 and (tags[k] == "Q" or (tags[k] == "," and k > 0 and tags[k - 1] == "Q"))


def _plural(tags: Sequence[str], lows: Sequence[str], k: int) -> bool:
    """Whether the name that ends at ``k`` may be several: "Democrats", "Lee and Chan"."""
    if lows[k].endswith("s"):
        return True
    while k >= 0 and tags[k] == "N":
        k -= 1
    return k >= 0 and tags[k] == "c"


def _cue_letter(cue: Cue) -> str:
    if "past" in cue.forms or ("third" in cue.forms and "ing" not in cue.forms):
        return "S" if "s" in cue.frames else "V"
    return "G" if "ing" in cue.forms else "B"


_NAME_LIKE = word_set("will can may might an in my long such so even do no per")
_INITIALS = frozenset(("US", "WHO", "US’s", "US's", "WHO’s", "WHO's"))
"""Names whose letters are also a pronoun's."""
_NO_ADVERBS = word_set(
    """
    quarterly monthly weekly daily yearly hourly elderly family friendly costly reply supply
    assembly rally anomaly monopoly ally
    """
)
_NUMBER_NEXT = re.compile(r"\s\d")
_MONTH_LEAD = word_set("in since until till last this next early late mid during as")
_ADVERBS = frozenset(
    tuple(pair.split())
    for pair in (
        "once more|once again|of course|in turn|in fact|in effect|so far"
        "|no longer|no more|as yet|for instance|for example|by contrast|in short|in person"
        "|as well|for now|in public|in private|in principle"
    ).split("|")
)
"""Adverbs of two words."""
_SECOND = frozenset(second for _, second in _ADVERBS)
_CUE_LETTERS = frozenset("SVBG")
_LETTERS: dict[str, str] = {**{form: _cue_letter(cue) for form, cue in CUES.items()}, **_CLOSED}
_NOUN_FORMS = frozenset(
    form
    for form, cue in CUES.items()
    if cue.lemma in _NOUNISH and cue.forms & {"base", "third"} and "past" not in cue.forms
)
