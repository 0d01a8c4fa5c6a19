"""How targets and speakers are put into words, for the training pairs.

The templates are a little varied on purpose, so that the model learns the relation between a
passage and a claim and not one sentence frame. Half of the target templates turn the label
round ("X is harmful"), so that neither the frame nor the target alone gives the label away.
"""

from __future__ import annotations

import random
import re

FAVOUR = (
    "I am in favor of {x}.",
    "{x} should be supported.",
    "{x} is a good thing.",
    "We should support {x}.",
    "The author is in favour of {x}.",
    "{x} is right.",
)
AGAINST = (
    "I am against {x}.",
    "{x} should be opposed.",
    "{x} is a bad thing.",
    "We should oppose {x}.",
    "The author is against {x}.",
    "{x} is wrong.",
)

FIRST = (
    "Amara Ilya Marta Joaquin Soren Leila Dmitri Hanna Kwame Priya Tomas Noor Elif Mateo Ingrid "
    "Yusuf Clara Bogdan Aiko Rafael Nadia Petra Owen Samira Luca Greta Idris Helena Viktor Maya "
    "Stefan Zainab Hugo Anneke Omar Beatriz Pavel Ruth Jun Adaeze Karim Freya Milan Rosa Tariq"
).split()
LAST = (
    "Varsik Okonkwo Lindqvist Haddad Moreau Petrov Castellano Nakamura Osei Brandt Ferreira Novak "
    "Demir Olsen Marchetti Kovacs Sandoval Ivanova Abara Whitcombe Reyes Dalgaard Popescu Mbeki "
    "Farouk Keller Toivonen Ramos Szabo Tanaka Bello Jansen Costa Vasquez Hoxha Leclerc Aydin "
    "Murray Singh Zeller Adeyemi Baptiste Korhonen Duarte Melnyk"
).split()
ROLES = (
    "Foreign Minister",
    "Deputy Minister",
    "Mayor",
    "spokesperson",
    "company spokesman",
    "Senator",
    "union leader",
    "Chief Executive",
    "Professor",
    "opposition lawmaker",
    "Commissioner",
    "Secretary-General",
    "police chief",
    "analyst",
    "Prime Minister",
    "governor",
)
INSTITUTIONS = (
    "the ministry",
    "the company",
    "the government",
    "the council",
    "the union",
    "the agency",
    "the commission",
    "the party",
    "the regulator",
    "the central bank",
)
SAYS = (
    "{who} said: {text}",
    "{who}: {text}",
    "“{text}” {who} said.",
    "“{text}” said {who}.",
    "According to {who}, {lower}",
    "{who} told reporters: “{text}”",
    "In a statement, {who} said: {text}",
    "{who} added: {text}",
)
_ACRONYM = re.compile(r"^(?:I\b|I['’]|[A-Z]{2,}|[A-Z][a-z]+ [A-Z]|[“\"‘'])")
_FUNCTION = frozenset(
    "the a an this that these those it he she they we you there our their his her its my some many "
    "most all no any every each both in on at by for from with without after before if when while "
    "as because although since more less much people one two three not".split()
)


def person(rng: random.Random) -> str:
    """A made-up speaker: a name, a name with an office, or an institution.

    >>> person(random.Random(3))
    'Omar Osei'
    """
    kind = rng.random()
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    if kind < 0.45:
        return name
    if kind < 0.7:
        return f"{rng.choice(ROLES)} {name}"
    if kind < 0.85:
        return name.split()[1]
    return rng.choice(INSTITUTIONS)


def lower_first(text: str) -> str:
    """Lower the first letter where the word is a common one, as inside a reporting sentence.

    >>> lower_first("The mission left."), lower_first("Lavrov left.")
    ('the mission left.', 'Lavrov left.')
    """
    word = text.split(" ", 1)[0]
    if _ACRONYM.match(text) or word.lower() not in _FUNCTION:
        return text
    return text[0].lower() + text[1:]


def spoken(text: str, rng: random.Random, templates: tuple[str, ...] = SAYS) -> str:
    """The text as somebody's words."""
    who = person(rng)
    line = rng.choice(templates).format(who=who, text=text, lower=lower_first(text))
    return line[0].upper() + line[1:]


def stance_hypothesis(target: str, rng: random.Random) -> tuple[str, bool]:
    """A claim about a bare target ("wind farms"), and whether it turns the label round."""
    against = rng.random() < 0.5
    line = rng.choice(AGAINST if against else FAVOUR).format(x=target.strip())
    return line[0].upper() + line[1:], against


def window(text: str, claim: str, words: int) -> str:
    """The part of a long text that shares most words with the claim, at most ``words`` long.

    Paragraph by paragraph, the best one first and then its neighbours, as the library itself
    shows a model passages and not whole articles.
    """
    if len(text.split()) <= words:
        return text.strip()
    parts = [part.strip() for part in re.split(r"\n+|(?<=[.!?”\"])\s+(?=[A-Z“\"])", text)]
    parts = [part for part in parts if part]
    wanted = {word for word in re.findall(r"\w+", claim.lower()) if word not in _FUNCTION}
    overlap = [len(wanted & set(re.findall(r"\w+", part.lower()))) for part in parts]
    best = max(range(len(parts)), key=lambda i: (overlap[i], -i))
    first, last, size = best, best, len(parts[best].split())
    while True:
        after = len(parts[last + 1].split()) if last + 1 < len(parts) else words
        before = len(parts[first - 1].split()) if first > 0 else words
        if size + after <= words:
            last, size = last + 1, size + after
        elif size + before <= words:
            first, size = first - 1, size + before
        else:
            break
    return " ".join(" ".join(parts[first : last + 1]).split()[:words])
