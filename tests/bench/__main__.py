"""Run the benchmarks, print their table, and on request write it into the documentation.

`python -m tests.bench [--quick | --long] [--only NAME ...] [--write FILE]`. What is measured lives in the
modules beside this one; the comparison and the goal of each line are theirs.
"""

import argparse
import importlib
import os
import pkgutil
import platform
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import tests.bench
from tests.bench.row import Row

BEGIN = "<!-- table: begin (written by script/bench) -->"
END = "<!-- table: end -->"
VERSIONS_OF = ("uvicorn", "starlette", "websockets", "sqlalchemy", "sqlmodel")

Benchmark = Callable[[bool], list[Row]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit status is 1 when a goal was missed or a module failed."""
    options = _parse(arguments)
    found = discover(function="run_long" if options.long else "run")
    chosen = [(name, run) for name, run in found if not options.only or name in options.only]
    if unknown := set(options.only) - {name for name, _ in chosen}:
        print(f"No benchmark is called {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    load = os.getloadavg()[0]
    rows = list(_run_each(chosen, quick=options.quick))
    report = render(rows, quick=options.quick, load=load)
    print(f"\n{report}")
    if options.write:
        write_between_markers(options.write, report)
        print(f"\nWritten to {options.write}.")
    return 0 if rows and all(row.ok for row in rows) else 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench", description="Measure, and compare with a reference."
    )
    counts = parser.add_mutually_exclusive_group()
    counts.add_argument("--quick", action="store_true", help="small counts: does it run, not how fast is it")
    counts.add_argument(
        "--long", action="store_true", help="large counts, of the modules that have them: strict, and slow"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="run these modules alone")
    parser.add_argument("--write", type=Path, metavar="FILE", help="replace the table between the markers")
    return parser.parse_args(arguments)


def discover(
    package_path: Iterable[str] | None = None, function: str = "run"
) -> Iterator[tuple[str, Benchmark]]:
    """Find every module of `tests.bench` with a `run`, or another function, in order of their names."""
    for found in sorted(
        pkgutil.iter_modules(package_path or tests.bench.__path__), key=lambda each: each.name
    ):
        if found.name in {"__main__", "row"} or found.name.startswith("test_"):
            continue
        run = getattr(importlib.import_module(f"tests.bench.{found.name}"), function, None)
        if callable(run):
            yield found.name, run


def _run_each(chosen: Iterable[tuple[str, Benchmark]], *, quick: bool) -> Iterator[Row]:
    for name, run in chosen:
        print(f"{name} …", end=" ", flush=True)
        begun = time.perf_counter()
        try:
            rows = run(quick)
        except Exception as error:  # one broken benchmark must not hide the others' figures
            rows = [Row(name, "", "failed", "", "", ok=False, note=f"{type(error).__name__}: {error}")]
        print(f"{time.perf_counter() - begun:.1f} s", flush=True)
        yield from rows


def render(rows: Sequence[Row], *, quick: bool, load: float = 0.0) -> str:
    """Lay the rows out as a Markdown table, under a line that says where and when it was measured.

    `load` is how many others were at work before we began: where it is not near 0, tails are theirs.
    """
    others = f" Load before the run: {load:.1f}."
    mode = " A quick run: the counts are too small to judge by." if quick else ""
    table = [("what", "reference", "ours", "ratio", "goal", "met", "note")]
    table += [
        (row.what, row.reference, row.ours, row.ratio, row.goal, "yes" if row.ok else "**no**", row.note)
        for row in rows
    ]
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in table]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return f"{describe_machine()}{others}{mode}\n\n" + "\n".join(lines)


def describe_machine() -> str:
    """Say what the figures depend on: date, processor, memory, system, versions; never a host's name."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    versions = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    versions += [f"{name} {metadata.version(name)}" for name in VERSIONS_OF]
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {cores} cores ({_processor()}), {memory_gib:.0f} GiB, "
        f"{platform.system()} {platform.release().split('-')[0]}; {', '.join(versions)}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def write_between_markers(document: Path, report: str) -> None:
    """Replace what stands between the two markers; everything else in the document stays.

    Raises ValueError when a marker is missing, so that a renamed marker never eats the prose.
    """
    text = document.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} lacks the markers {BEGIN!r} and {END!r}")
    document.write_text(f"{head}{begin}\n{report}\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
