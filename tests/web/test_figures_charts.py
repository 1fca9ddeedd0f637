"""Pictures of figures: how many parts are named below them."""

from queue_server.web.figures_charts import feet, strided, top_of


def test_as_many_parts_are_named_as_there_is_room_for() -> None:
    for count in range(1, 200):
        for roomy, narrow in ((14, 5), (12, 6), (9, 3), (7, 7)):
            named = strided(count, roomy, narrow)
            assert named[0], "the first is always named"
            assert 1 <= len(named) <= roomy
            assert 1 <= sum(named.values()) <= narrow, (count, roomy, narrow)
            assert all(place < count for place in named)


def test_a_picture_is_never_half_empty() -> None:
    assert [top_of([n]) for n in (0, 1, 2, 3, 7, 11, 21, 26, 31, 41, 252)] == [
        *(1, 1, 2, 3, 10, 20, 25, 30, 40, 50, 300)
    ]
    assert all(n <= top_of([n, None]) <= max(5, 2 * n) for n in range(3000))


def test_a_name_stands_in_the_middle_of_its_part() -> None:
    assert feet({0: "Mo", 3: "Do"}, {0: True, 3: False}, 4) == [
        {"x": 12.5, "name": "Mo", "is_narrow": True},
        {"x": 87.5, "name": "Do", "is_narrow": False},
    ]
