"""The benchmark's table: what it shows, what it replaces, and that a failure is not hidden."""

from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench.row import Row

ROW = Row("frames/s", "100", "130", "1.30 x", ">= 1.1 x", ok=True, note="a | b")


def test_a_table_has_its_machine_and_a_line_for_each_row() -> None:
    machine, table = bench.render([ROW, Row("next/s", "", "9", "", ">= 10", ok=False)], quick=False).split(
        "\n\n"
    )

    assert "cores" in machine
    assert "Python" in machine
    assert "quick" not in machine
    head, rule, first, second = table.splitlines()
    assert [len(line) for line in (rule, first, second)] == [len(head)] * 3
    assert "| yes " in first
    assert "a \\| b" in first
    assert "| **no** " in second


def test_a_quick_run_says_so() -> None:
    assert "quick run" in bench.render([ROW], quick=True)


def test_a_busy_machine_is_told() -> None:
    assert "Load before the run: 7.3." in bench.render([ROW], quick=False, load=7.26)


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text(f"# Why\n{bench.BEGIN}\nold\n{bench.END}\nAfterwards.\n")

    bench.write_between_markers(document, "new")
    bench.write_between_markers(document, "newer")

    assert document.read_text() == f"# Why\n{bench.BEGIN}\nnewer\n{bench.END}\nAfterwards.\n"


@pytest.mark.parametrize("text", ["no markers", bench.BEGIN, bench.END])
def test_a_document_without_both_markers_is_left_alone(tmp_path: Path, text: str) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text(text)

    with pytest.raises(ValueError, match="markers"):
        bench.write_between_markers(document, "new")

    assert document.read_text() == text


def test_the_document_in_the_repository_has_its_markers() -> None:
    text = (Path(__file__).parents[2] / "docs/benchmarks.md").read_text(encoding="utf-8")
    assert text.count(bench.BEGIN) == text.count(bench.END) == 1


def two_benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(quick: bool) -> list[Row]:
        raise OSError("no sockets left")

    found = [("breaks", breaks), ("fine", lambda quick: [ROW])]
    monkeypatch.setattr(bench, "discover", lambda function: iter(found if function == "run" else found[1:]))


def test_a_benchmark_that_breaks_is_a_line_and_not_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    two_benchmarks(monkeypatch)

    assert bench.main(["--quick"]) == 1

    printed = capsys.readouterr().out
    assert "OSError: no sockets left" in printed
    assert "1.30 x" in printed


def test_only_some_may_be_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    two_benchmarks(monkeypatch)

    assert bench.main(["--only", "fine"]) == 0
    assert "OSError" not in capsys.readouterr().out
    assert bench.main(["--only", "nothing"]) == 2


def test_helpers_and_tests_are_no_benchmarks() -> None:
    names = [name for name, _ in bench.discover()]
    assert {"row", "__main__", "test_table"} & set(names) == set()


def test_the_long_judgement_is_of_those_that_have_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [name for name, _ in bench.discover(function="run_long")] == ["waiting"]
    two_benchmarks(monkeypatch)

    assert bench.main(["--long"]) == 0
    assert "breaks" not in capsys.readouterr().out
