"""What a person dialled, or typed as a prefix, and what it means.

Everything that is known about telephone numbers comes from ``phonenumbers``;
this module only decides in which order its readings are tried.
"""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneMetadata,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

EXTERNAL, INTERNAL, EMERGENCY, SERVICE = "external", "internal", "emergency", "service"

LONGEST_INPUT = 250  # characters: phonenumbers reads no more
LONGEST_E164 = 15  # digits, ITU-T E.164
LONGEST_EMERGENCY = 6  # digits, in any region
NON_GEOGRAPHIC = "001"  # what phonenumbers calls the region of +800, +870, …

_SCHEME = re.compile(r"(?i:\s*tel:)")
_SEPARATORS = re.compile(r"[\s.\-‐-―−/()\[\]⁄·]+")
# Digits, maybe followed by an extension of the called party's PBX, or by RFC 3966 parameters. Other
# letters are refused: phonenumbers would skip them, or map them to digits as on a keypad.
_NUMBER = re.compile(r"(?i)\+*[\d~]+(?:;.*|(?:,+|x|extn?|extension|int|anexo|доб)[:=]?\d+)?")
_SERVICE_CODE = re.compile(r"[\d+]*[*#][\d+*#]*")
_E164 = re.compile(r"\+[1-9][0-9]{0,14}")
_ZERO_FORM = re.compile(r"00[0-9]{1,15}")
_PREFIX_SEPARATORS = re.compile(r"[\s.\-‐-―−()]+")
_TYPES = {
    value: name.lower()
    for name, value in vars(PhoneNumberType).items()
    if isinstance(value, int) and value != PhoneNumberType.UNKNOWN
}
_NUMBER_TYPES = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)


class NotDiallableError(ValueError):
    """The text is no telephone number.

    ``reason`` is one of ``empty``, ``malformed``, ``unknown_country``, ``no_region`` (a national
    number without a known country), ``too_short``, ``too_long`` and ``unassigned`` (no such number
    in the numbering plan of ``region``).
    """

    def __init__(self, reason, dialled, region=None):
        super().__init__(f"{dialled!r}: {reason}")
        self.reason = reason
        self.dialled = dialled
        self.region = region


class PrefixError(ValueError):
    """The text is no destination prefix.

    ``reason`` is one of ``empty``, ``no_zeros``, ``malformed``, ``unknown_country`` and
    ``too_long``; for that, ``longest`` is the number of digits that fit behind the zeros.
    """

    def __init__(self, reason, typed, longest=None):
        super().__init__(f"{typed!r}: {reason}")
        self.reason = reason
        self.typed = typed
        self.longest = longest


@dataclass(frozen=True, slots=True)
class Destination:
    """The party that a dialled string reaches.

    ``kind`` is ``external``, ``internal``, ``emergency`` or ``service``; ``dialled`` is what was
    typed, without its separators; ``e164`` (``+442079460958``) and ``region`` (ISO 3166 code, or
    ``001``) are set for ``external`` only.
    """

    kind: str
    dialled: str
    e164: str | None = None
    region: str | None = None

    @property
    def zero_form(self):
        """The E.164 number as Axivox writes it and matches prefixes against: ``00442079460958``."""
        return "00" + self.e164[1:]

    def dial(self, dial_format="00"):
        """Return what is sent to the PBX: ``00442079460958``, or ``+442079460958`` if
        ``dial_format`` is ``+``; internal, emergency and service numbers as they were typed."""
        if self.kind != EXTERNAL:
            return self.dialled
        return self.e164 if dial_format == "+" else self.zero_form


def read(dialled, *, home, called=None, extensions=()):
    """Parse a dialled string.

    :param str dialled: in any written form
    :param str home: region (ISO 3166 code) of the caller, or None
    :param str called: region of the record that is called, or None if the number was dialled by
        hand
    :param extensions: container of the account's extension numbers
    :rtype: Destination
    :raises NotDiallableError: if it is no telephone number
    """
    text = plain(dialled)
    compact = _compact(text)
    region = called if called in SUPPORTED_REGIONS else home if home in SUPPORTED_REGIONS else None
    national = _national(compact, region)
    if compact.isdigit():
        if called is None and compact in extensions:
            return Destination(INTERNAL, compact)
        if is_emergency(compact, home) and compact not in extensions:
            return Destination(EMERGENCY, compact)
        if _is_short(compact, region, national, phonenumbers.is_valid_short_number_for_region):
            return Destination(SERVICE, compact)
    elif _SERVICE_CODE.fullmatch(compact):
        return Destination(SERVICE, compact)
    try:
        number, number_region = _parse(text, compact, region, national)
    except NotDiallableError:
        # Codes of the PBX itself (voicemail, queues) are as long as the region's short numbers; if
        # there is no region, any few digits may be one.
        if _is_short(compact, region, national, phonenumbers.is_possible_short_number_for_region):
            return Destination(SERVICE, compact)
        raise
    return Destination(
        EXTERNAL,
        compact,
        phonenumbers.format_number(number, PhoneNumberFormat.E164),
        number_region,
    )


def parse(text, region):
    """Parse a full telephone number; a leading ``00`` is a ``+`` in every region.

    Only if that gives no valid number, the region's own international prefix is tried, and then the
    national form.

    :rtype: phonenumbers.PhoneNumber
    :raises NotDiallableError: if no reading gives a valid number
    """
    text = plain(text)
    compact = _compact(text)
    number, _region = _parse(text, compact, region, _national(compact, region))
    return number


def _compact(text):
    """Return the text without the scheme of RFC 3966 and without separators."""
    if ":" in text and (scheme := _SCHEME.match(text)):
        text = text[scheme.end() :]
    return _SEPARATORS.sub("", text)


def _national(compact, region):
    """Return the ``phonenumbers.PhoneNumber`` of digits dialled within a region; None for other
    text."""
    if region and compact.isdigit() and not compact.startswith("00"):
        with suppress(NumberParseException):
            return phonenumbers.parse(compact, region)
    return None


def _parse(text, compact, region, national):
    """Return the ``phonenumbers.PhoneNumber`` and its region.

    :param national: what `_national` returns for it
    """
    if not compact:
        raise NotDiallableError("empty", text)
    if not _NUMBER.fullmatch(compact):
        raise NotDiallableError("malformed", text)
    if national and (number_region := _region_if_valid(national)):
        return national, number_region
    # Fewer characters to look at; behind the digits may stand what only the text tells.
    readings = [(compact if compact[1:].isdigit() else text, region)]
    if compact.startswith("00"):
        readings.insert(0, ("+" + compact[2:], None))
    if region and not compact.startswith("+"):
        # phonenumbers gives up where a national number happens to begin with the region's
        # international prefix; behind the country code it reads it as national.
        code = phonenumbers.country_code_for_region(region)
        readings.append((f"+{code}{compact}", region))
    failures = []
    for reading, reading_region in readings:
        try:
            number = phonenumbers.parse(reading, reading_region)
        except NumberParseException as error:
            failures.append(_parse_failure(error, text, region))
        else:
            if number_region := _region_if_valid(number):
                return number, number_region
            failures.append(_invalid_number(number, text))
    raise failures[0]


def e164(text, region=None):
    """Return the E.164 form (``+442079460958``) of a full telephone number in any written form.

    :raises NotDiallableError: if it is no telephone number
    """
    return phonenumbers.format_number(parse(text, region), PhoneNumberFormat.E164)


def caller_numbers(text, region=None):
    """Return the E.164 numbers that a caller's number can mean, the likeliest first.

    A PBX sends it in any of the forms that people dial, or as E.164 without the plus
    (``32470123456``).

    :param str region: ISO 3166 code of the called party, or None
    :return: empty for what is no telephone number, such as a withheld one
    :rtype: list[str]
    """
    with suppress(NotDiallableError):
        return list(_caller_numbers(tuple(readings(text)), region))
    return []


def is_e164(number):
    """Return whether this is a number in E.164 form, fit to be shown and to be written in a header:
    a plus and at most 15 ASCII digits (ITU-T E.164), and nothing else."""
    return isinstance(number, str) and _E164.fullmatch(number) is not None


def readings(text):
    """Return the texts as which a number from a PBX can be read, the likeliest first: the plus of
    an E.164 number may be missing.

    :rtype: list[str]
    :raises NotDiallableError: if it is no text, or too long to be a number
    """
    text = plain(text)
    return [text] if text.startswith(("+", "0")) else [text, f"+{text}"]


def international(number):
    """Return an E.164 number as people write it: ``+44 20 7946 0958``; any other text unchanged."""
    return _international(number) if is_e164(number) else number


def region_of(number):
    """Return the region (ISO 3166 code) of an E.164 number, or None."""
    parsed = _parsed(number)
    return phonenumbers.region_code_for_number(parsed) if parsed else None


def number_type(number):
    """Return the type of an E.164 number: a ``PhoneNumberType`` of phonenumbers in lower case, such
    as ``fixed_line`` or ``toll_free``; or None."""
    parsed = _parsed(number)
    return _TYPES.get(phonenumbers.number_type(parsed)) if parsed else None


def place_of(number, language):
    """Return the place of an E.164 number in words, such as ``London``; empty if it is not known,
    or is just the country.

    :param str language: ISO 639 code, such as ``fr``
    """
    # Its data takes a second to load: it is for lists of numbers, not for calls.
    from phonenumbers import geocoder

    parsed = _parsed(number)
    if not parsed or not phonenumbers.is_number_geographical(parsed):
        return ""
    place = geocoder.description_for_valid_number(parsed, language)
    return "" if place == geocoder.country_name_for_number(parsed, language) else place


def local_times(number, now):
    """Return the local times at an E.164 number. A mobile or service number may be in any zone of
    its country: then the earliest and the latest.

    :param datetime now: any time with its zone
    :return: (earliest, latest), each with its zone; None if the zone is not known
    """
    # Loaded only where local times are shown, as above.
    from phonenumbers import timezone

    parsed = _parsed(number)
    times = []
    for name in timezone.time_zones_for_number(parsed) if parsed else ():
        with suppress(ZoneInfoNotFoundError):  # Etc/Unknown, or newer than this machine's zones
            times.append(now.astimezone(ZoneInfo(name)))
    if not times:
        return None
    times.sort(key=lambda time: time.replace(tzinfo=None))
    return times[0], times[-1]


def is_emergency(digits, region):
    """Return whether these digits call an emergency service in this region (ISO 3166 code)."""
    return (
        len(digits) <= LONGEST_EMERGENCY
        and region in SUPPORTED_REGIONS
        and phonenumbers.is_emergency_number(digits, region)
    )


def prefix(typed):
    """Return a destination prefix in 00-form (``0044``, ``004420``), from any written form of it.

    :raises PrefixError: if it is no *Destination prefix* of the console
    """
    try:
        compact = _PREFIX_SEPARATORS.sub("", plain(typed))
    except NotDiallableError as error:
        raise PrefixError(error.reason, error.dialled, LONGEST_E164) from error
    if not compact:
        raise PrefixError("empty", typed)
    digits = "00" + compact[1:] if compact.startswith("+") else compact
    if not re.fullmatch(r"\d*", digits):
        raise PrefixError("malformed", typed)
    if not digits.startswith("00"):
        raise PrefixError("no_zeros", typed)
    digits = digits[2:]
    plans = _numbering_plans(digits)
    if not digits or not plans:
        raise PrefixError("unknown_country", typed)
    longest = max(
        len(str(code)) + max(_metadata(code, region).general_desc.possible_length)
        for code, region in plans
    )
    if len(digits) > min(longest, LONGEST_E164):
        raise PrefixError("too_long", typed, min(longest, LONGEST_E164))
    return "00" + digits


def examples(zero_form):
    """Yield valid E.164 numbers that begin with a prefix in 00-form: first examples of
    phonenumbers, then numbers made from such. There is at most one for each numbering plan and type
    of number; there is none for ``04``.

    :rtype: Iterator[str]
    """
    begun = "+" + zero_form[2:] if re.fullmatch(r"00[0-9]{0,15}", zero_form) else None
    found = [
        f"+{code}{desc.example_number}"
        for code, region in (_numbering_plans(begun[1:]) if begun else ())
        for desc in (getattr(_metadata(code, region), kind) for kind in _NUMBER_TYPES)
        if desc and desc.example_number
    ]
    yield from (number for number in found if number.startswith(begun))
    for number in found:
        if not number.startswith(begun):
            made = (
                f"{begun}{digit}{number[len(begun) + 1 :]}"
                for digit in ("0123456789" if len(begun) < len(number) else ("",))
            )
            yield from islice(filter(_is_valid, made), 1)


def regions_of_prefix(zero_form):
    """Return the regions in which a number can begin with a prefix in 00-form, the main one first.

    ``0044`` gives ``("GB", "GG", "IM", "JE")`` and ``001242`` gives ``("BS",)``; empty if no number
    begins like this.
    """
    return _regions_of(zero_form[2:]) if _ZERO_FORM.fullmatch(zero_form) else ()


@lru_cache(maxsize=4096)
def _regions_of(digits):
    return tuple(
        dict.fromkeys(
            region
            for code, region in _numbering_plans(digits)
            if any(
                _can_begin_with(desc.national_number_pattern, digits[len(str(code)) :])
                for desc in (getattr(_metadata(code, region), kind) for kind in _NUMBER_TYPES)
                if desc and desc.national_number_pattern
            )
        )
    )


def plain(text):
    """Return the text with digits, plus signs and spaces of every script as ASCII, and without
    invisible characters (pasted numbers often hold directional marks).

    :raises NotDiallableError: if it is no text, or too long to be a number
    """
    text = text or ""
    if not isinstance(text, str):
        raise NotDiallableError("malformed", text)
    if len(text) > LONGEST_INPUT:
        raise NotDiallableError("too_long", text[:LONGEST_INPUT] + "…")
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join(
        str(unicodedata.digit(char)) if char.isdigit() else char
        for char in unicodedata.normalize("NFKC", text)
        if unicodedata.category(char) not in ("Cf", "Cc") or char in "\t\n"
    ).strip()


@lru_cache(maxsize=4096)
def _caller_numbers(texts, region):
    numbers = {}
    for text in texts:
        with suppress(NotDiallableError):
            numbers[e164(text, region)] = None
    return tuple(numbers)


@lru_cache(maxsize=4096)
def _international(number):
    parsed = _parsed(number)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL) if parsed else number


def _parsed(number):
    """Return the ``phonenumbers.PhoneNumber`` of an E.164 number; None for anything else."""
    with suppress(NumberParseException):
        return phonenumbers.parse(number, None) if is_e164(number) else None
    return None


def _is_valid(number):
    parsed = _parsed(number)
    return parsed is not None and phonenumbers.is_valid_number(parsed)


def _region_if_valid(number):
    """Return the region of a ``phonenumbers.PhoneNumber``; None if no such number is assigned.

    ``is_valid_number`` tries the numbering plan of each region with the country code to find the
    region, and then that region's once more."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(number.country_code, ())
    plans = (r for r in regions if phonenumbers.is_valid_number_for_region(number, r))
    return next(plans, None)


def _is_short(compact, region, national, is_short_number):
    if not compact.isdigit() or compact.startswith("00"):
        return False
    if not region:
        return len(compact) <= 6
    return national is not None and is_short_number(national, region)


def _parse_failure(error, text, region):
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        no_region = not region and not text.startswith("+")
        return NotDiallableError("no_region" if no_region else "unknown_country", text)
    reason = {
        NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
        NumberParseException.TOO_SHORT_NSN: "too_short",
        NumberParseException.TOO_LONG: "too_long",
    }.get(error.error_type, "malformed")
    return NotDiallableError(reason, text, region)


def _invalid_number(number, text):
    reason = {
        ValidationResult.TOO_SHORT: "too_short",
        ValidationResult.TOO_LONG: "too_long",
    }.get(phonenumbers.is_possible_number_with_reason(number), "unassigned")
    return NotDiallableError(
        reason, text, phonenumbers.region_code_for_country_code(number.country_code)
    )


def _numbering_plans(digits):
    """Return the (country calling code, region) pairs whose numbers may begin with these digits."""
    return [
        (code, region)
        for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
        if str(code).startswith(digits) or digits.startswith(str(code))
        for region in regions
    ]


def _metadata(code, region):
    if region == NON_GEOGRAPHIC:
        return PhoneMetadata.metadata_for_nongeo_region(code)
    return PhoneMetadata.metadata_for_region(region)


def _can_begin_with(pattern, digits):
    """Return whether a number that matches the pattern can begin with these digits: in the pattern,
    each digit may also be the end of the text."""
    incomplete = re.sub(
        r"\{[\d,]+\}|\\d|\[[^]]*\]|\d",
        lambda atom: atom[0] if atom[0][0] == "{" else f"(?:{atom[0]}|$)",
        pattern,
    )
    return re.fullmatch(incomplete, digits) is not None
