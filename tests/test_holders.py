"""Mentions to holders: names, titles, pronouns, institutions, capitals, spellings, aliases."""

from __future__ import annotations

import datetime as dt

import pytest

from stance.attribution import attribute
from stance.naming.names import fold, same_person
from stance.naming.places import actor, stated_capitals
from stance.types import Document


def holders(*texts: str, aliases: dict[str, str] | None = None) -> list[str]:
    """Holder of every attribution of the texts, in order."""
    documents = [Document(f"d{k}", text, "The Herald") for k, text in enumerate(texts)]
    return [a.holder for a in attribute(documents, aliases=aliases)]


def test_surname_after_full_name() -> None:
    text = "Mayor Anna Lee said the dam leaks. Lee said it is old. Mayor Lee said no."
    assert holders(text) == ["Anna Lee"] * 3


def test_a_surname_of_several_words_alone() -> None:
    texts = (
        "Rui Tavares de Melo said wheat had risen. Tavares de Melo said mills would close.",
        "Tavares de Melo said two had closed.",
    )
    assert holders(*texts) == ["Rui Tavares de Melo"] * 3


@pytest.mark.parametrize(
    ("subject", "holder"),
    [
        ("Her party's coalition partner, the Liberals,", "Liberals"),
        ("The country's biggest union, the Federation of Miners,", "Federation of Miners"),
        ("Its largest shareholder, the state fund,", "unnamed largest shareholder"),
    ],
)
def test_a_body_named_behind_what_it_is(subject: str, holder: str) -> None:
    assert holders(f"{subject} said it would vote against any cap.") == [holder]


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("Dunn's shadow, Labour's Ed Marsh, said it was a joke.", "Ed Marsh"),
        ('Berg\'s neighbour, Ali Demir, is less worried: "It will pass."', "Ali Demir"),
        (
            "In a letter seen by the Post, the regulator warned that it was late.",
            "unnamed regulator",
        ),
    ],
)
def test_who_speaks_beside_other_names(text: str, holder: str) -> None:
    assert holders(text) == [holder]


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("Thousands marched through Madrid demanding that he resign.", "unnamed thousands"),
        ("Co-author Jens Holm called it late.", "Jens Holm"),
        ("The vessel's operator, Greece-based Minerva, said it was late.", "Minerva"),
        ("Apple said in a blog post Monday that it was late.", "Apple"),
    ],
)
def test_who_speaks_in_a_sentence_of_the_wires(text: str, holder: str) -> None:
    assert holders(text) == [holder]


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ("JPMorgan Chase & Co", "JPMorgan Chase & Co"),
        ("AT&T", "AT&T"),
        ("eBay", "eBay"),
        ("Pope Francis", "Pope Francis"),
        ("The Duke of Kent", "Duke of Kent"),
        ("The Archbishop of Canterbury, Justin Welby,", "Justin Welby"),
    ],
)
def test_names_as_firms_and_princes_have_them(subject: str, named: str) -> None:
    assert holders(f"{subject} said it was late.") == [named]


def test_a_pope_is_known_by_his_name_alone() -> None:
    assert holders("Pope Francis called for peace. Francis said so.") == ["Pope Francis"] * 2


def test_a_trade_is_no_first_name() -> None:
    texts = (
        "Shopkeeper Nélida Ccori said it was late. Ccori, a shopkeeper, said so.",
        "Nélida Ccori said it was not.",
    )
    assert holders(*texts) == ["Nélida Ccori"] * 3


def test_who_says_something_by_telephone() -> None:
    assert holders("Tibor Halas said by telephone that the guns would not fall silent.") == [
        "Tibor Halas"
    ]


def test_a_surname_behind_what_somebody_is() -> None:
    texts = (
        "Estonian Prime Minister Liisa Tamm said no. Opposition leader Mart Kask called it late.",
        "The new premier promised more. His predecessor, Tamm, said she wished him luck.",
    )
    found = [a for k, t in enumerate(texts) for a in attribute([Document(f"d{k}", t, "Herald")])]
    assert [a.holder for a in found][1:] == ["Mart Kask", "unnamed new premier", "Tamm"]
    assert found[1].affiliation is None
    assert holders(*texts)[-1] == "Liisa Tamm"


def test_a_participle_has_the_subject_of_the_side_before_it() -> None:
    text = "Clare Dunn hit back at the claims, insisting rivers were cleaner than before."
    assert holders(text) == ["Clare Dunn"] * 2


@pytest.mark.parametrize(
    ("opening", "holder"),
    [
        ("Hamas", "Hamas"),
        ("Siemens", "Siemens"),
        ("Hargreaves", "Hargreaves"),
        ("Residents", "unnamed residents"),
        ("Families", "unnamed families"),
        ("Banks", "unnamed banks"),
    ],
)
def test_an_unknown_word_that_opens_a_sentence_is_a_name(opening: str, holder: str) -> None:
    assert holders(f"{opening} said nothing had changed.") == [holder]


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ("Moscow, Tehran and Ankara", ["Russia", "Iran", "Turkey"]),
        ("Lee, Chan, and Holm", ["Lee", "Chan", "Holm"]),
        ("In Lyon, Anna Lee and Bo Chan", ["Anna Lee", "Bo Chan"]),
        ("The mayor, Ada Holm,", ["Ada Holm"]),
        ("Poland, the Baltic states and Finland", ["Poland", "Baltic states", "Finland"]),
    ],
)
def test_all_of_a_list_speak(subject: str, named: list[str]) -> None:
    assert holders(f"{subject} said they would guarantee the truce.") == named


def test_names_with_an_article_in_front() -> None:
    texts = (
        "Sheikh Hassan al-Amin told worshippers it would stay. On Monday al-Amin said so again.",
        "Amin said it would stay. Ex-president Musa Danjuma said it would not.",
    )
    assert holders(*texts) == ["Hassan al-Amin"] * 3 + ["Musa Danjuma"]


def test_an_education_secretary_is_no_general_secretary() -> None:
    text = "Union general secretary Mary Holt spoke. The education secretary said she would not."
    assert holders(text) == ["unnamed education secretary"]


def test_a_participle_has_the_subject_of_a_verb_no_list_has() -> None:
    text = "Rating agency Fitch cut its outlook to negative, saying growth was weak."
    assert holders(text) == ["Fitch"]


def test_it_is_the_body_that_spoke_in_the_same_paragraph() -> None:
    before = "The competition authority said it was early.\n\n"
    after = " called the forecast exaggerated. Flour makes up a tenth of the price, it said."
    assert holders(f"{before}Consumer group Deco{after}")[1:] == ["Deco", "Deco"]
    assert holders(f"{before}Ada Holm{after}")[2] == "unnamed competition authority"


def test_surname_with_courtesy_title_picks_the_right_spouse() -> None:
    text = "John Hart met Mary Hart. Mrs. Hart said it leaks. Mr. Hart said it holds."
    assert holders(text) == ["Mary Hart", "John Hart"]


def test_full_name_from_another_document() -> None:
    assert holders("Lee said the dam leaks.", "Mayor Anna Lee said it is old.") == ["Anna Lee"] * 2


def test_ambiguous_surname_stays_a_surname() -> None:
    texts = ("Lee said it leaks.", "Mayor Anna Lee said no.", "Senator Bo Lee said yes.")
    assert holders(*texts) == ["Lee", "Anna Lee", "Bo Lee"]


@pytest.mark.parametrize("title", ["The minister", "The Swedish foreign minister"])
def test_office_after_name(title: str) -> None:
    text = f"Swedish Foreign Minister Eva Lund met unions. {title} said talks were close."
    assert holders(text) == ["Eva Lund"]


def test_office_of_another_state_is_somebody_else() -> None:
    text = "Swedish Foreign Minister Eva Lund left. The Danish foreign minister said talks were on."
    assert holders(text) == ["unnamed Danish foreign minister"]


def test_pronouns_follow_gender_and_subject() -> None:
    text = (
        "Prime Minister Ana Sousa met President Karl Voss. Sousa said the border was open. "
        "She added that trade would grow. Voss called it useful. He said he was glad."
    )
    assert holders(text) == ["Ana Sousa", "Ana Sousa", "Karl Voss", "Karl Voss"]
    text = "Anna Lee met Peter Hahn in Oslo. He said it was late. She said it was not."
    assert holders(text) == ["Peter Hahn", "Anna Lee"]


def test_plural_and_neuter_pronouns_mean_groups() -> None:
    text = "The Harbour Union said pay fell. It added that prices rose."
    assert holders(text) == ["Harbour Union"] * 2
    text = "Critics say the law is harsh. They fear that it will pass."
    assert holders(text) == ["unnamed critics"] * 2


def test_first_person_is_the_outlet() -> None:
    (attribution,) = attribute([Document("d", "I asked whether it leaks.", "The Herald")])
    assert (attribution.holder, attribution.holder_type) == ("The Herald", "outlet")


def test_spokespeople_carry_their_institution() -> None:
    text = (
        "Harbour Union spokeswoman Mia Falk said pay fell. Jon Roth, a spokesman for Norvik, said "
        "no. A spokesman for the Harbour Union said yes."
    )
    told = [(a.holder, a.affiliation) for a in attribute([Document("d", text, "Herald")])]
    assert told == [
        ("Mia Falk", "Harbour Union"),
        ("Jon Roth", "Norvik"),
        ("unnamed spokesman for the Harbour Union", "Harbour Union"),
    ]


def test_affiliation_is_shared_across_documents() -> None:
    first = Document("a", "Danish Foreign Minister Eva Lund said yes.", "A")
    second = Document("b", "Eva Lund said no.", "B")
    assert [a.affiliation for a in attribute([first, second])] == ["Denmark", "Denmark"]


@pytest.mark.parametrize(
    "actor_phrase",
    ["Yerevan", "Armenia", "The Armenian government", "The Yerevan authorities"],
)
def test_capital_state_and_government_are_one_holder(actor_phrase: str) -> None:
    assert holders(f"{actor_phrase} said that it expects an answer.") == ["Armenia"]


def test_a_capital_no_list_knows_is_read_from_the_text() -> None:
    text = "They met in Ruritania’s capital Strelsau on Monday. Strelsau said it was satisfied."
    assert holders(text) == ["Ruritania"]
    assert stated_capitals("Zenda, the capital of Graustark, is old.") == {"zenda": "Graustark"}


def test_seats_are_dated() -> None:
    assert actor("Bonn", dt.date(1985, 5, 1)) == "Germany"
    assert actor("Bonn", dt.date(2020, 5, 1)) is None
    assert actor("the Kremlin") == "Russia"


def test_acronyms_stand_for_their_long_form() -> None:
    text = "The Harbour Workers Union (HWU) called for a strike. The HWU said pay had fallen."
    assert holders(text) == ["Harbour Workers Union"] * 2


def test_spellings_fall_together_and_the_commonest_names_the_person() -> None:
    texts = (
        "Premier Nikol Sargsyan said yes.",
        "Premier Nikol Sargsian said no.",
        "Premier Nikol Sargsyan said so.",
    )
    assert holders(*texts) == ["Nikol Sargsyan"] * 3


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("Sergei Orlov", "Sergey Orlov", True),
        ("José Peña", "Jose Pena", True),
        ("Yuri Ushakin", "Yury Ushakin", True),
        ("Anna Maria Lee", "Anna Lee", True),
        ("John Smith", "Joan Smith", False),
        ("Anna Lee", "Anna Leo", False),
        ("Peter Jansson", "Paula Jansson", False),
    ],
)
def test_same_person_is_strict(one: str, two: str, same: bool) -> None:
    assert same_person(tuple(one.split()), tuple(two.split())) is same


def test_fold_is_idempotent_on_its_own_keys() -> None:
    for name in ("Sergey", "Pashinyan", "Khrushchev", "Łódź", "Müller"):
        assert fold(fold(name)) == fold(name)


def test_aliases_win() -> None:
    text = "The Iron Mayor said no. Anna Lee said yes."
    aliases = {"Iron Mayor": "Anna Lee", "Anna Lee": "Anna Lee"}
    assert holders("Norvik said no.", aliases={"Norvik": "Norvik Holding AS"}) == [
        "Norvik Holding AS"
    ]
    assert holders(text, aliases=aliases)[-1] == "Anna Lee"


def test_unnamed_people_are_described() -> None:
    text = "A senior union official said no. The official said yes. His deputy said maybe."
    named = holders(text)
    assert named[0] == "unnamed senior union official"
    assert all(name.startswith("unnamed ") for name in named)


def test_a_quoted_title_is_no_antecedent() -> None:
    assert "Road" not in " ".join(holders("The film “The Long Road” won. He spoke of a new era."))


@pytest.mark.parametrize(
    ("texts", "last"),
    [
        (
            (
                "Marine chemist Ada Holm opened the lab.",
                "Ada Holm was late. It is clean, the chemist said.",
            ),
            "Ada Holm",
        ),
        (
            (
                "Norwegian Foreign Minister Eva Lund left.",
                "The Norwegian foreign minister said it was late.",
            ),
            "Eva Lund",
        ),
        (
            (
                "Jon Roth, chief executive of Norvik, left.",
                "Norvik’s chief executive said it was late.",
            ),
            "Jon Roth",
        ),
        (
            ("The Ministry of Fisheries shut the bay. It is not clean yet, the ministry said.",),
            "Ministry of Fisheries",
        ),
        (
            ("Norvik Holdings raised prices. Norvik is large. Demand is high, the company said.",),
            "Norvik Holdings",
        ),
        (
            (
                "Bo Chan said the ship leaks. He left.\n\nThe yard sent its manager, Carl Roth. "
                "The ship, he told reporters, was safe.",
            ),
            "Carl Roth",
        ),
        (("Mayor Anna Lee spoke. In February Lee had said that it leaks.",), "Anna Lee"),
        (
            ("Six weeks say nothing about the year, Ada Holm, head of the union, said.",),
            "Ada Holm",
        ),
    ],
)
def test_who_is_meant_when_the_name_stands_elsewhere(texts: tuple[str, ...], last: str) -> None:
    assert holders(*texts)[-1] == last


def test_a_ministry_of_another_story_is_not_borrowed() -> None:
    texts = ("The Harbour Ministry of Norland said no.", "The ministry rejected the charge.")
    assert holders(*texts)[-1] == "unnamed ministry"


def test_an_institution_is_no_person() -> None:
    text = "Two divers on the site left. It will open late, the harbour office said."
    assert holders(text) == ["unnamed harbour office"]


def test_a_capital_that_opens_a_sentence_names_nobody() -> None:
    assert holders("Police said it leaks. Another said it was old.") == [
        "unnamed police",
        "unnamed another",
    ]
    assert holders("An unnamed company spokesman said it was old.") == ["unnamed company spokesman"]


@pytest.mark.parametrize(
    ("texts", "last"),
    [
        (
            (
                "The Halden Water Board met on Monday.",
                "Neither the mayor nor the water board came. The board said that it was sorry.",
            ),
            "Halden Water Board",
        ),
        (
            (
                "Ada Holm, a biologist at the Velden Institute, came.",
                "Ada Holm left early. The dam may leak, the institute announced.",
            ),
            "Velden Institute",
        ),
        (
            (
                "Norvik Holdings paid. Norvik is large.",
                "Norvik described the talks as “useful”.",
            ),
            "Norvik Holdings",
        ),
        (
            ("The mayor of Karsk, Ada Holm, on Monday showed plans and asked that they be read.",),
            "Ada Holm",
        ),
        (
            ("The board took note of it, its director, Bo Chan, saying that he was glad.",),
            "Bo Chan",
        ),
        (("The Karsk Fishers’ Cooperative fears for its bay.",), "Karsk Fishers’ Cooperative"),
        (
            ("Oslo made no secret of its anger: its allies, the government complained, had left.",),
            "Norway",
        ),
        (
            (
                "Norwegian Foreign Minister Eva Lund left. The treaty will hold, the foreign "
                "ministry said.",
            ),
            "Norwegian Foreign Ministry",
        ),
        (
            ("The health ministry denied it. A vote is near, according to the ministry.",),
            "unnamed health ministry",
        ),
        (
            ("Mayor Bo Chan gave in. It is a turn for a man who in May had said it was wrong.",),
            "Bo Chan",
        ),
        (
            (
                "Minister Eva Lund spoke of the Karsk dam and of Norvik.",
                "Minister Jon Roth went to Lima.",
                "Norvik has to pay for Karsk. The minister now says that it need not.",
            ),
            "Eva Lund",
        ),
        (
            ("Ada Holm, who treats six of them at the clinic, warned against waiting.",),
            "Ada Holm",
        ),
        (("It leaks, the Interfax news agency reported.",), "Interfax"),
    ],
)
def test_who_is_meant_by_a_description(texts: tuple[str, ...], last: str) -> None:
    assert holders(*texts)[-1] == last


@pytest.mark.parametrize(
    ("text", "affiliation"),
    [
        ("Ada Holm, the Norwegian foreign minister, said it leaks.", "Norway"),
        ("Norwegian foreign minister Ada Holm said it leaks.", "Norway"),
        ("Ada Holm, director of the Karsk Water Board, said it leaks.", "Karsk Water Board"),
        ("Labour party leader Ada Holm said it leaks.", "Labour party"),
        ("Bo Chan spoke. Chan’s chief policy adviser Ada Holm said it leaks.", "Bo Chan"),
    ],
)
def test_affiliations_are_whole(text: str, affiliation: str) -> None:
    found = attribute([Document("d", text, "The Herald")])
    assert (found[-1].holder, found[-1].affiliation) == ("Ada Holm", affiliation)


@pytest.mark.parametrize("text", ["Nobody said that it leaks.", "Neither side named a figure."])
def test_no_one_is_no_holder(text: str) -> None:
    assert holders(text) == []


def test_an_office_in_the_sentence_before_is_not_the_next_persons() -> None:
    texts = ("It holds, the minister said. Ada Holm left.", "The minister said that it leaks.")
    assert "Ada Holm" not in holders(*texts)


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("Karsk’s Secretary of State Ken Holm said it leaks.", "Ken Holm"),
        ("Karsk Supervisor of Elections Susan Holm said it leaks.", "Susan Holm"),
        ("Tennis player Jean King said it leaks.", "Jean King"),
        ("An ad by the union uses footage of Susan Holm.", None),
        ("Bo Lund, a diver from Karsk, Norland, says it leaks.", "Bo Lund"),
    ],
)
def test_names_at_the_end_of_an_office(text: str, holder: str | None) -> None:
    assert [h for h in holders(text) if not h.startswith("unnamed ")] == (
        [holder] if holder else []
    )


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("The Food and Seed Commission said no.", "Food and Seed Commission"),
        (
            "The Department of Ports and Inland Waters said no.",
            "Department of Ports and Inland Waters",
        ),
        ("The Ministry of Fisheries of Norland said no.", "Ministry of Fisheries of Norland"),
        ("The Bank of Norland and Barford said no.", "Bank of Norland"),
        ("Town Engineer Lucy Tran said no.", "Lucy Tran"),
        ("Progress MP Priya Raman said no.", "Priya Raman"),
        ("Daniel Osei KC said no.", "Daniel Osei"),
        ("Secretary of State Bo Chan said no.", "Bo Chan"),
        ("Minister of Foreign Affairs Yun Chan said no.", "Yun Chan"),
    ],
)
def test_where_a_name_begins_and_ends(text: str, holder: str) -> None:
    assert holders(text) == [holder]


@pytest.mark.parametrize(
    ("text", "affiliation"),
    [
        ("Ole Lind, head of the Post and Rail Authority, said no.", "Post and Rail Authority"),
        (
            "Ada Holm, a teacher with the Institute of Sea Studies at Orvik University, said no.",
            "Institute of Sea Studies",
        ),
        ("“No,” said Ole Lind, Norvik’s harbour coordinator.", "Norvik"),
        ("“No,” said Ada Holm, a lawyer for Norvik Steel.", "Norvik Steel"),
        ("The WHO’s envoy, Dr Ole Lind, said no.", "WHO"),
        ("Ada Holm, professor of law at Orvik, said no.", "Orvik"),
        ("The ferry firm, Norvik, cut a line. Its director, Ole Lind, said no.", "Norvik"),
        ("Labour MP Ada Holm said no.", "Labour"),
        ("Town Clerk Beth Orr said no.", None),
        ("Ada Holm, the sister of Ole Lind, said no.", None),
    ],
)
def test_whom_somebody_speaks_for(text: str, affiliation: str | None) -> None:
    (one,) = attribute([Document("d", text, "The Herald")])
    assert one.affiliation == affiliation


def test_a_surname_alone_stays_with_whom_it_was_first_said_of() -> None:
    text = (
        "Mayor Joan Kessler voted. “I waited,” said Kessler. Bill Kessler, owner of Kessler "
        "Hardware, said it leaks. “It does,” Bill Kessler said. Kessler denied that it leaks."
    )
    assert holders(text) == ["Joan Kessler", "Bill Kessler", "Bill Kessler", "Joan Kessler"]


def test_initials_that_are_also_a_pronoun() -> None:
    text = "US says it leaks. In Orvik, WHO said no. The US denied that it leaks. Who said so?"
    assert holders(text)[:3] == ["United States", "WHO", "United States"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Anna Lee and Bo Chan said that it leaks.", ["Anna Lee", "Bo Chan"]),
        ("Ministers Anna Lee and Bo Chan said that it leaks.", ["Anna Lee", "Bo Chan"]),
        ("The United States and Japan said that it leaks.", ["United States", "Japan"]),
        (
            "The Department of Ports and Waters said that it leaks.",
            ["Department of Ports and Waters"],
        ),
        ("Anna Lee met Bo Chan. Lee and Chan said that it leaks.", ["Anna Lee", "Bo Chan"]),
    ],
)
def test_names_that_speak_together_each_have_a_row(text: str, names: list[str]) -> None:
    assert holders(text) == names


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("The regulator, Ofwave, said that it leaks.", "Ofwave"),
        (
            "Rebels of the Northern Front said that it leaks.",
            "unnamed rebels of the Northern Front",
        ),
        ("The charity, known as Open Boats, said that it leaks.", "unnamed charity"),
        ("Ada Holm, head of the Orvik Rowing Club (ORC), said that it leaks.", "Ada Holm"),
    ],
)
def test_phrases_that_describe_a_holder(text: str, holder: str) -> None:
    assert holders(text) == [holder]


def test_an_office_before_a_name_between_commas_is_the_persons() -> None:
    text = (
        "The president of the Orvik Rowing Club (ORC), Joe Mwan, denied that he took it. "
        "“Bring evidence,” the ORC boss said."
    )
    assert holders(text) == ["Joe Mwan", "Joe Mwan"]


def test_an_institution_named_first_as_an_owner_keeps_its_name() -> None:
    text = "The Orvik Post’s editor left. The Post announced that it would look into the tale."
    assert holders(text) == ["Orvik Post"]


@pytest.mark.parametrize(
    ("text", "holder", "affiliation"),
    [
        ("Ada Roe of Mind Our Rivers said the weir leaks.", "Ada Roe", "Mind Our Rivers"),
        ("Ada Roe of Leeds said the weir leaks.", "Ada Roe", None),
        ("Ada Roe at Northgate said the weir leaks.", "Ada Roe", "Northgate"),
        ("Ada Roe of Holt & Kerr said the weir leaks.", "Ada Roe", "Holt & Kerr"),
        ("Ada Roe, a hydrologist at Northgate, who expects the weir to fail.", "Ada Roe", None),
        ("The warden, Per Roe, was grim. Roe said the weir leaks.", "Per Roe", None),
        ("Anna Lee left. The opposition said the weir leaks.", "unnamed opposition", None),
        (
            "According to the weir authority's own figures, it leaks.",
            "unnamed weir authority",
            None,
        ),
        ("Norland's Canals Commissioner Ada Roe said it leaks.", "Ada Roe", "Norland"),
        ("The weir leaks, Ada Roe said, according to a transcript.", "Ada Roe", None),
        ("More than 14,000 people said the weir leaks.", "unnamed 14,000 people", None),
    ],
)
def test_a_name_and_whom_it_belongs_to(text: str, holder: str, affiliation: str | None) -> None:
    found = attribute([Document("d", text, "Herald")])
    assert [(a.holder, a.affiliation) for a in found] == [(holder, affiliation)]


def test_a_body_named_before_is_meant_by_its_last_word() -> None:
    text = "The Divers' Guild called it absurd. “It leaks,” Guild president Ada Roe said."
    assert [a.affiliation for a in attribute([Document("d", text, "Herald")])][
        -1
    ] == "Divers' Guild"


def test_the_diplomat_is_the_deputy_foreign_minister() -> None:
    text = (
        "Norland stays in the pact, Deputy Foreign Minister Ada Roe told reporters.\n\n"
        "“It is in force,” the diplomat stressed."
    )
    assert holders(text) == ["Ada Roe", "Ada Roe"]


def test_backing_away_is_backing_nothing() -> None:
    assert not attribute([Document("d", "The bosses have backed away from closing it.", "Herald")])


@pytest.mark.parametrize("body", ["museum", "insurer", "mill", "retailer", "zoo", "shipyard"])
def test_a_body_is_never_the_only_person_named(body: str) -> None:
    text = f"Anna Lee said the lake was safe. The {body} said that it was not."
    found = attribute([Document("d", text, "Herald")])
    assert [a.holder for a in found] == ["Anna Lee", f"unnamed {body}"]


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("Shares of Tarvex rose. The airline said that it would hire.", "Tarvex"),
        ("Norvane Group, a Dutch insurer, cut jobs. The insurer said it had to.", "Norvane Group"),
        ("Lee said that the insurer had lied. The insurer denied it.", "unnamed insurer"),
        (
            "The Drugs Board said it knew. Tarvex said so too. The regulator denied it.",
            "Drugs Board",
        ),
        ("Tarvex Pharma said it knew. The regulator denied it.", "unnamed regulator"),
        (
            "Harbor Point Partners said it would build. On Monday Harbor Point said it would not.",
            "Harbor Point Partners",
        ),
        ("Staff at Tarvex asked the bank. The bank said that it would pay.", "unnamed bank"),
    ],
)
def test_which_firm_a_kind_of_firm_is(text: str, holder: str) -> None:
    assert attribute([Document("d", text, "Herald")])[-1].holder == holder


@pytest.mark.parametrize("noun", ["fisherman", "uncle", "father"])
def test_a_woman_is_no_man_by_his_trade_or_relation(noun: str) -> None:
    text = f"Anna Lee said the lake was safe. The {noun} said that it was not."
    found = attribute([Document("d", text, "Herald")])
    assert found[-1].holder == f"unnamed {noun}"


@pytest.mark.parametrize("many", ["Museums", "Fishermen", "Staff", "Countries"])
def test_many_who_open_a_sentence_are_no_name(many: str) -> None:
    text = f"{many} said that the lake was safe."
    (found,) = attribute([Document("d", text, "Herald")])
    assert found.holder == f"unnamed {many.lower()}"


@pytest.mark.parametrize("name", ["Israel Katz", "Sofia Reyes", "Jordan Bardella", "Dean Foster"])
def test_a_person_may_be_called_like_a_place_or_a_title(name: str) -> None:
    surname = name.split()[-1]
    texts = [f"Minister {name} said it was safe.", f"“It is safe,” {surname} said."]
    documents = [Document(str(i), text, "Herald") for i, text in enumerate(texts)]
    assert [a.holder for a in attribute(documents)] == [name, name]


def test_a_portfolio_is_nobody_to_belong_to() -> None:
    text = "Water Resources Minister Sunita Sharma said the dam was safe."
    (found,) = attribute([Document("d", text, "Herald")])
    assert (found.holder, found.affiliation) == ("Sunita Sharma", None)


def test_a_chief_economist_is_no_bank_chief() -> None:
    text = (
        "Prices will fall, the governor of the Central Bank of Arland, Helena Moura, said. “No,” "
        "said Marta Quist, chief economist at Nordhaven Bank. The central bank chief disagreed, "
        "saying that they would."
    )
    assert attribute([Document("d", text, "Herald")])[-1].holder == "Helena Moura"


def test_what_a_country_did_is_no_office_of_its() -> None:
    text = "Moscow, which signed a defence pact with Tehran last year, said it was a mistake."
    (found,) = attribute([Document("d", text, "Herald")])
    assert (found.holder, found.affiliation) == ("Russia", None)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (  # a place or body behind a name, and a clause of their own
            "Ada Roe, of Karsk University, who did the survey, reports that eels are back and says "
            "she expects more.",
            ["Ada Roe"] * 2,
        ),
        (
            "The stakes are highest for Bo Holm, who has run it since 2018 and promised owners "
            "that it would close.",
            ["Bo Holm"],
        ),
        ("A father who would not give his name said it was late.", ["unnamed father"]),
        ("Somebody who has sat in on the talks says the price is high.", ["unnamed somebody"]),
        (
            "A former Lake Party MP who sits alone, Bo Holm, doubted it. It would fail, he said.",
            ["Bo Holm"],
        ),
        (
            "KARSK, Feb 11 (Wire) - Drugmaker Deco Bio halted a trial, the firm said on Monday.",
            ["Deco Bio"],
        ),
        ("Deco Inc. (NYSE: DCO) (“Deco”) today announced that it has closed.", ["Deco Inc"]),
        (
            "Fever infects millions, according to World Fever Organization estimates, and kills.",
            ["World Fever Organization"],
        ),
        (
            "Amit Roe, an economist, disagrees. His paper found a difference of a point.",
            ["Amit Roe"],
        ),
        (
            "The chief chose her words. Ada Roe spoke. The failure, in her view, was at Karsk.",
            ["Ada Roe"],
        ),
        ("Coun Ada Roe says she is minded to open it.", ["Ada Roe"]),
        ("An EU diplomat sighed at it. “They were dull.”", ["unnamed EU diplomat"]),
        (
            "A Two Rivers Water spokesperson said it was glad.",
            ["unnamed Two Rivers Water spokesperson"],
        ),
        ("President Ada Roe came to Karsk. The head of state said she had no view.", ["Ada Roe"]),
        ("Bo Holm spoke. Leader of Green Future Bo Holm said it was late.", ["Bo Holm"]),
        (
            "“We leave,” Roe said.\n\n“You said so four times!” Holm called out.\n\n"
            "“Then you know,” Roe shot back.",
            ["Roe", "Holm", "Roe"],
        ),
    ],
)
def test_read_in_other_articles(text: str, who: list[str]) -> None:
    assert holders(text) == who


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (  # by the age behind the name, else whom the lines before are about
            "Bo Holm, 54, was at home. Ed Roe, 31, was not.\n\n“I’d go,” the 54-year-old vowed.",
            ["Bo Holm"],
        ),
        ("Bo Holm is in trouble.\n\nThe Karsk guru slammed claims that he cheated.", ["Bo Holm"]),
        (
            "Bo Holm made tea. His wife Denise fought tears. They had got letters, she said.",
            ["Denise"],
        ),
        (  # gender by the pronouns beside a name that no list has
            "Grázna Holm and Ada Roe met. Holm left as she had come. Holm took her hat.\n\nAsked "
            "if she believed Roe’s story, Holm paused. “She wasn’t heard,” she said.",
            ["Grázna Holm"],
        ),
        (
            "Ada Roe is sure now. A doctor from Karsk sat with her for two hours. “Nobody knows,” "
            "she says.",
            ["Ada Roe"],
        ),
        (
            "Ada Roe teaches. A sophomore at the next table shrugs. “Hide,” she says.",
            ["unnamed sophomore at the next table"],
        ),
    ],
)
def test_whom_descriptions_and_pronouns_mean(text: str, who: list[str]) -> None:
    assert holders(text) == who


def test_the_name_with_its_accents() -> None:
    texts = ("Grainne Holm said it was late. Grainne Holm left.", "Gráinne Holm said it was.")
    assert set(holders(*texts)) == {"Gráinne Holm"}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Three Rivers Water, which runs it, denied it was late.", ["Three Rivers Water"]),
        ("Four months ago, Bo Holm stood up and told the world that they were ready.", ["Bo Holm"]),
        ("Port Office (PO) spokesperson Ada Roe bared that it had closed.", ["Ada Roe"]),
        ("Bo Holm left. His mother, Nena, 52, sat there. “I need it,” she said.", ["Nena"]),
        (
            "Briefing by Ada Roe, Deputy Spokesperson for the Office.\n\nQuestion: Why?\n\n"
            "Deputy Spokesperson: I don't know.\n\nQuestion: When?\n\nDeputy Spokesperson: Soon.",
            ["Ada Roe", "Ada Roe"],
        ),
    ],
)
def test_read_in_briefings_and_wires(text: str, who: list[str]) -> None:
    assert holders(text) == who


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (
            "By Bo Roe\n\nANGLERS have described a foul river. The anglers said so.",
            ["unnamed anglers", "unnamed anglers"],
        ),
        (
            "A Norland health ministry official, who asked not to be named, said it was late. Bo "
            "Roe, director of Deco, declined to comment.\n\n“They sat on it,” the official said.",
            [
                "unnamed Norland health ministry official",
                "Bo Roe",
                "unnamed Norland health ministry official",
            ],
        ),
        (
            "Junior minister Bo Roe came. Roe’s spokesman denied there had been a cut.",
            ["unnamed spokesman for Bo Roe"],
        ),
    ],
)
def test_who_stays_unnamed(text: str, who: list[str]) -> None:
    assert holders(text) == who


def test_whose_wife_has_the_surname_too() -> None:
    texts = (
        "Manox Holm, an electrician, died. He left his wife. “He was well,” Ms. Holm said.",
        "Sunita Holm said it was late.",
    )
    assert holders(*texts) == ["Sunita Holm"] * 2


def test_an_office_is_whose_name_was_told() -> None:
    text = (
        "A Maltese magistrate said it was late. Magistrate Ada Roe, who leads it, met them. The "
        "magistrate said it was open."
    )
    assert holders(text)[-1] == "Ada Roe"
