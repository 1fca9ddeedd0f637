"""Three-digit numbers made for ears and eyes: drawn, not counted; far apart from all others in the hall.

Two numbers are far when they differ in at least two digits, so that one misheard or misread digit
never makes another visitor's number. Which visit holds which number is in `domain.leases`; who may
take one is decided elsewhere.

How a number is drawn, and what that guarantees (measured in docs/decisions/drawing-numbers.md):

* The 900 numbers fall into ten families by the last digit of their digit sum. Two members of a family
  are always far: change one digit and the digit sum changes. A family has 90 members, and no set of
  far numbers can be larger, because each pair of first digits may occur in it only once.
* While all who are in the hall belong to one family and that has a free member, the draw stays in it,
  each free member equally likely. So as long as no more than 88 numbers are spoken for (in the hall, or
  ended less than two hours ago), a far number **always** exists, whoever leaves when.
* Beyond that numbers of several families mix. Of eight far numbers drawn at random the one that leaves
  the most others far is taken: still nobody can foretell it, and far numbers do not run out in a hall of
  59 whose visitors leave at random or in order of arrival, with up to 120 visits an hour. They can run
  out when most of such a hall sits there all day while others come and go.
* If there is no far number, one that is near to as few as possible; then four digits.
"""

from collections.abc import Callable

from queue_server.domain.errors import NoNumberLeft

FIRST, LAST = 100, 999
FOUR_FIRST, FOUR_LAST = 1000, 9999
TEST_NUMBER = FOUR_LAST
"""What tests of displays show and say; no visit ever has it."""
SKIPPED = frozenset({110, 112})
SAMPLE_COUNT = 8

Below = Callable[[int], int]
"""Gives an equally likely whole number ≥ 0 and below its argument; randomness comes from outside."""

Bits = int
"""A set of numbers; bit 0 stands for the first of its range."""


def differing_digits(a: int, b: int) -> int:
    """Return in how many places two numbers of the same length differ."""
    return sum(x != y for x, y in zip(str(a), str(b), strict=True))


def family_of(number: int) -> int:
    """Return the family of a three-digit number, 0–9; two of the same family are far."""
    return sum(map(int, str(number))) % 10


def _bit(number: int) -> Bits:
    return 1 << (number - FIRST)


def _family_set(family: int) -> Bits:
    return sum(_bit(n) for n in range(FIRST, LAST + 1) if family_of(n) == family)


def _lines_of(number: int) -> tuple[Bits, Bits, Bits]:
    """Return the numbers that share with this one all digits but the first, the second, the third."""
    hundred, rest = divmod(number, 100)
    ten, one = divmod(rest, 10)
    return (
        sum(_bit(digit * 100 + rest) for digit in range(1, 10)),
        sum(_bit(hundred * 100 + digit * 10 + one) for digit in range(10)),
        sum(_bit(hundred * 100 + ten * 10 + digit) for digit in range(10)),
    )


_USABLE = sum(_bit(n) for n in range(FIRST, LAST + 1) if n not in SKIPPED)
_LONG = (1 << (TEST_NUMBER - FOUR_FIRST)) - 1
_FAMILIES = tuple(_family_set(family) for family in range(10))
_LINES = {n: _lines_of(n) for n in range(FIRST, LAST + 1)}
_NEAR = {n: first | second | third for n, (first, second, third) in _LINES.items()}
_HALVES = tuple((1 << power, (1 << (1 << power)) - 1) for power in range(13, -1, -1))


class NumberSpace:
    """Which numbers are free and which are in the hall; all costs are independent of how many."""

    __slots__ = ("_free", "_free_long", "_in_hall", "_lines")

    def __init__(self) -> None:
        self._free = _USABLE
        self._free_long = _LONG
        self._in_hall: Bits = 0
        # What is near to somebody in the hall, by the digit that differs. Lines of one direction do
        # not meet, so that a leaving number can be taken out again without asking the others.
        self._lines: list[Bits] = [0, 0, 0]

    def take(self, number: int) -> None:
        """A visit with this number begins, or goes on after an undo."""
        if number > LAST:
            self._free_long &= ~(1 << (number - FOUR_FIRST))
            return
        self._free &= ~_bit(number)
        self._in_hall |= _bit(number)
        for i, line in enumerate(_LINES[number]):
            self._lines[i] |= line

    def leave(self, number: int) -> None:
        """The visit ended: nobody listens for the number any more, but it is not free yet."""
        if number > LAST:
            return
        self._in_hall &= ~_bit(number)
        for i, line in enumerate(_LINES[number]):
            # Two near numbers (four on a line at worst) may be in a hall that ran out of far ones.
            if not self._in_hall & line:
                self._lines[i] &= ~line

    def free(self, number: int) -> None:
        """The number may be given again."""
        if number > LAST:
            self._free_long |= 1 << (number - FOUR_FIRST)
        else:
            self._free |= _bit(number) & _USABLE

    def draw(self, below: Below) -> int:
        """Return a number for a new visit; raises `NoNumberLeft`."""
        far = self._free & ~(self._lines[0] | self._lines[1] | self._lines[2])
        if far:
            family = self._family(far)
            return _any_of(family, below) if family else _least_spoiling(far, below)
        if self._free:
            return _any_of(self._least_near() or self._free, below)
        if self._free_long:
            return FOUR_FIRST + _nth(self._free_long, below(self._free_long.bit_count()))
        raise NoNumberLeft

    def after(self, last: int | None) -> int:
        """Return the next number for towns that count; wraps after 999. Raises `NoNumberLeft`."""
        start = last + 1 if last is not None and FIRST <= last < LAST else FIRST
        if self._free:
            return _next_from(self._free, start - FIRST)
        if self._free_long:
            return FOUR_FIRST + _nth(self._free_long, 0)
        raise NoNumberLeft

    def _family(self, far: Bits) -> Bits:
        """Return the far members of the one family that is in the hall; all, when nobody is."""
        if not self._in_hall:
            return far
        family = _FAMILIES[family_of(FIRST + _nth(self._in_hall, 0))]
        return 0 if self._in_hall & ~family else far & family

    def _least_near(self) -> Bits:
        first, second, third = self._lines
        once = (first ^ second ^ third) & ~(first & second & third)
        every_way = first & second & third
        return self._free & once or self._free & ~every_way


def _least_spoiling(far: Bits, below: Below) -> int:
    # From a random place to the next far number: half the price of drawing evenly among them.
    sample = [_next_from(far, below(LAST - FIRST + 1)) for _ in range(SAMPLE_COUNT)]
    return min(sample, key=lambda number: (far & _NEAR[number]).bit_count())


def _next_from(numbers: Bits, place: int) -> int:
    later = numbers >> place << place or numbers
    return FIRST + (later & -later).bit_length() - 1


def _any_of(numbers: Bits, below: Below) -> int:
    return FIRST + _nth(numbers, below(numbers.bit_count()))


def _nth(bits: Bits, n: int) -> int:
    """Return the position of the n-th (from 0) set bit, by halving."""
    position = 0
    for half, mask in _HALVES:
        if bits.bit_length() > half:
            low = bits & mask
            count = low.bit_count()
            if n < count:
                bits = low
            else:
                n -= count
                bits >>= half
                position += half
    return position
