"""Pages that are kept as they were printed: the same for all, but for each reader's own token."""

from queue_server.web.printed_pages import PrintedPages


class Press:
    """Prints what it is told, and counts."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.printed = 0

    def __call__(self, token: str) -> bytes:
        self.printed += 1
        return f"{self.words} {token} {token}".encode()


def test_a_page_is_printed_once_and_each_reader_gets_their_own_token() -> None:
    pages, press, sheet = PrintedPages(), Press("März"), object()
    assert pages.page("de", (sheet,), "mine", press) == "März mine mine".encode()
    assert pages.page("de", (sheet,), "yours", press) == "März yours yours".encode()
    assert press.printed == 1


def test_another_sheet_is_another_page_though_it_is_equal() -> None:
    pages, press = PrintedPages(), Press("März")
    pages.page("de", ([1],), "mine", press)
    pages.page("de", ([1],), "mine", press)
    pages.page("de", (), "mine", press)
    assert press.printed == 3


def test_what_was_asked_for_tells_pages_apart() -> None:
    pages, sheet = PrintedPages(), object()
    assert pages.page("de", (sheet,), "t", Press("März")) == "März t t".encode()
    assert pages.page("en", (sheet,), "t", Press("March")) == b"March t t"
    assert pages.page("de", (sheet,), "t", Press("nothing")) == "März t t".encode()


def test_the_page_unused_for_longest_is_forgotten_first() -> None:
    pages, sheet = PrintedPages(most=2), object()
    first, second = Press("first"), Press("second")
    pages.page(1, (sheet,), "t", first)
    pages.page(2, (sheet,), "t", second)
    pages.page(1, (sheet,), "t", first)
    pages.page(3, (sheet,), "t", Press("third"))
    pages.page(1, (sheet,), "t", first)
    pages.page(2, (sheet,), "t", second)
    assert (first.printed, second.printed) == (1, 2)
