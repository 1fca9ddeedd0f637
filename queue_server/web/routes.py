"""All addresses of the server, in one table for each kind, and the files and templates behind them.

What must not live here: what an address does (each face has a module), and who may (`domain.access`).
"""

from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from queue_server.services.locales import direction_of
from queue_server.settings import Settings
from queue_server.web import (
    api_alarms,
    api_arriving,
    api_booking,
    api_counters,
    api_figures,
    api_kiosks,
    api_lacking,
    api_offer,
    api_sessions,
    api_sites,
    api_switches,
    health,
    look,
    page_account,
    page_booking,
    page_calendar_feed,
    page_counter,
    page_department,
    page_desk,
    page_desk_conflicts,
    page_desk_contact,
    page_desk_interpreters,
    page_desk_letters,
    page_desk_requests,
    page_desk_search,
    page_desk_visits,
    page_display,
    page_doctor,
    page_kiosk,
    page_letters,
    page_letting_in,
    page_mails,
    page_manage,
    page_oidc,
    page_pairing,
    page_paper,
    page_sign_in,
    page_start,
    page_statement,
    page_status,
    page_styleguide,
    page_why,
)
from queue_server.web.admin import page_account as admin_account
from queue_server.web.admin import page_accounts as admin_accounts
from queue_server.web.admin import (
    page_changes,
    page_closing,
    page_durations,
    page_estimates,
    page_exchange,
    page_figures,
    page_first_steps,
    page_lists,
    page_log,
    page_look,
    page_missing,
    page_new_service,
    page_pair,
    page_pictures,
    page_planned,
    page_removing,
    page_report,
    page_rescue,
    page_setup,
    page_simulate,
    page_week,
)
from queue_server.web.admin import page_device_acts as admin_device_acts
from queue_server.web.admin import page_devices as admin_devices
from queue_server.web.admin import page_rehearsal as admin_rehearsal
from queue_server.web.admin import page_start as admin_start
from queue_server.web.admin import page_tokens as admin_tokens
from queue_server.web.admin.ways import way_here, ways_of
from queue_server.web.api import PREFIX, ApiRoute
from queue_server.web.device_packages import DEVICE_PACKAGES
from queue_server.web.first_run import pages as first_run_pages
from queue_server.web.openapi import describe, openapi_endpoint
from queue_server.web.own_words import own
from queue_server.web.pages import PageRoute
from queue_server.web.route_limits import OfStrangers, limits_of
from queue_server.web.sockets import NO_SOCKET, SOCKETS
from queue_server.web.texts import is_reviewed, own_name
from queue_server.web.wait_words import wait_words

API_ROUTES: Final[list[ApiRoute]] = [
    *health.ROUTES,
    *api_sessions.ROUTES,
    *api_sites.ROUTES,
    *api_switches.ROUTES,
    *api_counters.ROUTES,
    *api_lacking.ROUTES,
    *api_alarms.ROUTES,
    *api_kiosks.ROUTES,
    *api_offer.ROUTES,
    *api_booking.ROUTES,
    *api_arriving.ROUTES,
    *api_figures.ROUTES,
]
PAGE_ROUTES: Final[list[PageRoute]] = [
    *first_run_pages.ROUTES,
    *page_sign_in.ROUTES,
    *page_oidc.ROUTES,
    *page_account.ROUTES,
    *page_start.ROUTES,
    *page_status.ROUTES,
    *page_why.ROUTES,
    *page_manage.ROUTES,
    *page_booking.ROUTES,
    *page_statement.ROUTES,
    *page_calendar_feed.ROUTES,
    *page_pairing.ROUTES,
    *page_styleguide.ROUTES,
    *page_display.ROUTES,
    *page_counter.ROUTES,
    *page_desk.ROUTES,
    *page_desk_visits.ROUTES,
    *page_desk_requests.ROUTES,
    *page_desk_search.ROUTES,
    *page_desk_letters.ROUTES,
    *page_desk_contact.ROUTES,
    *page_desk_conflicts.ROUTES,
    *page_desk_interpreters.ROUTES,
    *page_kiosk.ROUTES,
    *page_paper.ROUTES,
    *admin_start.ROUTES,
    *page_new_service.ROUTES,
    *page_new_service.ROUTES,
    *page_lists.ROUTES,
    *page_exchange.ROUTES,
    *page_setup.ROUTES,
    *page_removing.ROUTES,
    *page_changes.ROUTES,
    *page_planned.ROUTES,
    *page_week.ROUTES,
    *page_figures.ROUTES,
    *page_report.ROUTES,
    *admin_accounts.ROUTES,
    *admin_account.ROUTES,
    *admin_tokens.ROUTES,
    *page_pair.ROUTES,
    *page_first_steps.ROUTES,
    *admin_devices.ROUTES,
    *admin_device_acts.ROUTES,
    *admin_rehearsal.ROUTES,
    *page_pictures.ROUTES,
    *page_look.ROUTES,
    *page_letters.ROUTES,
    *page_log.ROUTES,
    *page_durations.ROUTES,
    *page_estimates.ROUTES,
    *page_simulate.ROUTES,
    *page_missing.ROUTES,
    *page_doctor.ROUTES,
    *page_department.ROUTES,
    *page_letting_in.ROUTES,
    *page_rescue.ROUTES,
    *page_closing.ROUTES,
    *page_mails.ROUTES,
]
_OF_EVERYBODY: Final = {**page_display.OF_EVERYBODY, **look.OF_EVERYBODY}
ROAD: Final = frozenset(
    {
        f"{PREFIX}/counters/{{counter}}/calls",
        f"{PREFIX}/sites/{{site}}/tickets",
        f"{PREFIX}/sites/{{site}}/holds",
    }
)
PUSH_WORKER: Final = "push_worker.js"
DESCRIPTION: Final = "/api/openapi.json"
Plain = TypeVar("Plain", Route, Mount)


def routes(settings: Settings) -> list[BaseRoute]:
    own = files("queue_server") / "web" / "static"
    return [
        # Starlette asks one route after the other; those of the road are asked first.
        *(route.starlette() for route in sorted(API_ROUTES, key=lambda route: route.path not in ROAD)),
        _of_strangers(Route(DESCRIPTION, openapi_endpoint(_description))),
        *(socket.starlette() for socket in SOCKETS),
        NO_SOCKET,
        *(page.starlette() for page in PAGE_ROUTES if settings.demo or not page.demo_only),
        *(_of_strangers(Route(path, clip)) for path, clip in _OF_EVERYBODY.items()),
        *(
            _of_strangers(Mount(f"/static/{name}", Assets(directory=str(files(package) / "static"))))
            for name, package in DEVICE_PACKAGES.items()
            if Path(str(files(package) / "static")).is_dir()
        ),
        _of_strangers(Mount("/static", Assets(directory=str(own)))),
    ]


def _of_strangers(route: Plain) -> Plain:
    """Put the limits around a route that asks nobody who they are."""
    route.app = OfStrangers(route.app, limits_of(route.path), route.path)
    return route


def _description() -> dict[str, Any]:
    return describe(API_ROUTES, metadata.version("aufruf"))


class Assets(StaticFiles):
    """Files of the product: cached for a short while, then asked for by ETag."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-cache")
        if Path(args[0]).name == PUSH_WORKER:
            response.headers["Service-Worker-Allowed"] = "/t/"  # it lies elsewhere than what it works for
        return response


@cache
def templates() -> Environment:
    """Return the templates, with what of them was compiled already: no state of a house is in them."""
    folders = [files("queue_server") / "web" / "templates"]
    folders += [files(package) / "templates" for package in DEVICE_PACKAGES.values()]
    made = Environment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"ways_of": ways_of, "way_here": way_here, "own_name": own_name}
    made.globals |= {"direction_of": direction_of, "is_reviewed": is_reviewed}
    made.globals["wait_words"] = wait_words
    made.filters["own"] = own
    return made
