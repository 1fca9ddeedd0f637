"""The section `[sms]`: a gateway is described, and what cannot work is named before the first message."""

import pytest

from queue_server.adapters.post.sms_gateway import Method
from tests.sms_gateway import SECRET, section, settings

URL = "https://gateway.example/send"


def test_what_is_left_out_is_what_most_gateways_want() -> None:
    found, wrong = section(settings(URL))
    assert wrong == []
    assert (found.method, found.country, found.limit_per_day, found.timeout_s) == (
        Method.POST,
        "DE",
        1000,
        10,
    )
    assert (found.success_status, found.success_text, found.refused_status) == ((), "", ())


def test_a_template_is_filled_once_and_keeps_what_is_no_text() -> None:
    found, wrong = section(
        f'url = "{URL}"\njson = {{ to = ["{{digits}}"], m = {{ body = "{{text}}" }}, key = "{{id}}", n = 1 }}'
    )
    assert wrong == []
    body, form = found.filled("+491701234567", "{to} {id}", "abc")
    assert body == {"to": ["491701234567"], "m": {"body": "{to} {id}"}, "key": "abc", "n": 1}
    assert form is None


def test_a_form_is_filled_too() -> None:
    found, wrong = section(f'url = "{URL}"\nform = {{ to = "{{to}}", text = "{{text}}" }}')
    assert wrong == []
    assert found.filled("+491701234567", "ä", "abc") == (None, {"to": "+491701234567", "text": "ä"})


def test_nothing_secret_stands_in_what_may_be_logged() -> None:
    found, _ = section(settings(URL))
    assert repr(found) == "SmsGateway(gateway.example)"
    assert SECRET in found.headers.values()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (settings("http://gateway.example/send"), ("bad_address", "sms.url")),
        (settings("https://user:word@gateway.example/"), ("bad_address", "sms.url")),
        (settings("gateway.example"), ("bad_address", "sms.url")),
        (settings(URL, 'method = "GET"'), ("not_a_choice", "sms.method")),
        (settings(URL, 'country = "Germany"'), ("not_a_choice", "sms.country")),
        (settings(URL, "limit_per_day = 0"), ("out_of_range", "sms.limit_per_day")),
        (settings(URL, "timeout_s = 60"), ("out_of_range", "sms.timeout_s")),
        (settings(URL, 'success_status = ["200"]'), ("not_a_whole_number", "sms.success_status[1]")),
        (settings(URL, "succes_text = 'OK'"), ("unknown_key", "sms.succes_text")),
        (settings(URL, 'form = { to = "{to}", text = "{text}" }'), ("missing_key", "sms.json")),
        (f'url = "{URL}"', ("missing_key", "sms.json")),
        (f'url = "{URL}"\njson = "{{to}} {{text}}"', ("not_a_table", "sms.json")),
        (f'url = "{URL}"\njson = {{ t = "{{to}}" }}', ("missing_key", "sms.json")),
        (f'url = "{URL}"\njson = {{ t = "{{text}}" }}', ("missing_key", "sms.json")),
        (f'url = "{URL}"\njson = {{ a = "{{to}} {{text}} {{name}}" }}', ("unknown_placeholder", "sms.json")),
        (f'url = "{URL}"\njson = {{ a = "{{to}} {{text}} {{sender}}" }}', ("missing_key", "sms.sender")),
        (
            f'url = "{URL}"\nform = {{ to = "{{to}}", text = "{{text}}", n = 1 }}',
            ("not_a_text", "sms.form.n"),
        ),
    ],
)
def test_what_cannot_work_is_named(text: str, problem: tuple[str, str]) -> None:
    assert section(text)[1] == [problem]


def test_a_gateway_in_the_house_may_be_spoken_to_plainly_when_the_town_says_so() -> None:
    assert section(settings("http://192.0.2.7/send", 'tls = "none"'))[1] == []
    assert section(settings("http://127.0.0.1:8080/send"))[1] == []
