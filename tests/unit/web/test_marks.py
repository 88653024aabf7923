"""What we put in comes out again: exactly by the manifest, and by its looks after an edit."""

from __future__ import annotations

import pytest

from khmertext.errors import SiteError
from khmertext.web.manifest import FileRecord, Manifest, hash_bytes
from khmertext.web.marks import Restorer, strip_marks
from khmertext.web.sources import Insertion, apply_insertions

BEFORE = b"<head></head><p style='font-family:A'>x"
INSERTIONS = [Insertion(6, '<link data-khmertext="" href="a.css"/>'), Insertion(29, "&quot;K&quot;, ")]


def built() -> tuple[bytes, Manifest]:
    after, places = apply_insertions(BEFORE, INSERTIONS, "utf-8")
    return after, Manifest("K", {"a.html": FileRecord(hash_bytes(BEFORE), hash_bytes(after), tuple(places))})


def test_a_file_as_built_comes_back_exactly() -> None:
    after, manifest = built()
    restored = Restorer([manifest]).restore("a.html", after)
    assert restored == (BEFORE, hash_bytes(BEFORE), hash_bytes(after))


def test_a_file_that_was_moved_comes_back_exactly() -> None:
    after, manifest = built()
    assert Restorer([manifest]).restore("moved.html", after).data == BEFORE


def test_a_file_that_was_edited_loses_what_looks_like_ours() -> None:
    after, manifest = built()
    assert Restorer([manifest]).restore("a.html", after + b"<p>y").data == BEFORE + b"<p>y"


def test_an_original_is_never_touched_even_if_it_looks_like_ours() -> None:
    page = b'<link data-khmertext="" href="mine"/><style>p{font-family:"K", A}</style>'
    manifest = Manifest("K", {"a.html": FileRecord(hash_bytes(page), hash_bytes(b"other"), ())})
    assert Restorer([manifest]).restore("a.html", page).data == page
    assert Restorer([]).restore("a.html", page).data == page


def test_a_file_no_build_changed_keeps_its_own_words() -> None:
    _, manifest = built()
    page = b'<style>p{font-family:"K", A}</style><p>"K", '
    assert Restorer([manifest]).restore("other.html", page).data == page


def test_a_manifest_that_lies_is_told() -> None:
    after, manifest = built()
    record = manifest.changed["a.html"]
    for places in (((0, 5),), ((5, 3), (0, 9)), ((0, 10**9),), ()):
        liar = Manifest("K", {"a.html": record._replace(places=places)})
        with pytest.raises(SiteError, match=r"a\.html: does not come back"):
            Restorer([liar]).restore("a.html", after)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<p data-khmertext="0123abcd" class=x>', "<p class=x>"),
        ("<p class=x data-khmertext='0123abcd'>", "<p class=x>"),
        ("<a><link rel=x data-khmertext><b>", "<a><b>"),
        ('<script\n data-khmertext="" src="a.js"></script\n>x', "x"),
        ('<body><noscript data-khmertext=""><div><p>x</p></div></noscript>y', "<body>y"),
        ("<noscript><p>x</p></noscript>y", "<noscript><p>x</p></noscript>y"),
        # In text, comments and scripts the same letters are the author's.
        ('<!-- <link data-khmertext=""> --> "K", ', '<!-- <link data-khmertext=""> --> "K", '),
        ("<script>'<link data-khmertext=\"\">'</script>", "<script>'<link data-khmertext=\"\">'</script>"),
        ('<p title="&quot;K&quot;, a">"K", b', '<p title="&quot;K&quot;, a">"K", b'),
        # Stacks
        ('<style>p{font-family:"K", A}</style>', "<style>p{font-family:A}</style>"),
        ('<style>p{font-family:B, "K",C}</style>', "<style>p{font-family:B,C}</style>"),
        ('<style>p{font-family:B, "K"}</style>"K", A', '<style>p{font-family:B}</style>"K", A'),
        ('<style>p{font-family:K, A;content:"K", A}</style>', '<style>p{font-family:K, A;content:"K", A}</style>'),
        ("<p style='font-family:&quot;K&quot;, A'>", "<p style='font-family:A'>"),
        ("<p style=font-family:&quot;K&quot;,&#32;A>", "<p style=font-family:A>"),
        ("<p style='font-family:B, &quot;K&quot;'>", "<p style='font-family:B'>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "crlf"])
def test_only_our_nodes_and_stack_items_are_stripped(page: str, expected: str, encoding: str) -> None:
    def write(text: str) -> bytes:
        if encoding == "crlf":
            return f"ក\r\n{text}\r\n".encode()
        return f"ក{text}".encode(encoding)

    assert strip_marks(write(page), ["K"]) == write(expected)


def test_a_stylesheet_loses_our_family_only_where_it_stands_in_a_stack() -> None:
    css = '/* "K", x */\r\np { font-family: "K", A }\r\nq { content: \'"K", \'; font: 1em B, "K" }'
    expected = '/* "K", x */\r\np { font-family: A }\r\nq { content: \'"K", \'; font: 1em B }'
    assert strip_marks(css.encode(), ["K"], kind="css") == expected.encode()


def test_a_family_with_letters_that_css_escapes_is_found() -> None:
    from khmertext.web.stacks import quote_family

    for family in ('a"b', "</style>", "back\\slash", "a'b&c", "🙂"):
        css = f"p {{ font-family: {quote_family(family)}, A }}".encode()
        assert strip_marks(css, [family], kind="css") == b"p { font-family: A }"


@pytest.mark.parametrize("data", [b"\xff\xfe<", b"\xe1\x9e", b'<meta charset=utf-8><p data-khmertext="0123abcd">\xff'])
def test_a_file_in_no_encoding_stays_as_it_is(data: bytes) -> None:
    assert strip_marks(data, ["K"]) == data


def test_stacks_in_presentational_attributes_come_out_too() -> None:
    page = b"<font face='&quot;K&quot;, A'>x</font><svg><text font-family=A,&#32;&quot;K&quot;>x</text></svg>"
    assert strip_marks(page, ["K"]) == b"<font face='A'>x</font><svg><text font-family=A>x</text></svg>"


@pytest.mark.parametrize("folder", ["K", "a b"])
def test_rules_for_fonts_in_our_folder_come_out_and_no_others(folder: str) -> None:
    start, end = (
        '@font-face{font-family:"}";font-weight:700;src:url("',
        ') format("woff2");unicode-range:U+20,U+1780-17FF}',
    )
    name = folder.replace(" ", "%20")
    ours = "".join(f'\n{start}{prefix}{name}/a-own.0123456789ab.woff2"{end}' for prefix in ("", "../../"))
    others = "".join(
        f'\n{start}{path}"{end}'
        for path in (f"x/{name}/a.0123456789ab.woff2", f"{name}/a.woff2", "a.0123456789ab.woff2")
    )
    css = f"{start}a{end}{{}}{others}".encode()
    assert strip_marks(css + ours.encode(), [], kind="css", folders=[folder]) == css
    assert strip_marks(css + ours.encode(), [], kind="css") == css + ours.encode()
