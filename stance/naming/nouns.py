"""Common nouns that say what a person is: an office, a trade, a relation."""

from __future__ import annotations

import re

from stance.naming.names import INSTITUTION_WORDS, SPOKES, TITLES, bare
from stance.speech.cues import word_set
from stance.speech.tags import plural_ending

_WOMEN = word_set(
    "woman girl mother sister daughter wife widow aunt grandmother nun actress waitress lady queen"
    " princess duchess businesswoman heroine niece granddaughter stepmother stepdaughter stepsister"
    " mother-in-law sister-in-law daughter-in-law"
)
_MEN = word_set(
    "man boy father brother son husband widower uncle grandfather monk actor waiter gentleman king"
    " prince duke businessman nephew grandson stepfather stepson stepbrother father-in-law"
    " brother-in-law son-in-law"
)
_OTHERS = word_set(
    """
    student resident witness nurse pupil guest chef cook guard whip boss guide spouse friend
    colleague relative parent neighbour neighbor victim survivor patient pilot monk priest pastor
    vicar clerk tenant teenager child refugee employee trainee critic sceptic skeptic fan expert
    client insider veteran volunteer chair head chief deputy aide source applicant migrant mechanic
    architect diplomat delegate advocate partner recruit rival counterpart ally opponent agent
    correspondent respondent trustee sophomore freshman graduate undergraduate dad mum mom granddad
    grandma teen youngster guru finalist legend star ace tycoon magnate champion millionaire
    billionaire pontiff monarch
    """
)
_ROLE_ENDING = re.compile(r"(?:\w{3,}(?:er|or|ist|ian|ant)|\w+(?:man|woman|person))$")
_THINGS = word_set(
    """
    number letter quarter matter paper computer border factor motor chapter winter summer river
    answer order error mirror tower power water weather counter tender offer container tanker cover
    poster banner murder disorder encounter register transfer barrier carrier reactor tractor sector
    vector minor major former latter other another whether rather either neither never ever over
    under after center theater disaster monster cluster filter shelter trailer helicopter newsletter
    newspaper charter primer ladder folder corner dinner manner layer prayer career frontier harbor
    flavor humor honor favor color behavior door floor corridor terror horror interior exterior
    superior inferior warrant restaurant quadrant covenant checklist important significant relevant
    constant instant distant reluctant dominant human german roman
    """
)
"""Words with the ending of a person's trade that are none."""
BODY_NOUNS = word_set(
    """
    academy airport archdiocese automaker bakery bookmaker brewer brewery broadcaster brokerage
    carmaker casino chain charity chipmaker clinic conglomerate dairy dealership diocese distillery
    drugmaker factory farm franchise gallery hospice hotel insurer junta laboratory lab lender
    library manufacturer militia mill monastery monarchy mosque multinational municipality museum
    operator orchestra parish pharmacy planemaker plant platform port practice prison publisher
    quarry railway refinery regime restaurant retailer shelter shipbuilder shipyard smelter
    start-up startup steelmaker studio subsidiary supermarket supplier synagogue theater theatre
    unit utility winery zoo
    """
)
"""Bodies that speak though no part of a name says what they are."""
NO_NOUN = word_set(
    "senior special former acting vice general major state prime foreign defense defence interior"
    " finance economy trade energy education environment health transport culture labor labour"
    " agriculture justice executive cabinet"
)


def is_person_noun(word: str) -> bool:
    """Whether a common noun in the singular says what somebody is.

    >>> [word for word in "diplomat winter plumber finance".split() if is_person_noun(word)]
    ['diplomat', 'plumber']
    """
    low = bare(word)
    if low in NO_NOUN or low in _THINGS:
        return False
    known = low in TITLES or low in SPOKES or low in _WOMEN or low in _MEN or low in _OTHERS
    return known or bool(_ROLE_ENDING.match(low))


_SEVERAL = word_set(
    """
    others hundreds thousands dozens millions families locals youths youngsters kids troops rebels
    minorities associates billionaires proponents progressives moderates hardliners loyalists
    figures documents records surveys studies statistics projections estimates findings results
    tests images videos photos pictures emails messages transcripts investigations papers polls
    reports rumours rumors talks stories excerpts headlines countries states nations cities towns
    villages insurgents landlords users staff media people police men fishermen policemen
    businessmen congressmen councilmen gunmen spokesmen statesmen servicemen firemen workmen
    tribesmen clergymen sportsmen salesmen militiamen airmen
    """
)


def is_plural_noun(word: str) -> bool:
    """Whether a word that opens a sentence is a plural that says who or what speaks: no name.

    Surnames and firms end in "s" as well, so an unknown word is one of those.

    >>> [w for w in "Critics Families Banks Hargreaves Hamas Siemens".split() if is_plural_noun(w)]
    ['Critics', 'Families', 'Banks']
    """
    low = bare(word)
    if low in _SEVERAL or low.endswith("women"):
        return True
    if not plural_ending(low):
        return False
    singulars = {low[:-1], low[:-2]} if low.endswith("es") else {low[:-1]}
    singulars |= {f"{low[:-3]}y"} if low.endswith("ies") else set()
    bodies = INSTITUTION_WORDS | BODY_NOUNS
    return any(is_person_noun(one) or one in bodies for one in singulars)


def lower_first(words: str) -> str:
    """A phrase without the capital that opens a sentence; letters keep theirs.

    >>> lower_first("Health chief"), lower_first("UN chief")
    ('health chief', 'UN chief')
    """
    first = words.split(maxsplit=1)[0] if words.strip() else ""
    return words[:1].lower() + words[1:] if first.istitle() else words


def gender_told(phrase: str) -> str:
    """What the noun of a description says of gender.

    >>> gender_told("unnamed spokeswoman of the port"), gender_told("an official")
    ('f', '')
    """
    head = re.split(r"\s(?:of|from|in|at|for|with|on|who)\s|,", phrase)[0].split()[-1]
    low = bare(head)
    if low in _WOMEN or low.endswith("woman"):
        return "f"
    return "m" if low in _MEN or (low.endswith("man") and low != "human") else ""
