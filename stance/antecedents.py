"""Whom "he", "it" and "they" mean: rules that act where one antecedent is in sight.

No parser: what a sentence mentions are its capitalised names, its noun phrases with a determiner
and its plurals, each with the pronouns that could take it up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stance.almanac import MONTHS, WEEKDAYS
from stance.checkworthiness import finite_verb
from stance.gazetteer import country_words
from stance.idioms import in_plain_words
from stance.naming.names import (
    PORTFOLIOS,
    TITLES,
    bare,
    first_names,
    gender,
    is_institution,
    parse_name,
    runs,
)
from stance.speech.tags import is_function_word, is_preposition, plural_ending

Kinds = frozenset[str]
"""Which pronouns take a mention up: some of ``he she it they``."""

# "IT" is the trade but where the next word is in capitals too.
PRONOUN = re.compile(
    r"\b(?!(?-i:IT\b(?!(?:['’][A-Z]+)?\s+[A-Z]{2})))"
    r"(?P<word>he|she|it|they|him|her|his|its|their|them|hers|theirs|himself|herself|itself|"
    r"themselves)\b(?:[’'](?P<short>s|re|ve|ll|d)\b)?",
    re.IGNORECASE,
)
_BASE = {
    **dict.fromkeys(("he", "him", "his", "himself"), "he"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "she"),
    **dict.fromkeys(("it", "its", "itself"), "it"),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves"), "they"),
}
_POSSESSIVE = frozenset({"his", "her", "its", "their"})
_OBJECT = frozenset({"him", "them", "it", "her"})
_ONE: Kinds = frozenset({"he", "she", "it"})
_THING: Kinds = frozenset({"it"})
_SOMEBODY: Kinds = frozenset({"he", "she"})
_BODY: Kinds = frozenset({"it", "they"})
_MANY: Kinds = frozenset({"they"})
_FILL = (
    r"(?:(?:is|was|will|would|may|might|could|has|had|remains?|seems?|appears?|looks?|takes?|took|"
    r"makes?|made|be|been|not|now|also|still|only|hardly|probably|simply|very|quite|too|far|so|"
    r"highly|absolutely|extremely|a|an|the|no|our|my|his|their)\s+)*"
)
_WORTH = (
    "important|necessary|possible|impossible|difficult|hard|harder|easy|easier|essential|vital|"
    "crucial|critical|wrong|right|good|better|best|wise|wiser|unwise|fair|unfair|premature|"
    "dangerous|"
    "tempting|legal|illegal|useful|useless|safe|mistake|time|enough|pointless|unacceptable|late|"
    "early|soon|nice|great|sad"
)
_DUMMY = re.compile(
    rf"it(?:[’']s|[’']ll be|[’']d be)?\s+{_FILL}(?:up to\b|time\b|for\b|as (?:if|though)\b|"
    rf"(?:{_WORTH})\s+(?:to|for)\b|(?:[\w-]+\s+){{1,5}}(?:before|until)\b|"
    r"[\w-]+(?:\s+[\w-]+)?\s+(?:that|whether|how|if|when|who|what)\b)",
    re.IGNORECASE,
)
_SINGULAR = frozenset("a an every each this that another one either".split())
_PLURAL = frozenset(
    "these those many several few both all most two three four five six ten".split()
)
_IRREGULAR = frozenset("people police men women children media families staff".split())
_PHRASE = re.compile(
    r"\b(?P<det>the|an?|this|that|these|those|every|each|another|one|either|some|any|no|many|"
    r"several|few|both|all|most|other|two|three|four|five|six|ten|our|my|your|his|her|its|their|"
    r"[\w’'-]+[’']s?|\d[\d,.]*)\s+"
    r"(?P<words>[a-z][\w’'-]*(?:\s+[a-z][\w’'-]*){0,3})",
    re.IGNORECASE,
)
_PLURAL_WORD = re.compile(r"\b[a-z][a-z-]{2,}(?<![su’'i])s\b(?![’'])")
_PEOPLE = frozenset(
    "man woman boy girl person mother father son daughter wife husband brother sister child victim "
    "suspect driver worker teacher doctor nurse lawyer officer soldier student player coach "
    "candidate nominee opponent rival leader founder owner author writer singer artist farmer "
    "spokesman spokeswoman spokesperson politician lawmaker priest patient witness defendant "
    "striker goalkeeper captain scientist researcher economist analyst envoy ambassador".split()
)
_MAN = re.compile(r"[a-z]{3,}(?:(?<!hu|er|om|is)man|woman|person)")  # "businessman", no "human"
_ROLES = (
    TITLES
    - PORTFOLIOS
    - frozenset(
        "state general special senior former vice prime cabinet executive head acting".split()
    )
)
_CALENDAR = frozenset((*MONTHS, *WEEKDAYS))
_TURN = re.compile(r"\bup to (.+?) to\b")
_SURELY_VERB = re.compile(r"(?:fell|rose|grew|shrank|became|took|made|came|went|held|\w{3,}ed)")
_OWNER = re.compile(r"(?:[A-Z][\w.-]*\s)*[A-Z][\w-]*[’']s\s$")
_NEVER_SOMEBODY = re.compile(
    r"(?!witness|celebrity|personality)\w+(?:tion|sion|ment|ness|ity|ance|ence|ism|ship|hood)"
    r"|weekend|week|month|year|day|morning|afternoon|evening|night|time|moment|hour|minute|decade"
)
_EDGE = re.compile(
    r"\b(?:that|which|who|but|if|when|while|because|before|after|until|unless|as|than|so)\b"
    r"|[,;:—–]"
)
_MARKS = re.compile(r"[“”„‟«»\"\[\]()]")
_POINTING = re.compile(
    r"\b(?:I|we|us|our|my|you|your|there|nobody|nothing|what|this|these)\b", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"\b(?:World War|Article|Title|Part|Chapter|Section|Annex|Appendix|Schedule|Phase|Type|Class|"
    r"Category|Division|Tier|Volume)\s$"
)
_CROWNS = frozenset("king queen pope emperor empress tsar czar kaiser sultan shah".split())
_SECOND_OF_ITS_KIND = re.compile(r"(?:\s(?:and|or|to)\s|\s?[/–-]\s?|,\s)I{2,3}\b")
_RULER = re.compile(r"(?:(?P<ahead>\w+)\s)?(?P<name>[A-Z][\w’-]+)\s$")
_I_AFTER = frozenset(
    "in on at to from for with near the last this tell tells told telling assure assured ask asked "
    "warn warned promise promised remind reminded show showed".split()
)
"""What stands before a first name where an "I" behind it is the speaker: "I told Charles I…"."""
_I_BEFORE = re.compile(
    r"\s(?:am|have|do|don[’']t|will|would|can|could|should|must|think|believe|hope|know|want|say)\b"
)
_MINE_BEHIND = re.compile(
    r"\b(?:(?:is|are|was|were|be|of|than)|(?:similar|close|closer|compared|equal|identical|opposed|"
    r"superior|inferior|next)\sto)\s(?:not\s)?$"
)  # not "a licence to mine"
_MINE_BEFORE = re.compile(r"\s*(?:$|[^\w\s-]|\s-)")
_MINE_FIRST = re.compile(r"\s(?:is|was)\s(?:an?|the|not?)\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """Something named in a text, and the pronouns that can take it up."""

    start: int
    end: int
    kinds: Kinds


def mentions(text: str) -> list[Mention]:
    """What a text names, in order of position.

    >>> [sorted(m.kinds) for m in mentions("Anna Lee closed the dam")]
    [['she'], ['he', 'it', 'she']]
    """
    return sorted([*_named(text), *_described(text)], key=lambda m: m.start)


def _named(text: str) -> Iterator[Mention]:
    for a, b in runs(text):
        name = parse_name(text, a, b)
        if name is None:
            continue
        words = name.words
        if len(words) == 1 and not name.title and is_function_word(words[0]):
            continue  # "If", "When": a capital that only opens the sentence
        if words[-1].casefold() in _CALENDAR:
            continue
        owner = _OWNER.search(text, 0, a)
        yield Mention(owner.start() if owner else a, b, kinds_of_name(words, name.title))


def kinds_of_name(words: tuple[str, ...], title: tuple[str, ...] = ()) -> Kinds:
    """The pronouns for a name.

    >>> sorted(kinds_of_name(("United", "Nations"))), sorted(kinds_of_name(("Anna", "Lee")))
    (['it', 'they'], ['she'])
    """
    joined = "".join(words).casefold()
    institutional = any(is_institution((word,)) for word in words if word[0].isupper())
    if institutional or joined in country_words() or joined in set(country_words().values()):
        return _BODY
    sex = gender(words, title)
    if sex:
        return frozenset({"she" if sex == "f" else "he"})
    if title and "the" not in title:
        return _SOMEBODY
    if len(words) == 1:
        plural = plural_ending(words[0])
        return _ONE | _MANY if plural else _ONE
    return _ONE


def _described(text: str) -> Iterator[Mention]:
    at = 0
    while m := _PHRASE.search(text, at):
        at = m.end("det")
        det = m["det"].casefold()
        last = None
        for word in re.finditer(r"\S+", m["words"]):
            if is_function_word(word[0]) or PRONOUN.fullmatch(word[0]):
                break
            if last is not None and _SURELY_VERB.fullmatch(word[0]):
                break
            last = word
            if _plural(word[0]):
                break
        if last is None:
            continue  # "that the ward": no determiner
        at = m.start("words") + last.end()
        many = det in _PLURAL or det[0].isdigit() or (det not in _SINGULAR and _plural(last[0]))
        one = _THING if _NEVER_SOMEBODY.fullmatch(last[0].casefold()) else _ONE
        yield Mention(m.start(), at, _MANY if many else one)
    for m in _PLURAL_WORD.finditer(text):
        if _plural(m[0]) and finite_verb(m[0]) is None:
            yield Mention(m.start(), m.end(), _MANY)


def _plural(word: str) -> bool:
    low = word.casefold()
    return low in _IRREGULAR or (
        plural_ending(low) and not low.endswith(("’s", "'s")) and len(low) > 3
    )


def base(pronoun: str) -> str:
    """The subject form of a pronoun: "his" is "he".

    >>> base("Their")
    'they'
    """
    return _BASE[pronoun.casefold()]


def open_pronouns(text: str) -> Iterator[re.Match[str]]:
    """Third-person words that nothing before them in the sentence can be meant by.

    The subject of a clause is never meant by the plain object of the same clause: in "The army
    detained it", "it" is something else.

    >>> [m[0] for m in open_pronouns("The army detained her and its officers left.")]
    ['her']
    """
    named = mentions(text)
    for m in PRONOUN.finditer(text):
        word = m["word"].casefold()
        if word == "it" and _DUMMY.match(text, m.start()):
            continue
        wanted = _BASE[word]
        ahead = [x for x in named if x.end <= m.start() and wanted in x.kinds]
        if word in _OBJECT and not _is_subject(text, m):
            clause = max((e.end() for e in _EDGE.finditer(text, 0, m.start())), default=0)
            subject = next((x for x in named if x.start >= clause), None)
            ahead = [x for x in ahead if x is not subject]
        pair = wanted == "they" and sum(x.end <= m.start() and x.kinds <= _ONE for x in named) > 1
        if not ahead and not pair:
            yield m


def _is_subject(text: str, m: re.Match[str]) -> bool:
    """Whether "it" stands before its verb, and "her" before its noun."""
    after = text[m.end() :]
    if m["word"].casefold() == "her":
        follower = re.match(r"\s+([\w’'-]+)", after)
        return bool(follower) and not is_function_word(follower[1])  # type: ignore[index]
    if m["word"].casefold() != "it":
        return False
    if m["short"]:
        return True
    verb = finite_verb(after)
    return verb is not None and not re.search(
        r"\w", re.sub(r"\b\w+ly\b", "", after[: verb.start()])
    )


def subject(sentence: str) -> str | None:
    """What a sentence is about: the noun phrase before its verb, or None where that is no phrase.

    >>> subject("The study, made in May, is late."), subject("If so, the port will close.")
    ('The study', 'the port')
    >>> subject("She left.") is None
    True
    >>> subject("The ball is in the council's court.")
    'the council'
    """
    turn = _TURN.search(in_plain_words(sentence))
    if turn and not _TURN.search(sentence):
        return None if PRONOUN.search(turn[1]) else turn[1]  # a ball votes on nothing
    plain = re.sub(r"\s+", " ", _MARKS.sub("", sentence)).strip(" ‘'’,-–—")
    opening = re.sub(r"^(?:\w+ly|just|even|only|shortly|soon)\s+", "", plain, flags=re.IGNORECASE)
    first = opening.split(" ", 1)[0]
    if is_preposition(first) and first.casefold() != "that":
        _, comma, plain = plain.partition(", ")
        if not comma:
            return None
    plain = re.sub(r"^(?:that|and|but|so|yet)\s+", "", plain, flags=re.IGNORECASE)
    verb = finite_verb(plain)
    if verb is None:
        return None
    phrase = re.split(r",|\s(?:who|which|that|whose|where)\b", plain[: verb.start()])[0]
    phrase = re.sub(r"(?:\s+(?:also|now|still|already|never|\w+ly))+\s*$", "", phrase).strip()
    words = phrase.split()
    if not 1 <= len(words) <= 8 or PRONOUN.search(phrase):
        return None
    if any(not is_other_word(phrase, *m.span()) for m in _POINTING.finditer(phrase)):
        return None
    named = words[0][0].isupper() or words[0].casefold() in ("the", "a", "an") or _plural(words[-1])
    return phrase if named else None


def is_other_word(text: str, start: int, end: int) -> bool:
    """Whether a word with a first-person pronoun's letters is none: a country, a pit, a number.

    >>> [is_other_word(t, t.find(w), t.find(w) + len(w)) for t, w in [
    ...     ("the US", "US"), ("tell us", "us"), ("a coal mine", "mine"), ("World War I", "I")]]
    [True, False, True, True]
    """
    word, ahead, behind = text[start:end], text[:start], text[end:]
    if word in ("US", "ME"):
        return True
    if word in ("Our", "My") and re.search(r"\w\s$", ahead) and re.match(r"\s[A-Z]", behind):
        return True  # "the fund For Our Future"
    if word == "I":
        return _is_numeral(ahead, behind)
    if word.casefold() != "mine":
        return False
    if not re.search(r"\w", ahead):
        return not _MINE_FIRST.match(behind)
    return not (_MINE_BEHIND.search(ahead) and _MINE_BEFORE.match(behind))


def _is_numeral(ahead: str, behind: str) -> bool:
    """Whether the "I" between two stretches of text is a number: "World War I", "Charles I"."""
    ruler = _RULER.search(ahead)
    if ruler is None:
        return False
    if _SECOND_OF_ITS_KIND.match(behind) or _NUMBERED.search(ahead):
        return True
    if _I_BEFORE.match(behind):
        return False
    first = (ruler["ahead"] or "").casefold()
    known = ruler["name"].casefold() in first_names().keys() - _CALENDAR
    return first in _CROWNS or (known and first not in _I_AFTER)


def kinds(phrase: str) -> Kinds:
    """The pronouns that can take up a noun phrase.

    >>> sorted(kinds("The Lebanese security forces")), sorted(kinds("Lee and Diaz"))
    (['they'], ['they'])
    """
    if re.search(r"\band\b", phrase):
        return _MANY
    head = re.split(r"\s(?:of|for|in|at|on|from|with|to|by)\s", phrase)[0]
    last = head.split()[-1]
    found = mentions(head)
    lower = last[0].islower()
    if lower or len(head.split()) == 1:
        if found and not lower and found[-1].kinds != _ONE | _MANY:
            return found[-1].kinds
        return _MANY if _plural(last) or bare(last) in _IRREGULAR else _ONE
    return found[-1].kinds if found else _ONE


def earlier(
    pronoun: str, sentence: str, *, but: str = "", only_subject: bool = False
) -> str | None:
    """What ``pronoun`` means after ``sentence``: its subject, else the one definite thing in it
    that fits. ``but`` is who speaks: he is "I" in his own words.

    >>> earlier("it", "The study is due in April.")
    'The study'
    >>> earlier("its", "About 300 people live off the lake.")
    'the lake'
    >>> earlier("it", "They met by the lake and the dam.") is None
    True
    """
    about = subject(sentence)
    if about is not None and _fits(pronoun, about) and not _same(about, but):
        return about
    if only_subject:
        return None
    plain = _MARKS.sub("", sentence)
    verb = finite_verb(plain)
    return only_one(pronoun, plain[verb.end() if verb else 0 :], but=but)


_WHERE = re.compile(r"\b(?:in|at|from|near|to)\s(?:(?:[A-Z][\w.-]*\s?)+,\s)?$")


def only_one(pronoun: str, text: str, *, but: str = "") -> str | None:
    """The one thing named or definite in ``text`` that the pronoun can mean, places aside.

    >>> only_one("it", "criticized the move in Oslo"), only_one("it", "the dam, the lake")
    ('the move', None)
    """
    fitting = set()
    for m in mentions(text):
        phrase = text[m.start : m.end]
        place = phrase[0].isupper() and _WHERE.search(text[: m.start])
        named = re.match(r"the\b|[A-Z]", phrase) and not place
        if named and _fits(pronoun, phrase) and not _same(phrase, but):
            fitting.add(phrase)
    return fitting.pop() if len(fitting) == 1 else None


def _fits(pronoun: str, phrase: str) -> bool:
    """Whether a phrase may stand in a pronoun's place: "he" for people alone, "it" for none."""
    wanted, possible = base(pronoun), kinds(phrase)
    if wanted == "they":
        return possible == _MANY  # a body may be "they", but so may people not named
    return wanted in possible and is_person(phrase) == (wanted in _SOMEBODY)


def is_person(phrase: str) -> bool:
    """Whether a phrase surely names a person: by title, first name, gender or the noun itself.

    >>> [is_person(p) for p in ("Anna Lee", "the coach", "Harbour Street", "the trip to Bali")]
    [True, True, False, False]
    """
    head = re.split(r"\s(?:of|for|in|at|on|from|with|to|by)\s|,", phrase)[0]
    spans = runs(head)
    name = parse_name(head, *spans[-1]) if spans else None
    if name is not None and spans[-1][1] == len(head):
        title = frozenset(name.title) - {"the"}
        known = name.words[0].casefold() in first_names() or gender(name.words, name.title)
        return not is_institution(name.words) and bool(known or title)
    last = bare(head.split()[-1]).removeprefix("ex-") if head.split() else ""
    return last in _PEOPLE or last in _ROLES or bool(_MAN.fullmatch(last))


def _same(phrase: str, name: str) -> bool:
    """Whether a phrase is one of the names in ``name``, or the last word of one."""
    plain = re.sub(r"^(?:the|an?)\s+", "", phrase, flags=re.IGNORECASE).casefold()
    return bool(name) and re.search(rf"\b{re.escape(plain)}(?!\w)", name.casefold()) is not None


def put(text: str, m: re.Match[str], phrase: str) -> str:
    """``text`` with the pronoun matched by ``m`` replaced by ``phrase``."""
    word = m["word"].casefold()
    phrase = re.sub(r"[’']s$", "", phrase)
    possessive = word in _POSSESSIVE and (word != "her" or _is_subject(text, m))
    if word in ("hers", "theirs"):
        possessive = True
    if phrase.startswith(("The ", "A ", "An ")):
        phrase = phrase[0].lower() + phrase[1:]
    if m.start() == 0 or text[: m.start()].strip(" ‘'“\"") == "":
        phrase = phrase[0].upper() + phrase[1:]
    if possessive:
        phrase += "’" if phrase.endswith("s") else "’s"
    return text[: m.start()] + phrase + _expanded(text, m) + text[m.end() :]


_FELT = re.compile(
    "thrilled|pleased|excited|worried|concerned|determined|convinced|prepared|supposed|tired|scared"
    "|disappointed|delighted|satisfied|encouraged|alarmed|interested|committed|opposed|qualified"
)
"""Participles behind "she's" that say how somebody is, not what she has done."""


def _expanded(text: str, m: re.Match[str]) -> str:
    """ "’s" after a pronoun as the word it stands for: after a noun it would be a possessive."""
    if m["short"] is None:
        return ""
    if m["short"] == "s":
        done = re.match(r"\s+(?:been|got|had|become|(\w+ed))\b", text[m.end() :])
        return " has" if done and not _FELT.fullmatch(done[1] or "") else " is"
    return {"re": " are", "ve": " have", "ll": " will", "d": " would"}[m["short"]]
