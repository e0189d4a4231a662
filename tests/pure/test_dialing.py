"""What a dialled string, or a prefix, means: DOMAIN.md, steps 1 to 4."""

from datetime import datetime, timezone

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    PhoneMetadata,
    PhoneNumberFormat,
    PhoneNumberType,
)

from callerid import dialing
from callerid.dialing import NotDiallableError, PrefixError

LONDON = "+442079460958"
REGIONS = sorted(SUPPORTED_REGIONS)
EXTENSIONS = frozenset({"201", "202", "101", "0044"})


def external(dialled, home="BE", called=None):
    destination = dialing.read(dialled, home=home, called=called, extensions=EXTENSIONS)
    assert destination.kind == dialing.EXTERNAL
    return destination.e164


def kind(dialled, home="BE", called=None):
    return dialing.read(dialled, home=home, called=called, extensions=EXTENSIONS).kind


def refusal(dialled, home="BE", called=None):
    with pytest.raises(NotDiallableError) as refused:
        dialing.read(dialled, home=home, called=called, extensions=EXTENSIONS)
    return refused.value


@pytest.mark.parametrize(
    "written",
    [
        "+442079460958",
        "00442079460958",
        "+44 20 7946 0958",
        "0044 20 7946 0958",
        "00 44 20 7946 0958",
        "+44.20.7946.0958",
        "+44-20-7946-0958",
        "+44‑20‑7946‑0958",
        "0044 – 20 – 7946 – 0958",
        "+44/20/79460958",
        "(+44) 20 7946 0958",
        "(0044) 20 7946 0958",
        "+44 [20] 7946 0958",
        "tel:+442079460958",
        "tel:+44-20-7946-0958",
        "TEL: 0044 20 7946 0958",
        "tel:020-7946-0958;phone-context=+44",
        "  +44 20 7946 0958\n",
        "+44\u00a020\u202f7946\u20090958",
        "＋４４ ２０ ７９４６ ０９５８",
        "００４４２０７９４６０９５８",
        "٠٠٤٤٢٠٧٩٤٦٠٩٥٨",
        "+۴۴۲۰۷۹۴۶۰۹۵۸",
        "\u202a+44 20 7946 0958\u202c",
        "\u200e0044\u200f 20 7946\ufeff 0958",
        "+44 20 79\u00ad46 0958",
        "+44 20 7946 0958 ext. 5",
        "+44 20 7946 0958 x5",
        "+44 20 7946 0958,,5",
        "tel:+44-20-7946-0958;ext=5",
    ],
)
def test_every_written_form_names_the_same_destination(written):
    assert external(written) == LONDON


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("+44 (0)20 7946 0958", LONDON),
        ("0044 (0)20 7946 0958", LONDON),
        ("+32 (0)2 290 34 90", "+3222903490"),
        ("+49 (0) 30 123456", "+4930123456"),
        ("+33 (0)1 99 00 12 34", "+33199001234"),
        ("+39 (0)2 1234 5678", "+390212345678"),
    ],
)
def test_a_bracketed_zero_after_the_country_code_is_understood(written, e164):
    assert external(written, home="US") == e164


@pytest.mark.parametrize(
    ("home", "dialled"),
    [
        ("US", "011 44 20 7946 0958"),
        ("BS", "011 44 20 7946 0958"),
        ("AU", "0011 44 20 7946 0958"),
        ("JP", "010 44 20 7946 0958"),
        ("TH", "001 44 20 7946 0958"),
        ("SG", "001 44 20 7946 0958"),
        ("RU", "810 44 20 7946 0958"),
        ("KZ", "8~10 44 20 7946 0958"),
        ("BE", "00 44 20 7946 0958"),
    ],
)
def test_the_international_prefix_of_the_region_is_understood(home, dialled):
    assert external(dialled, home) == LONDON


@pytest.mark.parametrize(
    ("home", "dialled", "e164"),
    [
        ("UY", "0199 72402", "+59819972402"),
        ("IL", "015 1535 08347", "+97215153508347"),
        ("RW", "006606585", "+25006606585"),
        ("JP", "0120 123 456", "+81120123456"),
    ],
)
def test_a_national_number_may_begin_like_an_international_prefix(home, dialled, e164):
    assert external(dialled, home) == e164


def test_the_international_prefix_of_another_region_is_not():
    assert refusal("011 44 20 7946 0958", "BE").reason == "too_long"


@pytest.mark.parametrize("home", ["SG", "BE", "US", "AF", "TH", "JP"])
def test_afghan_00_form_is_afghan_everywhere(home):
    assert external("0093 23 456 7890", home) == "+93234567890"


@pytest.mark.parametrize(
    ("home", "dialled"),
    [
        ("GY", "00 1 201 555 0123"),  # behind Guyana's 001: Egypt
        ("AU", "00 1 649 712 1234"),  # behind Australia's 0016: Germany
        ("TH", "00 261 32 12 345 67"),  # behind Thailand's 002: Australia
        ("JP", "00 371 21 234 567"),  # a toll-free number of Japan
    ],
)
def test_double_zero_is_a_plus_before_any_other_reading(home, dialled):
    assert external(dialled, home) == "+" + dialled.replace(" ", "")[2:]


@pytest.mark.parametrize(
    ("dialled", "home", "e164", "region"),
    [
        ("+390212345678", "BE", "+390212345678", "IT"),
        ("0039 02 1234 5678", "BE", "+390212345678", "IT"),
        ("02 1234 5678", "IT", "+390212345678", "IT"),
        ("+39 312 345 6789", "BE", "+393123456789", "IT"),
        ("0549 886377", "SM", "+3780549886377", "SM"),
        ("+378 0549 886377", "BE", "+3780549886377", "SM"),
        ("06 698 12345", "VA", "+390669812345", "VA"),
        ("00390669812345", "BE", "+390669812345", "VA"),
    ],
)
def test_italian_zeros_stay(dialled, home, e164, region):
    destination = dialing.read(dialled, home=home)
    assert (destination.e164, destination.region) == (e164, region)


@pytest.mark.parametrize(
    ("dialled", "home", "region"),
    [
        ("007 727 212 3456", "BE", "KZ"),
        ("+7 727 212 3456", "RU", "KZ"),
        ("8 727 212 3456", "KZ", "KZ"),
        ("8 727 212 3456", "RU", "KZ"),
        ("007 495 123 4567", "KZ", "RU"),
        ("8 495 123 4567", "RU", "RU"),
    ],
)
def test_kazakhstan_and_russia_share_a_code_and_are_told_apart(dialled, home, region):
    assert dialing.read(dialled, home=home).region == region


@given(
    st.sampled_from([code for code, shared in COUNTRY_CODE_TO_REGION_CODE.items() if shared[1:]]),
    st.data(),
)
def test_of_regions_that_share_a_code_one_is_told_as_the_library_tells_it(code, data):
    region = data.draw(st.sampled_from(COUNTRY_CODE_TO_REGION_CODE[code]))
    types = data.draw(st.sampled_from(sorted(PhoneNumberType.values())))
    example = phonenumbers.example_number_for_type(region, types)
    example = example or phonenumbers.example_number(region)
    digits = f"+{code}{phonenumbers.national_significant_number(example)}"
    kept = data.draw(st.integers(len(f"+{code}"), len(digits)))
    missing = len(digits) - kept
    digits = digits[:kept] + data.draw(st.text("0123456789", min_size=missing, max_size=missing))
    number = phonenumbers.parse(digits)
    if phonenumbers.is_valid_number(number):
        told = dialing.read(digits, home=None).region
        assert told == phonenumbers.region_code_for_number(number)
    else:
        refusal(digits, home=None)


def test_the_records_country_goes_before_the_companys():
    assert external("020 7946 0958", home="BE", called="GB") == LONDON
    assert external("02 290 34 90", home="BE", called=None) == "+3222903490"
    assert external("01 99 00 12 34", home="BE", called="FR") == "+33199001234"


@pytest.mark.parametrize("called", ["AQ", "ZZ", "", "001"])
def test_a_record_of_a_country_without_a_plan_is_read_as_the_companys(called):
    assert external("02 290 34 90", home="BE", called=called) == "+3222903490"


def test_without_any_country_only_international_forms_are_understood():
    assert external("0044 20 7946 0958", home=None) == LONDON
    assert external("+44 20 7946 0958", home=None) == LONDON
    assert refusal("020 7946 0958", home=None).reason == "no_region"


@pytest.mark.parametrize("typed", ["201", "2 0 1", "٢٠١", "tel:201", "0044"])
def test_an_extension_dialled_by_hand_is_internal(typed):
    assert kind(typed) == dialing.INTERNAL


def test_an_extension_is_dialled_without_what_was_typed_around_it():
    assert dialing.read("tel:2 0 1", home="BE", extensions={"201"}).dial() == "201"


def test_an_extension_on_a_record_of_some_country_is_not_internal():
    assert kind("201", called="BE") == dialing.SERVICE
    assert kind("201") == dialing.INTERNAL


def test_an_extension_behind_a_plus_or_zeros_is_not_internal():
    assert refusal("+201").reason == "too_short"
    assert refusal("00201").reason == "too_short"


@pytest.mark.parametrize(
    ("home", "number"),
    [
        ("BE", "112"),
        ("BE", "100"),
        ("BE", "1 1 2"),
        ("US", "911"),
        ("GB", "999"),
        ("GB", "112"),
        ("AU", "000"),
        ("FR", "17"),
    ],
)
def test_an_emergency_number_is_the_carriers(home, number):
    assert kind(number, home) == dialing.EMERGENCY


def test_emergency_is_what_the_callers_region_says_whoever_is_called():
    assert kind("112", home="BE", called="US") == dialing.EMERGENCY
    assert kind("999", home="BE", called="GB") == dialing.SERVICE


def test_an_extension_that_is_an_emergency_number_is_the_extension():
    assert kind("100") == dialing.EMERGENCY
    assert kind("101") == dialing.INTERNAL
    assert kind("101", called="BE") == dialing.SERVICE
    assert dialing.is_emergency("101", "BE")
    assert not dialing.is_emergency("201", "BE")
    assert not dialing.is_emergency("112", None)


def test_no_region_has_an_emergency_number_that_is_longer_than_those_looked_for():
    short = map(PhoneMetadata.short_metadata_for_region, phonenumbers.SUPPORTED_SHORT_REGIONS)
    emergency = [region.emergency for region in short if region.emergency]
    lengths = {length for numbers in emergency for length in numbers.possible_length}
    assert max(lengths) == dialing.LONGEST_EMERGENCY


@pytest.mark.parametrize(
    ("home", "typed", "dialled"),
    [
        ("BE", "*98", "*98"),
        ("BE", "#31#", "#31#"),
        ("BE", "#31#0044 20 7946 0958", "#31#00442079460958"),
        ("BE", "#31#+44 20 7946 0958", "#31#+442079460958"),
        ("BE", "*21*201#", "*21*201#"),
        ("BE", "+44 20 7946 0958#12", "+442079460958#12"),
        ("BE", "1207", "1207"),
        ("BE", "116117", "116117"),
        ("DE", "116 117", "116117"),
        ("FR", "3631", "3631"),
        ("BE", "8001", "8001"),
        (None, "*98", "*98"),
        (None, "8001", "8001"),
    ],
)
def test_a_service_code_is_dialled_as_typed(home, typed, dialled):
    destination = dialing.read(typed, home=home)
    assert destination.kind == dialing.SERVICE
    assert destination.e164 is None
    assert destination.dial("00") == destination.dial("+") == dialled


def test_an_external_number_is_dialled_in_the_form_of_the_account():
    destination = dialing.read("020 7946 0958", home="GB")
    assert destination.dialled == "02079460958"
    assert destination.zero_form == destination.dial() == "00442079460958"
    assert destination.dial("+") == LONDON
    assert destination.region == "GB"


@pytest.mark.parametrize(
    ("dialled", "reason"),
    [
        ("", "empty"),
        (None, "empty"),
        (False, "empty"),
        ("  ", "empty"),
        ("tel:", "empty"),
        ("\x00", "empty"),
        ("\u200e", "empty"),
        ("hello", "malformed"),
        ("*98 voicemail", "malformed"),
        ("12 apples", "malformed"),
        ("0470 ab 12 34 56", "malformed"),
        ("ring 0470 12 34 56", "malformed"),
        ("sip:me@example.com", "malformed"),
        ("+", "malformed"),
        ("00", "malformed"),
        ("0", "malformed"),
        ("\ud800", "malformed"),
        (32470123456, "malformed"),
        (4.5, "malformed"),
        (b"112", "malformed"),
        (["112"], "malformed"),
        (object(), "malformed"),
        ("00999 20 7946 0958", "unknown_country"),
        ("+999 20 7946 0958", "unknown_country"),
        ("0044 20", "too_short"),
        ("0044 20 7946 0958 00", "too_long"),
        ("0" * 10_000, "too_long"),
        ("x" * 10_000, "too_long"),
        ("0044 20 7946 0958 / 0044 20 7946 0959", "too_long"),
        ("+1 555 555 5555", "unassigned"),
    ],
)
def test_what_cannot_be_a_number_is_refused_with_the_reason(dialled, reason):
    assert refusal(dialled).reason == reason


@pytest.mark.parametrize("region", REGIONS)
def test_a_word_is_no_number_anywhere(region):
    for word in ("hello", "taxi", "telephone", "voicemail", "emergency"):
        assert refusal(word, region).reason == "malformed"


def test_six_digits_may_be_a_code_of_the_pbx_where_no_country_says_what_is_short():
    assert kind("123456", home=None) == dialing.SERVICE


def test_text_is_cut_where_no_number_is_as_long():
    blank = " " * (dialing.LONGEST_INPUT - len(LONDON))
    assert dialing.e164(blank + LONDON) == LONDON
    refused = refusal(blank + " " + LONDON)
    assert refused.dialled == blank + " " + LONDON[:-1] + "…"
    assert refusal(["112"]).dialled == ["112"]


def test_a_refusal_says_which_country_has_no_such_number():
    assert refusal("0044 20").region == "GB"
    assert refusal("011 4", "US").region == "US"


@pytest.mark.parametrize(
    ("typed", "home", "reason"),
    [
        ("0044 20", "BE", "too_short"),
        ("011 4", "US", "too_short"),
        ("0044 20 7946 0958 00", "BE", "too_long"),
        ("+999 20 7946", None, "unknown_country"),
        ("020 7946", None, "no_region"),
        ("20 7946 apples", "GB", "malformed"),
        ("+1 555 555 5555", "US", "unassigned"),
        ("", None, "empty"),
        ("ab12", "BE", "malformed"),
        ("1234567", None, "no_region"),
    ],
)
def test_a_refusal_says_what_was_typed_and_why(typed, home, reason):
    refused = refusal(typed, home)
    assert (refused.dialled, refused.reason) == (typed, reason)
    assert str(refused) == f"'{typed}': {reason}"


DIALLABLE_JUNK = st.text("0123456789+*#() -./~;=telxp:,٠０\x00\u200e", max_size=260)


@settings(max_examples=3000, deadline=None, derandomize=True, database=None)
@given(
    st.one_of(st.text(), DIALLABLE_JUNK, st.none(), st.integers(), st.binary()),
    st.sampled_from([None, "ZZ", *REGIONS]),
    st.sampled_from([None, "ZZ", *REGIONS]),
)
def test_no_text_gives_anything_but_a_destination_or_a_refusal(text, home, called):
    try:
        destination = dialing.read(text, home=home, called=called)
    except NotDiallableError as refused:
        assert refused.reason
    else:
        assert destination.dial()
        if destination.kind == dialing.EXTERNAL:
            assert phonenumbers.is_valid_number(phonenumbers.parse(destination.e164))
    try:
        assert dialing.prefix(text).startswith("00")
    except PrefixError as refused:
        assert refused.reason


def test_a_full_number_is_stored_in_e164_from_any_form():
    assert dialing.e164("020 7946 0958", "GB") == LONDON
    assert dialing.e164("0044 (0)20 7946 0958") == LONDON
    assert dialing.international(LONDON) == "+44 20 7946 0958"
    assert dialing.region_of(LONDON) == "GB"
    assert dialing.region_of("+80012345678") == dialing.NON_GEOGRAPHIC
    for number in ("112", "*98", "1207", "201"):
        with pytest.raises(NotDiallableError):
            dialing.e164(number, "BE")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0044", "0044"),
        ("+44", "0044"),
        ("00 44", "0044"),
        ("0044 20", "004420"),
        ("+44 (20)", "004420"),
        ("0044-20.79", "00442079"),
        ("＋４４", "0044"),
        ("٠٠٤٤", "0044"),
        ("\u202a+44\u202c ", "0044"),
        ("+1 242", "001242"),
        ("004", "004"),
        ("0039 02", "003902"),
        ("00800", "00800"),
        ("00442079460958", "00442079460958"),
    ],
)
def test_a_prefix_is_stored_in_00_form_from_any_form(typed, stored):
    assert dialing.prefix(typed) == stored
    assert dialing.prefix(stored) == stored


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (None, "empty"),
        (False, "empty"),
        (" - ", "empty"),
        ("44", "no_zeros"),
        ("04", "no_zeros"),
        ("0", "no_zeros"),
        ("004x", "malformed"),
        ("0032/2", "malformed"),
        ("++44", "malformed"),
        ("00*44", "malformed"),
        ("England", "malformed"),
        (44, "malformed"),
        ("00", "unknown_country"),
        ("+", "unknown_country"),
        ("00999", "unknown_country"),
        ("000", "unknown_country"),
        ("+0044", "unknown_country"),
        ("0044 20 7946 0958 1", "too_long"),
        ("0" * 10_000, "too_long"),
    ],
)
def test_what_is_no_prefix_is_refused_with_the_reason(typed, reason):
    with pytest.raises(PrefixError) as refused:
        dialing.prefix(typed)
    assert refused.value.reason == reason
    if len(str(typed)) < dialing.LONGEST_INPUT:
        assert refused.value.typed == typed
        assert str(refused.value) == f"{typed!r}: {reason}"


def test_too_long_a_prefix_is_told_how_long_it_may_be():
    for typed, longest in (("0044" + "2" * 11, 12), ("0049" + "3" * 14, 15), ("00" * 200, 15)):
        with pytest.raises(PrefixError) as refused:
            dialing.prefix(typed)
        assert refused.value.longest == longest
    assert dialing.prefix("0044" + "2" * 10)
    assert dialing.prefix("0049" + "3" * 13)


@pytest.mark.parametrize(
    ("zero_form", "regions"),
    [
        ("0044", ("GB", "GG", "IM", "JE")),
        ("004420", ("GB",)),
        ("001242", ("BS",)),
        ("0032", ("BE",)),
        ("0039", ("IT", "VA")),
        ("003906698", ("VA",)),
        ("003902", ("IT",)),
        ("007", ("RU", "KZ")),
        ("0077", ("KZ",)),
        ("0074", ("RU",)),
        ("00800", ("001",)),
        ("001999", ()),
        ("0044020", ()),
        ("00999", ()),
        ("00", ()),
        ("04", ()),
        ("0032/2", ()),
        ("+44", ()),
        ("", ()),
    ],
)
def test_a_prefix_names_the_regions_whose_numbers_begin_like_it(zero_form, regions):
    assert dialing.regions_of_prefix(zero_form) == regions


def test_half_a_country_code_is_a_prefix_of_every_region_behind_it():
    assert {"RO", "CH", "AT", "GB", "DK", "SE", "NO", "PL", "DE", "LI"} < set(
        dialing.regions_of_prefix(dialing.prefix("004"))
    )


@pytest.mark.parametrize("code", sorted(COUNTRY_CODE_TO_REGION_CODE))
def test_every_calling_code_is_a_prefix_of_all_its_regions(code):
    zero_form = dialing.prefix(f"+{code}")
    assert zero_form == f"00{code}"
    assert dialing.regions_of_prefix(zero_form) == tuple(
        region
        for region in COUNTRY_CODE_TO_REGION_CODE[code]
        if phonenumbers.example_number_for_non_geo_entity(code)
        or phonenumbers.example_number(region)
    )


@pytest.mark.parametrize("region", REGIONS)
def test_every_beginning_of_an_example_number_is_a_prefix_of_its_region(region):
    for number_type in PhoneNumberType.values():
        number = phonenumbers.example_number_for_type(region, number_type)
        if not number or not phonenumbers.is_valid_number_for_region(number, region):
            continue
        digits = phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]
        for length in range(1, min(len(digits), dialing.LONGEST_E164) + 1):
            zero_form = dialing.prefix("00" + digits[:length])
            assert region in dialing.regions_of_prefix(zero_form), zero_form


@pytest.mark.parametrize(
    "zero_form",
    ["0032", "0044", "004420", "00442079", "001242", "0014155", "0039", "00800", "004930"],
)
def test_a_prefix_has_valid_numbers_as_examples(zero_form):
    numbers = list(dialing.examples(zero_form))
    assert numbers
    for number in numbers:
        assert number.startswith("+" + zero_form[2:])
        assert dialing.e164(number) == number


def test_examples_that_phonenumbers_has_come_first():
    known = phonenumbers.example_number_for_type("BS", PhoneNumberType.FIXED_LINE)
    assert next(dialing.examples("001242")) == phonenumbers.format_number(
        known, PhoneNumberFormat.E164
    )


def test_every_calling_code_has_an_example_and_what_is_none_has_none():
    numbers = list(dialing.examples("00"))
    for code in COUNTRY_CODE_TO_REGION_CODE:
        assert any(number.startswith(f"+{code}") for number in numbers)
    assert [list(dialing.examples(text)) for text in ("", "04", "0044 20", "00999")] == [[]] * 4


@pytest.mark.parametrize(
    "told, number",
    [
        ("+32470123456", "+32470123456"),
        ("0032470123456", "+32470123456"),
        ("32470123456", "+32470123456"),
        ("0470123456", "+32470123456"),
        ("442079460958", LONDON),
        ("00442079460958", LONDON),
        ("390212345678", "+390212345678"),
    ],
)
def test_callers_number_is_found_in_every_form_a_pbx_tells(told, number):
    assert dialing.caller_numbers(told, "BE") == [number]


def test_callers_number_that_reads_two_ways_gives_the_regions_own_first():
    assert dialing.caller_numbers("4325550123", "US") == ["+14325550123", "+4325550123"]


@pytest.mark.parametrize("told", ["", None, "anonymous", "Unavailable", "201", "x" * 999, 5])
def test_caller_without_a_number_has_none(told):
    assert dialing.caller_numbers(told, "BE") == []


@pytest.mark.parametrize(
    ("number", "kind", "place"),
    [
        (LONDON, "fixed_line", "London"),
        ("+4930901820", "fixed_line", "Berlin"),
        ("+12125550123", "fixed_line_or_mobile", "New York"),
        ("+32470123456", "mobile", ""),
        ("+80012345678", "toll_free", ""),
        ("+3280012345", "toll_free", ""),
        ("+9991234567", None, ""),
        ("no number", None, ""),
    ],
)
def test_a_number_has_a_type_and_maybe_a_place(number, kind, place):
    assert dialing.number_type(number) == kind
    assert dialing.place_of(number, "en").startswith(place)
    assert bool(dialing.place_of(number, "en")) == bool(place)


def test_a_place_is_named_in_the_readers_language():
    assert dialing.place_of("+3225550100", "fr") == "Bruxelles"
    assert dialing.place_of("+3225550100", "nl") == "Brussel"


@pytest.mark.parametrize(
    ("number", "earliest", "latest"),
    [
        ("+442079460958", "12:00", "12:00"),  # London
        ("+12125550123", "07:00", "07:00"),  # New York
        ("+61291234567", "23:00", "23:00"),  # Sydney
        ("+447911123456", "12:00", "12:00"),  # a mobile of a country with one time
        ("+18005550123", "01:00", "22:00"),  # toll-free: Samoa to Guam
    ],
)
def test_clocks_are_told_where_a_number_is_or_may_be(number, earliest, latest):
    times = dialing.local_times(number, datetime(2026, 1, 15, 12, tzinfo=timezone.utc))
    assert [f"{time:%H:%M}" for time in times] == [earliest, latest]


def test_clocks_follow_summer_time_and_the_day():
    late = datetime(2026, 7, 15, 23, tzinfo=timezone.utc)
    [time, _latest] = dialing.local_times("+442079460958", late)
    assert f"{time:%d %H:%M}" == "16 00:00"


@pytest.mark.parametrize("number", ["+80012345678", "+15551234567", "0044", "", None, "201"])
def test_nothing_tells_the_time_of_a_number_without_a_place(number):
    assert dialing.local_times(number, datetime(2026, 1, 15, 12, tzinfo=timezone.utc)) is None
