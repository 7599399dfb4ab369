"""Phone numbers: stored in E.164, shown as people write them."""

import re
import unicodedata

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Most numbers of Chinese files; the library takes a hundred times as long for the same answer.
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
# Numbers that a spreadsheet kept as an amount (13800138000.0); who answers (（办公室）); 转801.
_BESIDE = re.compile(r"(?<=\d{7})\.0$|\s*[(（][^()（）\d]+[)）]$|\s*转\s*\d+$")


def normalise_phone(text: str, region: str) -> str:
    """E.164 form of what was typed; "" stays "".

    Raises
    ------
    ValidationError
        When no number of any country is recognised.
    """
    text = _BESIDE.sub("", text.strip())
    if not text:
        return ""
    if region == "CN" and _CHINESE_MOBILE.fullmatch(text):
        return f"+86{text}"
    number = _parsed(text, region)
    if number is None and text.startswith("00"):  # dialled from abroad, not from ``region``
        number = _parsed(f"+{text[2:]}", region)
    if number is None:
        raise ValidationError(
            _("“%(text)s” is not a phone number. Write it like 138 0013 8000 or +49 30 123456."),
            params={"text": text},
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def more_digits(text: str, e164: str) -> bool:
    """Whether a text ends in other digits than its number: an extension, or another number."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text.removesuffix(".0")))
    return bool(e164) and not digits.endswith(e164[-6:])


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    """The number when it is possible."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def display_phone(e164: str, region: str) -> str:
    """National form for numbers of ``region``, international form for others."""
    try:
        number = phonenumbers.parse(e164, region)
    except phonenumbers.NumberParseException:
        return e164
    home = phonenumbers.country_code_for_region(region) == number.country_code
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if home
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, style)


def phone_texts(e164: str) -> list[str]:
    """What a stored number is found by: as it is, and as people at home dial it.

    The search also finds numbers by their last digits (``crm.common.ngrams``).
    """
    home = f"+{phonenumbers.country_code_for_region(settings.DEFAULT_PHONE_REGION)}"
    return [e164, e164.removeprefix(home)] if e164.startswith(home) else [e164]
