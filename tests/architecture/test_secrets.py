"""Secrets are compared in constant time: by `hmac.compare_digest`, or not at all (a hash is looked up)."""

import ast

from tests.architecture.source import ROOT, modules

SECRET_NAMES = frozenset(
    {"mac", "digest", "signature", "secret", "token", "password", "password_hash", "csrf", "seal", "nonce"}
)
"""What a value is called that an attacker must not find out letter by letter."""
SAFE = "# no secret:"
"""A line that compares such a name all the same says why after this."""


def secret_name(node: ast.expr) -> str | None:
    """Return the name under which a secret is compared; a call such as `len(secret)` is none."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name if name.lstrip("_") in SECRET_NAMES else None


def in_sql(node: ast.expr) -> bool:
    """Tell whether it is a table's column: the database compares, and nobody can measure that."""
    return (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "c"
    )


def plain_comparisons(source: str, tree: ast.Module | None = None) -> list[int]:
    lines = source.splitlines()
    return [
        node.lineno
        for node in ast.walk(tree or ast.parse(source))
        if isinstance(node, ast.Compare)
        and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
        and any(secret_name(side) for side in (node.left, *node.comparators))
        and not any(in_sql(side) for side in (node.left, *node.comparators))
        and not all(isinstance(side, ast.Constant) for side in node.comparators)
        and SAFE not in lines[node.lineno - 1]
    ]


def test_no_secret_is_compared_letter_by_letter() -> None:
    found = [
        f"{module.path.relative_to(ROOT)}:{line}"
        for module in modules(ROOT)
        for line in plain_comparisons(module.path.read_text(encoding="utf-8"), module.tree)
    ]
    assert found == []


def test_the_rule_sees_what_it_is_for() -> None:
    assert plain_comparisons("if mac == self._mac(body): pass") == [1]
    assert plain_comparisons("ok = row.token != sent") == [1]
    assert plain_comparisons("ok = hmac.compare_digest(mac, sent)") == []
    assert plain_comparisons("ok = token == ''") == []
    assert plain_comparisons("ok = ACCOUNT.c.password_hash == account.password_hash") == []
    assert plain_comparisons("ok = len(secret) == 32") == []
