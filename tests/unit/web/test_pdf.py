"""The text of a PDF against that of pages: what is found, what it is called, and what is no fault."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext.web.pdf import KINDS, PdfComparison, align, classify, common_subsequence, compare_pdf
from khmertext.web.pdftext import PdfFont, PdfPage, PdfText, read_pdf
from khmertext.web.printed import PrintedText, read_printed
from tests.pdf_files import Font, make_pdf, show, span

FONT = PdfFont("Test", "Type0", True, True, shown=9, khmer=True)
TEXT = "សួស្តី ខ្ញុំរៀនភាសាខ្មែរនៅសាលា។ ថ្ងៃនេះមេឃស្រឡះ ហើយខ្យល់បក់រំភើយ។ ម៉ោងប្រាំបី យើងចេញដំណើរ។ "
WORDS = TEXT.split()


def page(*blocks: str, head: str = "") -> PrintedText:
    return read_printed((head + "".join(f"<p>{block}</p>\n" for block in blocks)).encode(), "page.html")


def pdf(*pages: str, fonts: tuple[PdfFont, ...] = (FONT,)) -> PdfText:
    return PdfText(tuple(PdfPage(number, text) for number, text in enumerate(pages, 1)), fonts, "Maker", len(pages))


def compare(html: str, text: str) -> PdfComparison:
    return compare_pdf(pdf(text), [page(html)])


def found(result: PdfComparison) -> list[tuple[str, str, str]]:
    return [(finding.kind, finding.expected, finding.found) for finding in result.findings]


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace(" ", ""),
        TEXT.replace("។", "\u200b។\r\n"),
        "\u00ad".join(TEXT),
        TEXT.replace("ស្តី", "ស\u17b8\u17d2ត"),  # typed in another order; what reads as one is one
    ],
)
def test_what_is_the_same(text: str) -> None:
    result = compare(TEXT, text)
    assert result.good
    assert result.same == result.expected > 30
    assert result.moved == 0


def test_other_scripts_do_not_count() -> None:
    assert compare(f"Hello {TEXT} 123", f"xxx {TEXT} \ue001 \ufffd").good


@pytest.mark.parametrize(
    ("expected", "got", "kind"),
    [
        ("ខ្មែ", "", "lost"),
        ("ប្រែ", "ែ\u17d2រប", "visual-order"),
        ("ខ្មែ", "ែខ្ម", "visual-order"),
        ("ក្រ", "\u17d2រក", "visual-order"),
        ("ខ្មែ", "ខមែ\u17d2", "reordered"),
        ("ខ្ម", "ខម", "subscript"),
        ("កោ", "កា", "split-vowel"),
        ("កើ", "កី", "split-vowel"),
        ("កៅ", "ក", "split-vowel"),
        ("កោ", "កេ", "split-vowel"),
        ("កោ", "េកា", "split-vowel"),
        ("ក", "\ufffd", "replaced"),
        ("ខ្ម", "ខ\ue012", "private-use"),
        ("ខ្មែ", "ខ្ម", "partial"),
        ("កា", "កាា", "repeated"),
        ("ល", "លេ", "extra"),
        ("ដៃ", "ដែ", "changed"),
    ],
)
def test_kinds(expected: str, got: str, kind: str) -> None:
    assert classify(expected, got) == kind
    assert kind in KINDS
    before, after = "សួស្តី", "ភាសា"
    result = compare_pdf(pdf(before + got + after), [page(before + expected + after)])
    assert result.count_kinds() == {kind: sum(finding.clusters for finding in result.findings)}
    assert result.same < result.expected


def test_what_is_added_and_what_is_doubled() -> None:
    assert found(compare(TEXT, TEXT + "ចម្លែក")) == [("added", "", "ចម្លែក")]
    assert found(compare("ក ខ្មែរ គ", "ក ខ្មែរខ្មែរ គ")) == [("doubled", "", "ខ្មែរ")]


def test_what_is_known_to_stand_elsewhere_is_no_fault() -> None:
    assert compare_pdf(pdf(TEXT + "ចំណងជើង"), [page(TEXT, head="<title>ចំណងជើង</title>")]).good
    assert compare_pdf(pdf("១" + TEXT + "២"), [page(TEXT, head="<style>li { list-style: khmer }</style>")]).good
    assert not compare_pdf(pdf("១" + TEXT), [page(TEXT)]).good


def test_what_may_be_shown_is_not_missed() -> None:
    html = page(TEXT, "<input placeholder=ស្វែងរក>", "<details><summary>ក</summary><p>លាក់</details>")
    assert compare_pdf(pdf(TEXT + "ក"), [html]).good
    assert compare_pdf(pdf(TEXT + "ស្វែងរកកលាក់"), [html]).good


def test_where_it_is() -> None:
    result = compare_pdf(pdf(WORDS[0] + WORDS[1], "ហើយខ្យល់ពក់"), [page(WORDS[0], WORDS[1], "ហើយខ្យល់បក់")])
    (finding,) = result.findings
    assert (finding.page, finding.source, finding.line) == (2, "page.html", 3)
    assert (finding.before, finding.after) == ("ហើយខ្យល់", "ក់")


def test_blocks_in_another_order() -> None:
    blocks = [" ".join(WORDS[:2]), "១២៣", WORDS[2], "៩", " ".join(WORDS[3:])]
    result = compare_pdf(pdf("".join(blocks[index] for index in (4, 1, 0, 3, 2))), [page(*blocks)])
    assert result.good
    assert result.moved > 0


def test_a_cluster_in_another_place_is_a_fault() -> None:
    assert not compare("ខ្មែរ", "រខ្មែ").good


def test_blocks_in_another_order_with_faults() -> None:
    broken = TEXT.replace("ខ្មែ", "ែខ្ម")
    result = compare_pdf(pdf("ការសាកល្បង" + broken), [page(TEXT, "ការសាកល្បង")])
    assert found(result) == [("visual-order", "សាខ្មែ", "សាែខ្ម")]


def test_some_pages() -> None:
    whole = page(*WORDS)
    middle = "".join(WORDS[2:5])
    assert compare_pdf(pdf(middle), [whole], partly=True).good
    assert not compare_pdf(pdf(middle), [whole]).good
    broken = compare_pdf(pdf(middle.replace("ខ្យល់", "ខយល់")), [whole], partly=True)
    assert broken.count_kinds() == {"subscript": 1}
    assert broken.expected < 30


def test_nothing_at_all() -> None:
    assert compare_pdf(pdf(), [page()]).good
    assert compare_pdf(pdf(""), [page(TEXT)]).count_kinds().keys() == {"lost"}
    assert compare_pdf(pdf(TEXT), [page("")]).count_kinds().keys() == {"added"}


# -- causes --------------------------------------------------------------------------------------------------------


def causes(data: PdfText, html: str = "ខ្មែ") -> list[str]:
    return [cause.code for cause in compare_pdf(data, [page(html)]).causes]


def test_glyph_by_glyph() -> None:
    data = make_pdf([show([3, 1, 2])], [Font({1: "ខ", 2: "្ម", 3: "ែ"})], producer="Maker 1")
    result = compare_pdf(read_pdf(data), [page("ខ្មែ")])
    assert found(result) == [("visual-order", "ខ្មែ", "ែខ្ម")]
    (cause,) = result.causes
    assert (cause.code, cause.fonts) == ("glyph-by-glyph", ("TestKhmer",))
    assert "Maker 1" in cause.message
    assert "Chromium" in cause.advice


def test_actual_text_mends_it() -> None:
    data = make_pdf([span("ខ្មែ", show([3, 1, 2]))], [Font({1: "ខ", 2: "\0", 3: "ែ"})])
    assert compare_pdf(read_pdf(data), [page("ខ្មែ")]).good


def test_no_tounicode() -> None:
    assert causes(read_pdf(make_pdf([show([3, 1, 2])], [Font(None)]))) == ["no-tounicode"]


def test_private_use() -> None:
    data = read_pdf(make_pdf([show([1, 2])], [Font({1: "ខ", 2: "\ue012"})]))
    assert causes(data) == ["private-use", "glyph-by-glyph"]


def test_outlines() -> None:
    assert causes(read_pdf(make_pdf([b"0 0 m 9 9 l S"]))) == ["no-text"]


def test_fonts_that_are_not_embedded_are_told_even_where_the_text_is_right() -> None:
    result = compare_pdf(read_pdf(make_pdf([show([1])], [Font({1: "ខ"}, embedded=False)])), [page("ខ")])
    assert not result.findings
    assert [cause.code for cause in result.causes] == ["not-embedded"]
    assert not result.good


def test_scripts() -> None:
    assert causes(pdf("ខ្មែ", fonts=(replace(FONT, covered=3),)), "ខ្មែរ<script>1</script>") == ["scripts"]


# -- the algorithm -------------------------------------------------------------------------------------------------

LETTERS = st.lists(st.sampled_from("កខគឃ"), max_size=40)


def lcs_length(one: list[str], two: list[str]) -> int:
    row = [0] * (len(two) + 1)
    for letter in one:
        above = row
        row = [0]
        for number, other in enumerate(two):
            row.append(above[number] + 1 if letter == other else max(row[number], above[number + 1]))
    return row[-1]


@given(LETTERS, LETTERS)
def test_common_subsequence(one: list[str], two: list[str]) -> None:
    for pairs in (common_subsequence(one, two), list(align(one, two))):
        ordered = sorted(pairs)
        assert len(pairs) == lcs_length(one, two)
        assert all(one[place] == two[other] for place, other in pairs)
        assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(ordered))


@given(LETTERS, LETTERS)
def test_long_texts_are_cut(one: list[str], two: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("khmertext.web.pdf.MOST_ALIGNED", 5)
        pairs = sorted(align(one, two))
    assert all(one[place] == two[other] for place, other in pairs)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))


@given(st.lists(st.sampled_from([*WORDS, "ក", "ខ្មែរ"]), max_size=30))
def test_a_text_is_itself(words: list[str]) -> None:
    result = compare_pdf(pdf(" ".join(words)), [page(*words)])
    assert result.good
    assert result.same == result.expected


@given(st.text("កខ្រេាោំ \u200b\ufffd\ue000x", max_size=40), st.text("កខ្រេាោំ \u200bx", max_size=40))
def test_every_cluster_is_accounted_for(text: str, html: str) -> None:
    result = compare_pdf(pdf(text), [page(html)])
    assert 0 <= result.same <= result.expected
    assert result.moved <= result.expected
    wrong = sum(finding.clusters for finding in result.findings if finding.expected)
    assert result.same + wrong == result.expected


def test_long_texts_that_are_wrong_throughout() -> None:
    rng = random.Random(7)
    one = "".join(rng.choice("កខគឃង") + rng.choice("ាិីុ") for _ in range(30_000))
    two = "".join(rng.choice("កខគឃង") + rng.choice("ាិីុ") for _ in range(30_000))
    result = compare_pdf(pdf(two), [page(one)])
    assert result.expected == 30_000
    assert result.same < 30_000
    same = compare_pdf(pdf("ក" * 50_000), [page("ក" * 50_001)])
    assert same.expected - same.same == 1
