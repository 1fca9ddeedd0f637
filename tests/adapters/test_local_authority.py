"""A local authority is trusted for its own names alone, as a TLS client of another library judges it."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from queue_server.adapters.tls import local_authority as local
from queue_server.adapters.tls.served import CertificateProblem, ServedCertificate

NOW = datetime.now(UTC)
"""OpenSSL judges by the real clock."""
NAME, AT = "aufruf.rathaus.local", "192.168.1.20"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    local.make_authority(tmp_path, [NAME], [AT], NOW)
    local.make_server(tmp_path, [NAME], [AT], NOW)
    return tmp_path


def shake_hands(
    folder: Path, name: str, served: ServedCertificate, **client: ssl.TLSVersion
) -> ssl.SSLObject:
    """Connect as a screen that trusts the authority; raises what it would say."""
    context = ssl.create_default_context(cafile=folder / local.AUTHORITY)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    for bound, version in client.items():
        setattr(context, bound, version)
    ours, theirs = socket.socketpair()
    with ours, theirs:

        def serve() -> None:
            try:
                served.context.wrap_socket(ours, server_side=True).close()
            except OSError:
                ours.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with context.wrap_socket(theirs, server_hostname=name) as wrapped:
                assert wrapped.version() in {"TLSv1.2", "TLSv1.3"}
                return wrapped._sslobj  # type: ignore[no-any-return,attr-defined]
        finally:
            theirs.close()
            thread.join()


@pytest.mark.parametrize("name", [NAME, AT, "localhost", "127.0.0.1"])
def test_a_screen_that_trusts_the_authority_trusts_the_server(folder: Path, name: str) -> None:
    assert shake_hands(folder, name, ServedCertificate(folder / local.SERVER))


def test_what_the_authority_signs_for_others_is_not_trusted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure: a key that lies in a town hall must not open the bank's website on its phones."""
    for name, at in (("bank.example", []), ("other.local", []), (NAME, ["192.168.1.21"])):
        with pytest.raises(local.AuthorityProblem, match="may not sign"):
            local.make_server(folder, [name], at, NOW)
    monkeypatch.setattr(local, "_require_allowed", lambda *_: None)
    for name, names, at in (
        ("bank.example", ["bank.example"], []),
        ("192.168.1.21", [NAME], ["192.168.1.21"]),
    ):
        local.make_server(folder, names, at, NOW)
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
            shake_hands(folder, name, ServedCertificate(folder / local.SERVER))


def test_an_authority_without_an_address_signs_for_none_but_this_machine(tmp_path: Path) -> None:
    local.make_authority(tmp_path, [NAME], [], NOW)
    with pytest.raises(local.AuthorityProblem, match=r"10\.0\.0\.1"):
        local.make_server(tmp_path, [NAME], ["10.0.0.1"], NOW)
    assert local.make_server(tmp_path, [NAME], [], NOW).addresses == ("127.0.0.1",)


def test_browsers_take_the_certificate_s_age_and_form(folder: Path) -> None:
    from cryptography import x509

    server = x509.load_pem_x509_certificate((folder / local.SERVER).read_bytes())
    authority = x509.load_pem_x509_certificate((folder / local.AUTHORITY).read_bytes())
    assert server.not_valid_after_utc - server.not_valid_before_utc <= timedelta(days=398)
    assert server.not_valid_before_utc < NOW - timedelta(hours=12)  # clocks of screens are slow
    assert authority.extensions.get_extension_for_class(x509.NameConstraints).critical
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_nobody_else_reads_the_keys(folder: Path) -> None:
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert modes == {local.AUTHORITY: 0o644, local.AUTHORITY_KEY: 0o600, local.SERVER: 0o600}


def test_an_authority_is_never_overwritten(folder: Path) -> None:
    with pytest.raises(local.AuthorityProblem, match="already"):
        local.make_authority(folder, [NAME], [], NOW)


def test_it_is_renewed_in_its_last_thirty_days_and_not_before(folder: Path) -> None:
    before = local.read_made(folder)
    assert not local.renew_if_due(folder, before.ends_at - timedelta(days=31))
    assert local.read_made(folder) == before
    late = before.ends_at - timedelta(days=29)
    assert local.renew_if_due(folder, late)
    after = local.read_made(folder)
    assert after.ends_at > before.ends_at + timedelta(days=300)
    assert (after.names, after.addresses) == (before.names, before.addresses)
    assert after.authority_sha256 == before.authority_sha256


def test_no_certificate_outlives_its_authority(folder: Path) -> None:
    from cryptography import x509

    authority = x509.load_pem_x509_certificate((folder / local.AUTHORITY).read_bytes())
    near = authority.not_valid_after_utc - timedelta(days=100)
    assert local.make_server(folder, [NAME], [], near).ends_at <= authority.not_valid_after_utc


def test_a_certificate_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    assert not local.renew_if_due(tmp_path, NOW)


def test_a_changed_certificate_is_served_without_a_restart(folder: Path) -> None:
    served = ServedCertificate(folder / local.SERVER)
    assert not served.look()
    first = shake_hands(folder, NAME, served)
    local.renew(folder, NOW)
    assert served.look()
    second = shake_hands(folder, NAME, served)
    assert first.getpeercert(True) != second.getpeercert(True)
    assert not served.look()


def test_a_half_written_certificate_leaves_the_old_one_in_use(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    served = ServedCertificate(folder / local.SERVER)
    whole = (folder / local.SERVER).read_bytes()
    (folder / local.SERVER).write_bytes(whole[: len(whole) // 2])
    assert not served.look()
    assert not served.look()
    assert shake_hands(folder, NAME, served)
    assert caplog.text.count("not used yet") == 1
    (folder / local.SERVER).write_bytes(whole)
    assert served.look()


def test_old_protocols_are_refused(folder: Path) -> None:
    served = ServedCertificate(folder / local.SERVER)
    assert served.context.minimum_version is ssl.TLSVersion.TLSv1_2
    names = [str(one["name"]) for one in served.context.get_ciphers()]
    assert names
    assert all("GCM" in name or "CHACHA20" in name for name in names)
    assert shake_hands(folder, NAME, served, maximum_version=ssl.TLSVersion.TLSv1_2)


@pytest.mark.parametrize("spoil", ["missing", "no pair", "readable by all", "with a password"])
def test_what_cannot_be_served_is_said_at_start(folder: Path, spoil: str) -> None:
    certificate, key = folder / local.AUTHORITY, folder / local.AUTHORITY_KEY
    if spoil == "missing":
        key.unlink()
    elif spoil == "no pair":
        certificate = folder / local.SERVER
    elif spoil == "readable by all":
        key.chmod(0o644)
    else:
        key.write_bytes(_sealed(key.read_bytes()))
    with pytest.raises(CertificateProblem):
        ServedCertificate(certificate, key)


def _sealed(pem: bytes) -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    key = form.load_pem_private_key(pem, None)
    way = form.BestAvailableEncryption(b"secret")
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, way)
