"""The words in which rights are written: roles, acts, and the kinds of things that acts are done to.

What must not live here: who may do what (`domain.access`).
"""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the hall. A visitor is whoever has not signed in.

    An administrator with a site is that site's administrator, one without is the organisation's. A lead is
    bound to departments, not to a counter; one who is a clerk too, or a clerk who leads or stands in, wears
    both hats (`hats`).
    """

    ADMINISTRATOR = "administrator"
    LEAD = "lead"
    CLERK = "clerk"
    RECEPTION = "reception"
    AUDITOR = "auditor"
    INTEGRATION = "integration"
    KIOSK = "kiosk"
    DISPLAY = "display"
    VISITOR = "visitor"


class Kind(StrEnum):
    """What a thing is. `SERVER` is the process itself and belongs to no organisation."""

    SERVER = "server"
    ORGANISATION = "organisation"
    SITE = "site"
    COUNTER = "counter"
    DISPLAY = "display"
    KIOSK = "kiosk"
    DEPARTMENT = "department"
    TICKET = "ticket"
    APPOINTMENT = "appointment"
    ACCOUNT = "account"
    TOKEN = "token"  # noqa: S105 - the name of a kind


class Act(StrEnum):
    """What may be done. Whatever only reads begins with `see`."""

    SEE_SITE = "see_site"
    SEE_BOARD = "see_board"
    SEE_PUBLIC_QUEUE = "see_public_queue"
    SEE_OFFER = "see_offer"
    BOOK = "book"
    MANAGE_OWN_APPOINTMENT = "manage_own_appointment"
    CHECK_IN = "check_in"
    SEE_APPOINTMENTS = "see_appointments"
    WORK_AT_DESK = "work_at_desk"
    TAKE_TICKET = "take_ticket"
    MANAGE_OWN_TICKET = "manage_own_ticket"
    SEE_TICKET = "see_ticket"
    MANAGE_TICKET = "manage_ticket"
    REPRINT = "reprint"
    SEE_STAFF_QUEUE = "see_staff_queue"
    SEE_COUNTER = "see_counter"
    OPEN_COUNTER = "open_counter"
    CALL = "call"
    SEE_DISPLAY = "see_display"
    REPORT_CALL = "report_call"
    SEE_KIOSK = "see_kiosk"
    USE_KIOSK = "use_kiosk"
    PRINT = "print"
    MARK_OUT_OF_SERVICE = "mark_out_of_service"
    STOP_ISSUING = "stop_issuing"
    SWITCH_CALL_MODE = "switch_call_mode"
    RAISE_ALARM = "raise_alarm"
    PLAN_DEPARTMENT = "plan_department"
    SEE_FIGURES = "see_figures"
    SEE_METRICS = "see_metrics"
    SEE_READY_DETAILS = "see_ready_details"
    SEE_LOG = "see_log"
    SEE_AUDIT_LOG = "see_audit_log"
    SEE_OPERATIONS = "see_operations"
    PAIR_DEVICE = "pair_device"
    MANAGE_TOKENS = "manage_tokens"
    MANAGE_ACCOUNTS = "manage_accounts"
    END_SESSIONS = "end_sessions"
    CHANGE_SETTINGS = "change_settings"
