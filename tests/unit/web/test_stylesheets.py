"""What is read from CSS: font stacks with their places, selectors, conditions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmertext.web.facts import SiteContext
from khmertext.web.stacks import place_family
from khmertext.web.stylesheets import parse_styles
from tests.font_values import INVALID_FAMILIES, INVALID_FONTS, VALID_FAMILIES, VALID_FONTS

CONTEXT = SiteContext("K")


def edited(css: str, context: SiteContext = CONTEXT) -> str:
    """The stylesheet with the family put into every stack."""
    sheet = parse_styles(css)
    places = [place_family(stack, "K", context) for stack in sheet.stacks]
    for offset, text in sorted((place for place in places if place is not None), reverse=True):
        css = css[:offset] + text + css[offset:]
    return css


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("p{font-family:Arial}", 'p{font-family:"K", Arial}'),
        ("p{font-family : 'A b' , serif}", "p{font-family : \"K\", 'A b' , serif}"),
        ("p{font:12px/1.5 Arial}", 'p{font:12px/1.5 "K", Arial}'),
        ("p{font:italic bold 1em / normal a b,c}", 'p{font:italic bold 1em / normal "K", a b,c}'),
        ("p{font:var(--s) Arial}", 'p{font:var(--s) "K", Arial}'),
        ("p{font-family:/* x */Arial}", 'p{font-family:/* x */"K", Arial}'),
        ("p{FONT-FAMILY:Arial!important}", 'p{FONT-FAMILY:"K", Arial!important}'),
        (
            "@media print{@supports (a:b){p{font-family:Arial}}}",
            '@media print{@supports (a:b){p{font-family:"K", Arial}}}',
        ),
        ("p{& b{font-family:Arial}}", 'p{& b{font-family:"K", Arial}}'),
        ("p{}\r\nq{font-family:\n\tArial}".replace("\r\n", "\n"), 'p{}\nq{font-family:\n\t"K", Arial}'),
        ('p{font-family:"Khmer OS", serif}', 'p{font-family:"Khmer OS", "K", serif}'),
        ("p{font-family:Arial, Khmer\\ OS Content ,serif}", 'p{font-family:Arial, Khmer\\ OS Content, "K" ,serif}'),
        ("p{font-family:Moul}", 'p{font-family:Moul, "K"}'),
        ('p{font-family:"No\\"to Sans Khmer", x}', 'p{font-family:"K", "No\\"to Sans Khmer", x}'),
        ("p{font-family:K, serif}", "p{font-family:K, serif}"),
        ("p{font-family:inherit}", "p{font-family:inherit}"),
        ("p{font:inherit}", "p{font:inherit}"),
        ("p{font:caption}", "p{font:caption}"),
        ("p{font-family:1px}", "p{font-family:1px}"),
        ('@font-face{font-family:"Arial";src:url(a.woff2)}', '@font-face{font-family:"Arial";src:url(a.woff2)}'),
        ("p{font-family:Arial", 'p{font-family:"K", Arial'),
        ("p{font-family:'Arial", "p{font-family:'Arial"),
    ],
)
def test_the_family_goes_where_it_belongs(before: str, after: str) -> None:
    assert edited(before) == after


@pytest.mark.parametrize(
    "declaration", [f"font-family:{one}" for one in INVALID_FAMILIES] + [f"font:{one}" for one in INVALID_FONTS]
)
def test_what_browsers_ignore_sets_nothing(declaration: str) -> None:
    sheet = parse_styles(f"p{{{declaration}}}q{{color:red;{declaration}!important}}")
    assert sheet.rules == ()
    assert edited(f"p{{{declaration}}}") == f"p{{{declaration}}}"


@pytest.mark.parametrize(
    "declaration", [f"font-family:{one}" for one in VALID_FAMILIES] + [f"font:{one}" for one in VALID_FONTS]
)
def test_what_browsers_take_sets_a_family(declaration: str) -> None:
    (rule,) = parse_styles(f"p{{{declaration}}}").rules
    assert [setting.stack for setting in rule.settings if setting.name == "font-family"] == [0]
    assert edited(f"p{{{declaration}}}").count('"K", ') == 1


@pytest.mark.parametrize("declaration", ["font-family:var(--a),", "font:12px var(--a),,b", "font:var(--a) A, 1b"])
def test_a_value_that_no_variable_makes_valid_wins_and_unsets(declaration: str) -> None:
    # CSS Variables Level 1, section 3.1.
    (rule,) = parse_styles(f"p{{{declaration}}}").rules
    assert {setting.value for setting in rule.settings} == {"unset"}


def test_a_family_that_the_site_declares_keeps_its_place_in_front() -> None:
    context = SiteContext("K", khmer_families=frozenset({"mine"}))
    assert edited("p{font-family:Mine, serif}", context) == 'p{font-family:Mine, "K", serif}'


@pytest.mark.parametrize(
    ("selector", "plain", "conditional", "pseudo"),
    [
        ("a:hover", "a", True, ""),
        ("a::before", "a", False, "before"),
        ("a:before", "a", False, "before"),
        ("ul > :hover b", "ul > * b", True, ""),
        (":focus", "*", True, ""),
        ("li:nth-child(2n+1):not(.x)", "li:nth-child(2n+1):not(.x)", False, ""),
        ("input::placeholder", "input", False, "placeholder"),
        (":root", ":root", False, ""),
        ("a:what-is-this(3)", "*", True, ""),
        (":is(a:hover, b.c) i", ":is(a, b.c) i", True, ""),
        ("a:is(:hover, :focus)::before", "a:is(*, *)", True, "before"),
        ("a:not(:hover):not(.x)", "a:not(.x)", True, ""),
        (":not(:hover)", "*", True, ""),
        ("ul:has(> a:target)", "ul:has(> a)", True, ""),
        (":is(:where(a:focus))", ":is(:where(a))", True, ""),
        ("a:is(.b, :first-child)", "a:is(.b, :first-child)", False, ""),
    ],
)
def test_selectors_lose_only_what_needs_a_browser(selector: str, plain: str, conditional: bool, pseudo: str) -> None:
    (rule,) = parse_styles(f"{selector} {{ font-weight: 600 }}").rules
    assert (rule.selector, rule.conditional, rule.pseudo) == (plain, conditional, pseudo)


@pytest.mark.parametrize(
    ("selector", "specificity"),
    [
        ("a:link", (0, 1, 1)),
        ("a.b:hover:focus", (0, 3, 1)),
        ("input:-webkit-autofill", (0, 1, 1)),
        ("#x:popover-open", (1, 1, 0)),
        ("a:is(:link, :visited)", (0, 1, 1)),
        ("a:not(#x:hover)", (1, 1, 1)),
        (":where(a:hover) b", (0, 0, 1)),
        (":hover", (0, 1, 0)),
        ("li:nth-child(2n of .x)", (0, 2, 1)),
    ],
)
def test_states_count_in_the_specificity(selector: str, specificity: tuple[int, int, int]) -> None:
    # Selectors Level 4, section 17.
    (rule,) = parse_styles(f"{selector}{{font-family:A}}").rules
    assert rule.specificity == specificity


def test_texts_of_stylesheets_are_read() -> None:
    css = r"""q::before { content: "\1780\17D2 ខ" } ol { list-style-type: khmer }
    @counter-style c { symbols: "ក" ខ; suffix: "។" } p::after { content: counter(n, cambodian) } x { color: "គ" }"""
    texts = parse_styles(css).shown_texts
    assert "ក្ខ" in texts
    assert texts.count("០១២៣៤៥៦៧៨៩") == 2
    assert {"ក", "ខ", "។"} <= set(texts)
    assert "គ" not in texts


@given(st.text(alphabet="p{}:;,@'\"\\/* \n()fontfamily-v1", max_size=60))
def test_broken_css_is_data(css: str) -> None:
    for stack in parse_styles(css).stacks:
        for family in stack.families:
            assert 0 <= family.start <= family.end <= len(css)


def test_deep_nesting_is_bounded() -> None:
    parse_styles("a{" * 2000 + "font-family:b" + "}" * 2000)


@pytest.mark.parametrize("inner", ["&&", "& &, & &", ":is(&) &"])
def test_selectors_that_double_at_every_step_are_bounded(inner: str) -> None:
    css = ".a{" + f"{inner}{{" * 28 + "font-family:b" + "}" * 29 + "p{font-family:c}"
    sheet = parse_styles(css)
    assert sheet.truncated
    assert [rule.selector for rule in sheet.rules] == ["p"]
    assert sheet.stacks[-1].css == "c"


def test_many_rules_below_a_long_selector_are_bounded() -> None:
    selector = ",".join(f".a{number}" for number in range(1500))
    sheet = parse_styles(f"{selector}{{{'&{font-family:b}' * 1000}}}")
    assert sheet.truncated
    assert sum(len(rule.selector) for rule in sheet.rules) < 1_100_000


def test_usual_nesting_is_read_whole() -> None:
    css = "".join(f".c{n}{{&:hover{{.d &{{& > .e{{font-family:F{n}}}}}}}}}" for n in range(2000))
    sheet = parse_styles(css)
    assert not sheet.truncated
    assert len(sheet.rules) == 2000


def test_names_of_layers_are_bounded() -> None:
    sheet = parse_styles("@layer " + "a." * 5000 + "a;" + "@layer a{" * 100 + "}" * 100)
    assert max(map(len, sheet.layers)) <= 30


@pytest.mark.parametrize(
    ("before", "after"), [(":is(", ")"), ("@media (", ")"), ("a{font-family:x(", ")}"), ("a{--x:[", "]}"), ("{", "}")]
)
def test_brackets_inside_brackets_are_bounded(before: str, after: str) -> None:
    opening, closing = before[-1], after[0]
    css = before + opening * 5000 + closing * 5000 + after + "{p{font-family:b}}"
    parse_styles(css)
    parse_styles(css, inline=True)
    parse_styles("p{font-family:b}").adapt(conditional=True, layer=(), media=css)
