"""The order of detected claims: what is taken up, each subject once."""

from stance.ranking import most_discussed, plainest
from stance.types import DetectedClaim


def said(text: str, doc: str, holder: str, worth: float = 0.8, status: str = "ok") -> DetectedClaim:
    return DetectedClaim(
        doc, 0, len(text), text, holder, "speaker", text, "c", worth, status  # type: ignore[arg-type]
    )  # fmt: skip


def test_what_others_take_up_comes_before_a_lone_figure() -> None:
    figure = [said("The town has 41,000 inhabitants.", "a", "The Post", 0.99)]
    closes = [said("The shipyard will close in May.", "a", "Ann Lee", 0.7)]
    open_ = [said("The shipyard will not close in May.", "b", "Bo Ek", 0.7)]
    assert most_discussed([figure, closes, open_], 1) == [1]


def test_near_copies_do_not_fill_the_list() -> None:
    copies = [
        [said(f"The shipyard {verb} close in May.", f"d{i}", f"holder {i}")]
        for i, verb in enumerate(("will", "shall", "would", "should"))
    ]
    levy = [said("Farmers oppose the milk levy.", "d9", "Cy Holm")]
    milk = [said("The milk levy hurts farmers.", "d8", "Di Roth")]
    first = most_discussed([*copies, levy, milk], 3)
    assert {4, 5} & set(first)


def test_an_unclear_wording_is_a_poor_claim() -> None:
    vague = [said("It will close in May.", "a", "Ann Lee", 0.9, "ambiguous")]
    plain = [said("Farmers oppose the milk levy.", "b", "Bo Ek", 0.6)]
    assert most_discussed([vague, plain], None) == [1, 0]
    assert most_discussed([], 5) == []


def test_a_claim_of_many_words_says_several_things() -> None:
    rest = "and that the crane, the quay and both sheds of the yard go to whoever bids most " * 2
    long = [said(f"The shipyard will close in May {rest}at auction.", "a", "Ann Lee", 0.9)]
    plain = [said("Farmers oppose the milk levy.", "b", "Bo Ek", 0.7)]
    assert most_discussed([long, plain], None) == [1, 0]


def test_the_plainest_member_words_the_claim() -> None:
    long = said(
        "Councillors in the harbour town of Vik voted late on Monday night by 9 to 4, after six "
        "hours, to close the shipyard in May.", "a", "The Post", 0.9,
    )  # fmt: skip
    short = said("The council will close the shipyard in May.", "b", "Bo Ek", 0.85)
    vague = said("It will close the shipyard in May.", "c", "Cy Holm", 0.95, "ambiguous")
    assert plainest([long, short, vague]) == short
