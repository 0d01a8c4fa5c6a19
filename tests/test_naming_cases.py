"""Whom real sentences name: names with particles and nicknames, joint speakers, nationalities,
offices before a name, and whom somebody speaks for."""

from __future__ import annotations

import pytest

from stance.attribution import attribute
from stance.naming.joint import joint_names
from stance.naming.mentions import describe
from stance.naming.names import first_names, runs
from stance.types import Document

Row = tuple[str, str | None]


def rows(text: str) -> list[Row]:
    """Holder and affiliation of every attribution of a text."""
    return [(a.holder, a.affiliation) for a in attribute([Document("d", text, "Herald")])]


def names(text: str) -> list[str]:
    return [holder for holder, _ in rows(text)]


# ------------------------------------------------------------------------------- long names


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Ursula von der Leyen said the bloc must rearm.", ["Ursula von der Leyen"]),
        ("Charlène de la Croix, 41, said rents had doubled.", ["Charlène de la Croix"]),
        ("Beatrix van den Berg told reporters she was innocent.", ["Beatrix van den Berg"]),
        ("Manuel de los Santos said the mine was closed.", ["Manuel de los Santos"]),
        ("Kees van 't Hof said the mine was closed.", ["Kees van 't Hof"]),
        ("Sophie in ’t Veld said the mine was closed.", ["Sophie in ’t Veld"]),
        (
            "Ursula von der Leyen spoke. “Europe must be ready,” von der Leyen told MEPs. The "
            "commission president said details would follow.",
            ["Ursula von der Leyen"] * 2,
        ),
        (
            "Oscar de la Hoya said the fight was fixed. De la Hoya said he would sue.",
            ["Oscar de la Hoya"] * 2,
        ),
        (
            "United have sacked Erik ten Hag. Ten Hag said he was grateful to the fans.",
            ["Erik ten Hag"],
        ),
        (
            "Andrés Manuel López Obrador said the treaty would survive. López Obrador said Mexico "
            "would not bow.",
            ["Andrés Manuel López Obrador"] * 2,
        ),
        (
            "Aung San Suu Kyi said the army would go. Suu Kyi said she was not angry.",
            ["Aung San Suu Kyi"] * 2,
        ),
        (
            "Carlos Alberto de Sousa e Silva, who leads the inquiry, said the dam was failing. "
            "De Sousa said engineers raised the alarm in 2017.",
            ["Carlos Alberto de Sousa e Silva"] * 2,
        ),
        (
            "Anthropologist Maria da Conceição dos Santos Ferreira said the site was old. Ferreira "
            "said more digs were planned.",
            ["Maria da Conceição dos Santos Ferreira"] * 2,
        ),
        (
            "Pedro Sánchez Pérez-Castejón said he would not resign. Sánchez said he had thought "
            "about it.",
            ["Pedro Sánchez Pérez-Castejón"] * 2,
        ),
        (
            "Luiz Inácio Lula da Silva said the fund would double. Lula said the rich must pay.",
            ["Luiz Inácio Lula da Silva"] * 2,
        ),
        (
            "Sheikh Abdullah bin Zayed Al Nahyan said talks would go on. Sheikh Abdullah said aid "
            "was flowing.",
            ["Abdullah bin Zayed Al Nahyan"] * 2,
        ),
        (
            "A. P. J. Kumar Swamy, the district collector, said relief work had begun. Swamy said "
            "300 people had been moved.",
            ["A. P. J. Kumar Swamy"] * 2,
        ),
        (
            "Joe “Tiger” Brown said the bank had shut. “I'm furious,” Brown said.",
            ["Joe Brown"] * 2,
        ),
        (
            "Joaquin “El Chapo” Guzman said he was innocent. Guzman said the jury was misled.",
            ["Joaquin Guzman"] * 2,
        ),
        (
            "Guðni Th. Jóhannesson, her predecessor, said he agreed. Guðni said it was healthy.",
            ["Guðni Th. Jóhannesson"] * 2,
        ),
        (
            "Chinese premier Li Qiang said growth would reach 5%. Li said Beijing had ample tools. "
            "Li Hui, the special envoy, said peace was possible.",
            ["Li Qiang", "Li Qiang", "Li Hui"],
        ),
    ],
)
def test_a_long_name_is_one_holder(text: str, who: list[str]) -> None:
    found = rows(text)
    assert [holder for holder, _ in found] == who
    assert all(theirs is None or theirs == "China" for _, theirs in found)


def test_what_looks_like_a_particle_is_none() -> None:
    assert runs("Why do Swedes vote? Kyiv got ten Leopard tanks.") == [
        (0, 3),
        (7, 13),
        (20, 24),
        (33, 40),
    ]
    assert "Why" not in first_names()


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Bo Holm spoke. Leader of Green Future Bo Holm said it was late.", ["Bo Holm"]),
        ("The Rachel Holm Show ended. Holm said it was time.", ["Holm"]),
        ("Anna Maria Holm spoke. Maria said it was late.", ["Maria"]),
        ("“No” is what Lee said. Brown said it was late.", ["Brown"]),
    ],
)
def test_other_words_are_no_part_of_a_name(text: str, who: list[str]) -> None:
    assert names(text)[-len(who) :] == who


# -------------------------------------------------------------------------- joint speakers


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Airbus and Boeing said deliveries would slip.", ["Airbus", "Boeing"]),
        ("Toyota and Honda said they would raise prices.", ["Toyota", "Honda"]),
        ("Starmer and Macron said they would send troops.", ["Starmer", "Macron"]),
        ("Israel and Hamas said they would study the plan.", ["Israel", "Hamas"]),
        ("Ford and General Motors said they would raise prices.", ["Ford", "General Motors"]),
        ("Both Volkswagen and BMW said they would cut jobs.", ["Volkswagen", "BMW"]),
        ("Bill and Hillary Clinton refused to testify.", ["Bill Clinton", "Hillary Clinton"]),
        (
            "Brothers Noel and Liam Gallagher have made peace. “We're good,” Liam said. Noel said "
            "it was about time.",
            ["Liam Gallagher", "Noel Gallagher"],
        ),
        (
            "Merz and Macron said they would not give up. Friedrich Merz met Emmanuel Macron.",
            ["Friedrich Merz", "Emmanuel Macron"],
        ),
    ],
)
def test_two_bare_names_are_two_holders(text: str, who: list[str]) -> None:
    assert rows(text) == [(name, None) for name in who]


def test_joint_speakers_with_their_roles() -> None:
    text = (
        "ECB President Christine Lagarde and Bundesbank chief Joachim Nagel said rates would "
        "stay high."
    )
    assert rows(text) == [("Christine Lagarde", "ECB"), ("Joachim Nagel", "Bundesbank")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Marks and Spencer said profits had doubled.", "Marks and Spencer"),
        ("Johnson and Johnson said the jab was safe.", "Johnson and Johnson"),
        ("Procter and Gamble has said it will raise prices.", "Procter and Gamble"),
        ("Procter & Gamble said prices would rise.", "Procter & Gamble"),
        ("Ernst and Young says the audit was sound.", "Ernst and Young"),
        ("Trinidad and Tobago said the border was closed.", "Trinidad and Tobago"),
        ("Holm and Lee said its lorries were late.", "Holm and Lee"),
        ("Holm and Lee has closed. Holm and Lee said stocks were low.", "Holm and Lee"),
        ("The Bill and Melinda Gates Foundation said no.", None),
        ("The Food and Seed Commission said no.", "Food and Seed Commission"),
        ("The Bank of Norland and Barford said no.", "Bank of Norland"),
        ("Johnson and Wales University said no.", None),
    ],
)
def test_one_name_with_and_stays_one(text: str, name: str | None) -> None:
    found = rows(text)
    assert len(found) == 1
    assert found[0][1] is None
    if name is not None:
        assert found[0][0] == name


@pytest.mark.parametrize(
    "phrase",
    [
        "Chelsea and England striker Cole Palmer",
        "Defence Secretary and Conservative MP Ben Wallace",
        "Work and Pensions Secretary Mel Stride",
        "Author and historian Mary Beard",
        "Immigration and Customs Enforcement",
    ],
)
def test_one_person_with_two_bodies_or_trades_is_not_split(phrase: str) -> None:
    assert joint_names(phrase, f"{phrase} said no.") == []


def test_an_affiliation_never_breaks_off_at_and() -> None:
    for phrase in ("Residents and Mr Lee", "Gold, Holm and chairman Bo Lee"):
        theirs = describe(phrase).affiliation
        assert theirs is None or not theirs.endswith(("and", "&", ","))


# ---------------------------------------------------------------------------- nationalities


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Lionel Messi scored. The Argentine said his side had suffered.", ["Lionel Messi"]),
        ("The Argentine said his team had suffered.", ["unnamed Argentine"]),
        ("Gauff lost to Sabalenka. “She was too strong,” the American said.", ["Gauff"]),
        ("A German said he had been robbed.", ["unnamed German"]),
        ("An Italian, Marco Rossi, said he saw it.", ["Marco Rossi"]),
        (
            "Djokovic, 36, beat Carlos Alcaraz. “I played my best,” said the Serb. The "
            "Spaniard said he had been struggling.",
            ["Djokovic", "Carlos Alcaraz"],
        ),
        (
            "Christine Lagarde spoke in Sintra. The Frenchwoman said she would stay.",
            ["Christine Lagarde"],
        ),
        (
            "Two Americans said they had been held. The Ukrainians said the town had fallen.",
            ["unnamed Americans", "unnamed Ukrainians"],
        ),
        (
            "Samsung Electronics said profit tripled. The South Korean company said demand was "
            "strong.",
            ["Samsung Electronics"] * 2,
        ),
        ("The South Korean company said demand was strong.", ["unnamed South Korean company"]),
        # what stays as it was: all of a nation, a state, a ministry and an office of it
        ("The Chinese said the balloon was lost.", ["China"]),
        ("The French said no. The British said they were shocked.", ["France", "Britain"]),
        ("The Philippines said no.", ["Philippines"]),
        ("The Danish foreign ministry said no.", ["Danish foreign ministry"]),
        ("“We need more,” a Norwegian diplomat said.", ["unnamed Norwegian diplomat"]),
    ],
)
def test_who_is_called_by_a_nation(text: str, who: list[str]) -> None:
    assert names(text) == who


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (
            "US President Joe Biden met Israeli Prime Minister Benjamin Netanyahu. Biden said a "
            "ceasefire was close. The Israeli leader said he would not be rushed.",
            ["Joe Biden", "Benjamin Netanyahu"],
        ),
        (
            "President Emmanuel Macron said Europe must wake up. “We are too slow,” the French "
            "leader told Le Figaro.",
            ["Emmanuel Macron"] * 2,
        ),
        (
            "Russian President Vladimir Putin hosted Xi Jinping. The Kremlin leader called Xi “a "
            "dear friend”. The Chinese leader said ties were “unshakeable”.",
            ["Vladimir Putin", "Xi Jinping"],
        ),
        (
            "Sir Keir Starmer spoke. Sir Keir told the conference: “Reform or die.” The Labour "
            "leader said there would be no more money.",
            ["Keir Starmer"] * 2,
        ),
        ("The Vatican said Pope Francis slept. The pope said he was well.", ["Pope Francis"]),
        ("Pope Leo prayed for peace. The pontiff said it was time.", ["Pope Leo"]),
        ("King Charles III spoke. The monarch said he was touched.", ["Charles III"]),
        # a leader of something else is no head of state
        (
            "President Ada Holm spoke. The protest leader said the fight was not over.",
            ["unnamed protest leader"],
        ),
    ],
)
def test_a_leader_of_a_state_and_a_pope(text: str, who: list[str]) -> None:
    assert names(text)[-len(who) :] == who


# ------------------------------------------------------------------ offices and affiliations


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Vice-president JD Vance said the deal was dead.", ("JD Vance", None)),
        ("Vice-chancellor Robert Habeck said it would hold.", ("Robert Habeck", None)),
        ("President-elect José Antonio Kast said no.", ("José Antonio Kast", None)),
        ("Actor-turned-politician Vijay said the state would pay.", ("Vijay", None)),
        (
            "Rajasthan CM Bhajan Lal Sharma on Saturday said that it was over.",
            ("Bhajan Lal Sharma", "Rajasthan"),
        ),
        ("Det Ch Insp Louise Harvey said: “This was brutal.”", ("Louise Harvey", None)),
        ("Interim president Delcy Rodríguez said no.", ("Delcy Rodríguez", None)),
        ("Shadow chancellor Mel Stride said no.", ("Mel Stride", None)),
        ("Nobel laureate Daron Acemoglu said no.", ("Daron Acemoglu", None)),
        ("Oscar-winning director Chloé Zhao said no.", ("Chloé Zhao", None)),
        ("Pop star Taylor Swift said no.", ("Taylor Swift", None)),
        ("Tech billionaire Elon Musk said no.", ("Elon Musk", None)),
        ("Political analyst Bo Chan said no.", ("Bo Chan", None)),
        ("Chief Medical Officer Bo Chan said no.", ("Bo Chan", None)),
        ("Former England captain Wayne Rooney said no.", ("Wayne Rooney", "England")),
        ("U.S. District Judge Amy Totenberg said no.", ("Amy Totenberg", None)),
        ("The uranium is hidden, Western diplomats said.", ("unnamed Western diplomats", None)),
        ("Modi’s rival, Rahul Gandhi, said no.", ("Rahul Gandhi", None)),
        ("Narges Mohammadi's husband, Taghi Rahmani, said no.", ("Taghi Rahmani", None)),
        ("Tsai's successor, Lai Ching-te, said no.", ("Lai Ching-te", None)),
        (
            "The World Health Organization's regional director for Africa, Matshidiso Moeti, said "
            "the outbreak was slowing.",
            ("Matshidiso Moeti", "World Health Organization"),
        ),
        ("Labour's Wes Streeting said the strike was reckless.", ("Wes Streeting", "Labour")),
        (
            "Economists polled by Reuters said growth would be 0.3%.",
            ("unnamed economists polled by Reuters", None),
        ),
        ("The Bank of England's Andrew Bailey said no.", ("Andrew Bailey", "Bank of England")),
        ("The Bank of Japan's Kazuo Ueda said no.", ("Kazuo Ueda", "Bank of Japan")),
        (
            "The University of Oxford's Sarah Gilbert said the jab worked.",
            ("Sarah Gilbert", "University of Oxford"),
        ),
        (
            "The House of Commons Speaker, Lindsay Hoyle, said MPs were tired.",
            ("Lindsay Hoyle", "House of Commons"),
        ),
        # what stays as it was
        ("Bundesbank chief Joachim Nagel said no.", ("Joachim Nagel", "Bundesbank")),
        ("Arsenal manager Mikel Arteta said no.", ("Mikel Arteta", "Arsenal")),
        ("Lavrov's deputy, Sergei Ryabkov, said no.", ("Sergei Ryabkov", "Lavrov")),
        ("The World Bank's Ajay Banga said no.", ("Ajay Banga", "World Bank")),
        ("General Motors said no.", ("General Motors", None)),
        (
            "A spokeswoman for the Kansas Department of Education, Carla Dunning, said no.",
            ("Carla Dunning", "Kansas Department of Education"),
        ),
    ],
)
def test_offices_before_a_name_and_whose_they_are(text: str, row: Row) -> None:
    assert rows(text) == [row]


# --------------------------------------------------------------------------- descriptions


def test_a_capital_that_opens_a_sentence_makes_no_second_holder() -> None:
    text = "Union leaders said pay was too low. The union leaders said they would strike."
    assert names(text) == ["unnamed union leaders"] * 2
    assert names("Lee spoke. A Commission spokesperson said no.") == [
        "unnamed Commission spokesperson"
    ]
    text = "Bernie Sanders spoke. Sanders supporters said no."
    assert names(text) == ["unnamed Sanders supporters"]


def test_letters_keep_their_capitals_in_a_headline() -> None:
    text = "UN chief warns of famine in Sudan\n\nThe harvest failed in three provinces this year."
    assert names(text) == ["unnamed UN chief"]


def test_a_report_and_who_wrote_it() -> None:
    told = describe("The report, by the National Audit Office,")
    assert (told.kind, told.text) == ("institution", "National Audit Office")


def test_the_joint_chiefs_by_their_letters() -> None:
    text = "The Joint Chiefs of Staff (JCS) said it flew 300 km. It was seen, the JCS said."
    assert names(text) == ["Joint Chiefs of Staff"] * 2
