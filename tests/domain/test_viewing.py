"""From how far a display reads, reckoned before it hangs. tests/display/test_viewing.py measures pages."""

import pytest

from queue_server.domain.viewing import Viewing, figures, most_at_once


def test_a_number_needs_35_mm_a_metre_and_other_text_12() -> None:
    viewing = Viewing(8, 55)
    assert (viewing.number_mm, viewing.text_mm) == (280, 96)


def test_a_screen_of_55_inches_is_122_by_68_centimetres() -> None:
    assert [round(mm) for mm in Viewing(8, 55).size_mm()] == [1218, 685]
    assert [round(mm) for mm in Viewing(8, 55, upright=True).size_mm()] == [685, 1218]


def test_more_calls_are_smaller_and_read_less_far() -> None:
    heights = [one.number_mm for one in figures(Viewing(3, 55))]
    assert heights[0] > heights[1] > heights[7]
    assert all(one.reads_until_m == one.number_mm / 35 for one in figures(Viewing(3, 55)))


def test_fewer_calls_fit_from_farther_away_until_not_even_one_does() -> None:
    fitting = [most_at_once(Viewing(distance_m, 55)) for distance_m in (2, 5, 8, 20)]
    assert fitting == sorted(fitting, reverse=True)
    assert fitting[0] >= 6
    assert fitting[-1] == 0


def test_the_figures_of_a_screen_grow_with_it() -> None:
    small, large = (figures(Viewing(0, inches))[0].number_mm for inches in (32, 64))
    assert large == pytest.approx(2 * small)
