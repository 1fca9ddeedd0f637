"""A certificate authority of one town hall, for a server that no public authority can reach.

It may sign for the names and addresses it was made for and for nothing else (name constraints, RFC 5280
4.2.1.10): who trusts it on a screen or a phone gives nobody the key to other websites. `cryptography` is
loaded inside the functions: a server without a local authority does not need it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from queue_server.adapters.tls.private_files import write_private, write_public

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

AUTHORITY, AUTHORITY_KEY, SERVER = "authority.pem", "authority.key", "server.pem"
AUTHORITY_DAYS: Final = 3650
SERVER_DAYS: Final = 396
"""With a day before for clocks that are slow: browsers refuse more than 398."""
RENEW_BEFORE: Final = timedelta(days=30)
ALWAYS: Final = ("localhost",)
ALWAYS_AT: Final = (IPv4Address("127.0.0.1"),)
"""Programs beside the server, such as the agent of a printer, speak TLS too."""
NOBODY: Final = "invalid"
"""RFC 2606: where no name may be signed, only names that nobody can have."""


class AuthorityProblem(Exception):  # noqa: N818 - read by the operator
    """The local authority cannot do it. The message is for the operator."""


@dataclass(frozen=True, slots=True)
class Made:
    """What stands in a server's certificate."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    ends_at: datetime
    authority_sha256: str


def make_authority(folder: Path, names: list[str], addresses: list[str], now: datetime) -> None:
    """Make an authority for these names and addresses. Raises AuthorityProblem when there is one."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    if (folder / AUTHORITY).exists() or (folder / AUTHORITY_KEY).exists():
        raise AuthorityProblem(f"there is an authority in {folder} already; move it away to make another one")
    key = ec.generate_private_key(ec.SECP256R1())
    name = _subject(f"Aufruf, {(names or addresses)[0]}")
    allowed: list[x509.GeneralName] = [x509.DNSName(one) for one in (*names, *ALWAYS)]
    allowed += [x509.IPAddress(ip_network(one)) for one in (*_parsed(addresses), *ALWAYS_AT)]
    allowed += [x509.RFC822Name(NOBODY)]
    certificate = (
        _builder(name, name, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(folder / AUTHORITY_KEY, _key_pem(key))
    write_public(folder / AUTHORITY, _pem(certificate))


def make_server(folder: Path, names: list[str], addresses: list[str], now: datetime) -> Made:
    """Sign a certificate with a new key, both in one file, so that they change in one moment."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    authority, authority_key = _load(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    called = [*dict.fromkeys([*names, *ALWAYS])]
    at = [*dict.fromkeys([*_parsed(addresses), *ALWAYS_AT])]
    alternatives = [*map(x509.DNSName, called), *map(x509.IPAddress, at)]
    days = min(SERVER_DAYS, (authority.not_valid_after_utc - now).days)
    certificate = (
        _builder(_subject((names or addresses)[0]), authority.subject, key, now, days)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    _require_allowed(authority, called, at)
    write_private(folder / SERVER, _key_pem(key) + _pem(certificate))
    return read_made(folder)


def renew(folder: Path, now: datetime) -> Made:
    """Sign again what stands in the certificate that is there."""
    made = read_made(folder)
    names = [name for name in made.names if name not in ALWAYS]
    addresses = [at for at in made.addresses if ip_address(at) not in ALWAYS_AT]
    return make_server(folder, names or list(ALWAYS), addresses, now)


def renew_if_due(folder: Path, now: datetime) -> bool:
    """Renew a certificate of ours within its last 30 days; tell whether it was."""
    if not (folder / AUTHORITY_KEY).exists() or read_made(folder).ends_at - now > RENEW_BEFORE:
        return False
    renew(folder, now)
    return True


def read_made(folder: Path) -> Made:
    """Return what stands in the server's certificate of this folder."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    authority, _ = _load(folder)
    try:
        server = x509.load_pem_x509_certificate((folder / SERVER).read_bytes())
        alternatives = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound) as error:
        raise AuthorityProblem(f"{folder / SERVER} cannot be read") from error
    return Made(
        tuple(alternatives.get_values_for_type(x509.DNSName)),
        tuple(str(one) for one in alternatives.get_values_for_type(x509.IPAddress)),
        server.not_valid_after_utc,
        authority.fingerprint(hashes.SHA256()).hex(":").upper(),
    )


def ends_at(certificate: Path) -> datetime:
    """Return when a certificate ends, whoever signed it. Raises AuthorityProblem when it is none."""
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        raise AuthorityProblem(f"{certificate} cannot be read") from error


def _load(folder: Path) -> "tuple[x509.Certificate, EllipticCurvePrivateKey]":
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        authority = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
        key = load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), None)
    except (OSError, ValueError) as error:
        raise AuthorityProblem(
            f"there is no local authority in {folder}; make one with: aufruf certificate local"
        ) from error
    if not isinstance(key, EllipticCurvePrivateKey):
        raise AuthorityProblem(f"{folder / AUTHORITY_KEY} is not a key of ours")
    return authority, key


def _require_allowed(
    authority: "x509.Certificate", names: list[str], addresses: list[IPv4Address | IPv6Address]
) -> None:
    """Refuse what the authority may not sign: browsers would, with words that help nobody."""
    from cryptography import x509

    allowed = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    values = [one.value for one in allowed or ()]
    for name in names:
        if not any(isinstance(one, str) and (name == one or name.endswith(f".{one}")) for one in values):
            raise AuthorityProblem(f"the authority may not sign for {name}; move it away to make another one")
    for at in addresses:
        if not any(not isinstance(one, str) and at in one for one in values):
            raise AuthorityProblem(f"the authority may not sign for {at}; move it away to make another one")


def _builder(
    subject: "x509.Name", issuer: "x509.Name", key: "EllipticCurvePrivateKey", now: datetime, days: int
) -> "x509.CertificateBuilder":
    from cryptography import x509

    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - timedelta(days=1))
        .not_valid_after(now.astimezone(UTC) + timedelta(days=days))
    )


def _subject(name: str) -> "x509.Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _usage(**uses: bool) -> "x509.KeyUsage":
    from cryptography import x509

    kinds = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{kind: uses.get(kind, False) for kind in kinds})


def _key_pem(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _pem(certificate: "x509.Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _parsed(addresses: list[str]) -> list[IPv4Address | IPv6Address]:
    try:
        return [ip_address(one) for one in addresses]
    except ValueError as error:
        raise AuthorityProblem(f"not an address: {error}") from error
