"""Administrative acts: which there are, and who did one, as the audit log names them.

What must not live here: writing them down (`adapters.audit`), the right to see them (`domain.access`), and
their words (the face `log` of the catalogues has a sentence for each).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Done(StrEnum):
    """What was done. A new word needs a sentence `log.act_<word>` in every language; a test holds that."""

    ACCOUNT_MADE = "account_made"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_DISABLED = "account_disabled"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an act
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an act
    SESSIONS_ENDED = "sessions_ended"
    LEAD_NAMED = "lead_named"
    LEAD_ENDED = "lead_ended"
    TOKEN_MADE = "token_made"  # noqa: S105 - the name of an act
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of an act
    DEVICE_PAIRED = "device_paired"
    DEVICE_UNPAIRED = "device_unpaired"
    HELPER_MADE = "helper_made"
    HELPER_REVOKED = "helper_revoked"
    TOWN_MADE = "town_made"
    SETTING_ADDED = "setting_added"
    SETTING_CHANGED = "setting_changed"
    SETTING_REMOVED = "setting_removed"
    CHANGE_PLANNED = "change_planned"
    PLAN_MOVED = "plan_moved"
    PLAN_WITHDRAWN = "plan_withdrawn"
    LETTER_TEXTS_CHANGED = "letter_texts_changed"
    PICTURE_ADDED = "picture_added"
    PICTURE_CHANGED = "picture_changed"
    PICTURE_REMOVED = "picture_removed"
    CALENDAR_OPENED = "calendar_opened"
    CALENDAR_CLOSED = "calendar_closed"
    MIGRATED = "migrated"
    BACKED_UP = "backed_up"
    RESTORED = "restored"
    REBUILT = "rebuilt"
    WORDS_BLANKED = "words_blanked"
    LIMIT_LIFTED = "limit_lifted"
    ISSUING_SWITCHED = "issuing_switched"
    CALL_MODE_SWITCHED = "call_mode_switched"
    SERVICE_SWITCHED = "service_switched"
    LETTERS_SENT_AGAIN = "letters_sent_again"
    LETTERS_DROPPED = "letters_dropped"
    LETTERS_RELEASED = "letters_released"
    LETTERS_DISCARDED = "letters_discarded"
    LOG_EXPORTED = "log_exported"
    DAY_RESCUED = "day_rescued"
    RESCUE_TAKEN_BACK = "rescue_taken_back"
    WALK_INS_LET_IN = "walk_ins_let_in"
    WALK_INS_ENDED = "walk_ins_ended"
    RECORDS_DELETED = "records_deleted"


VIAS: Final = ("web", "api", "command", "server")
"""By which way: a page, the API, the command line, or the server by itself."""


@dataclass(frozen=True, slots=True)
class Doer:
    """Who did it: the user name, the token, or the system's user at the command line."""

    actor: str
    role: str
    via: str


THE_SERVER_ITSELF: Final = Doer("server", "server", "server")
