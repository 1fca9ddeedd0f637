"""What the pictures of a file do to those of a town."""

from dataclasses import replace

from queue_server.domain.taken_pictures import arriving, named_pictures
from queue_server.domain.town import Display, Town
from tests.domain.town_builders import a_site, a_town

LOGO, MARKET, CASTLE = "a" * 32, "b" * 32, "c" * 32


def showing(logo: str, *pictures: str) -> Town:
    screen = Display("tv", "TV", ("hall-foyer",), quiet_pictures=pictures)
    return a_town(look_logo=logo, sites=(replace(a_site(), displays=(screen,)),))


def test_the_logo_and_the_pictures_of_displays_are_named_once() -> None:
    assert named_pictures(showing(LOGO, MARKET, LOGO, CASTLE)) == (LOGO, MARKET, CASTLE)
    assert named_pictures(a_town()) == ()


def test_what_is_new_what_is_called_otherwise_and_what_nobody_has_is_told_apart() -> None:
    own = {MARKET: "Der Markt"}
    names = {LOGO: "Wappen", MARKET: "Der Wochenmarkt", "d" * 32: "Ungenannt"}
    found = arriving(own, showing(LOGO, MARKET, CASTLE), names, {LOGO, "d" * 32})
    assert (found.new, found.renamed) == ({LOGO: "Wappen"}, {MARKET: "Der Wochenmarkt"})
    assert found.missing == (CASTLE,)
    assert found


def test_a_file_that_brings_nothing_new_does_nothing() -> None:
    own = {LOGO: "Wappen"}
    assert not arriving(own, showing(LOGO), own, {LOGO})
    assert not arriving(own, showing(LOGO), {}, ())
    assert not arriving(own, showing(LOGO, CASTLE), {}, ()), "what is missing is no picture that comes"
