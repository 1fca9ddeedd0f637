"""Telephone numbers as people type them, to the one spelling that gateways take (E.164).

What must not live here: counting bookings by a number (`domain.person`), which knows no list of networks.
"""

from typing import Final

LONGEST: Final = 40


def mobile_number(text: str, country: str) -> str | None:
    """Return the number as +491701234567; None when it is none, or none that takes text messages.

    `country` is whose number it is when none is named, such as "DE".
    """
    from phonenumbers import (
        NumberParseException,
        PhoneNumberFormat,
        PhoneNumberType,
        format_number,
        is_valid_number,
        number_type,
        parse,
    )

    if len(text) > LONGEST:
        return None
    try:
        number = parse(text, country)
    except NumberParseException:
        return None
    kinds = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)  # in the USA one cannot tell
    if not is_valid_number(number) or number_type(number) not in kinds or number.extension:
        return None
    return str(format_number(number, PhoneNumberFormat.E164))
