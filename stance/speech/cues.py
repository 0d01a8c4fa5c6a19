"""The words that say who says: reporting verbs with their forms, frames, polarity and distance.

A cue is looked up by its surface form (``CUES["acknowledged"]``). The lexicon is written as base
forms; the regular English inflections are generated, the irregular ones listed. The frames
say what may follow, in the spirit of the verb classes of Levin (1993) and of the cue types of
PARC 3 (Pareti 2016, https://era.ed.ac.uk/handle/1842/14170).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from stance.types import CueClass, Polarity

Form = Literal["base", "third", "past", "ing"]


@dataclass(frozen=True, slots=True)
class Cue:
    """One surface form of a reporting verb.

    ``frames`` is a set of letters: ``s`` speech (quotations, inverted order), ``c`` a clause,
    ``i`` an infinitive, ``o`` a noun phrase, ``t`` an addressee before the content, ``p`` the
    preposition ``particle`` before the content. ``forms`` holds every reading of the surface
    form: "put" is base and past.
    """

    lemma: str
    forms: frozenset[Form]
    frames: frozenset[str]
    polarity: Polarity = "asserts"
    cue_class: CueClass = "reports"


INTERVIEW = frozenset({"Q", "A", "Question", "Answer"})
"""Labels of the two sides of an interview."""


def word_set(words: str) -> frozenset[str]:
    """The blank-separated words of a literal, for lists long enough to be read as text."""
    return frozenset(words.split())


# Base forms by frame. A verb may stand in several rows; its frames are added up.
_FRAMES: dict[str, str] = {
    # ways of speaking: take quotations, and a quoting clause before or after
    "s": """
        read recommend begin continue interject vent shoot interpose explode bark roar
        cry mutter murmur mumble growl grumble shriek moan
        snap laugh scoff crow fume rant thunder whisper sneer deadpan sigh gush caption
        blog text yell shout chant exclaim sob wail hiss rage chuckle shrug""",
    # speech verbs: take quotations and clauses
    "sc": """
        say add aver bare note state announce declare explain insist argue claim assert contend
        maintain stress emphasize emphasise reiterate repeat acknowledge admit concede
        confirm disclose reveal remark observe comment quip joke reply respond write tweet
        retweet report caution allege boast complain lament recall recount mention suggest
        conclude wonder clarify opine proclaim testify speculate theorize counter retort
        muse underline underscore estimate affirm profess answer posit surmise elaborate
        specify stipulate intimate concur iterate enthuse agree disagree predict forecast brag
        confide hint bemoan intone
        object protest post email venture offer ask charge reason signal write""",
    "sct": "tell warn remind assure inform promise advise notify pledge vow swear threaten",
    # clause verbs: the content is a clause; a bare noun after them proves nothing
    "c": """
        accept deny dispute refute think believe know feel hope fear expect realize realise
        recognize recognise understand imply indicate doubt suspect worry imagine assume
        guess remember learn discover reckon fret decide concede suppose find show
        demonstrate deem see determine rule calculate certify attest guarantee""",
    # infinitive: the content is what one wants, plans, promises or refuses to do
    "i": """
        want hope vow promise pledge plan seek refuse decline agree offer threaten decide
        intend aim wish propose prefer demand ask request expect swear volunteer undertake
        resolve claim profess""",
    "it": """
        urge ask order encourage advise implore beg invite instruct press challenge compel
        direct exhort command want require request expect persuade convince warn""",
    # object: the content is a noun phrase that one takes a side on or speaks of
    "o": """
        criticize criticise endorse support oppose praise accuse blame condemn denounce
        defend attack reject dismiss rubbish debunk scotch deny dispute rebut refute question mock
        blast slam
        applaud decry assail ridicule deride disavow repudiate welcome hail tout back
        favor favour describe call label dub brand portray characterize characterise
        depict term name cite quote reference discuss echo propose announce acknowledge admit
        recall predict reveal suggest note mention recommend request demand urge advocate
        champion outline detail express voice thank congratulate embrace explain emphasize
        stress highlight lament bemoan compare liken estimate claim allege consider deem
        regard view treat see want prefer fear doubt remember deplore castigate chastise
        lambast lambaste rebuke scold censure berate vilify commend salute laud extol
        challenge protest ban forbid veto disclose confirm declare warn loathe dislike
        admire respect trust distrust mourn regret resent pan skewer savage rip bash
        pillory lampoon identify recount boast threaten invoke anticipate foresee envision
        order approve disapprove rebuff snub reaffirm reassert downplay understate
        underline underscore reiterate repeat justify rue chide vow pledge promise""",
    # a preposition opens the content
    "p": """
        call speak talk complain warn boast brag worry refer allude point object respond
        appeal push press argue insist agree disagree lash rail focus fret apologize joke
        wonder advocate vote plead caution protest reflect comment condemn testify elaborate
        fear""",
}

PARTICLES: dict[str, tuple[str, ...]] = {
    "call": ("for", "on", "upon", "out"),
    "speak": ("of", "about", "against"),
    "talk": ("about", "of", "up"),
    "complain": ("about", "of"),
    "warn": ("of", "about", "against"),
    "boast": ("of", "about"),
    "brag": ("about", "of"),
    "worry": ("about",),
    "refer": ("to",),
    "allude": ("to",),
    "point": ("to", "out"),
    "object": ("to",),
    "respond": ("to",),
    "appeal": ("for", "to"),
    "push": ("for", "back"),
    "press": ("for",),
    "argue": ("for", "against"),
    "insist": ("on", "upon"),
    "agree": ("with", "on"),
    "disagree": ("with",),
    "lash": ("out",),
    "rail": ("against",),
    "focus": ("on",),
    "fret": ("about", "over"),
    "fear": ("for",),
    "apologize": ("for",),
    "joke": ("about",),
    "wonder": ("about",),
    "advocate": ("for",),
    "plead": ("with", "for"),
    "vote": ("for", "against"),
    "caution": ("against",),
    "protest": ("against",),
    "reflect": ("on",),
    "comment": ("on",),
    "testify": ("about",),
    "elaborate": ("on",),
}

_DENIES = word_set(
    """
    deny reject refute dispute dismiss rubbish debunk scotch oppose rebut disavow repudiate rebuff
    disagree object
    protest doubt forbid veto ban disapprove
    """
)
_DECLINES = word_set("decline refuse")
_ENDORSES = word_set(
    """
    acknowledge admit concede confirm disclose reveal recognize recognise realize realise show
    demonstrate find learn discover know remember remind clarify note point underline underscore
    highlight recall explain
    """
)
_DISTANCES = word_set(
    """
    claim allege contend profess boast brag accuse purport assert charge insinuate speculate
    rant
    """
)

_IRREGULAR: dict[str, tuple[str, str]] = {  # base: (third person, past and participle forms)
    "say": ("says", "said"),
    "tell": ("tells", "told"),
    "write": ("writes", "wrote written"),
    "think": ("thinks", "thought"),
    "know": ("knows", "knew known"),
    "feel": ("feels", "felt"),
    "understand": ("understands", "understood"),
    "find": ("finds", "found"),
    "show": ("shows", "showed shown"),
    "hold": ("holds", "held"),
    "see": ("sees", "saw seen"),
    "swear": ("swears", "swore sworn"),
    "seek": ("seeks", "sought"),
    "speak": ("speaks", "spoke spoken"),
    "begin": ("begins", "began begun"),
    "shoot": ("shoots", "shot"),
    "forbid": ("forbids", "forbade forbidden"),
    "foresee": ("foresees", "foresaw foreseen"),
    "forecast": ("forecasts", "forecast forecasted"),
    "beg": ("begs", "begged"),
    "brag": ("brags", "bragged"),
    "refer": ("refers", "referred"),
    "prefer": ("prefers", "preferred"),
    "plan": ("plans", "planned"),
    "plead": ("pleads", "pleaded pled"),
    "concur": ("concurs", "concurred"),
    "quip": ("quips", "quipped"),
    "admit": ("admits", "admitted"),
    "rebut": ("rebuts", "rebutted"),
    "compel": ("compels", "compelled"),
    "ban": ("bans", "banned"),
    "pan": ("pans", "panned"),
    "rip": ("rips", "ripped"),
    "snap": ("snaps", "snapped"),
    "snub": ("snubs", "snubbed"),
    "slam": ("slams", "slammed"),
    "dub": ("dubs", "dubbed"),
    "chat": ("chats", "chatted"),
    "blog": ("blogs", "blogged"),
    "extol": ("extols", "extolled"),
    "label": ("labels", "labeled labelled"),
    "signal": ("signals", "signaled signalled"),
    "read": ("reads", "read"),
    "veto": ("vetoes", "vetoed"),
}


def _inflect(base: str) -> list[tuple[str, Form]]:
    """Every surface form of a verb with its reading."""
    if base in _IRREGULAR:
        third, pasts = _IRREGULAR[base]
        past = pasts.split()
    else:
        if re.search(r"(s|x|z|ch|sh)$", base):
            third = base + "es"
        elif re.search(r"[^aeiou]y$", base):
            third = base[:-1] + "ies"
        else:
            third = base + "s"
        if base.endswith("e"):
            past = [base + "d"]
        else:
            past = [base[:-1] + "ied" if re.search(r"[^aeiou]y$", base) else base + "ed"]
    if base.endswith("e") and not base.endswith(("ee", "oe")):
        ing = base[:-1] + "ing"
    elif past[0].endswith(base[-1] + "ed") and past[0] == base + base[-1] + "ed":
        ing = base + base[-1] + "ing"
    else:
        ing = {"hit": "hitting", "begin": "beginning", "forbid": "forbidding"}.get(
            base, base + "ing"
        )
    forms: list[tuple[str, Form]] = [(base, "base"), (third, "third"), (ing, "ing")]
    return forms + [(form, "past") for form in past]


def _build() -> dict[str, Cue]:
    frames: dict[str, set[str]] = {}
    for letters, verbs in _FRAMES.items():
        for verb in verbs.split():
            frames.setdefault(verb, set()).update(letters)
    readings: dict[str, tuple[str, set[Form]]] = {}
    for verb in frames:
        for form, reading in _inflect(verb):
            readings.setdefault(form, (verb, set()))[1].add(reading)
    table: dict[str, Cue] = {}
    for form, (verb, forms) in readings.items():
        polarity: Polarity = "asserts"
        if verb in _DENIES:
            polarity = "denies"
        elif verb in _DECLINES:
            polarity = "declines"
        cue_class: CueClass = "reports"
        if verb in _ENDORSES:
            cue_class = "endorses"
        elif verb in _DISTANCES:
            cue_class = "distances"
        table[form] = Cue(verb, frozenset(forms), frozenset(frames[verb]), polarity, cue_class)
    return {form: cue for form, cue in table.items() if form not in _NOUNS}


_NOUNS = word_set("term terms terming bare bares baring")
"""Forms that are no verb, or seldom one: of "term" and "bare" only the past reports."""


ASKED = r"(?:Asked|Pressed|Questioned|Quizzed)\b"
"""What opens a sentence with a question that was put to its speaker."""

CUES: dict[str, Cue] = _build()
"""Surface form (lower case) of a reporting verb → its :class:`Cue`."""

_NEGATION = re.compile(
    r"\b(?:not|never|neither|no longer|nobody|cannot|refused to|declined to)\b|n[’']t\b", re.I
)
_SHORT_OF = (
    r"(?:stop(?:s|ped|ping)?|f(?:all|alls|ell|alling)|c[ao]me|comes) short of"
    r"|(?:sh(?:y|ies|ied|ying)|back(?:s|ed|ing)?) away from|back(?:s|ed|ing)? off from"
    r"|(?:refrain(?:s|ed|ing)?|held back) from|ste(?:er|ers|ered) clear of|avoid(?:s|ed|ing)?"
    r"|stop(?:s|ped)?|cease[sd]?|quit"
)
_TAKEN_BACK = (
    r"(?:withdr(?:aw|aws|ew|awn)|retract(?:s|ed)?|drop(?:s|ped)?|abandon(?:s|ed)?|renounce[sd]?"
    r"|disown(?:s|ed)?|recant(?:s|ed)?|rescind(?:s|ed)?|reverse[sd]?|g(?:ive|ives|ave|iven) up"
    r"|t(?:ake|akes|ook|aken) back|walk(?:s|ed)? back|(?:back(?:s|ed)?|step(?:s|ped)?) away from"
    r"|(?:go|goes|went|gone) back on) (?:his|her|its|their|the|an?)(?: (?!for\b)\w+){0,2}"
)
_RETREATS = re.compile(rf"(?:^|.* )(?P<all>(?:{_SHORT_OF}|{_TAKEN_BACK})(?: \w+ly)?)$")
_STOPS_SHORT = re.compile(rf"(?:{_SHORT_OF})\b", re.I)
_RETREATING = re.compile(rf"(?:{_SHORT_OF}|{_TAKEN_BACK})\b", re.I)
_SPEAKING = word_set(
    """
    say comment respond answer mention elaborate specify disclose reveal confirm explain discuss
    address identify name provide tell report give speak clarify state announce deny ask judge
    predict speculate guess decide determine assess assign apportion estimate pinpoint rule weigh
    repeat
    """
)
_DOUBT_WORDS = re.compile(
    r"\b(?:falsely|wrongly|baselessly|misleadingly|supposedly|so-called|without evidence"
    r"|without proof|incorrectly|dishonestly)\b",
    re.I,
)
_TRUST_WORDS = re.compile(r"\b(?:rightly|correctly|accurately|truthfully)\b", re.I)
_NO_VERDICT = re.compile(
    r"(?:that\s)?to\s+(?:be\s+(?:drawn|pinned|quoted|interviewed)|(\w+))", re.I
)


_NEGATIVE = word_set("rule exclude deny dismiss reject")
"""Verbs that a refusal leaves open: "refused to rule out"."""


def polarity_of(cue: str, lemma: str, content: str) -> Polarity:
    """What the whole cue phrase does to the content, negation and refusals counted.

    >>> polarity_of("did not say", "say", "whether it will pay")
    'declines'
    >>> polarity_of("did not support", "support", "the tax")
    'denies'
    """
    entry = CUES.get(lemma)
    polarity: Polarity = entry.polarity if entry else "asserts"
    if polarity == "declines":
        verb = _NO_VERDICT.match(content)
        open_ = not verb or (verb.group(1) or "say").lower() in _SPEAKING | _NEGATIVE
        return "declines" if open_ else "denies"
    if not negated(cue):
        return polarity
    if polarity == "denies" or lemma in _SPEAKING or _STOPS_SHORT.match(cue):
        return "declines"
    return "denies"


def negated(cue: str) -> bool:
    """Whether a cue says that something was not said or done: "would not say"; or is no longer:
    "withdrew her call for"."""
    return bool(_NEGATION.search(cue)) or retreats(cue)


def retreats(cue: str) -> bool:
    """Whether a cue opens with words that take back what follows, or stop short of it.

    >>> retreats("stopped short of calling for"), retreats("called for")
    (True, False)
    """
    return _RETREATING.match(cue) is not None


def retreat_before(words: Sequence[str]) -> int:
    """How many of the last of ``words``, in lower case, take back the cue behind them.

    >>> retreat_before("the mayor withdrew her".split()), retreat_before(["the", "mayor"])
    (2, 0)
    """
    found = _RETREATS.match(" ".join(words))
    return len(found["all"].split()) if found else 0


def cue_class_of(cue: str, lemma: str) -> CueClass:
    """How far the outlet stands behind the words: adverbs in the cue outweigh the verb."""
    if _DOUBT_WORDS.search(cue):
        return "distances"
    if _TRUST_WORDS.search(cue):
        return "endorses"
    entry = CUES.get(lemma)
    return entry.cue_class if entry else "reports"


@lru_cache(maxsize=1024)
def past_of(lemma: str) -> str:
    """Past tense of a cue, for telling a participle or an infinitive as a sentence.

    >>> past_of("note"), past_of("say"), past_of("deny")
    ('noted', 'said', 'denied')
    """
    return next((form for form, reading in _inflect(lemma) if reading == "past"), lemma)
