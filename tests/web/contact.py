"""Pictures side by side, for people to look at: one picture for each state, its languages from left to right.

What must not live here: which pages there are (`tests.web.every_page`).
"""

from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

ROOT: Final = Path(__file__).parents[2]
GAP: Final = 8


def folder_of(*, is_kept: bool) -> Path:
    folder = ROOT / ("docs/contact-sheet" if is_kept else "build/contact-sheet")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def side_by_side(pictures: list[bytes], width: int, columns: int = 6) -> Image.Image:
    """Return the pictures in rows of `columns`, each made `width` wide; a row is as high as its highest."""
    opened = [_smaller(Image.open(BytesIO(one)).convert("RGB"), width) for one in pictures]
    rows = [opened[at : at + columns] for at in range(0, len(opened), columns)]
    heights = [max(one.height for one in row) for row in rows]
    columns = min(columns, len(opened))
    size = (columns * (width + GAP) - GAP, sum(heights) + GAP * (len(rows) - 1))
    sheet, top = Image.new("RGB", size, "white"), 0
    for row, height in zip(rows, heights, strict=True):
        for number, one in enumerate(row):
            sheet.paste(one, (number * (width + GAP), top))
        top += height + GAP
    return sheet


def keep(sheet: Image.Image, folder: Path, name: str) -> None:
    sheet.save(folder / f"{name}.webp", quality=50, method=6)


def as_png(picture: Image.Image) -> bytes:
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def _smaller(picture: Image.Image, width: int) -> Image.Image:
    return picture.resize((width, picture.height * width // picture.width), Image.Resampling.LANCZOS)
