"""What a concern is called with its count; a family is one family, not four registrations."""

import pytest

from queue_server.adapters.town.file import sample_town
from queue_server.services.wording import in_words, named
from queue_server.web.texts import load_texts

TEXTS = load_texts()
SERVICES = {service.id: service for service in sample_town().services}


@pytest.mark.parametrize(
    ("language", "service", "count", "words"),
    [
        ("de", "id-card", 1, "Personalausweis beantragen"),
        ("de", "id-card", 2, "2 × Personalausweis beantragen"),
        ("de", "residence-register", 4, "4 × Wohnsitz anmelden (Zuzug)"),
        ("de", "residence-register-family", 1, "Wohnsitz anmelden – Familie"),
        ("de", "residence-register-family", 4, "Wohnsitz anmelden – Familie, 4 Personen"),
        ("en", "residence-register-family", 4, "Register residence – family, 4 persons"),
        ("en", "id-card", 2, "2 × Apply for identity card"),
    ],
)
def test_a_count_is_said_as_people_would(language: str, service: str, count: int, words: str) -> None:
    assert in_words(TEXTS[language], SERVICES[service], count) == words


def test_a_family_stands_once_before_its_name() -> None:
    assert named(TEXTS["de"], SERVICES["residence-register-family"], 4)[0] == 1
    assert named(TEXTS["de"], SERVICES["id-card"], 2) == (2, "Personalausweis beantragen")
