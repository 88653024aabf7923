"""Content-Security-Policy in pages: styles that keep their bytes, and policies that keep our files out."""

from __future__ import annotations

import base64
import hashlib

import pytest

from khmertext.web.facts import PageFacts, SiteContext
from khmertext.web.pages import scan_page
from khmertext.web.policies import ContentPolicy

STYLE = "body{font-family:Arial}"


def hash_of(text: str, algorithm: str = "sha256") -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, text.encode()).digest()).decode()}"


def scan(policy: str, body: str = f"<style>{STYLE}</style><p lang=km>ក") -> PageFacts:
    page = f'<meta http-equiv=Content-Security-Policy content="{policy}">{body}'
    return scan_page(page.encode(), "index.html", SiteContext("K"))


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("directive", ["style-src", "default-src", "style-src-elem"])
def test_a_style_under_a_hash_keeps_its_bytes(algorithm: str, directive: str) -> None:
    facts = scan(f"{directive} 'self' '{hash_of(STYLE, algorithm)}'")
    inserted = [insertion.text for insertion in facts.insertions]
    assert not any('"K"' in text for text in inserted)
    assert any("data-khmertext" in text for text in inserted)  # the body is marked instead
    assert any('"K", Arial' in rule.replace("K,", 'K",') or '"K"' in rule for rule in facts.rules)


def test_a_style_without_a_hash_is_edited() -> None:
    facts = scan(f"style-src 'unsafe-inline' 'self' '{hash_of('other')}'")
    assert any('"K", ' in insertion.text for insertion in facts.insertions)


def test_style_attributes_under_hashes_keep_their_bytes() -> None:
    body = "<p lang=km style='font-family:Arial'>ក"
    policy = f"style-src 'self' 'unsafe-hashes' '{hash_of('font-family:Arial')}'"
    assert [one.text[:16] for one in scan(policy, body).insertions] == [" data-khmertext="]
    assert any("K" in one.text for one in scan("style-src 'self' 'unsafe-inline'", body).insertions)


@pytest.mark.parametrize(
    ("policy", "refused"),
    [
        ("default-src 'self'", []),
        ("default-src *; script-src https://example.org", []),
        ("default-src 'none'; img-src *", ["style", "script", "font"]),
        ("script-src 'self' 'strict-dynamic' 'nonce-x'", ["script"]),
        ("style-src 'nonce-x'", ["style"]),
        ("font-src https://fonts.example.org data:", []),
        ("style-src 'none'; STYLE-SRC 'self'", ["style"]),
        ("", []),
    ],
)
def test_a_policy_that_keeps_our_files_out_is_told(policy: str, refused: list[str]) -> None:
    found = ContentPolicy.parse([policy])
    assert [kind for kind in ("style", "script", "font") if found.refuses(kind)] == refused
    assert [warning.code for warning in scan(policy).warnings] == (["policy"] if refused else [])


def test_all_policies_hold() -> None:
    assert ContentPolicy.parse(["font-src 'self'", "font-src 'none'"]).refuses("font")
