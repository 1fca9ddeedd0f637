"""What the children of `test_apart` do."""

import json
import sys
import time


def repeat(words: str) -> int:
    print(json.loads(words)["say"])
    return 0


def complain(words: str) -> int:
    print("first this", "no room left", sep="\n", file=sys.stderr)
    return 1


def fail_silently(words: str) -> int:
    return 3


def hang(words: str) -> int:
    time.sleep(60)
    return 0
