"""Self-contained wording: what is filled in, what stays open, what is left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.idioms import in_plain_words
from stance.negation import negate
from stance.speech.tags import is_function_word
from stance.wording import literal, reword


def spoken(text: str, before: str = "", affiliation: str | None = "Denmark") -> tuple[str, bool]:
    wording = reword(text, before, holder="Ann Lee", affiliation=affiliation, speaker=True)
    return wording.text, wording.clear


def test_we_is_whom_one_speaks_for_and_the_verb_agrees() -> None:
    assert spoken("“We are ready and we have the ships,”") == (
        "Denmark is ready and Denmark has the ships.",
        True,
    )


@pytest.mark.parametrize(
    ("text", "holder", "affiliation"),
    [
        ("“We are tired of promises.”", "Anna Lee", None),  # one person is no group
        ("“We must fix the tax code.”", "Anna Lee", "Vermont"),  # elected there
        ("“Our assumption is that it will pass.”", "Anna Lee", "Senate Majority"),
        ("“Our troops deserve better than this.”", "Anna Lee", "Ferro Steel"),
        ("“Most of us work two jobs.”", "Anna Lee", "Dockers' Union"),
        ("“Make us wait no longer.”", "unnamed source", None),
    ],
)
def test_we_stays_open_where_nobody_is_spoken_for(
    text: str, holder: str, affiliation: str | None
) -> None:
    wording = reword(text, "", holder=holder, affiliation=affiliation, speaker=True)
    assert not wording.clear and wording.text == text.strip("“”")


@pytest.mark.parametrize(
    ("text", "holder", "affiliation", "plain"),
    [
        ("“Our troops are ready.”", "Anna Lee", "Denmark", "Denmark’s troops are ready."),
        ("“We will strike in May.”", "unnamed dockers", None, "Dockers will strike in May."),
        ("“We will sell the mill.”", "Ferro", None, "Ferro will sell the mill."),
        ("“He gave a million to Our Harbour.”", "Anna Lee", None, None),
        ("“The fund For Our Harbour is broke.”", "Anna Lee", None,
         "The fund For Our Harbour is broke."),
        ("''The mill is sold.''", "Anna Lee", None, "The mill is sold."),
        ("that, “Of course the mill will close”", "Anna Lee", None,
         "Of course the mill will close."),
        ("To be clear, the mill will close.", "Anna Lee", None, "The mill will close."),
        ("I mean, the mill will close.", "Anna Lee", None, "The mill will close."),
    ],
)  # fmt: skip
def test_we_and_our_are_whoever_is_spoken_for(
    text: str, holder: str, affiliation: str | None, plain: str | None
) -> None:
    wording = reword(text, "", holder=holder, affiliation=affiliation, speaker=True)
    assert (wording.text if wording.clear else None) == plain


@pytest.mark.parametrize(
    ("text", "previous", "plain"),
    [
        ("It is the latest in a series.", "She will speak on Friday in Port St. Lucie, Florida.",
         None),
        ("The policy could lead to fraud.", "They cut the week. The current policy is old.",
         "The current policy could lead to fraud."),
    ],
)  # fmt: skip
def test_neither_a_place_nor_two_sentences_are_meant(
    text: str, previous: str, plain: str | None
) -> None:
    wording = reword(
        text, previous, holder="The Post", affiliation=None, speaker=False, previous=previous
    )
    assert (wording.text if wording.clear else None) == plain


@pytest.mark.parametrize(
    ("text", "holder", "plain"),
    [
        ("she’s thrilled to play", "Anna Lee", "Anna Lee is thrilled to play."),
        ("she’s called for a ban", "Anna Lee", "Anna Lee has called for a ban."),
        ("since she is ill, she will not run", "unnamed ex-wife of Bo Ek",
         "Since the ex-wife of Bo Ek is ill, she will not run."),
    ],
)  # fmt: skip
def test_she_is_whoever_reports_it_of_herself(text: str, holder: str, plain: str) -> None:
    wording = reword(text, "", holder=holder, affiliation=None, speaker=True, reported=True,
                     previous="The nominee is Bo Ek.")  # fmt: skip
    assert (wording.text, wording.clear) == (plain, True)


def test_a_day_is_no_he() -> None:
    told = "This weekend he would take it as an insult."
    assert not reword(told, "", holder="The Post", affiliation=None, speaker=False).clear


def test_a_place_is_no_she_and_a_compound_name_no_short_form() -> None:
    told = "Lee worked for a North Carolina firm."
    assert not reword("She recalls the colleague.", "", holder="The Post", affiliation=None,
                      speaker=False, previous=told).clear  # fmt: skip
    before = "The 1995 tax return was printed. "
    assert spoken("The Tax Policy Center says so.", before)[0] == "The Tax Policy Center says so."


def test_i_is_the_speaker() -> None:
    assert spoken("“I support the rail levy of 2019,”")[0] == (
        "Ann Lee supports the rail levy of 2019."
    )


def test_a_definite_phrase_takes_its_fuller_form() -> None:
    before = "The council debated a tidal power plant on Monday. "
    assert spoken("the plant should open", before) == (
        "The tidal power plant should open.",
        True,
    )


def test_two_rivals_leave_a_phrase_open() -> None:
    before = "A Danish mission left. A Swedish mission stayed. "
    text, clear = spoken("“The mission is over.”", before)
    assert (text, clear) == ("The mission is over.", False)


def test_such_decisions_without_antecedent_are_open() -> None:
    assert not spoken("“Such decisions are taken at the top.”")[1]


def test_the_organization_is_the_speakers_own() -> None:
    text, clear = spoken(
        "“The organization is ready,”",
        "The Nordic Council and the European Union met. ",
        affiliation="Baltic Rail Organization",
    )
    assert (text, clear) == ("The Baltic Rail Organization is ready.", True)


def test_the_organization_between_two_is_open() -> None:
    before = "The Baltic Union met the Nordic Alliance (NA). "
    assert not spoken("“The organization is ready,”", before)[1]


def test_a_pronoun_without_antecedent_is_open_and_the_text_stays_literal() -> None:
    assert spoken("“He will resign,”") == ("He will resign.", False)


def test_a_pronoun_with_its_noun_in_the_sentence_is_clear() -> None:
    assert spoken("The harbour is so old that it leaks")[1]


def test_hedges_stay() -> None:
    assert spoken("“We may perhaps join,”")[0] == "Denmark may perhaps join."


def test_that_is_dropped_only_where_it_introduces() -> None:
    assert spoken("that taxes will rise")[0] == "Taxes will rise."
    assert spoken("That tax will hurt")[0].startswith("That tax")


def reported(text: str, holder: str = "Ann Lee", **fields: str) -> tuple[str, bool]:
    wording = reword(
        text, "", holder=holder, affiliation=None, speaker=True, reported=True, **fields
    )
    return wording.text, wording.clear


@pytest.mark.parametrize(
    ("text", "holder", "plain"),
    [
        ("he would sue the port", "Bo Ek", "Bo Ek would sue the port."),
        ("it backs the levy", "Port Council", "The Port Council backs the levy."),
        ("that it expects an answer", "Denmark", "Denmark expects an answer."),
        ("they had hidden the bill", "unnamed officials", "Officials had hidden the bill."),
        ("it would study the offer", "foreign ministry of Vik",
         "The foreign ministry of Vik would study the offer."),
        ("that the talks may open on 3 June, and that she expects a deal", "Anna Lee",
         "The talks may open on 3 June, and Anna Lee expects a deal."),
    ],
)  # fmt: skip
def test_he_and_it_are_the_speaker_where_words_are_reported(
    text: str, holder: str, plain: str
) -> None:
    assert reported(text, holder) == (plain, True)


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("it will rain for weeks", "Bo Ek"),
        ("he had been bitten by a crab", "unnamed doctors"),
        ("she had a forged pass", "Harbour Post"),
    ],
)
def test_who_cannot_be_meant_is_not_put_in(text: str, holder: str) -> None:
    words, clear = reported(text, holder)
    assert not clear and words.casefold().startswith(text.split()[0])


def test_a_thing_between_speaker_and_words_is_nearer() -> None:
    aside = " was quick to scorn the offer, "
    assert reported("that it is a trick", "Port Council", aside=aside)[0] == "The offer is a trick."


def test_it_takes_up_what_was_said_before() -> None:
    wording = reword(
        "It was 4 per cent in May.", "", holder="Ann Lee", affiliation="Denmark", speaker=True,
        previous="Inflation has come down.",
    )  # fmt: skip
    assert wording.text == "Inflation was 4 per cent in May."


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("“But the talks cannot touch the border.", "The talks cannot touch the border."),
        ("“So far, the dam holds.”", "So far, the dam holds."),
        ("“I would like to stress that the dam holds.”", "The dam holds."),
        ("“I think the dam holds.”", "Ann Lee thinks the dam holds."),
        ("“The dam holds, doesn’t it?”", "The dam holds."),
        ("that fish die and that the water stinks", "Fish die and the water stinks."),
        ("(A year ago, the dam held.", "A year ago, the dam held."),
    ],
)
def test_what_only_ties_or_announces_is_left_out(text: str, plain: str) -> None:
    assert spoken(text) == (plain, True)


@pytest.mark.parametrize(
    ("text", "holder", "affiliation", "plain"),
    [
        ("“We confirm our readiness.”", "Bo Ek", "Denmark", "Denmark confirms its readiness."),
        ("“We demand a rise.”", "Bo Ek", "Union of Dockers", "Union of Dockers demands a rise."),
        ("“Until I see proof I will not pay.”", "Ida Beles", None,
         "Until Ida Beles sees proof Ida Beles will not pay."),
        ("“Never did we hide a bill.”", "Bo Ek", "Denmark", "Never did Denmark hide a bill."),
        ("“We need more ships.”", "Bo Ek", "Denmark", "Denmark needs more ships."),
        ("“Let Ida and I sit there.”", "Bo Ek", None, "Let Ida and Bo Ek sit there."),
        ("“My shop is empty.”", "unnamed baker", None, "The baker’s shop is empty."),
        ("“I just hope for rain.”", "Bo Ek", None, "Bo Ek just hopes for rain."),
        ("“I can’t be loud in my talks.”", "Bo J. Ek", None,
         "Bo J. Ek can’t be loud in Bo J. Ek’s talks."),
    ],
)  # fmt: skip
def test_the_verb_agrees_with_the_name(
    text: str, holder: str, affiliation: str | None, plain: str
) -> None:
    wording = reword(text, "", holder=holder, affiliation=affiliation, speaker=True)
    assert (wording.text, wording.clear) == (plain, True)


@pytest.mark.parametrize(
    "text",
    [
        "The US should leave.",
        "The dam is bad for U.S. and US firms.",
        "The coal mine will close.",
        "The Vik Mine is closed.",
        "Coal from the mine, 20 tonnes, was lost.",
        "The Senate gave Vik Coal a licence to mine.",
        "World War I was long.",
        "World Wars I and II were long.",
        "World War I would not have ended.",
        "Article I is clear.",
        "Queen Elizabeth I was strong.",
        "Under Charles I taxes rose.",
        "People with ME are ill.",
    ],
)
@pytest.mark.parametrize("speaker", [True, False])
def test_what_only_looks_like_a_first_person_word_stays(text: str, speaker: bool) -> None:
    wording = reword(text, "", holder="Ann Lee", affiliation="Denmark", speaker=speaker)
    assert (wording.text, wording.clear) == (text, True)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The US told us.", "The US told Denmark."),
        ("Leave Us Alone.", "Leave Denmark Alone."),
        ("The mine is mine.", "The mine is Ann Lee’s."),
        ("Bo Ek, a friend of mine, works at the mine.",
         "Bo Ek, a friend of Ann Lee’s, works at the mine."),
        ("The levy is worse than mine!", "The levy is worse than Ann Lee’s!"),
        ("Mine is the only plan.", "Ann Lee’s is the only plan."),
        ("Lee told Charles I would sue.", "Lee told Charles Ann Lee would sue."),
        ("In May I left.", "In May Ann Lee left."),
        ("After World War I I resigned.", "After World War I Ann Lee resigned."),
    ],
)  # fmt: skip
def test_first_person_words_beside_their_likes_are_the_speaker(text: str, plain: str) -> None:
    assert spoken(text) == (plain, True)


def test_us_is_open_where_nobody_speaks() -> None:
    wording = reword("The US told us.", "", holder="The Post", affiliation=None, speaker=False)
    assert not wording.clear


@pytest.mark.parametrize(
    "text",
    [
        "“As soon as you have time, the dam can open.”",
        "“This verdict protects everybody.”",
        "“Such engines are used all over Europe.”",
    ],
)
def test_you_and_this_point_out_of_the_statement(text: str) -> None:
    assert not spoken(text)[1]


@pytest.mark.parametrize(
    ("text", "before", "plain"),
    [
        ("the bank should wait", "The National Bank of Vik met.",
         "The National Bank of Vik should wait."),
        ("the hospital is shut", "He left St Anne’s Hospital.", "St Anne’s Hospital is shut."),
        ("the council chamber is full", "The Harbour Council met.", "The council chamber is full."),
        ("the reports were false", "The Danish paper reported a theft.", "The reports were false."),
    ],
)  # fmt: skip
def test_a_body_is_the_one_that_was_named(text: str, before: str, plain: str) -> None:
    assert spoken(text, before, affiliation=None) == (plain, True)


def test_two_banks_leave_the_bank_open() -> None:
    assert not spoken("the bank should wait", "The Vik Bank sued the Lund Bank. ", None)[1]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The ball is in London’s court.", "It is up to the British government to act next."),
        ("Talks on the dam are off the table.", "Talks on the dam are no longer under discussion."),
        ("Warsaw should decide.", "The Polish government should decide."),
        ("She arrived in Warsaw.", "She arrived in Warsaw."),
        ("Moscow will not sign, and Kyiv has refused.",
         "The Russian government will not sign, and the Ukrainian government has refused."),
        ("Oslo should continue to support Kyiv.",
         "The Norwegian government should continue to support Kyiv."),
        ("Oslo can’t accept it.", "The Norwegian government can’t accept it."),
        ("Washington said it would wait.", "The American government said it would wait."),
        ("A table stood on the tablecloth.", "A table stood on the tablecloth."),
        ("The onus is on Mayor Ida Brandt.", "It is up to Mayor Ida Brandt to act."),
        ("The onus is on Armenia to act.", "It is up to Armenia to act."),
        ("The onus was not on Denmark, Lee said.", "It was not up to Denmark to act, Lee said."),
        ("The onus is on Denmark and Norway.", "It is up to Denmark and Norway to act."),
        ("The onus is on Denmark and Norway must wait.",
         "It is up to Denmark to act and Norway must wait."),
        ("The onus is on Ida Li, mayor of Vik, to act.",
         "It is up to Ida Li, mayor of Vik, to act."),
        ("The onus is on the people running the port.",
         "It is up to the people running the port to act."),
        ("The onus is on the U.S.", "It is up to the U.S. to act."),
        ("The onus is on whether Denmark accepts.", "The onus is on whether Denmark accepts."),
        ("The onus is on Denmark and not on Norway.", "The onus is on Denmark and not on Norway."),
        ("The Onus Is On Ida Li To Act", "The Onus Is On Ida Li To Act"),
        ("The ball was in Oslo's court.", "It was up to the Norwegian government to act next."),
        ("The ball is in their court.", "It is up to them to act next."),
        ("The ball isn’t in the unions’ court.", "It isn’t up to the unions to act next."),
        ("The ball will again be in her court to decide.", "It will again be up to her to decide."),
        ("They were dragging their feet.", "They were delaying on purpose."),
        ("They dragged Lee's feet out of the water.", "They dragged Lee's feet out of the water."),
    ],
)  # fmt: skip
def test_idioms_and_seats(text: str, plain: str) -> None:
    assert literal(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The offer is on the table.", "The offer is under discussion."),
        ("The plan, drawn up by Lee, is still on the table.",
         "The plan, drawn up by Lee, is still under discussion."),
        ("On the table are three options.", "Under discussion are three options."),
        ("Two bills are in the pipeline.", "Two bills are being prepared."),
        ("The knife is on the table.", None),
        ("We cannot discuss peace with a knife on the table.", None),
        ("The talks failed and the knife is on the table.", None),
        ("Gas in the pipeline froze.", None),
        ("A diver was found dead in the water.", None),
        ("The door is open to visitors.", None),
        ("Paris will host the Olympics.", None),
        ("London has 9 million people.", None),
        ("London has grown.", None),
        ("Bern may be cold.", None),
        ("Oslo should see more snow.", None),
        ("London needs more houses.", None),
        ("Washington said he would resign.", None),
        ("Washington said that she lost.", None),
        ("Washington said his team lost.", None),
        ("Paris May 3.", None),
        ("PARIS SHOULD DECIDE.", None),
        ("THE BALL IS IN YEREVAN'S COURT", None),
        ("TALKS FAIL AS THE OFFER IS OFF THE TABLE", None),
    ],
)  # fmt: skip
def test_what_is_said_of_plain_things_stays(text: str, plain: str | None) -> None:
    assert literal(text) == (plain or text)


_WORDS = st.from_regex(r"[A-Z][a-z]{1,7}(?:[-’][A-Z][a-z]{1,5})?", fullmatch=True).filter(
    lambda word: not is_function_word(word)  # "J. By" ends a sentence
)
_NAMES = st.builds(
    lambda title, initial, words, place: title + initial + " ".join(words) + place,
    st.sampled_from(["", "Mayor ", "Foreign Minister ", "Dr. ", "the "]),
    st.sampled_from(["", "J. "]),
    st.lists(_WORDS, min_size=1, max_size=3),
    st.one_of(st.just(""), _WORDS.map(lambda word: f" of {word}")),
)
_AFTER = st.sampled_from(
    ["", ".", ", Lee said.", "; the port is shut.", " while the port is shut.",
     " and the port must shut.", " (the port is shut).", " in the coming weeks."]
)  # fmt: skip


@settings(deadline=None)
@given(_NAMES, _AFTER)
def test_a_name_at_the_end_of_an_idiom_stays_whole(name: str, after: str) -> None:
    inside = after.startswith(" in ")
    before = "Bo Ek holds that the onus is on "
    plain = f"{name}{after[:-1]} to act." if inside else f"{name} to act{after}"
    assert in_plain_words(f"{before}{name}{after}") == f"Bo Ek holds that it is up to {plain}"


@settings(deadline=None)
@given(_NAMES, st.sampled_from(["to act", "to pay the bill", "not to pay", "to be ready"]), _AFTER)
def test_an_infinitive_behind_a_name_is_not_said_twice(name: str, act: str, after: str) -> None:
    said = f"Bo Ek holds that the onus is on {name} {act}{after}"
    assert in_plain_words(said) == f"Bo Ek holds that it is up to {name} {act}{after}"


@settings(deadline=None)
@given(_NAMES, st.sampled_from(["is", "was", "will be", "remains"]), _AFTER)
def test_a_name_inside_an_idiom_stays_whole(name: str, verb: str, after: str) -> None:
    said = f"Bo Ek holds that the ball {verb} in {name}’s court{after}"
    plain = f"Bo Ek holds that it {verb} up to {name} to act next{after}"
    assert in_plain_words(said) == plain


@pytest.mark.parametrize(
    ("claim", "opposite"),
    [
        ("The bridge is safe.", "The bridge is not safe."),
        ("The bridge is not safe.", "The bridge is safe."),
        ("Taxes won’t rise.", "Taxes will rise."),
        ("The city should build it.", "The city should not build it."),
        ("Norway wants a treaty.", "Norway does not want a treaty."),
        ("No one knows.", None),
        ("Ships in the harbour.", None),
        ("Will Smith is guilty.", "Will Smith is not guilty."),
        ("Will Smith supports the plan.", "Will Smith does not support the plan."),
        ("Will Smith be tried?", "Will not Smith be tried?"),
        ("May is too late.", "May is not too late."),
        ("Theresa May is right.", "Theresa May is not right."),
        ("The talks in May were hard.", "The talks in May were not hard."),
        ("The port closed on 3 May 2018.", None),
        ("The can is full.", "The can is not full."),
        ("The can will open.", "The can will not open."),
        ("The people’s will is clear.", "The people’s will is not clear."),
        ("Taxes Will Rise", "Taxes Will not Rise"),
        ("They may have left.", "They may not have left."),
    ],
)
def test_negate(claim: str, opposite: str | None) -> None:
    assert negate(claim) == opposite


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_text_can_be_reworded(text: str, before: str) -> None:
    reword(text, before, holder="Ann Lee", affiliation=None, speaker=True)
    literal(text)
    negate(text)
