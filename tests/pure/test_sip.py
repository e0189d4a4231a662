"""What a browser may report of a call, whatever program runs in it."""

from hypothesis import given
from hypothesis import strategies as st
from sip import outcome
from sip.report import LONGEST, LONGEST_AGO, CallReport

NAMES = [*CallReport.__slots__, "res_model", "res_id", "type_call"]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**31, 0])
    | st.floats()
    | st.text(st.characters(), max_size=2 * LONGEST)
    | st.sampled_from(["incoming", "\ud800\0\r\nVia: x", "SIP;cause=200", "Q.850 ; cause=٣"])
)
ANYTHING = SCALARS | st.lists(SCALARS, max_size=8) | st.dictionaries(st.text(), SCALARS, max_size=2)
CALLS = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, ANYTHING)) | ANYTHING


def is_id(value):
    return value is None or (type(value) is int and 0 < value < 2**31)


def is_ago(value):
    return value is None or (type(value) is float and 0 <= value <= LONGEST_AGO)


def is_text(value):
    return len(value) <= LONGEST and value.isprintable()


@given(CALLS)
def test_whatever_is_told_each_field_has_its_type_and_its_limit(values):
    told = CallReport.from_browser(values)
    assert all(map(is_text, (told.phone_number, told.sip_call_id or "", told.reason)))
    assert all(map(is_text, told.dialled)) and len(told.dialled) <= 5
    assert all(map(is_id, (told.partner_id, told.chosen_number_id, told.status)))
    assert told.record == () or (is_text(told.record[0]) and is_id(told.record[1]))
    assert is_ago(told.answered_ago) and is_ago(told.ended_ago)
    assert {type(told.incoming), type(told.ended_here), type(told.is_withheld)} == {bool}


@given(CALLS, st.booleans(), st.booleans(), st.booleans())
def test_however_a_call_ends_there_is_one_word_for_it(values, incoming, answered, ended_here):
    told = CallReport.from_browser(values)
    word = outcome.outcome(
        incoming=incoming,
        answered=answered,
        ended_here=ended_here,
        status=told.status,
        reason=told.reason,
    )
    for other in outcome._STRENGTH:
        kept = outcome.stronger(word, other)
        assert kept in (word, other) and kept == outcome.stronger(other, word)
