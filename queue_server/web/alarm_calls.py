"""Text messages of a staff alarm to chosen phones: at once, and again if need be; what became of them.

What must not live here: the outbox and its hours of the night (`live.postman`, `web.texting`): who calls for
help cannot wait for either. The day's limit of text messages does not hold here, and none is counted; but a
phone gets one a minute for a place: pressing again and again, in need or in mischief, floods nobody.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from queue_server.domain.alarm import Alarm
from queue_server.domain.town import in_language
from queue_server.protocol import AlarmPhones
from queue_server.services.alarm_texts import alarm_text
from queue_server.web.languages import staffs

if TYPE_CHECKING:  # the house holds one of us
    from queue_server.web.house import House

PAUSES_S: Final = (0.0, 1.0, 4.0)
"""Before each try. A gateway that is down for longer is told to staff as what it is."""
EACH: Final = timedelta(minutes=1)
"""Between two texts to a phone for the same place. A trial keeps no real alarm back."""
log = logging.getLogger(__name__)


class AlarmCalls:
    """Calls chosen phones to alarms. One for a process."""

    def __init__(self, pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._pauses_s = pauses_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._texts: dict[tuple[str, str, str, bool], tuple[datetime, asyncio.Task[bool]]] = {}

    def begin(self, house: "House", alarm: Alarm) -> None:
        """Send to all phones of the alarm's site, beside whoever called."""
        phones = house.connections.alarm_phones(alarm.site_id)
        if not phones:
            return
        task = asyncio.create_task(self._call_all(house, alarm, phones), name=f"phones of alarm {alarm.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Let what is on its way leave, for some seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=sum(self._pauses_s))
        for task in self._tasks:
            task.cancel()

    async def _call_all(self, house: "House", alarm: Alarm, phones: Sequence[str]) -> None:
        town, site = house.town_and_site(alarm.site_id)
        language = staffs(town.languages)
        text = alarm_text(alarm, site, in_language(site.name, language), house.texts[language])
        counts = AlarmPhones(count=len(phones), sent_count=0, failed_count=0)
        house.alarms.take_phones(alarm.id, counts)

        async def call(index: int, phone: str) -> None:
            was_sent = await self._text(house, alarm, phone, text, f"{alarm.id}{index:08x}")
            counts["sent_count" if was_sent else "failed_count"] += 1
            house.alarms.take_phones(alarm.id, counts)

        await asyncio.gather(*(call(index, phone) for index, phone in enumerate(phones)))

    async def _text(self, house: "House", alarm: Alarm, phone: str, text: str, id_: str) -> bool:
        """Send it, unless the phone was told of this place within the minute: then say whether that went."""
        now, key = house.clock(), (phone, alarm.site_id, alarm.counter_id, alarm.is_test)
        self._texts = {one: known for one, known in self._texts.items() if abs(now - known[0]) < EACH}
        if key in self._texts and await asyncio.shield(self._texts[key][1]):
            return True
        task = asyncio.create_task(self._call(house, phone, text, id_), name=f"a phone of alarm {alarm.id}")
        self._texts[key] = now, task
        return await task

    async def _call(self, house: "House", phone: str, text: str, id_: str) -> bool:
        if not house.sms.is_connected:
            log.error("a staff alarm reaches no phone: connections.toml names phones, and no [sms]")
            return False
        for pause_s in self._pauses_s:
            await asyncio.sleep(pause_s)
            try:
                await house.sms.send(phone, text, id_, house.clock())
            except Exception as error:  # whatever it is, staff are told; the number is in no log
                log.warning("a staff alarm's text message was not sent: %s", type(error).__name__)
            else:
                return True
        return False
