"""What the words of a passage tell without a model: a condition, others' words, mere asking."""

from __future__ import annotations

import re

from stance.checkworthiness import has_finite_verb
from stance.speech.cues import CUES
from stance.speech.interviews import TURN
from stance.types import Passage

_ASSENT = (
    r"(?:the |a |an )?(?:\w+ ){0,2}(?:decision|approval|consent|vote|mandate|agreement|permission)"
)
# "pending approval", "pending the vote" wait for it; "the pending bill" is only not decided yet.
_PENDING = (
    r"(?<!\bthe )(?<!\ba )(?<!\bany )(?<!\bits )(?<!\bour )(?<!\btheir )(?<!\bthis )(?<!\blong )"
    r"pending (?:(?:the|an?|its|his|her|their|our|further|final|formal|full) |(?:\w+ )?(?:approval|"
    r"review|agreement|decision|consent|ratification|inquiry|investigation|talks|confirmation|"
    r"completion|appeal|ruling|clearance|results?)\b)"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_PERIOD = r"(?:year|month|week|weekend|decade|century|summer|spring|autumn|winter|morning|evening)"
# "until 2030", "until the end of May": how long, not on what condition.
_UNTIL_A_DATE = (
    r"until (?:at least |about |around )?(?:the )?(?:(?:early|mid|late|end|beginning|start|middle)"
    r"(?: of|-| in)? ?(?:the )?)?(?:next |last |this |that |later this |following )?"
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)?{_MONTH}\b|(?:1[5-9]|2[01])\d\d(?:s|-\d\d)?\b|"
    r"\d{1,2}(?::\d\d|[ap]\.?m\b| [ap]\.?m\b| o['’]clock)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|"
    r"(?:today|tomorrow|yesterday|now|then|recently|midnight|noon|christmas|easter|"
    rf"further notice)\b|(?<=next |last |this ){_PERIOD}\b|(?<=of the ){_PERIOD}\b)(?!['’])"
)
_CONDITION = re.compile(
    r"\b(?:only (?:if|when|once|after|on)|if|provided(?: that)?|providing|as long as|so long as|"
    r"on (?:the )?condition|on one condition|conditional (?:on|upon)|as soon as|once|unless|until|"
    r"subject to|in case|assuming|contingent (?:on|upon)|depend(?:s|ing)? on|"
    r"(?:the )?only thing (?:that is )?(?:required|needed|missing)|"
    rf"{_PENDING}|"
    rf"(?:this |that |it |which )?(?:will |would )?(?:first )?requires? {_ASSENT}|"
    # What was required is history, unless it is said what for.
    rf"required {_ASSENT}\b[^.;]{{0,60}}? (?:before|in order to|for (?:it|this|that|them|us) to|"
    r"to (?:go ahead|proceed|begin|start|happen|take effect|enter into force))|"
    r"when [^,.;]{3,80}?(?:, | (?:we|they|it|he|she|the parties) )[^.;]{0,40}?\b(?:will|can)|"
    r"(?:will|can|would) [^.;]{2,80}? when)\b",
    re.IGNORECASE,
)
_NO_CONDITION = re.compile(
    r"\b(?:as if|even if|if not (?:more|better)|(?:ask|asks|asked|wonder|wonders|wondered|"
    r"know|knows|say|see|doubt|doubts|unclear|decide) if|what if|if only|at once|"
    r"once (?:again|more|a|every|per|was)|more than once|was once|all at once|"
    rf"if any(?:thing)?(?=\s*(?:[,;:.)–—]|$))|{_UNTIL_A_DATE})\b",
    re.IGNORECASE,
)
_SAYS = (
    r"(?:said|says|saying|told|tells|announc(?:ed|es|ing)|add(?:ed|s)|stat(?:ed|es)|explain(?:ed|s)|"
    r"argu(?:ed|es)|not(?:ed|es)|warn(?:ed|s)|insist(?:ed|s)|den(?:ied|ies)|declared|asked|"
    r"claim(?:ed|s|ing)|report(?:ed|edly|s)|confirm(?:ed|s)|declin(?:ed|es)|refused to say|replied|"
    r"quoted)"
)
_OPINES = (
    r"(?:called (?:for|on)|urg(?:ed|es)|accus\w+|alleg\w+|pledged|promis\w+|vow\w+|believes?|"
    r"thinks?|hopes?|expects?|wants?|complain\w+|critici[sz]\w+|prais\w+|reject(?:s|ed)|"
    r"dismiss(?:es|ed)|questioned|suggest\w+|critics|supporters|opponents|"
    r"proponents|for (?:his|her|its) part|in (?:his|her|their|its) (?:view|opinion|words))"
)
_REPORTS = re.compile(rf"\b{_SAYS}\b|\baccording to\b", re.IGNORECASE)
_OTHERS_OPINION = re.compile(rf"\b{_OPINES}\b", re.IGNORECASE)
_RELAY = re.compile(
    rf"^\W*(?:that\s)?(?P<who>[A-Z][\w’'-]+(?:\s[\w’'-]+){{0,6}}?)\s{_SAYS}\b|^\W*{_SAYS}\s[A-Z]"
)
# Who is told, or does not say, relays nothing; nor do "the boats that Oslo asked for".
_TELLS_NOT = re.compile(
    r"\b(?:(?:is|are|was|were|be|been|being|gets?|got|not|never|nobody|no|which|that|who|when|once|"
    r"if|his|her|their|its)\b|\w+n[’']t\b)",
    re.IGNORECASE,
)
_OWN_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]e|[Uu]s|[Mm]y|[Oo]ur|[Mm]ine|[Oo]urs)\b")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])[”’\"']?\s+(?=\W?[A-Z])")
_QUOTE = re.compile('[“”„«»"]')
_A_QUESTION = re.compile(r"[^.!?]*\?\W*")
_ASKING = frozenset("ask request appeal beg implore plead petition invite".split())
_ANSWERS = re.compile(r"(?:was|were|is|are|been|being|when|if)\b|\w+ about\b")
_FOR = re.compile(
    r"(?:(?!(?:that|whether|if|how|why|what|when|who|which|to)\b)[\w’'-]+ ){0,8}for [a-z]"
)
"""What is asked for, behind whom: "Oslo and the bloc for help"."""
_WISHED = re.compile(
    r"\b(?:should|must|ought|needs?|ask\w*|request\w*|appeal\w*|beg(?:s|ged)?|implor\w+|plead\w*|"
    r"petition\w*|invit\w+|seeks?|sought|wants?|wanted|wish\w*|hop(?:e|es|ed|ing)|demand\w*|"
    r"urg(?:e|es|ed|ing)|call(?:s|ed)? (?:for|on|upon))\b",
    re.IGNORECASE,
)


def conditional(text: str) -> bool:
    """True where the words set a condition: only if, provided that, once …, subject to.

    >>> conditional("We will sign once parliament agrees."), conditional("We will sign.")
    (True, False)
    """
    return bool(_CONDITION.search(_NO_CONDITION.sub(" ", text)))


_WANTS = re.compile(r"\b(?:should|must|ought to|ha(?:s|ve) to|needs? to)\b", re.IGNORECASE)
_JUDGES = re.compile(
    r"\b(?:should|must|ought|had better|let (?:us|no|it|them|him|her)|(?:it is|it’s|high) time|"
    r"deserv\w+|mistake|wrong|right thing|folly|foolish|unwise|wise|overdue|worth|"
    r"cannot (?:share|support|be allowed)|no excuse|no place|best|better|worse|urge|call on)\b",
    re.IGNORECASE,
)


def wants(claim: str) -> bool:
    """True for a claim of what should be, which no fact settles.

    >>> wants("The dam should be closed."), wants("The dam is closed.")
    (True, False)
    """
    return _WANTS.search(claim) is not None


def judges(text: str) -> bool:
    """True where words can be of what should be: "The court threw out the appeal" is a fact.

    >>> judges("It is time to close the dam."), judges("The dam was closed in May.")
    (True, False)
    """
    return _JUDGES.search(text) is not None


def only_reports(passage: Passage, text: str) -> bool:
    """True where the news of ``text`` is that somebody else spoke.

    An outlet's sentence with a verb of saying anywhere; a speaker's (an agency's, a spokesman's)
    where each of its sentences begins with somebody who speaks, and none is of the speaker's own
    person: "We said from the start that it was illegal" is what they say.

    >>> agency = Passage("d", 0, 9, "", "TASS", "speaker")
    >>> only_reports(agency, "Lavrov said the mission was ready.")
    True
    >>> only_reports(agency, "Lavrov was told twice. The mission is ready.")
    False
    """
    if passage.holder_type == "outlet":
        return _REPORTS.search(text) is not None
    return _OWN_PERSON.search(text) is None and all(
        (found := _RELAY.search(part)) is not None and not _TELLS_NOT.search(found["who"] or "")
        for part in _SENTENCE_ENDS.split(text)
    )


def own_voice(passage: Passage) -> bool:
    """True for an outlet's passage that asserts by itself: no report, no quotation, no caption, no
    question."""
    return (
        passage.holder_type == "outlet"
        and passage.attribution is None
        and passage.kind != "caption"
        and not passage.text.rstrip(' ”"’)').endswith("?")
        and not only_reports(passage, passage.text)
        and not _OTHERS_OPINION.search(passage.text)
        and not _QUOTE.search(passage.text)
    )


def only_asks(passage: Passage, claim: str) -> bool:
    """True where the holder is told to ask for something and the claim is no wish: whoever asks for
    help says neither that it came nor that it did not.

    >>> from stance.types import Attribution, Span
    >>> told = Attribution("d", "indirect", "Oslo", "speaker", None, 0, 4, "asked", 5, 10,
    ...     (Span(11, 29, "the bloc for help."),), 1.0)
    >>> asked = Passage("d", 11, 29, "the bloc for help.", "Oslo", "speaker", attribution=told)
    >>> only_asks(asked, "The bloc did not help."), only_asks(asked, "The bloc should help.")
    (True, False)

    So does whoever asks in the turns of an interview, whatever the claim.
    """
    said = passage.attribution
    if said and said.reason.startswith(TURN) and _A_QUESTION.fullmatch(passage.text):
        return True
    words = (said.cue or "").split() if said else []
    # "Asked about the staff", "was asked": there the holder answers.
    if not words or words[0][0].isupper() or _ANSWERS.match(f"{words[0]} {passage.text}"):
        return False
    cue = CUES.get(words[-1])
    return (
        cue is not None
        and cue.lemma in _ASKING
        and (bool(_FOR.match(passage.text)) or not has_finite_verb(passage.text))
        and not _WISHED.search(claim)
    )
