"""Training pairs made by rule, for what news needs and the public data lacks.

Three generators: reported speech around a given claim ("X denied that …"), invented positions
of invented actors (readiness, promises, demands, whose turn it is, approval, blame), and
numbers that differ. Every claim comes with all three labels (with two, where a number differs),
equally often, so that a model that reads only the claim learns nothing. All names are invented.
"""

from __future__ import annotations

import random
import re

from stance.almanac import MONTHS
from stance.negation import negate
from stance.training import wording
from stance.training.wording import lower_first, person

SUPPORTS, NEUTRAL, REFUTES = 0, 1, 2
Row = tuple[str, str, int]

REPORTS: dict[int, tuple[str, ...]] = {
    SUPPORTS: (
        "{who} said that {c}.",
        "{who} said {c}.",
        "{who} insisted that {c}.",
        "{who} confirmed that {c}.",
        "{who} acknowledged that {c}.",
        "{who} argued that {c}.",
        "{who} is convinced that {c}.",
        "{who} agreed with {other} that {c}.",
        "{who} reiterated on {day} that {c}.",
        "{who} told reporters that {c}.",
        "According to {who}, {c}.",
        "“{C},” {who} said.",
        "“{C}.” {who} said there was no doubt about it.",
        "{who}: “{C}.”",
        "{who} warned that {c}.",
        "{who} dismissed {other}'s doubts, saying that {c}.",
        "{who} conceded that {c}.",
    ),
    REFUTES: (
        "{who} denied that {c}.",
        "{who} rejected the claim that {c}.",
        "{who} dismissed suggestions that {c}.",
        "{who} called the claim that {c} false.",
        "{who} said it was not true that {c}.",
        "{who} disputed that {c}.",
        "{who} rejected {other}'s assertion that {c}.",
        "{who} denied reports that {c}.",
        "“It is simply wrong to say that {c},” {who} said.",
        "{other} says that {c}. {who} disagrees: “That is not the case.”",
        "Asked whether {c}, {who} answered: “No, absolutely not.”",
        "{who} said there was no truth in the report that {c}.",
        "{who} ruled out that {c}.",
        "{who}, contradicting {other}, said it was a myth that {c}.",
        "“I do not believe that {c},” said {who}.",
    ),
    NEUTRAL: (
        "{who} declined to say whether {c}.",
        "{who} refused to comment on reports that {c}.",
        "{who} did not say whether {c}.",
        "{who} would neither confirm nor deny that {c}.",
        "{who} is examining whether {c}.",
        "Asked whether {c}, {who} said: “I cannot comment on that.”",
        "{who} said it was too early to say whether {c}.",
        "{who} called for a debate on whether {c}.",
        "{other} said that {c}. {who} did not respond to the remark.",
        "It is not clear whether {c}, and {who} gave no answer on {day}.",
        "{who} said opinions differ on whether {c}.",
        "{who} said the matter was for {other} to judge.",
        "“We have seen the reports that {c},” {who} said. “We are looking into them.”",
    ),
}
_UNSEEN: dict[int, tuple[str, ...]] = {
    SUPPORTS: (
        "{who} maintained that {c}.",
        "{who} asserted on {day} that {c}.",
        "{who} is certain that {c}.",
        "There can be no question that {c}, {who} emphasised.",
        "{who} admitted in an interview that {c}.",
    ),
    REFUTES: (
        "{who} scoffed at the idea that {c}.",
        "{who} contradicted reports that {c}.",
        "{who} pushed back against the notion that {c}.",
        "{who} branded the allegation that {c} a lie.",
        "“Nobody should think that {c},” {who} cautioned. “It is untrue.”",
    ),
    NEUTRAL: (
        "{who} sidestepped a question about whether {c}.",
        "{who} would not be drawn on whether {c}.",
        "{who} said it remained to be seen whether {c}.",
        "{who} took no position on whether {c}.",
        "Pressed on {day} on whether {c}, {who} promised an answer later.",
    ),
}
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def reported_speech(
    claims: list[str], rng: random.Random, *, unseen: bool = False, negated: float = 0.2
) -> list[tuple[str, str, int, str]]:
    """For every claim one row of each label; ``unseen`` takes verbs kept for evaluation.

    Some claims are negated on the hypothesis side, which turns the label round, and some rows
    carry a sentence about another claim before or behind the one that counts. Behind premise,
    hypothesis and label stands the claim as given, which is what a split has to go by.
    """
    frames = _UNSEEN if unseen else REPORTS
    rows: list[tuple[str, str, int, str]] = []
    for claim in claims:
        inside = lower_first(claim.rstrip(" .!"))
        turned = negate(claim) if rng.random() < negated else None
        for label in (SUPPORTS, NEUTRAL, REFUTES):
            who, other = person(rng), person(rng)
            line = rng.choice(frames[label]).format(
                who=who, other=other, c=inside, C=claim.rstrip(" .!"), day=rng.choice(_DAYS)
            )
            line = line[0].upper() + line[1:]
            if rng.random() < 0.35:
                aside = wording.spoken(rng.choice(claims), rng)
                line = f"{aside} {line}" if rng.random() < 0.5 else f"{line} {aside}"
            if turned:
                rows.append((line, turned, SUPPORTS + REFUTES - label, claim))
            else:
                rows.append((line, claim, label, claim))
    return rows


_ACTORS = (
    "the {org}",
    "{place}",
    "the {place} government",
    "{firm}",
    "the {org} of {place}",
    "the {place} {org}",
)
_ORGS = (
    "Alliance|Health Board|Transport Authority|Council|Energy Agency|Fisheries Union|"
    "Port Authority|Defence Ministry|Food Bank|Teachers' Union|Football Federation|Parliament|"
    "City Council|Central Bank|Treaty Organization|Hospital Trust|Space Agency|Broadcaster|"
    "Water Company"
).split("|")
_PLACES = (
    "Valdoria|Karsk|Orvenia|Tamarin|Lowmere|Estavia|Brennholm|Sarovia|Quintara|Nordhaven|"
    "Mirelle|Dashkent|Halvard|Port Ansel|Zemuria|Arvandi|Costa Brenna|Ulmar|Pelagia|Wexcombe"
).split("|")
_FIRMS = "Helvex|Norrland Steel|Auriga Motors|Pharmadyne|Kestrel Air|Bluewater Foods|Tessel".split(
    "|"
)
# base form, gerund, noun phrase
_ACTIONS = (
    ("send observers to {p}", "sending observers to {p}", "the observer mission to {p}"),
    ("deploy peacekeepers in {p}", "deploying peacekeepers in {p}", "the peacekeeping mission"),
    ("sign the trade agreement", "signing the trade agreement", "the trade agreement"),
    ("raise the retirement age", "raising the retirement age", "the pension reform"),
    ("close the {p} plant", "closing the {p} plant", "the closure of the {p} plant"),
    ("lift the sanctions", "lifting the sanctions", "the lifting of sanctions"),
    ("reopen the border with {p}", "reopening the border with {p}", "the reopening of the border"),
    ("ban single-use plastic", "banning single-use plastic", "the plastic ban"),
    ("fund the new hospital", "funding the new hospital", "the hospital plan"),
    ("host the peace talks", "hosting the peace talks", "the peace talks"),
    ("build the tunnel to {p}", "building the tunnel to {p}", "the tunnel project"),
    ("cut interest rates", "cutting interest rates", "the rate cut"),
    ("approve the vaccine", "approving the vaccine", "the vaccine"),
    ("recognise {p}", "recognising {p}", "the recognition of {p}"),
    ("buy the airline", "buying the airline", "the takeover of the airline"),
    ("release the prisoners", "releasing the prisoners", "the prisoner release"),
    ("publish the report", "publishing the report", "the report"),
    ("withdraw its troops from {p}", "withdrawing its troops from {p}", "the troop withdrawal"),
    ("expand the school meals programme", "expanding the school meals programme", "free meals"),
    ("join the climate pact", "joining the climate pact", "the climate pact"),
    ("restart the reactor", "restarting the reactor", "the restart of the reactor"),
    ("recall the faulty cars", "recalling the faulty cars", "the recall"),
    ("extend the ceasefire", "extending the ceasefire", "the ceasefire"),
    ("supply gas to {p}", "supplying gas to {p}", "gas supplies to {p}"),
    ("pay compensation to the victims", "paying compensation to the victims", "the compensation"),
    ("hold an early election", "holding an early election", "the early election"),
)
# claims, then premises that support, refute, leave open; {a} acts, {b} is the other side
_FAMILIES: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("{a} is ready to {do}.", "{a} is prepared to {do}.", "{a} stands ready to {do}."),
        (
            "“We are ready to {do},” {who} said on behalf of {a}.",
            "{a} also stands ready to {do}, {who} told reporters.",
            "{a} is prepared to {do} as soon as {b} asks for it.",
            "We confirm our readiness to {do}, {who} of {a} said.",
            "“{a} is always ready to {do} and to give other help,” said {who}.",
            "{who} said {a} was ready to {do}, but only if {b} agrees first.",
            "The only thing required is a decision by {b}; then we will be ready to {do}, said"
            " {who} of {a}.",
            "“Both {a} and its partners are ready for {doing},” {who} said.",
        ),
        (
            "{a} is not ready to {do}, {who} said.",
            "“We are in no position to {do},” {who} of {a} said.",
            "{who} said {a} lacks the means to {do}.",
            "{a} refuses to {do}, {who} made clear on {day}.",
            "“Nobody here is prepared to {do},” {who} of {a} said.",
            "{a} will not {do}, whatever {b} offers, {who} said.",
        ),
        (
            "{a} discussed {doing} with {b} on {day}.",
            "{b} wants {a} to {do}.",
            "{who} of {a} would not say whether it could {do}.",
            "Experts sent by {a} drew up recommendations on {doing}.",
            "{a} will look at the question of {doing} next month, {who} said.",
            "{who} recalled that {b} had asked about {doing}.",
        ),
    ),
    (
        ("{a} will {do}.", "{a} is going to {do}.", "{a} has decided to {do}."),
        (
            "“We will {do}, that is settled,” {who} of {a} said.",
            "{a} decided on {day} to {do}.",
            "{who} announced that {a} would {do} this year.",
            "{a} has approved {np} and work starts on {day}, {who} said.",
        ),
        (
            "{a} will not {do}, {who} said.",
            "{a} has dropped its plan to {do}.",
            "{who} ruled out that {a} would {do}.",
            "“We have no intention of {doing},” {who} of {a} said.",
            "{a} voted against {doing} on {day}.",
        ),
        (
            "{a} may {do}, depending on the talks with {b}.",
            "{a} is considering {doing}, {who} said.",
            "{a} has not decided whether to {do}.",
            "{who} said {np} had been on the table for months.",
            "{b} called on {a} to {do}.",
        ),
    ),
    (
        ("{a} should {do}.", "It is right for {a} to {do}.", "{a} must {do}."),
        (
            "“It is time for {a} to {do},” {who} said.",
            "{who} urged {a} to {do}.",
            "{who} said {np} was overdue and {a} could not wait any longer.",
            "“{doing_} is the only reasonable step for {a},” said {who}.",
        ),
        (
            "“It would be a mistake for {a} to {do},” {who} said.",
            "{who} warned {a} against {doing}.",
            "{who} said there was no reason for {a} to {do}.",
            "{who} condemned the idea of {doing}.",
        ),
        (
            "“It is for {a} to decide whether to {do},” {who} said.",
            "{who} said {a} would debate {np} on {day}.",
            "{who} described how {np} came about, and took no side.",
            "{who} wants to hear {b} before saying anything about {np}.",
        ),
    ),
    (
        (
            "The ball is in {b}'s court.",
            "It is now up to {b}.",
            "The decision on {np} rests with {b}.",
            "{b} has to make the next move.",
        ),
        (
            "“The ball is in {b}'s court,” {who} said.",
            "Everything now depends on {b}, {who} of {a} said.",
            "{a} has done its part and is waiting for {b}, said {who}.",
            "The only thing missing for {np} is a decision by {b}, {who} said.",
            "“As soon as {b} is ready, {np} can go ahead,” {who} said.",
            "{who} said it was {b} that must decide the date of {np}.",
        ),
        (
            "“{b} has done all it could; now it is {a} that has to move,” {who} said.",
            "{who} rejected the view that it was up to {b} to act.",
            "It is not {b} that is holding up {np}, said {who}, but {a}.",
            "“The ball is not in {b}'s court,” {who} said.",
        ),
        (
            "{who} met a delegation from {b} on {day}.",
            "{b} is a member of {a}, which was founded thirty years ago.",
            "{who} thanked {b} for its hospitality and spoke of {np}.",
            "{who} said {a} and {b} would go on talking about {np}.",
        ),
    ),
    (
        ("{b} welcomes {np}.", "{b} supports {np}.", "{b} is in favour of {np}."),
        (
            "{who} said {b} welcomes {np}.",
            "“We are grateful for {np},” said {who} of {b}.",
            "{b} praised {a} for {np}.",
            "{who} of {b} called {np} a step in the right direction.",
        ),
        (
            "{b} rejects {np}, {who} said.",
            "“{np_} is unacceptable to us,” {who} of {b} said.",
            "{who} said {b} deplored {np}.",
            "{b} sharply criticised {a} over {np}.",
        ),
        (
            "{b} took note of {np}, {who} said.",
            "{b} first expects an explanation from {a}; until then {np} remains a draft.",
            "{who} of {b} said {np} was being studied.",
            "{a} informed {b} of {np} on {day}.",
            "“We have nothing to say about {np} at present,” {who} of {b} said.",
        ),
    ),
    (
        ("{np_} is a success.", "{np_} works.", "{np_} has helped {b}."),
        (
            "{who} said {np} had done more for {b} than anyone expected.",
            "“The figures speak for themselves: {np} has worked,” said {who}.",
            "{b} is better off because of {np}, {who} argued.",
        ),
        (
            "{who} called {np} a failure.",
            "“{np_} has brought {b} nothing but trouble,” said {who}.",
            "{who} said {np} had missed every one of its aims.",
        ),
        (
            "{who} said it would take a year to judge {np}.",
            "A study of {np} is due on {day}.",
            "{who} presented {np} to lawmakers in {b}.",
        ),
    ),
    (
        ("{np_} will begin in {month}.", "{np_} is planned for {month}."),
        (
            "{who} said {np} would start in {month}.",
            "{a} has fixed {month} for {np}.",
            "“We begin in {month},” {who} said of {np}.",
        ),
        (
            "{who} said {np} would start in {month2}, not before.",
            "{a} has put off {np} until {month2}.",
            "“There will be no start in {month},” {who} said of {np}.",
        ),
        (
            "No date has been set for {np}, {who} said.",
            "{who} said {np} would begin when the money is there.",
            "In {month} {who} will travel to {b} to talk about {np}.",
        ),
    ),
    (
        ("{a} is to blame for the delay of {np}.", "{a} is responsible for the delay."),
        (
            "{who} blamed {a} for the delay of {np}.",
            "“{a} alone has held up {np},” {who} said.",
            "The onus for the delay of {np} lies on {a}, {who} said.",
        ),
        (
            "“{a} has nothing to do with the delay,” said {who}.",
            "{who} said it was {b}, not {a}, that had held up {np}.",
            "{a} denied any responsibility for the delay of {np}.",
        ),
        (
            "Nobody knows why {np} was held up, {who} said.",
            "{who} announced an inquiry into the delay of {np}.",
            "{who} expects news about {np} on {day}.",
        ),
    ),
)
_MONTHS = [name.capitalize() for name in MONTHS[:11]]


def positions(count: int, rng: random.Random) -> list[Row]:
    """``count`` invented claims, each with a supporting, a refuting and an open passage.

    A third of the passages carry a sentence of another story before or behind; a fifth of the
    claims are negated.
    """
    rows: list[Row] = []
    other_story: list[str] = []
    for _ in range(count):
        claims, *frames = rng.choice(_FAMILIES)
        fill = _slots(rng)
        claim = _fill(rng.choice(claims), fill)
        turned = negate(claim) if rng.random() < 0.2 else None
        story: list[str] = []
        for label, templates in zip((SUPPORTS, REFUTES, NEUTRAL), frames, strict=True):
            line = _fill(rng.choice(templates), {**fill, "who": person(rng)})
            text = line
            if other_story and rng.random() < 0.33:
                aside = rng.choice(other_story)
                text = f"{aside} {line}" if rng.random() < 0.5 else f"{line} {aside}"
            story.append(line)
            if turned:
                rows.append((text, turned, NEUTRAL if label == NEUTRAL else 2 - label))
            else:
                rows.append((text, claim, label))
        other_story = story
    return rows


def _slots(rng: random.Random) -> dict[str, str]:
    place, other = rng.sample(_PLACES, 2)
    a, b = (
        rng.choice(_ACTORS).format(org=rng.choice(_ORGS), place=p, firm=rng.choice(_FIRMS))
        for p in (place, other)
    )
    do, doing, np = (part.format(p=other) for part in rng.choice(_ACTIONS))
    month, month2 = rng.sample(_MONTHS, 2)
    return {
        "a": a,
        "b": b if b != a else other,
        "do": do,
        "doing": doing,
        "doing_": doing[0].upper() + doing[1:],
        "np": np,
        "np_": np[0].upper() + np[1:],
        "month": month,
        "month2": month2,
        "day": rng.choice(_DAYS),
    }


def _fill(template: str, slots: dict[str, str]) -> str:
    line = template.format_map(slots)
    for quote in ("“", ""):
        if line.startswith(quote):
            at = len(quote)
            return line[:at] + line[at].upper() + line[at + 1 :]
    return line


_NUMBER = re.compile(
    r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.,])\d+(?:\.\d+)?(?![\w,]|\.\d)"
)


def change_number(premise: str, claim: str, rng: random.Random) -> tuple[str, str] | None:
    """Premise and claim, each with the same change to one number that both state; None without one.

    >>> change_number("It cost 20 million.", "The cost was 20 million.", random.Random(1))
    ('It cost 60 million.', 'The cost was 60 million.')
    """
    stated = set(_NUMBER.findall(premise))
    shared = [match for match in _NUMBER.finditer(claim) if match.group() in stated]
    if not shared:
        return None
    match = rng.choice(shared)
    value = float(match.group().replace(",", ""))
    if 1000 <= value <= 2100 and value.is_integer() and "," not in match.group():
        new = str(int(value) + rng.choice([-9, -4, -2, -1, 1, 2, 3, 7]))
    else:
        moved = max(0.0, value + rng.choice([-0.5, -0.2, 0.3, 1.0, 2.0]) * max(value, 2.0))
        digits = len(match.group().split(".")[1]) if "." in match.group() else 0
        new = f"{moved:,.{digits}f}" if "," in match.group() else f"{moved:.{digits}f}"
    if new in stated or new == match.group():
        return None

    def changed(text: str) -> str:
        return _NUMBER.sub(lambda m: new if m.group() == match.group() else m.group(), text)

    return changed(premise), changed(claim)
