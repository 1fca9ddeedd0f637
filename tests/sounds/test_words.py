"""The words of each language as its voice really says them."""

from importlib.resources import files

import pytest

from queue_server.adapters.speech.sound_files import read_sounds
from queue_server.domain.phrases import WordTable, number_phrase, room_phrase
from tests.sounds.listening import spoken

SOUNDS = read_sounds(files("sounds"))
VOICES = {"de": "gmw/de", "en": "gmw/en", "tr": "trk/tr", "uk": "zle/uk", "ar": "sem/ar"}

every_language = pytest.mark.parametrize("words", SOUNDS.words.values(), ids=SOUNDS.languages())


def say(words: WordTable, *texts: str) -> list[str]:
    return spoken(VOICES[words.language], *texts)


@every_language
def test_every_digit_is_spoken_by_itself(words: WordTable) -> None:
    alone = dict(zip("0123456789", say(words, *words.digits.values()), strict=True))
    numbers = ["042", "417", "110", "999", "358", "600", "1234"]
    for number, heard in zip(numbers, say(words, *(number_phrase(words, n) for n in numbers)), strict=True):
        parts = heard.split("|")
        assert parts[0].endswith(alone[number[0]])
        assert parts[1:] == [alone[digit] for digit in number[1:]]


@every_language
def test_ten_digits_sound_different(words: WordTable) -> None:
    assert len(set(say(words, *words.digits.values()))) == 10


def test_a_plain_number_would_be_misread_which_is_why_there_are_words() -> None:
    plain, ours = spoken("gmw/de", "Nummer 042", "Nummer null, vier, zwei")
    assert "fˈɪɾtsɪç" in plain or "fˌɪɾtsɪç" in plain  # "zweiundvierzig"
    assert "ɪɾtsɪç" not in ours


def test_german_call_is_pronounced_right() -> None:
    words = SOUNDS.words["de"]
    assert say(words, number_phrase(words, 417), room_phrase(words, "3")) == [
        "nˈʊmɜ fˈiːɾ|ˈaɪns|zˈiːbən",
        "bˈɪtə tsˈɪmɜ dɾˈaɪ",
    ]


def test_english_call_is_pronounced_right() -> None:
    words = SOUNDS.words["en"]
    assert say(words, number_phrase(words, 417), room_phrase(words, "3")) == [
        "nˈʌmbə fˈɔː|wˌɒn|sˈɛvən",
        "plˈiːz ɡˌəʊ tə ɹˈuːm θɹˈiː",
    ]


def test_turkish_call_is_pronounced_right() -> None:
    words = SOUNDS.words["tr"]
    assert say(words, number_phrase(words, 417), number_phrase(words, 83), room_phrase(words, "3")) == [
        "numaɾˈa dˈœrt|bˈɪr|jedˈɪ",
        "numaɾˈa sˈekɪz|ˈytʃ",
        "lˈøtfæn ˈytʃ numˈaɾaɫɯ odajˈa",
    ]


def test_ukrainian_call_is_pronounced_right() -> None:
    words = SOUNDS.words["uk"]
    assert say(words, number_phrase(words, 417), number_phrase(words, 83), room_phrase(words, "3")) == [
        "nˈomɛr tʃot̪ˈɪrɪ|odˈen|sˈiːm",
        "nˈomɛr βˈiːsiːm|t̪rˈɪ",
        "bˈud lˈaska|kabiːnˈɛt̪ t̪rˈɪ",
    ]


def test_arabic_call_is_pronounced_right() -> None:
    words = SOUNDS.words["ar"]
    assert say(words, number_phrase(words, 417), number_phrase(words, "083"), room_phrase(words, "3")) == [
        "ʔarrˈaqm ʔˈarbaʕʕˌa|wˈaːħid|sˈabʕʕˌa",
        "ʔarrˈaqm s̪ˈifr|θamˈaːnijˌa|θalˈaːθa",
        "mˈin fadˤlˈikum|ʔalɣˈurfat θalˈaːθa",
    ]


@pytest.mark.parametrize("room", ["3a", "A", "A 1", "A.12", "1A2"])
def test_english_letter_a_is_never_the_article(room: str) -> None:
    words = SOUNDS.words["en"]
    (heard,) = say(words, room_phrase(words, room))
    assert "ˈeɪ" in heard
    assert "ɐ" not in heard  # the article, as in "a room"


@every_language
def test_letters_of_rooms_are_read_by_their_names(words: WordTable) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    in_rooms = say(words, *(room_phrase(words, f"{letter}.1") for letter in letters))
    names = say(words, *letters)
    for heard, name in zip(in_rooms, names, strict=True):
        # Stress moves with the sentence; the sounds must not.
        assert name.replace("ˈ", "").replace("ˌ", "") in heard.replace("ˈ", "").replace("ˌ", "")
