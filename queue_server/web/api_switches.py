"""What staff switch for the day, and the audit log keeps: issuing, the call mode, a display's service.

What must not live here: what lasts, which is the town's set-up.
"""

from typing import Final

from sqlalchemy.engine import Connection

from queue_server.domain.access import Act
from queue_server.domain.administration import Done
from queue_server.services import counter
from queue_server.services.ports import Answer
from queue_server.web import answers, models
from queue_server.web.api import PREFIX, ApiRoute, Call
from queue_server.web.noting import doer_of, note


async def switch_issuing(call: Call) -> Answer:
    """Stop or resume giving out numbers at the kiosks, for today."""
    by = await doer_of(call.house, call.actor)
    return await call.do(lambda unit: counter.switch_issuing(unit, by, issuing=call.body.issuing))


async def switch_call_mode(call: Call) -> Answer:
    """Call by screen or fetch visitors for a while; null returns to the site's setting."""
    by = await doer_of(call.house, call.actor)
    return await call.do(lambda unit: counter.switch_call_mode(unit, by, call.body.call_mode))


async def mark_display(call: Call) -> Answer:
    """Take a display out of service, or back: calls no longer wait for its word. A restart keeps that."""
    house, out = call.house, call.body.out_of_service

    def work(conn: Connection) -> None:
        was = call.id in house.settlement.out_of_service(conn)
        house.settlement.mark_out_of_service(conn, call.id, out=out)
        if was != out:
            note(
                house,
                conn,
                call.actor,
                Done.SERVICE_SWITCHED,
                "display",
                call.id,
                site_id=call.site_id,
                before={"out_of_service": was},
                after={"out_of_service": out},
            )

    await house.write(work)
    house.hub.set_out_of_service(call.site_id, call.id, out=out)
    return {"id": call.id, "out_of_service": out}


_SITE: Final = f"{PREFIX}/sites/{{site}}"
ROUTES: Final = [
    ApiRoute(
        "POST",
        f"{_SITE}/issuing",
        switch_issuing,
        Act.STOP_ISSUING,
        "site",
        models.SwitchIssuing,
        answers.Issuing,
        tag="site",
    ),
    ApiRoute(
        "POST",
        f"{_SITE}/call-mode",
        switch_call_mode,
        Act.SWITCH_CALL_MODE,
        "site",
        models.SwitchCallMode,
        answers.CallMode,
        tag="site",
    ),
    ApiRoute(
        "POST",
        f"{PREFIX}/displays/{{display}}/service",
        mark_display,
        Act.MARK_OUT_OF_SERVICE,
        "display",
        models.OutOfService,
        answers.DisplayService,
        tag="site",
    ),
]
