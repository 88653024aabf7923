"""PDFs that real writers make of built pages: Chromium's give back every cluster, others break some.

The pages are compared as the browser has them, scripts run, media print.
"""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from khmertext.web import build_site
from khmertext.web.pdf import PdfComparison, compare_pdf
from khmertext.web.pdftext import PdfText, read_pdf
from khmertext.web.printed import read_printed_file
from tests.browser.conftest import Site
from tests.browser.pages import SETTLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.firefox import Firefox

pytestmark = pytest.mark.browser

EXAMPLE = Path(__file__).parents[2] / "examples" / "site"
EXAMPLE_PAGES = sorted(path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*.html"))
ARTICLE = "news/land-titles.html"
FAMILY = re.compile(r"NotoSansKhmer\b|SiteKhmer\b")

PRINT_ONLY = """<!doctype html><html lang="km"><head><meta charset="utf-8"><title>x</title><style>
.print { display: none }
@media print {
  .screen { display: none }
  .print { display: block }
  h1::after { content: " ៖ ឯកសារបោះពុម្ព" }
}
</style></head><body><h1>ចំណងជើង</h1><p class="screen">ចុចត្រង់នេះ</p><p class="print">ក្បួនច្បាប់ញ្ញឹង</p></body></html>
"""
ONLY_IN_PRINT = "ឯកសារបោះពុម្ព", "ក្បួនច្បាប់ញ្ញឹង"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example site with its font, and a page with Khmer that is only in print."""
    source = tmp_path_factory.mktemp("source") / "site"
    shutil.copytree(EXAMPLE, source)
    (source / "only-print.html").write_text(PRINT_ONLY, encoding="utf-8")
    target = tmp_path_factory.mktemp("built") / "site"
    build_site(source, target)
    return target


@pytest.fixture
def printed(
    built: Path,
    serve: Callable[..., Site],
    open_browser: Callable[..., Browser],
    latin_font: Path,
    tmp_path: Path,
) -> Callable[[str], tuple[PdfText, PdfComparison]]:
    """``printed(path)``: the PDF that Chromium makes of a page, and how its text compares."""
    site = serve(built)

    def printed(path: str) -> tuple[PdfText, PdfComparison]:
        page = open_browser(fonts=[latin_font]).new_page()
        page.emulate_media(media="print")
        page.goto(
            f"{site.url}/{path}", wait_until="networkidle"
        )  # its script fetches a list, and builds a search of it
        page.evaluate(SETTLE)
        found = read_pdf(page.pdf())
        copy = tmp_path / "copy"
        shutil.copytree(built, copy)
        (copy / path).write_text(page.content(), encoding="utf-8")
        page.close()
        return found, compare_pdf(found, [read_printed_file(copy / path)])

    return printed


@pytest.mark.parametrize("path", EXAMPLE_PAGES)
def test_chromium_gives_back_every_cluster(printed: Callable[[str], tuple[PdfText, PdfComparison]], path: str) -> None:
    found, result = printed(path)
    assert not result.findings
    assert not result.causes
    assert result.same == result.expected
    khmer = [font for font in found.fonts if font.khmer]
    assert bool(khmer) == (result.expected > 0)
    # The site's font is in the file, and no other font shows Khmer.
    assert all(font.embedded and FAMILY.match(font.name) for font in khmer), khmer


def test_khmer_only_in_print_is_drawn_with_the_sites_font(
    printed: Callable[[str], tuple[PdfText, PdfComparison]],
) -> None:
    found, result = printed("only-print.html")
    assert result.good
    text = found.pages[0].text
    assert all(one in text for one in ONLY_IN_PRINT)
    assert "ចុច" not in text
    assert {FAMILY.match(font.name) is not None for font in found.fonts if font.khmer} == {True}
    assert sum(font.unmapped for font in found.fonts) == 0  # no .notdef anywhere


def test_weasyprint_breaks_clusters(built: Path) -> None:
    """As measured with 70.0: about a quarter of the clusters, though the page looks right."""
    try:
        from weasyprint import HTML  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except (ImportError, OSError) as error:
        pytest.skip(f"no WeasyPrint: {error}")
    data: Any = HTML(str(built / ARTICLE)).write_pdf()
    found = read_pdf(data)
    result = compare_pdf(found, [read_printed_file(built / ARTICLE)])
    assert result.expected > 1000
    assert result.same < result.expected, "WeasyPrint tells the whole text now: change docs/pdf.md"
    assert "glyph-by-glyph" in [cause.code for cause in result.causes]
    assert "WeasyPrint" in result.causes[0].message


def test_firefox_breaks_clusters(
    built: Path, serve: Callable[..., Site], open_firefox: Callable[..., Firefox], latin_font: Path
) -> None:
    """As measured with 153: about half of the clusters."""
    firefox = open_firefox(fonts=[latin_font])
    page = firefox.new_page()
    page.open(f"{serve(built).url}/{ARTICLE}")
    answer = firefox.send("browsingContext.print", context=page.context)
    page.close()
    found = read_pdf(base64.b64decode(answer["data"]))
    result = compare_pdf(found, [read_printed_file(built / ARTICLE)])
    assert result.expected > 1000
    assert result.same < result.expected, "Firefox tells the whole text now: change docs/pdf.md"
    assert "glyph-by-glyph" in [cause.code for cause in result.causes]
