"""The words of a staff alarm's text message: where and when, nobody's name."""

from zoneinfo import ZoneInfo

from queue_server.domain.alarm import Alarm, where
from queue_server.domain.gsm7 import to_gsm7
from queue_server.domain.town import Site
from queue_server.services.short_messages import Say


def alarm_text(alarm: Alarm, site: Site, site_name: str, say: Say) -> str:
    """Return "ALARM 10:42: Rathaus, Zimmer 3, Platz 1. …"; a trial says that it is one."""
    room, name = where(site, alarm.counter_id)
    key = "sms.alarm_desk" if not room else "sms.alarm_counter" if name else "sms.alarm_room"
    place = say(key, room=room, name=name)
    time = alarm.raised_at.astimezone(ZoneInfo(site.time_zone)).strftime("%H:%M")
    kind = "sms.alarm_test" if alarm.is_test else "sms.alarm"
    return to_gsm7(say(kind, site=site_name, place=place, time=time))
