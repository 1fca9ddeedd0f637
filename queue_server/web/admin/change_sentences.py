"""What became of one field of the set-up, as a colleague would write it: "30 statt bisher 15".

What must not live here: which fields changed (`web.admin.value_words.change_words`), and words of one value.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from queue_server.domain.written_hours import write_hours
from queue_server.web.admin.choosing import Around
from queue_server.web.admin.fields import Field, Widget
from queue_server.web.admin.roster_words import days_words, group_words
from queue_server.web.languages import name_in

Words = Callable[[Field, Any, Around], str]
_TEXTS: Final = frozenset({Widget.TEXTS, Widget.LONG_TEXTS})
_NO_GROUP: Final = (None, None, None, None)
_ByDay = dict[tuple[Any, int], str]


def sentences(one: Field, was: Any, now: Any, around: Around, words: Words) -> list[str]:
    """Return what became of a field, a sentence for each thing that differs."""
    if one.widget is Widget.ROSTER:
        return _hours(_by_day(was or (), _of_roster), _by_day(now or (), _of_roster), around)
    if one.widget is Widget.WEEK:
        return _hours(_by_day(was or (), _of_week), _by_day(now or (), _of_week), around)
    if one.widget in _TEXTS:
        return _texts(was or {}, now or {}, around)
    if isinstance(was, tuple) and isinstance(now, tuple):
        found = come_and_gone(one, was, now, around, words)
        if found:
            return found
    return [instead(words(one, was, around), words(one, now, around), around)]


def come_and_gone(
    one: Field, was: tuple[Any, ...], now: tuple[Any, ...], around: Around, words: Words
) -> list[str]:
    """Return of two lists what has come and what has gone: of thirty closed days one is new."""
    come, gone = (
        tuple(part for part in now if part not in was),
        tuple(part for part in was if part not in now),
    )
    told = (("admin.told_more", come), ("admin.told_less", gone))
    return [around.say(key, what=words(one, parts, around)) for key, parts in told if parts]


def instead(was: str, now: str, around: Around) -> str:
    """Say a value that took another's place, where one of them may be nothing."""
    if not was:
        return around.say("admin.told_first", now=now)
    return around.say("admin.told_instead", now=now or around.say("admin.told_empty"), was=was)


def _texts(was: Mapping[str, str], now: Mapping[str, str], around: Around) -> list[str]:
    """Tell the texts of each language that differ; which language only where there is more than one."""
    known = dict.fromkeys((*was, *now))
    told = []
    for name in known:
        before, after = (_quoted(texts.get(name, ""), around) for texts in (was, now))
        if before != after:
            label = f"{name_in(around.say, name)}: " if len(around.town.languages) > 1 else ""
            told.append(label + instead(before, after, around))
    return told


def _quoted(text: str, around: Around) -> str:
    return around.say("admin.told_quoted", text=" ".join(text.split())) if text else ""


# -- hours by day ----------------------------------------------------------------------------------------


def _of_roster(one: Any) -> tuple[Any, int, Any, Any]:
    group = (one.site_id, one.counter_id, one.valid_from, one.valid_until)
    return group, one.weekday, one.works_from, one.works_until


def _of_week(one: Any) -> tuple[Any, int, Any, Any]:
    return _NO_GROUP, one.weekday, one.opens, one.closes


def _by_day(entries: Iterable[Any], parts: Callable[[Any], tuple[Any, int, Any, Any]]) -> _ByDay:
    held: dict[tuple[Any, int], list[tuple[Any, Any]]] = {}
    for entry in entries:
        group, day, begins, ends = parts(entry)
        held.setdefault((group, day), []).append((begins, ends))
    return {key: write_hours(stretches).replace("-", "–") for key, stretches in held.items()}


def _hours(was: _ByDay, now: _ByDay, around: Around) -> list[str]:
    """Tell the hours that differ; days on which the same became of the same are one sentence."""
    alike: dict[tuple[Any, str, str], list[int]] = {}
    for group, day in sorted({*was, *now}, key=lambda key: (key[1], str(key[0]))):
        sides = was.get((group, day), ""), now.get((group, day), "")
        if sides[0] != sides[1]:
            alike.setdefault((group, *sides), []).append(day)
    return [
        _day_sentence(group, before, after, days, around) for (group, before, after), days in alike.items()
    ]


def _day_sentence(group: Any, was: str, now: str, days: list[int], around: Around) -> str:
    key = "admin.told_day_instead" if was and now else "admin.told_day_more" if now else "admin.told_day_less"
    told = around.say(key, days=days_words(days, around), was=was, now=now)
    where = group_words(group, around) if group != _NO_GROUP else ""
    return f"{told} ({where})" if where else told
