"""Claims: what is worth following, how it is worded, which statements are one claim."""

import datetime as dt
import random
from dataclasses import replace

import numpy as np
import pytest

from stance.attribution import attribute, passages
from stance.checkworthiness import FEATURES, checkworthiness, features, takes_position
from stance.claims import claim_id, cluster, detect, may_be_one, same_claims
from stance.errors import UsageError
from stance.types import Attribution, Date, DetectedClaim, Document, Passage, Span


def document(text: str, name: str = "d", day: int = 1, source: str = "The Post") -> Document:
    return Document(name, text, source, Date(dt.date(2024, 5, day)))


def passage(
    doc: Document,
    text: str,
    *,
    holder: str = "Ann Lee",
    cue: str | None = None,
    kind: str = "indirect",
    **fields: object,
) -> Passage:
    start = doc.text.index(text)
    attribution = None
    if cue is not None:
        at = doc.text.index(cue)
        attribution = Attribution(
            doc.id, kind, holder, "speaker", "Norway", None, None, cue, at, at + len(cue),  # type: ignore[arg-type]
            (Span(start, start + len(text), text),), 0.9, **fields,  # type: ignore[arg-type]
        )  # fmt: skip
    return Passage(
        doc.id, start, start + len(text), text, holder, "speaker", "Norway", attribution=attribution
    )


def outlet(doc: Document, text: str, kind: str = "body") -> Passage:
    start = doc.text.index(text)
    return Passage(doc.id, start, start + len(text), text, doc.source, "outlet", kind=kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "worth",
    [
        "Unemployment fell to 4 per cent in 2019.",
        "The ministers should sign the fishing treaty.",
        "Norway is ready to deploy two ships.",
        "They will sign by March.",
        "The ball is in Oslo’s court.",
        "The new calendar is dangerous.",
        "Forty matches a year are too many.",
        "Cuts could not be ruled out.",
        "The yard employs 1,400 people.",
    ],
)
def test_facts_positions_predictions_and_idioms_are_worth_following(worth: str) -> None:
    assert checkworthiness([worth])[0] >= 0.5


@pytest.mark.parametrize(
    "idle",
    [
        "Will Norway sign?",
        "Good morning, everybody.",
        "Thank you all for coming.",
        "Over there.",
        "",
    ],
)
def test_questions_greetings_and_fragments_are_not(idle: str) -> None:
    assert checkworthiness([idle])[0] == 0


def test_features_have_the_documented_columns() -> None:
    assert features(["One.", "Two are here."]).shape == (2, len(FEATURES))
    assert features([]).shape == (0, len(FEATURES))


def test_position_is_not_history() -> None:
    assert takes_position("We must act.")
    assert not takes_position("We met in Bergen.")


def test_detect_keeps_offsets_holder_and_voice() -> None:
    doc = document(
        "“Norway is ready to deploy two ships,” Ann Lee said. The port lost 200 jobs in 2023."
    )
    found = detect([doc], [passage(doc, "“Norway is ready to deploy two ships,”"),
                           outlet(doc, "The port lost 200 jobs in 2023.")])  # fmt: skip
    assert [(d.holder, d.holder_type) for d in found] == [
        ("Ann Lee", "speaker"), ("The Post", "outlet"),
    ]  # fmt: skip
    assert all(doc.text[d.start : d.end] == d.text for d in found)
    assert found[0].canonical == "Norway is ready to deploy two ships."
    assert all(0.5 <= d.checkworthiness <= 1 for d in found)


def test_reporting_sentences_and_captions_are_no_claims() -> None:
    report, caption = "Ann Lee said so in Oslo on 4 May 2024.", "Workers left the 1998 dock."
    doc = document(f"{report} {caption}")
    assert detect([doc], [outlet(doc, report), outlet(doc, caption, "caption")]) == []


@pytest.mark.parametrize(
    ("cue", "content", "polarity", "canonical", "status"),
    [
        ("promised", "to sign by March 2025", "asserts", "Norway will sign by March 2025.", "ok"),
        ("refused", "to sign by March 2025", "denies", "Norway will not sign by March 2025.", "ok"),
        ("wants", "the council to approve the levy", "asserts",
         "The council should approve the levy.", "ok"),
        ("urged", "that the treaty of 2019 be kept", "asserts",
         "The treaty of 2019 should be kept.", "ok"),
        ("welcomed", "the deployment of two Danish ships", "asserts",
         "Norway welcomed the deployment of two Danish ships.", "ok"),
        ("said", "would be ready by March 2025", "asserts", None, "ambiguous"),
        ("expects", "the company to leave by March 2025", "asserts",
         "The company to leave by March 2025.", "ambiguous"),
        ("intends", "to sign by March 2025", "asserts",
         "Norway intends to sign by March 2025.", "ok"),
        ("accused", "the board of hiding 20 complaints in March", "asserts",
         "The board was hiding 20 complaints in March.", "ok"),
        ("criticised", "the board, which has not paid 20 workers", "asserts",
         "Norway criticised the board, which has not paid 20 workers.", "ok"),
    ],
)  # fmt: skip
def test_contents_become_whole_statements(
    cue: str, content: str, polarity: str, canonical: str | None, status: str
) -> None:
    doc = document(f"Ann Lee {cue} {content}.")
    found = detect([doc], [passage(doc, content, cue=cue, polarity=polarity)])
    assert [d.status for d in found] == [status]
    if canonical:
        assert found[0].canonical == canonical


def test_what_stays_open_keeps_its_own_words() -> None:
    doc = document("Ann Lee urged the council to fire him by March 2025.")
    (found,) = detect(
        [doc], [passage(doc, "the council to fire him by March 2025", cue="urged")], threshold=0
    )
    assert found.status == "ambiguous"
    assert found.canonical == "The council to fire him by March 2025."
    assert found.canonical[1:-1] == found.text[1:]


def _told(text: str) -> dict[str, str]:
    document = Document("d", text, "The Post")
    found = detect([document], passages(document, attribute([document])), threshold=0)
    return {c.canonical: c.status for c in found if c.holder_type == "speaker"}


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Sen. Anna Lee, D-Texas, refused to endorse the rival candidate in July.",
         "Anna Lee will not endorse the rival candidate in July."),
        ("The United Nations called an emergency meeting to discuss the missile test.",
         "The United Nations called an emergency meeting to discuss the missile test."),
        ("Lynne Ross said she recalls the colleague being “confused” by the new rules.",
         "Lynne Ross recalls the colleague being confused by the new rules."),
    ],
)  # fmt: skip
def test_who_acts_is_who_said_so(text: str, canonical: str) -> None:
    assert _told(text).get(canonical) == "ok"


def test_in_a_quotation_he_is_never_the_speaker() -> None:
    text = (
        "Anna Lee called the candidate Bo Ek “a little desperate, jumping in all the time. "
        "If he had just waited his turn, he would have won the debate.”"
    )
    assert not [c for c in _told(text) if "Anna Lee had" in c]


def test_whether_is_no_claim_of_its_speaker() -> None:
    doc = document("Ann Lee asked whether Norway will sign the treaty of 2019.")
    found = detect(
        [doc], [passage(doc, "whether Norway will sign the treaty of 2019", cue="asked")]
    )
    assert found == []


def test_questions_and_tails_of_clauses_are_no_claims() -> None:
    doc = document("Ann Lee explained what will happen to 20 workers in May 2025.")
    assert not detect([doc], [passage(doc, "what will happen to 20 workers in May 2025",
                                      cue="explained")])  # fmt: skip
    doc = document("A split over plan to ban 20 cars from May 2025.")
    assert not detect([doc], [passage(doc, "to ban 20 cars from May 2025", cue="split over plan")])


def test_the_span_is_the_whole_clause_where_the_cue_is_passive() -> None:
    doc = document("The dock burned. The owners are understood to be willing to sell in May 2025.")
    text = "to be willing to sell in May 2025"
    (found,) = detect([doc], [passage(doc, text, cue="are understood")])
    assert found.text == "The owners are understood to be willing to sell in May 2025"
    assert found.text == doc.text[found.start : found.end]
    assert found.canonical == f"{found.text}."


def test_a_clause_cut_in_two_by_its_reporting_clause_is_one() -> None:
    doc = document("Two piers in Vik, Ann Lee said, were closed in May 2025.")
    first, rest = "Two piers in Vik", "were closed in May 2025"
    a, b = doc.text.index(first), doc.text.index(rest)
    cue = doc.text.index("said")
    said = Attribution(
        doc.id, "indirect", "Ann Lee", "speaker", None, cue - 8, cue - 1, "said", cue, cue + 4,
        (Span(a, a + len(first), first), Span(b, b + len(rest), rest)), 0.9,
    )  # fmt: skip
    part = Passage(doc.id, b, b + len(rest), rest, "Ann Lee", "speaker", attribution=said)
    (found,) = detect([doc], [part])
    assert found.canonical == "Two piers in Vik were closed in May 2025."
    assert found.text == doc.text[found.start : found.end]


@pytest.mark.parametrize(
    "text",
    [
        "“We reported all 23 cases in May 2025.”",
        "“These reports are false from beginning to end.”",
    ],
)
def test_words_of_saying_that_say_something_else(text: str) -> None:
    doc = document(f"{text} Ann Lee said.")
    assert detect([doc], [passage(doc, text, cue="said", kind="direct")])


def test_to_deny_reports_is_a_position() -> None:
    doc = document("Ann Lee denied reports that Norway had promised 20 ships.")
    text = "reports that Norway had promised 20 ships"
    (found,) = detect([doc], [passage(doc, text, cue="denied", polarity="denies")])
    assert found.canonical == "Norway denied reports that Norway had promised 20 ships."


def test_what_it_means_is_carried_from_sentence_to_sentence() -> None:
    doc = document("The survey of 2023 is due in May. It cost the town 85,000 euros.")
    first, second = detect([doc], [outlet(doc, doc.text)])
    assert second.canonical == "The survey of 2023 cost the town 85,000 euros."
    assert first.status == second.status == "ok"


def test_a_models_sentence_head_takes_the_place_of_the_rules() -> None:
    doc = document("The harbour was quiet in the morning.")
    parts = [outlet(doc, doc.text)]
    assert detect([doc], parts, checkworthiness=lambda texts: np.ones(len(texts)))
    assert not detect([doc], parts, checkworthiness=lambda texts: np.zeros(len(texts)))


def test_impossible_threshold_is_refused() -> None:
    with pytest.raises(UsageError):
        detect([], [], threshold=3.0)


def test_nothing_in_nothing_out() -> None:
    assert detect([], []) == []
    assert cluster([], []) == []


class Judge:
    """Entails where the texts, without their last word, are equal."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def score(self, pairs):  # type: ignore[no-untyped-def]
        self.asked += pairs
        same = [a.split()[:-1] == b.split()[:-1] for a, b in pairs]
        return np.array([[0.9, 0.1, 0.0] if s else [0.1, 0.8, 0.1] for s in same], np.float32)


def test_entailment_both_ways_decides_where_there_is_a_model() -> None:
    texts = [
        "The port will close soon.",
        "The port will close shortly.",
        "The port will stay open.",
    ]
    judge = Judge()
    assert same_claims(texts, judge) == [[0, 1], [2]]
    assert {(a, b) for a, b in judge.asked} == {(b, a) for a, b in judge.asked}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The port will close.", "The port will not close."),
        ("The port lost 200 jobs.", "The port lost 300 jobs."),
        ("The port closes in May 2024.", "The port closes in June 2024."),
        ("Norway will close the port.", "Denmark will close the port."),
        ("The board may open an inquiry.", "The board has opened an inquiry."),
    ],
)
def test_negation_numbers_dates_and_actors_keep_claims_apart(a: str, b: str) -> None:
    class Yes:
        def score(self, pairs):  # type: ignore[no-untyped-def]
            return np.tile(np.float32([1, 0, 0]), (len(pairs), 1))

    assert same_claims([a, b], Yes()) == [[0], [1]]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("North Korea will send two ships.", "South Korea will send two ships."),
        ("Niger will send two ships.", "Nigeria will send two ships."),
        ("Australian ministers will sign.", "Austrian ministers will sign."),
        ("DR Congo will send two ships.", "Congo will send two ships."),
        ("The US will send two ships.", "The UK will send two ships."),
        ("The port opens on Monday.", "The port opens on Tuesday."),
        ("The first bridge is safe.", "The second bridge is safe."),
        ("The 3rd bridge is safe.", "The fourth bridge is safe."),
        ("Nobody will lose a job.", "Everybody will lose a job."),
        ("Nothing has changed in Vik.", "Everything has changed in Vik."),
        ("The port costs $5m.", "The port costs €5m."),
        ("The port costs 5 million dollars.", "The port costs 5 million euros."),
        ("It fell to -5 degrees.", "It fell to 5 degrees."),
    ],
)
def test_countries_days_ranks_currencies_and_signs_keep_claims_apart(a: str, b: str) -> None:
    assert not may_be_one(a, b)
    assert same_claims([a, b]) == [[0], [1]]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Norway will send ships.", "Norwegians will send ships."),
        ("The US will send ships.", "The United States will send ships."),
        ("Seoul will send ships.", "South Korea will send ships."),
        ("The 21st bridge is safe.", "The twenty-first bridge is safe."),
        ("The port opens on Monday.", "The port opens."),
        ("The first bridge is safe.", "The bridge of 1st May is safe."),
        ("The port costs $5m.", "The port costs 5 million dollars."),
        ("The port costs $5m (€4.6m).", "The port costs $5m."),
        ("It costs $5m to $6m.", "It costs $5m-$6m."),
    ],
)
def test_other_words_for_one_actor_rank_or_sum_are_no_difference(a: str, b: str) -> None:
    assert may_be_one(a, b)


def test_without_a_model_other_names_are_other_claims() -> None:
    fine = "The EU will fine {} for fraud in the port."
    apart = [("Apple", "Google"), ("the Baltic Rail Board", "the Baltic Dock Union")]
    for one, two in apart:
        assert same_claims([fine.format(one), fine.format(two)]) == [[0], [1]]
    alike = [
        ("Apple", "Apple Inc"),
        ("the Baltic Rail Board", "the BRB"),
        ("President Ann Lee", "Ann Lee"),
        ("Danish docks", "Denmark’s docks"),
    ]
    for one, two in alike:
        assert same_claims([fine.format(one), fine.format(two)]) == [[0, 1]]
    assert same_claims([fine.format("Apple"), fine.format("Apple").replace("the port", "Vik")]) == [
        [0, 1]
    ]  # one name more is no other name


def test_what_one_refutes_is_another_claim() -> None:
    class Torn:
        def score(self, pairs):  # type: ignore[no-untyped-def]
            return np.tile(np.float32([0.55, 0, 0.45]), (len(pairs), 1))

    assert same_claims(["The port will close in May.", "The port will open in May."], Torn()) == [
        [0],
        [1],
    ]


def test_equal_words_in_other_roles_are_two_claims() -> None:
    class No:
        def score(self, pairs):  # type: ignore[no-untyped-def]
            return np.tile(np.float32([0.05, 0.05, 0.9]), (len(pairs), 1))

    class OneWay:
        def score(self, pairs):  # type: ignore[no-untyped-def]
            return np.array([[0.9, 0.1, 0] if a < b else [0.1, 0.9, 0] for a, b in pairs])

    roles = ["Russia was attacked by Ukraine.", "Ukraine was attacked by Russia."]
    assert same_claims(roles) == [[0], [1]]
    assert same_claims(roles, No()) == same_claims(roles, OneWay()) == [[0], [1]]
    assert same_claims(["Russia attacked Ukraine.", roles[0]]) == [[0], [1]]
    alike = ["The eastern dock of Vik will close in May.", "The dock of eastern Vik closes in May."]
    assert same_claims(alike) == [[0, 1]]  # the order of other words is free


def test_an_open_wording_is_one_claim_with_its_own_words_alone() -> None:
    texts = ["It will close the port.", "The board will close the port.", "It will close the port"]
    unclear = {claim_id(texts[0])}
    assert same_claims(texts, Judge(), unclear=unclear) == [[0, 2], [1]]


def test_a_name_and_its_acronym_are_one_actor() -> None:
    class Yes:
        def score(self, pairs):  # type: ignore[no-untyped-def]
            return np.tile(np.float32([1, 0, 0]), (len(pairs), 1))

    texts = [
        "The Baltic Rail Board is ready to send inspectors.",
        "The BRB is ready to send inspectors.",
    ]
    assert same_claims(texts, Yes()) == [[0, 1]]


def test_a_chain_does_not_end_in_one_claim() -> None:
    class Chain:
        def score(self, pairs):  # type: ignore[no-untyped-def]
            far = {"alpha", "gamma"}
            return np.array(
                [[0.1, 0.9, 0] if far <= set((a + " " + b).split()) else [0.9, 0.1, 0]
                 for a, b in pairs], np.float32)  # fmt: skip

    texts = ["harbour dock quay alpha", "harbour dock quay beta", "harbour dock quay gamma"]
    assert sorted(map(len, same_claims(texts, Chain()))) == [1, 2]


def detected(text: str, doc: str, holder: str, worth: float = 0.8, start: int = 0) -> DetectedClaim:
    return DetectedClaim(
        doc, start, start + len(text), text, holder, "speaker", text, claim_id(text), worth, "ok"
    )


def test_cluster_tells_members_first_date_and_first_holder() -> None:
    docs = [document("x", "late", 9), document("x", "early", 2)]
    text = "The port will close."
    (claim,) = cluster([detected(text, "late", "Bo Ek"), detected(text, "early", "Ann Lee")], docs)
    assert (claim.origin, claim.text, claim.first_holder) == ("detected", text, "Ann Lee")
    assert str(claim.first_date) == "2024-05-02"
    assert {m.doc_id for m in claim.members} == {"late", "early"}


def test_wire_copies_count_once_and_other_voices_more() -> None:
    docs = [document("x", f"d{i}") for i in range(6)]
    wire = [detected("The port will close.", f"d{i}", "Ann Lee") for i in range(4)]
    debated = [
        detected("The levy is fair.", "d4", "Bo Ek"),
        detected("The levy is fair.", "d5", "Cy"),
    ]
    found = cluster([*wire, *debated], docs)
    assert [c.text for c in found] == ["The levy is fair.", "The port will close."]
    assert [len(c.members) for c in found] == [2, 4]


def test_near_copies_are_members_marked_as_copies_and_count_once() -> None:
    wire = "The harbour board of Vik will close the eastern dock in May."
    edited = wire.replace("eastern", "eastern cargo")
    docs = [document("x", "reprint", 4), document("x", "first", 2), document("x", "late", 30),
            document("x", "a", 2), document("x", "b", 2)]  # fmt: skip
    prints = [
        detected(edited, "reprint", "Ann Lee"),
        detected(wire, "first", "Ann Lee"),
        detected(wire, "late", "Ann Lee"),
        detected(wire, "a", "Bo Ek"),
    ]
    one = [replace(d, claim_id=prints[0].claim_id) for d in prints]
    (claim,) = cluster(one, docs)
    assert [(m.doc_id, m.copy_of) for m in claim.members] == [
        ("reprint", "first"), ("first", None), ("late", None), ("a", None),
    ]  # fmt: skip
    told = "The levy is fair to all the dockers of the port."
    debated = [detected(told, "a", "Cy"), detected(told, "b", "Di")]
    assert [c.text for c in cluster([*one[:2], *debated], docs)] == [told, wire]


def test_a_wire_text_in_the_voice_of_several_outlets_is_one_statement() -> None:
    wire = "The harbour board of Vik will close the eastern dock in May."
    docs = [document("x", name) for name in "abc"]
    prints = [replace(detected(wire, name, f"Post {name}"), holder_type="outlet") for name in "abc"]
    (claim,) = cluster(prints, docs)
    assert [m.copy_of for m in claim.members] == [None, "a", "a"]
    short = [replace(d, text="The port closes.") for d in prints]
    (claim,) = cluster(short, docs)
    assert [m.copy_of for m in claim.members] == [None, None, None]


def test_limit_keeps_the_most_talked_about() -> None:
    docs = [document("x")]
    many = [detected(f"Dock {i} will close.", "d", "Ann Lee", 0.5 + i / 100) for i in range(30)]
    assert len(cluster(many, docs)) == 20
    assert cluster(many, docs, limit=1)[0].text == "Dock 29 will close."
    assert len(cluster(many, docs, limit=None)) == 30


def test_ids_are_stable_and_blind_to_case_and_marks() -> None:
    assert claim_id("The port will close.") == claim_id("the port will  close")
    assert claim_id("The port will close.") == "c" + claim_id("The port will close.")[1:]
    assert claim_id("The port will close.") != claim_id("The port will not close.")


def test_ids_know_currencies_and_signs_and_no_other_id_changes() -> None:
    for one, two in [("It costs $5m.", "It costs €5m."), ("It is -5 now.", "It is 5 now.")]:
        assert claim_id(one) != claim_id(two)
    assert claim_id("It is −5 now.") == claim_id("It is -5 now.")
    # The ids that these texts had before signs counted.
    assert claim_id("Bills rose 5-6% in 2020-21, by 50%-60% in Vik – 4 times.") == "c9191307af8dd"
    assert claim_id("The COVID-19 rules, §5 of the law, are “dead”.") == "cb045cd1b1f53"


def word(rank: int) -> str:
    """A made-up word without digits, another for each rank below 17,576."""
    return "zo" + "".join("bcdfghjklmnpqrstvwxzaeiouy"[rank // 26**k % 26] for k in range(3)) + "k"


def test_near_wordings_meet_in_a_large_corpus_too() -> None:
    rng, ranks = random.Random(0), range(3000)
    shares = [1 / (rank + 3) for rank in ranks]  # stems as unequally common as a text's
    drawn = [rng.choices(ranks, shares, k=rng.randint(8, 16)) for _ in range(1500)]
    texts = [" ".join(map(word, row)) for row in drawn]
    common = " ".join(map(word, range(6)))  # each is in hundreds of statements
    texts[100], texts[1400] = common, f"{common} {word(5000)} {word(5001)}"
    edited = [f"{text} {word(6000 + i)}" for i, text in enumerate(texts[:60])]
    groups = {frozenset(group) for group in same_claims([*texts, *edited])}
    assert frozenset((100, 1400)) in groups
    assert all(frozenset((i, 1500 + i)) in groups for i in range(60))


def test_pairs_that_share_common_stems_alone_are_not_compared() -> None:
    class Counting:
        asked = 0

        def score(self, pairs):  # type: ignore[no-untyped-def]
            self.asked += len(pairs)
            return np.tile(np.float32([0, 1, 0]), (len(pairs), 1))

    stated = "The town council of the old port of Vik said: {} {}."
    texts = [stated.format(word(2 * i), word(2 * i + 1)) for i in range(500)]
    few, many = Counting(), Counting()
    assert len(same_claims(texts[:100], few)) == 100
    assert few.asked > 0  # a small corpus leaves out no pair
    assert len(same_claims(texts, many)) == 500
    assert many.asked == 0


def test_a_cluster_of_ids_is_a_cluster_by_the_scorer_that_gave_them() -> None:
    texts = ["The port will close in May 2025.", "The port will close in May 2026.",
             "The port will close by May 2025."]  # fmt: skip
    docs = [document(text, f"d{i}", i + 1) for i, text in enumerate(texts * 2)]
    found = detect(docs, [outlet(d, d.text) for d in docs], scorer=Judge(), threshold=0)
    assert cluster(found, docs) == cluster(found, docs, Judge())
