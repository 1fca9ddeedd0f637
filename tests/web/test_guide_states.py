"""Rules for hands and eyes, written for a class."""

import pytest

from queue_server.web.guide_states import CONTRAST, blocks, selectors, states_of


@pytest.mark.parametrize(
    ("css", "asked", "expected"),
    [
        (".a { x: y }", (), ""),
        (".a:hover { x: y }", (), ".a.is-hover{x: y}"),
        (".a, .b:active { x: y }", (), ".b.is-active{x: y}"),
        (":is(.a, .b):hover { x: y }", (), ":is(.a, .b).is-hover{x: y}"),
        (".a:focus-visible + .b { x: y }", (), ".a.is-focus + .b{x: y}"),
        (".a:focus-within { x: y }", (), ""),
        (".a:not(:focus) { x: y }", (), ""),
        ("/* .a:hover { } */", (), ""),
        (
            "@media (min-width: 9px) { .a:hover { x: y } .b { x: y } }",
            (),
            "@media (min-width: 9px){.a.is-hover{x: y}}",
        ),
        ("@media print { .a:hover { x: y } }", (), ""),
        (f"@media {CONTRAST} {{ .a {{ x: y }} }}", (), ""),
        (
            f"@media {CONTRAST} {{ .a {{ x: y }} .b:hover {{ x: y }} }}",
            (CONTRAST,),
            ".a{x: y}.b:hover{x: y}.b.is-hover{x: y}",
        ),
    ],
)
def test_only_what_a_hand_or_the_eyes_ask_for_is_written_anew(
    css: str, asked: tuple[str, ...], expected: str
) -> None:
    assert states_of(css, asked) == expected


def test_braces_and_brackets_keep_together() -> None:
    assert list(blocks("a { b { c: d } } e { }")) == [("a", "b { c: d }"), ("e", "")]
    assert selectors(".a:is(.b, :has(.c, .d)), .e") == [".a:is(.b, :has(.c, .d))", ".e"]
