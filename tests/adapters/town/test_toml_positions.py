"""The places of keys and values are those a person would point at."""

import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from queue_server.adapters.town.toml_positions import Path, positions

NASTY = '''# a comment with [brackets] and "quotes"
title = "a # no comment" # a comment
"quoted key" . 'x.y' = 1
text = """
[not a header] \\""" still inside
ends with quotes"""""
raw = \'\'\'C:\\\'\'\'
when = 2026-01-02 03:04:05

[a.b]
list = [ # comment, with comma
  1, [2, "]"],
  { k = "}", d.e = 3 },
]
[[a.rows]]
name = "first"
[a.rows.sub]
deep = true
[[a.rows]]
name = "second"
[[a.rows.inner]]
z = 1
  [a] # after its children
  late = {}
'''


def walk(data: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every path of parsed data with its value."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield (*path, key), value
        yield from walk(value, (*path, key))


def test_every_path_of_a_nasty_file_has_its_place() -> None:
    spans = positions(NASTY)
    assert set(spans) == {path for path, _ in walk(tomllib.loads(NASTY))}


def test_place_is_where_the_key_and_the_value_begin() -> None:
    lines = NASTY.splitlines()
    for path, (key, value) in {
        ("title",): ("title", '"a #'),
        ("quoted key", "x.y"): ('"quoted', "1"),
        ("raw",): ("raw", "'''C"),
        ("when",): ("when", "2026"),
        ("a", "b", "list", 1, 1): ('"]"', '"]"'),
        ("a", "b", "list", 2, "d", "e"): ("d.e", "3 }"),
        ("a", "rows", 0, "sub", "deep"): ("deep", "true"),
        ("a", "rows", 1): ("[[a.rows]]", "[[a.rows]]"),
        ("a", "rows", 1, "name"): ("name", '"second"'),
        ("a", "rows", 1, "inner", 0, "z"): ("z", "1"),
        ("a",): ("[a]", "[a]"),
    }.items():
        span = positions(NASTY)[path]
        assert lines[span.key.line - 1][span.key.column - 1 :].startswith(key), path
        assert lines[span.value.line - 1][span.value.column - 1 :].startswith(value), path


def test_line_ends_of_windows_do_not_shift_the_lines() -> None:
    spans = positions("a = 1\r\n\r\n[b]\r\nc = 2\r\n")
    assert spans[("b", "c")].key == (4, 1)
    assert spans[("b", "c")].value == (4, 5)


def test_empty_file_has_no_places() -> None:
    assert positions("") == {}
    assert positions("# only a comment") == {}


_SCALARS = st.one_of(
    st.integers(-99, 99).map(str),
    st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), max_size=12).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    ),
    st.sampled_from(["true", "'''it's'''", '"""a"b\n[c]"""', "12:30:00", "1e3"]),
)
_KEYS = st.from_regex(r"[a-z_-]{1,6}", fullmatch=True)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda all_: "[" + " ,\n # c ]\n ".join(all_) + "]"),
        st.dictionaries(_KEYS, inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        ),
    ),
    max_leaves=8,
)


@given(st.dictionaries(_KEYS, st.dictionaries(_KEYS, _VALUES, max_size=4), max_size=4))
def test_any_file_has_a_place_for_every_path(tables: dict[str, dict[str, str]]) -> None:
    text = "\n".join(
        f"[{name}]\n" + "\n".join(f"{key} = {value}" for key, value in pairs.items())
        for name, pairs in tables.items()
    )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # a line break inside an inline table: not TOML 1.0
        return
    assert set(positions(text)) == {path for path, _ in walk(data)}
