"""How long a concern takes."""

import pytest

from queue_server.domain.concern import Concern, ConcernError, Wanted, duration, stands_apart
from queue_server.domain.town import Combines
from tests.domain.town_builders import a_service


def minutes(*wanted: Wanted) -> int:
    return int(duration(Concern(wanted)).total_seconds()) // 60


def test_one_of_a_service_takes_its_first_minutes() -> None:
    assert minutes(Wanted(a_service(minutes=15))) == 15


def test_each_further_one_takes_the_further_minutes() -> None:
    assert minutes(Wanted(a_service(minutes=15, further_minutes=10), 3)) == 35


def test_family_of_four_is_included_in_the_first_minutes() -> None:
    """Wish A2: 35 minutes for a family of four, not 4 × 15; the fifth person counts."""
    family = a_service("id_docs_family", minutes=35, further_minutes=10, included=4, max_count=6)
    assert [minutes(Wanted(family, count)) for count in (1, 4, 5, 6)] == [35, 35, 45, 55]


def test_combined_services_add_up() -> None:
    """Failure 10: combined services add up."""
    card = a_service("id_card", minutes=15, further_minutes=10)
    pickup = a_service("id_docs_pickup", minutes=5, further_minutes=2)
    assert minutes(Wanted(card, 2), Wanted(pickup)) == 30


def test_only_the_sum_is_rounded_up_to_cells() -> None:
    three = [Wanted(a_service(f"certificate_{index}", minutes=3)) for index in range(3)]
    assert minutes(*three) == 10


@pytest.mark.parametrize(("each", "rounded"), [(1, 5), (4, 5), (5, 5), (6, 10), (10, 10), (11, 15)])
def test_a_cell_begun_is_a_whole_cell(each: int, rounded: int) -> None:
    assert minutes(Wanted(a_service(minutes=each))) == rounded


@pytest.mark.parametrize("count", [-1, 0, 5])
def test_count_outside_the_limit_is_refused(count: int) -> None:
    with pytest.raises(ConcernError) as refused:
        Wanted(a_service("passport", max_count=4), count)
    assert (refused.value.code, refused.value.service_id) == ("count_out_of_range", "passport")


def test_concern_without_service_is_refused() -> None:
    with pytest.raises(ConcernError, match="no_service"):
        Concern(())


def test_concern_of_nobody_is_refused() -> None:
    with pytest.raises(ConcernError, match="persons_out_of_range"):
        Concern((Wanted(a_service()),), persons=0)


def test_same_service_twice_is_refused() -> None:
    """Two entries of one service would go round its limit."""
    with pytest.raises(ConcernError, match="service_twice: id-card"):
        Concern((Wanted(a_service(), 4), Wanted(a_service(), 1)))


def test_what_stands_alone_goes_with_nothing_else() -> None:
    wedding, card = a_service("wedding", combines=Combines.ALONE), a_service("card")
    assert stands_apart([wedding]) is None
    assert stands_apart([card, wedding]) == wedding


@pytest.mark.parametrize(
    ("combines", "held"), [(Combines.CATEGORY, "category_id"), (Combines.DEPARTMENT, "department_id")]
)
def test_what_goes_with_its_own_kind_alone_is_refused_with_others(combines: Combines, held: str) -> None:
    one = a_service("one", combines=combines)
    assert stands_apart([one, a_service("like")]) is None
    assert stands_apart([one, a_service("other", **{held: "another"})]) == one


def test_services_go_together_where_nothing_is_said() -> None:
    assert stands_apart([a_service("one"), a_service("two", category_id="x", department_id="y")]) is None
    assert stands_apart([]) is None
