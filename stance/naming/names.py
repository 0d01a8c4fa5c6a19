"""Proper names in a text: people with their titles and affiliations, institutions, spellings.

Nothing here knows who anybody is: a name is a run of capitalised words, a title in front or an
apposition behind says what kind, and the same name in other spellings is recognised by a folded
key and, under strict conditions, by string similarity.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from stance.speech.cues import word_set

UPPER = "A-ZÀ-ÖØ-ÞĆČĎĐĞĢİĽŁŃŇŒŘŚŞŠŤŮŹŻŽА-ЯΑ-Ω"
WORD = rf"(?:[{UPPER}]\.(?:[{UPPER}]\.)*|[{UPPER}][\w‑-]*(?:[’'][{UPPER}]?[\w‑-]+)*)"
_RUN = re.compile(
    rf"\b(?:Gov|Sen|Rep|Gen|Lt|Col|Sgt|Maj|Capt|Adm|Rev|Prof|Hon|Dr|Mr|Mrs|Ms|St)\."
    rf"|(?<=\s)(?:Jr|Sr)\.|(?<=\s)(?:Th|Chr|Wm|Geo)\.(?=\s[{UPPER}])"
    rf"|(?<![\w-])(?:al|el|as|ash|ul)-{WORD}"
    rf"|(?<![\w-])[a-z]{{1,4}}[{UPPER}][\w-]+|\b[A-Z]+&[A-Z]+\b|(?<!\w){WORD}"
)
PARTICLES = word_set(
    """
    de da das del della delle dello dei degli der den des di dos du do la las le les lo los e y i
    van von vom und zu zum zur af av ter te ten op tot het bin bint binti ben ibn abu abd al el ul
    ould ag ap wa arap ’t 't
    """
)
"""Small words inside a name: "Ursula von der Leyen"."""
_ENGLISH_TOO = word_set("do ten")
"""Particles that are read as such only behind a first name: "Erik ten Hag", no "Why do Swedes"."""
_GLUE = re.compile(
    r"[ \u00a0](?:&[ \u00a0](?=[A-Z])"
    rf"|(?P<particles>(?:(?:(?:in[ \u00a0])?[’']t|{'|'.join(sorted(PARTICLES, reverse=True))})"
    r"[ \u00a0]){1,3}|d[’'])"
    r"|[“\"](?=[A-Z][\w’ .-]{1,24}[”\"] [A-Z]))?"
    r"|(?<=\w)[”\"] "
)
"""What may stand between the words of a name: nothing, particles, the marks of a nickname."""

TITLES = word_set(
    """
    president premier prime minister foreign deputy vice secretary general secretary-general
    chancellor king queen prince princess pope senator sen rep representative congressman
    congresswoman governor gov mayor judge justice chief director chairman chairwoman chair
    commissioner ambassador speaker leader spokesman spokeswoman spokesperson mr mrs ms mx miss
    dr prof professor gen lt col sgt maj capt adm admiral captain colonel major sheriff attorney
    lord lady sir dame sheikh ayatollah imam rabbi bishop archbishop cardinal rev reverend
    father sister former acting defense defence interior finance officer executive ceo cfo coach
    manager editor analyst economist strategist lawmaker candidate nominee official adviser
    advisor advocate aide envoy head founder co-founder author lawyer expert researcher scientist
    councilman councilwoman councillor councilor cllr alderman alderwoman chairperson magistrate
    prosecutor commander marshal prefect lieutenant sergeant detective inspector
    superintendent dean provost treasurer comptroller hon baroness baron emperor emir sultan
    undersecretary under-secretary pm fm dpm
    mp mep msp mla cabinet engineer clerk counsel counselor counsellor rapporteur comrade
    special senior supervisor economy trade energy education environment health transport culture
    labor labour agriculture coun td principal brig brigadier cmdr constable supt shri
    smt mufti patriarch taoiseach tánaiste commodore colonel-major lieutenant-colonel major-general
    cm det ch insp
    brigadier-general lieutenant-general vice-admiral rear-admiral mediator negotiator emissary
    """
)
HONORIFICS = word_set("mr mrs ms mx miss sir dame lord lady baroness baron hon dr shri smt comrade")
"""Titles that are no office."""
_WEAK_TITLES = word_set(
    """
    general major state prime chief foreign defense defence interior finance special senior
    economy trade energy education environment health transport culture labor labour agriculture
    justice vice deputy principal
    """
)
PORTFOLIOS = word_set(
    """
    foreign defense defence interior finance economy trade energy education environment health
    transport culture labor labour agriculture justice
    """
)
NUMBER_NAME = re.compile(
    r"(?:Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)\s[A-Z][\w’'-]*\s[A-Z][\w’'-]*"
)
"""A number that begins a name of three words, "Three Rivers Water", and counts nobody."""
INSTITUTION_WORDS = word_set(
    """
    ministry council organization organisation union party committee commission court department
    agency bank university college institute institution association federation alliance group
    company corporation corp inc ltd llc plc foundation center centre office bureau service
    times post news journal press network tv radio magazine herald tribune guardian telegraph
    army navy force forces police parliament congress senate house assembly government campaign
    administration authority authorities board fund league club society school hospital church
    coalition movement front nations states republic kingdom mission treaty conference forum
    embassy secretariat division team airlines motors pac bloc cabinet chamber confederation
    consortium firm syndicate trust tribunal newspaper outlet airline watchdog regulator
    cooperative collective network initiative observatory secretariat directorate ombudsman
    guild coastguard inspectorate think-tank republicans democrats conservatives liberals reserve
    security chiefs reuters interfax tass bbc cnn street coast guard community
    """
)
_HONOURS = word_set(
    """
    kc qc mp mep msp mla mbe obe cbe kbe phd md jd esq dphil frs frcs ffa rn mba cpa dds dvm usn
    usmc usaf ret
    """
)
"""Letters behind a name: "Anna Lee KC"."""
_NUMERALS = word_set("ii iii iv")
_NAMES_TOO = frozenset({"dean", "earl"})
"""Titles that are first names too."""
CROWNED = word_set("pope king queen prince princess emperor emir sultan")
_ROLE_ENDING = re.compile(r"[A-Z]\w{2,}(?:er|or|ist|man|woman|person|ian|ant|ent)$")
_PLACE_FIRST = word_set("north south east west new upper lower central port fort lake mount santa")
"""What begins the name of a place, whatever first name or surname its last word is."""
SPOKES = ("spokesman", "spokeswoman", "spokesperson", "spokespeople", "representative")
_MALE = word_set("mr sir lord king prince spokesman chairman congressman councilman father")
_FEMALE = word_set(
    "mrs ms miss lady dame queen princess spokeswoman chairwoman congresswoman councilwoman"
    " sister baroness"
)


@dataclass(frozen=True, slots=True)
class Name:
    """One occurrence of a capitalised name at ``start:end``; ``title`` is what stands before it."""

    start: int
    end: int
    words: tuple[str, ...]
    title: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def runs(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Runs of capitalised words, particles such as "van" inside them.

    >>> [text[a:b] for text in ["Mr. Jan van Dyk met Li."] for a, b in runs(text)]
    ['Mr. Jan van Dyk', 'Li']
    """
    spans: list[tuple[int, int]] = []
    for match in _RUN.finditer(text, start, len(text) if end is None else end):
        if spans:
            gap = _GLUE.match(text, spans[-1][1])
            if gap and gap.end() == match.start() and _goes_on(text[slice(*spans[-1])], gap):
                spans[-1] = (spans[-1][0], match.end())
                continue
        spans.append(match.span())
    return spans


def _goes_on(run: str, gap: re.Match[str]) -> bool:
    """Whether a name can go on behind a gap: neither an owner's nor a closed one does."""
    if _possessive(run) or run.endswith(("Jr.", "Sr.")):
        return False
    if (gap["particles"] or "").strip() in _ENGLISH_TOO:
        return bare(run.split()[-1]) in first_names()
    return gap[0][0] not in '”"' or bool(_NICKNAME_OPEN.search(run))


_NICKNAME_OPEN = re.compile(r" [“\"][^”\"]+$")
_NICKNAME = re.compile(r"[“\"][^”\"]+[”\"] ")


def _possessive(word: str) -> bool:
    return word.endswith(("’s", "'s", "s’", "s'"))


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """A word without possessive ending, full stop and case."""
    if word.endswith(("’s", "'s")):
        word = word[:-2]
    return word.rstrip(".’'").casefold()


_OWNED_BY = re.compile(
    r"[A-Z][\w’'.]*-(?:parent|owned|owner|maker|based|backed|led|born|listed)\s"
    r"|(?:[A-Z][a-z]*-?maker|Airline|Builder|Brewer|Carrier|Developer|Distiller|Exporter|Importer|"
    r"Insurer|Lender|Manufacturer|Miner|Operator|Producer|Publisher|Refiner|Retailer|Shipbuilder|"
    r"Shipowner|Start-?up|Supplier|Utility)\s(?=[A-Z])"
)


def parse_name(text: str, start: int, end: int) -> Name | None:
    """Split a run into title and name; None where nothing but a title is left.

    >>> name = parse_name("Foreign Minister Anna Lee", 0, 25)
    >>> name.words, name.title
    (('Anna', 'Lee'), ('foreign', 'minister'))
    """
    if owned := _OWNED_BY.match(text, start, end):
        start = owned.end()  # "Chrysler-parent Stellantis", "Carmaker Stellantis"
    start += _office_end(text, start, end)
    split = _split_name(text[start:end])
    if split is None:
        return None
    first, last, words, title = split
    return Name(start + first, start + last, words, title)


_OFFICE_OF = re.compile(r"([\w-]+)\sof\s$")


def _office_end(text: str, start: int, end: int) -> int:
    """Characters of a run that belong to the office before it: "(Secretary of) State Anna Lee"."""
    office = _OFFICE_OF.search(text, max(0, start - 30), start)
    if office is None or bare(office[1]) not in TITLES:
        return 0
    words = list(re.finditer(r"\S+", text[start:end]))
    return next((w.start() for w in words[1:-1] if bare(w[0]) in first_names()), 0)


@lru_cache(maxsize=65536)
def _split_name(run: str) -> tuple[int, int, tuple[str, ...], tuple[str, ...]] | None:
    hidden = _NICKNAME.sub(lambda m: " " * len(m[0]), run)  # "Joe “Tiger” Brown" is Joe Brown
    words = [(m.start(), m.group()) for m in re.finditer(r"\S+", hidden)]
    while len(words) > 2 and bare(words[-1][1]) in _HONOURS and _capitals(words[-1][1]):
        words.pop()
    behind = None  # where "Jr." ends, which is no part of the name
    suffix, named = bare(words[-1][1]), bare(words[0][1]) in first_names()
    if len(words) > 2 and (suffix in ("jr", "sr") or (suffix in _NUMERALS and named)):
        behind = words[-1][0] + len(re.sub(r"[’']s?$", "", words.pop()[1]))
        if named and bare(words[-1][1]) in TITLES:  # "Martin Luther King Jr.": no king
            return words[0][0], behind, tuple(word for _, word in words), ()
    cut = 0
    for k, (_, word) in enumerate(words):
        if _is_office(word):
            cut = k + 1
    cut = max(cut, _role_before([word for _, word in words]))
    if cut == len(words) - 1 and bare(words[cut - 1][1]) in _NAMES_TOO:
        cut -= 1  # "Dean Foster"; "Dean Anna Lee" has a name without it
    title = tuple(bare(w) for _, w in words[:cut])
    rest = words[cut:]
    if cut and len(rest) == 1 and set(title) <= _WEAK_TITLES and len(words) < 4:
        rest, title = words, ()  # "General Motors"
    plain = [k for k, (_, word) in enumerate(words[:-1]) if bare(word) not in TITLES]
    if not rest and 0 < len(plain) < 3 and any(bare(words[k][1]) in first_names() for k in plain):
        rest, title = words[plain[0] :], title[: plain[0]]  # "Billie Jean King"
    if not rest:
        return None
    if title and title[-1] in CROWNED and len(rest) == 1:
        rest, title = words[len(title) - 1 :], title[:-1]  # "Pope Francis" has no other name
    if any(bare(w) in INSTITUTION_WORDS for _, w in rest):
        rest, title = words, ()  # "Russian Foreign Ministry"
    last = re.sub(r"[’']s?$", "", rest[-1][1])
    end = behind or rest[-1][0] + len(last)
    return rest[0][0], end, (*(w for _, w in rest[:-1]), last), title


_OFFICE_PARTS = re.compile(
    r"(?:ex|co|vice|deputy|sub|under|then|acting)-|-(?:elect|designate|emeritus|in-waiting)$"
)
_OFFICE_WHOLE = re.compile(r"-(?:of|turned|cum)-|-(?:at|to)-[a-z]+$")


def _is_office(word: str) -> bool:
    """Whether a word of a run is an office, with what may be tied to it.

    >>> [word for word in "Vice-chancellor Mayor-elect Ada Vice-Lee".split() if _is_office(word)]
    ['Vice-chancellor', 'Mayor-elect']
    """
    office = _OFFICE_PARTS.sub("", bare(word))
    if office in TITLES and office not in INSTITUTION_WORDS:
        return True
    return bool(_OFFICE_WHOLE.search(word))


def _capitals(word: str) -> bool:
    return sum(map(str.isupper, word)) > 1


def _role_before(words: list[str]) -> int:
    """Words of a role before a known first name: "Town Planner" of "Town Planner Lucy Tran"."""
    for k in range(1, len(words) - 1):
        if bare(words[k - 1]) in first_names():
            return 0
        if bare(words[k]) in first_names() and _ROLE_ENDING.match(words[k - 1]):
            return k
    return 0


@lru_cache(maxsize=65536)
def is_institution(words: tuple[str, ...]) -> bool:
    """Whether a name has the words or the letters of an institution rather than of a person."""
    if "&" in words or any(bare(w) in INSTITUTION_WORDS for w in words):
        return True
    letters = words[0].replace(".", "")  # "J." is an initial
    return len(words) == 1 and len(letters) > 1 and letters.isupper()


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Key under which spellings of one name fall together: accents, transliteration, case.

    >>> fold("Sergey Pashinian") == fold("Sergei Pashinyan")
    True
    """
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l").replace("ø", "o"))
    key = "".join(c for c in plain if not unicodedata.combining(c))
    key = re.sub(r"\b(?:al|el|as|ash|ul)-(?=\w)", "", key)  # "Assad" is al-Assad
    key = re.sub(r"[^\w\s]", "", key)
    for pattern, to in _TRANSLITERATIONS:
        key = pattern.sub(to, key)
    return key


_TRANSLITERATIONS = [
    (re.compile(r"(?:e[yij]|iy|ii|yy|ij|yi)\b"), "i"),
    (re.compile(r"i(?=an\b)|j(?=an\b)"), "y"),
    (re.compile(r"y\b"), "i"),
    (re.compile(r"(?<=[aeou])[yj](?=[aeiou])"), "i"),
    (re.compile(r"(?:off|ov)\b"), "ov"),
    (re.compile(r"eff\b"), "ev"),
    (re.compile(r"(?<=\w)ye"), "e"),
    (re.compile(r"ks"), "x"),
    (re.compile(r"kh"), "h"),
    (re.compile(r"(.)\1"), r"\1"),
]


def without_particles(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a name that say something.

    >>> without_particles(("Ursula", "von", "der", "Leyen"))
    ('Ursula', 'Leyen')
    """
    return tuple(word for word in words if word.casefold() not in PARTICLES)


def same_person(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    """Whether two full names can be spellings of one: strict, since a false merge is worse.

    Equal folded keys count; else surnames and first names must both be near copies, or one a
    longer form of the other ("Anna Maria Lee", "Anna Lee"; "J. Lee" is not enough).
    """
    a, b = [fold(w) for w in one], [fold(w) for w in two]
    if a == b:
        return True
    if len(a) != len(b):
        short, long = sorted((a, b), key=len)
        return len(short) >= 2 and short[0] == long[0] and short[-1] == long[-1]
    if len(a) < 2 or a[0][:1] != b[0][:1] or a[-1][:1] != b[-1][:1]:
        return False
    return (
        min(len(a[-1]), len(b[-1])) >= 6
        and fuzz.ratio(a[-1], b[-1]) >= 85
        and (a[0] == b[0] or (min(len(a[0]), len(b[0])) >= 5 and fuzz.ratio(a[0], b[0]) >= 80))
        and (a[-1] == b[-1] or a[0] == b[0])
    )


def gender(words: tuple[str, ...], title: tuple[str, ...]) -> str:
    """``"f"``, ``"m"`` or ``""`` from title, a Slavic surname ending, or a common first name."""
    if set(title) & _FEMALE:
        return "f"
    if set(title) & _MALE:
        return "m"
    if len(words) > 1 and bare(words[0]) in _PLACE_FIRST:
        return ""  # "North Carolina"
    last = fold(words[-1])
    if re.search(r"(?:[oe]v|in|sk)(?:a|aya|aia)$", last) and len(last) > 5:
        return "f"
    if re.search(r"(?:[^aeiou]ov|ev|ski)$", last) and len(last) > 5:
        return "m"
    first = bare(words[0]) if len(words) > 1 else ""
    return first_names().get(first, "").replace("b", "")


@lru_cache(maxsize=1)
def first_names() -> dict[str, str]:
    """Common first names with their usual gender or "b"; ``stance/data/first_names.txt``."""
    from importlib.resources import files

    table: dict[str, str] = {}
    raw = files("stance").joinpath("data/first_names.txt").read_text(encoding="utf-8")
    for line in raw.splitlines():
        if line and not line.startswith("#"):
            kind, _, names = line.partition(":")
            table.update(dict.fromkeys(names.casefold().split(), kind))
    return table


@lru_cache(maxsize=1)
def joined_names() -> frozenset[str]:
    """Names in lower case that have "and" inside them: ``stance/data/joined_names.txt``."""
    from importlib.resources import files

    raw = files("stance").joinpath("data/joined_names.txt").read_text(encoding="utf-8")
    return frozenset(line.casefold() for line in raw.splitlines() if not line.startswith("#"))
