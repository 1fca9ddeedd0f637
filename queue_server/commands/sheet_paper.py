"""The monthly sheet as a PDF, drawn for a running server whose child this is."""

import os
import sys

from queue_server.adapters.daysheet.month_paper import draw_from


def by_server(words: str) -> int:
    """Write the PDF of what the server tells to standard output."""
    os.nice(10)  # it must not take the cores from who is being served
    sys.stdout.buffer.write(draw_from(words))
    return 0
