"""What a page shows in print: the cascade's answer for `display`, generated text, and what else may be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from khmertext.errors import SiteError
from khmertext.web.printed import PrintedText, chance_of_media, read_printed, read_printed_file, swap_media


def read(body: str) -> PrintedText:
    return read_printed(f"<!doctype html><html lang=km><body>{body}".encode(), "page.html")


def shown(body: str) -> tuple[str, str]:
    """The text that is known to be shown, and the text that may be."""
    found = read(body)
    return tuple("".join(one.text for one in found.pieces if one.certain is known) for known in (True, False))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("body", "certain", "maybe"),
    [
        ("<p>ក<b>ខ</b>គ", "កខគ", ""),
        ("<title>ក</title><script>ខ</script><style>គ</style><template>ឃ</template>ង", "ង", ""),
        ("<p hidden>ក<b>ខ</b></p>គ", "គ", ""),
        ("<p style='display:none'>ក</p>គ", "គ", ""),
        ("<style>.a { display: none }</style><p class=a>ក</p>គ", "គ", ""),
        ("<style>.a { display: none } p.a { display: block }</style><p class=a>ក</p>", "ក", ""),
        ("<style>.a { display: block }</style><p class=a hidden>ក</p>", "ក", ""),
        ("<style>@media print { nav { display: none } }</style><nav>ក</nav>ខ", "ខ", ""),
        ("<style>@media screen { nav { display: none } }</style><nav>ក</nav>ខ", "កខ", ""),
        ("<style media=print>nav { display: none }</style><nav>ក</nav>ខ", "ខ", ""),
        ("<style media='screen'>nav { display: none }</style><nav>ក</nav>ខ", "កខ", ""),
        (
            "<style>.p { display: none } @media print { .p { display: block } }</style><i class=p>ក</i>ខ",
            "កខ",
            "",
        ),
        (
            "<style>p { display: none } @media print and (color) { p { display: block } }</style><p>ក</p>ខ",
            "ខ",
            "ក",
        ),
        ("<style>@media not print { p { display: none } }</style><p>ក", "ក", ""),
        ("<style>p:hover { display: none }</style><p>ក", "", "ក"),
        ("<style>p { display: var(--x) }</style><p>ក", "ក", ""),
        ("<details><summary>ក</summary><p>ខ</p></details>", "ក", "ខ"),
        ("<details open><summary>ក</summary><p>ខ</p></details>", "កខ", ""),
        ("<input value=ក placeholder=ខ><select><option>គ</select><textarea>ឃ</textarea>", "", "កខគឃ"),
        ("<img alt=ក><noscript>ខ</noscript>", "", "កខ"),
        ("<style>p::before { content: 'ក' } p::after { content: 'គ' }</style><p>ខ", "កខគ", ""),
        ("<style>@media print { p::before { content: 'ក' } }</style><p>ខ", "កខ", ""),
        ("<style>@media screen { p::before { content: 'ក' } }</style><p>ខ", "ខ", ""),
        ("<style>p::before { content: 'ក' } p.b::before { content: none }</style><p class=b>ខ", "ខ", ""),
        ("<style>p:hover::before { content: 'ក' }</style><p>ខ", "ខ", "ក"),
        ("<style>p::before { content: attr(data-x) }</style><p data-x=ក>ខ", "ខ", "ក"),
        ("<style>p { display: none } p::before { content: 'ក' }</style><p>ខ", "", ""),
    ],
)
def test_what_is_shown(body: str, certain: str, maybe: str) -> None:
    assert shown(body) == (certain, maybe)


def test_a_deep_page() -> None:
    assert shown("<div>" * 400 + "ក")[0] == "ក"


def test_lines_and_the_rest() -> None:
    found = read("<p>ក\n<p title=ចំណង>ខ<script>'គ'</script><ol style='list-style: khmer'><li>x")
    assert [(piece.text.strip(), piece.line) for piece in found.pieces if piece.text.strip() in ("ក", "ខ")] == [
        ("ក", 1),
        ("ខ", 2),
    ]
    assert "ចំណង" in found.elsewhere
    assert "គ" in found.elsewhere
    assert found.scripted
    assert not read("<script type='application/json'>1</script><script data-khmertext>1</script>").scripted
    assert read("<style>ol { list-style: khmer }</style>").counters
    assert not found.notes


@pytest.mark.parametrize(
    ("query", "chance"),
    [
        ("screen", "shown"),  # which stands for print here
        ("print", "hidden"),
        ("all", "shown"),
        ("only screen", "shown"),
        ("not screen", "hidden"),
        ("not print", "shown"),
        ("print, screen", "shown"),
        ("print and (color)", "hidden"),
        ("not print and (color)", "shown"),
        ("screen and (color)", "maybe"),
        ("(orientation: portrait)", "maybe"),
        ("print, (color)", "maybe"),
        ("speech", "hidden"),
        ("", "shown"),
    ],
)
def test_media_queries(query: str, chance: str) -> None:
    assert chance_of_media(query).value == chance


def test_media_swap_names() -> None:
    text = "@import 'print.css' print;@media not screen and (color),print{.screen{}}"
    assert swap_media(swap_media(text)) == text
    assert "@media not print and (color),screen{.screen{}}" in swap_media(text)


def write_site(folder: Path) -> Path:
    (folder / "css").mkdir()
    (folder / "news").mkdir()
    (folder / "css" / "site.css").write_text("@media print { nav { display: none } }")
    page = folder / "news" / "a.html"
    page.write_text("<link rel=stylesheet href=/css/site.css><nav>ក</nav>ខ", encoding="utf-8")
    return page


@pytest.mark.parametrize("given", [True, False])
def test_stylesheets_are_found(tmp_path: Path, given: bool) -> None:
    found = read_printed_file(write_site(tmp_path), root=tmp_path if given else None)
    assert [piece.text for piece in found.pieces] == ["ខ"]
    assert not found.notes


def test_print_stylesheets_by_link_and_import(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    (tmp_path / "print.css").write_text(".a { display: none }")
    (tmp_path / "screen.css").write_text(".b { display: none }")
    (tmp_path / "main.css").write_text("@import url(print.css) print; @import url(screen.css) screen;")
    text = "<p class=a>ក</p><p class=b>ខ</p>"
    for head in (
        "<link rel=stylesheet href=print.css media=print><link rel=stylesheet href=screen.css media='screen'>",
        "<link rel=stylesheet href=main.css>",
    ):
        page.write_text(head + text, encoding="utf-8")
        assert [piece.text for piece in read_printed_file(page).pieces] == ["ខ"]


def test_a_stylesheet_that_is_not_there_is_told(tmp_path: Path) -> None:
    page = write_site(tmp_path)
    (tmp_path / "css" / "site.css").unlink()
    (note,) = read_printed_file(page).notes
    assert "/css/site.css was not found" in note


def test_scripts_are_read(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    (tmp_path / "a.js").write_text("x = '\\u1780\\u17b6'")
    page.write_text("<script src=a.js></script>ខ", encoding="utf-8")
    assert "កា" in read_printed_file(page).elsewhere


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="cannot be read"):
        read_printed_file(tmp_path / "none.html")
    page = write_site(tmp_path)
    with pytest.raises(SiteError, match="does not lie in"):
        read_printed_file(page, root=tmp_path / "css")
    page.write_bytes(b"<meta charset=utf-8>\xff")
    with pytest.raises(SiteError, match="is not valid UTF-8"):
        read_printed_file(page)


def test_other_encodings() -> None:
    page = "<style>@media print{nav{display:none}}</style><nav>ក</nav>ខ"
    found = read_printed(b"\xff\xfe" + page.encode("utf-16-le"), "page.html")
    assert [piece.text for piece in found.pieces] == ["ខ"]
