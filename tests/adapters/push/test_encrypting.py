"""Encrypting for one browser: the example of RFC 8291, and our own messages read by another reader."""

from cryptography.hazmat.primitives.asymmetric import ec

from queue_server.adapters.push.encrypting import VapidKey, encrypt
from queue_server.domain.push import Subscription
from tests.push_service import CURVE, Browser, decode, encode, proven

POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
    "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard_comes_out_sign_by_sign() -> None:
    """RFC 8291, section 5 and appendix A."""
    own = int.from_bytes(decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        Subscription("https://push.example/x", decode(POINT), decode("BTBZMqHH6r4Tts7J_aSIgg")),
        salt=decode("DGv6ra1nlYgDCS1FRnbzlw"),
        own=ec.derive_private_key(own, CURVE),
        padded=0,
    )
    assert encode(body) == SEALED


def test_only_the_browser_reads_it_and_its_length_tells_nothing() -> None:
    browser = Browser()
    short, long = (encrypt(text, browser.subscription("https://x/")) for text in (b"1", b"Zimmer " * 30))
    assert browser.read(short) == b"1"
    assert browser.read(long) == b"Zimmer " * 30
    assert len(short) == len(long)
    assert short[:86] != encrypt(b"1", browser.subscription("https://x/"))[:86], (
        "salt and key are new each time"
    )


def test_who_sends_is_proven_for_one_service_and_some_hours() -> None:
    """RFC 8292; the key is the same after a restart, and another one for another server key."""
    key = VapidKey(b"k" * 32)
    claims = proven(key.authorization("https://push.example:444/secret", "it@stadt.example", 1_000))
    assert claims == {
        "aud": "https://push.example:444",
        "exp": 1_000 + 12 * 3600,
        "sub": "mailto:it@stadt.example",
        "key": VapidKey(b"k" * 32).public,
    }
    assert VapidKey(b"o" * 32).public != key.public
    assert "k" * 8 not in repr(key)
