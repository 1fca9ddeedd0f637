"""A helper's code is typed from paper: case, spaces and hyphens make no difference."""

import pytest

from queue_server.domain.helper_code import normal_code, printed_code


@pytest.mark.parametrize(
    "typed", ["ACDE-FHJK-NPRT", "acde fhjk nprt", " AcdeFhjkNprt ", "ACDE – FHJK – NPRT"]
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert normal_code(typed) == "ACDEFHJKNPRT"


def test_a_code_is_handed_over_in_groups_and_read_again() -> None:
    assert printed_code("ACDEFHJKNPRT") == "ACDE-FHJK-NPRT"
    assert normal_code(printed_code("ACDEFHJKNPRT")) == "ACDEFHJKNPRT"
