"""`aufruf log`: what was done, readable in a shell and as a table."""

import csv
import io

import pytest

from tests.commands.conftest import Aufruf
from tests.commands.operating import Place

SQLITE_ALONE = pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)


@SQLITE_ALONE
def test_acts_are_told_oldest_first_and_may_be_narrowed(place: Place, aufruf: Aufruf) -> None:
    aufruf("helper", "create", "Stadtbibliothek", *place.words)
    made, helper = (line for line in aufruf("log", *place.words).out.splitlines() if line[0].isdigit())
    assert "Town “beispielstadt” set up" in made
    assert "Code of the trusted helper" in helper
    assert "at the command line" in helper
    assert "Name: Stadtbibliothek" in aufruf("log", "--act", "helper_made", *place.words).out
    assert "set up" not in aufruf("log", "--act", "helper_made", *place.words).out
    assert "Stadtbibliothek" in aufruf("log", "--words", "stadtbib", *place.words).out
    assert aufruf("log", "--since", "2999-01-01", *place.words).out == "Nothing was found.\n"


@SQLITE_ALONE
def test_the_table_opens_in_a_spreadsheet_and_computes_nothing(place: Place, aufruf: Aufruf) -> None:
    aufruf("helper", "create", "=1+1", *place.words)
    told = aufruf("log", "--csv", "--language", "de", *place.words).out
    head, row, *_ = csv.reader(io.StringIO(told.removeprefix("\ufeff")), delimiter=";")
    assert head[0] == "Zeit"
    assert dict(zip(head, row, strict=True))["Nachher"] == "Name: =1+1"
    assert all(not cell.startswith("=") for cell in row)
