"""Generated sites: a build undone gives the author's bytes, a second one changes nothing, pages gain our nodes only."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from turbohtml import Comment, Element, Text, parse

from khmertext.web import BuildOptions, build_site, check_site, clean_site
from khmertext.web.looks import Look
from khmertext.web.webfonts import make_download, make_fonts, open_sources
from tests.site_files import write_site

FAMILY = "Site Khmer"
OPTIONS = BuildOptions(jobs=1)

NAMES = st.sampled_from(
    [
        "index.html",
        "sub/deep/a.htm",
        "a b/c d.html",
        "ខ្មែរ/ទំព័រ.html",
        "quote'\".html",
        "x&amp;y.html",
        "100%41.html",
        "a?b#c.html",
        "ខ" * 80 + ".html",
        "-rf.html",
        "$(x).html",
        "ʼn\u0301.xhtml",
    ]
)
POSIX_NAMES = st.sampled_from(["a:b.html", "back\\slash.html", "<b>.html", "caf\udce9.html", "new\nline.html"])
KHMER = st.sampled_from(
    ["ខ្មែរ", "ក", "កោះ\u200bធំ", "សួស្តី​ពិភពលោក", "Latin", "", "áé", '"Site Khmer", ', '"Site Khmer Fallback", ']
)
STACKS = st.sampled_from(
    ["Arial", '"Khmer OS", serif', "monospace", "Inter,\n  'A B' , sans-serif", "inherit", "var(--f)", "A/**/,B", ""]
)
OURS = re.compile(r'"Site Khmer(?: Fallback(?: Regular)?)?", | data-khmertext="[^"]*"')
DOCTYPES = st.sampled_from(["<!doctype html>", "", "\n<!-- c --><!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>"])
HEADS = st.sampled_from(
    [
        "<head></head>",
        "<html lang=km><head><title>ទំព័រ</title></head>",
        "",
        "<html lang='km'>",
        "<head><meta name=x><base href='../'><link rel=stylesheet href='css/a.css'></head>",
        "<HEAD><LINK REL=StyleSheet HREF=/css/a.css><script src=/js/k.js></script></HEAD>",
        "<head><link rel='stylesheet' href='css/a.css' media=print><script>x='\\u1780'</script>",
        "<head><base href='https://example.org/'><link rel=stylesheet href=/css/b.css></head><body class=x>",
    ]
)
BODIES = st.sampled_from(
    [
        "<p>{0}<b>{1}</b></p>",
        '<p style="font-family:{s}">{0}</p>',
        "<p style='color:red;font-family: {s} ;'>{0}<i>{1}</i>",
        "<style>p, .x:hover {{ font-family: {s} }}</style><p class=x>{0}",
        "<pre>{0}\n\n<code>{1}</code></pre>",
        "<input placeholder='{0}'><textarea>{1}</textarea><button>{0}</button>",
        '<img alt="{0}"><div contenteditable>{1}</div><div data-khmer-dynamic></div>',
        "<table>{0}<tr><td>{1}</table><select><option>{0}</select>",
        "<svg><style>text{{font-family:{s}}}</style><text>{0}</text></svg>",
        "<!-- {0} --><p>&#x1780;&#6098;&#6016;</p><script>'{1}'</script>",
        "<template><p>{0}</template><noscript>{1}</noscript>",
        '<p {0}=1 data-khmertext="0123abcd">{1}</p></p></b><',
    ]
)
SHEETS = st.lists(
    st.sampled_from(
        [
            "p {{ font-family: {s}; }}\n",
            ":root {{ --f: {s}; }} b {{ font: bold 1em/2 {s} }}\n",
            "@media print {{ p {{ font-family: {s} }} }}\n",
            "q::before {{ content: '{k}' }} /* {k} */\n",
            "@import 'b.css';\n",
            "@font-face {{ font-family: X; src: url(x.woff2) }}\n",
            "ol {{ list-style: khmer }} p {{ font-family: {s}, {s} }}\n",
            'p {{ font-family: "Site Khmer 2", A }} /* "Site Khmer", */\n',
            "} } p { font-family: A ",
        ]
    ),
    max_size=4,
)


@st.composite
def encoded(draw: st.DrawFn, text: str, *, css: bool = False) -> bytes:
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    way = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "windows-1252"]))
    if way == "windows-1252":
        text = ('@charset "windows-1252";' if css else "<meta charset=windows-1252>") + text
        return text.encode("cp1252", "replace" if css else "xmlcharrefreplace")
    if way.startswith("utf-16"):
        return ("\ufeff" + text).encode(way)
    return text.encode(way)


@st.composite
def pages(draw: st.DrawFn, *, own_marks: bool) -> bytes:
    body = "".join(
        part.format(draw(KHMER), draw(KHMER), s=draw(STACKS).replace('"', "'").replace("'", ""))
        for part in draw(st.lists(BODIES, max_size=4))
    )
    if not own_marks:
        body = OURS.sub("", body)
    return draw(encoded(draw(DOCTYPES) + "\n" + draw(HEADS) + "\n" + body))


@st.composite
def sheets(draw: st.DrawFn, *, own_marks: bool) -> bytes:
    parts = [part.format(s=draw(STACKS), k=draw(KHMER).replace('"', "")) if "{{" in part else part
             for part in draw(SHEETS)]  # fmt: skip
    text = "".join(parts)
    return draw(encoded(text if own_marks else OURS.sub("", text), css=True))


@st.composite
def sites(draw: st.DrawFn, *, own_marks: bool = True) -> dict[str, bytes]:
    """Sites; with ``own_marks`` the author may write by himself what we would put in."""
    files = draw(st.dictionaries(NAMES | POSIX_NAMES, pages(own_marks=own_marks), min_size=1, max_size=4))
    files["css/a.css"] = draw(sheets(own_marks=own_marks))
    files["css/b.css"] = draw(sheets(own_marks=own_marks))
    files["js/k.js"] = f'x = "{draw(KHMER)}"; // \r\n'.encode()
    files["data.json"] = b'{"a": "\\u1780"}'
    files["img/x.png"] = b"\x89PNG\r\n\x1a\n\x00"
    return files


@pytest.fixture(scope="module", autouse=True)
def one_font() -> Iterator[None]:
    """The same font for every site: what is tested is what happens to pages."""
    sources = open_sources([])
    fonts = make_fonts(sources, [("ខ្មែរ", "km", Look(400))], family=FAMILY)
    download = make_download(sources)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("khmertext.web.site.open_sources", lambda *_: [])
        patch.setattr("khmertext.web.site.make_fonts", lambda *_, **__: fonts)
        patch.setattr("khmertext.web.site.make_download", lambda _: download)
        yield


def read_site(root: Path, *, ours: bool = True) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and (ours or path.relative_to(root).parts[0] != "khmertext")
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@SETTINGS
@given(files=sites())
def test_a_build_undone_gives_the_author_s_bytes(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder)
    source = write_site(folder / "source", files)
    output, inside = folder / "output", folder / "inside"
    shutil.copytree(source, inside)

    first = build_site(source, output, OPTIONS)
    assert read_site(source) == files
    built = read_site(output)
    assert first.written == len(built)
    assert build_site(source, output, OPTIONS).written == 0
    assert read_site(output) == built

    build_site(inside, None, OPTIONS)
    in_place = read_site(inside)
    assert build_site(inside, None, OPTIONS).written == 0
    assert read_site(inside) == in_place
    # The two ways differ in the list of copied files at most.
    in_place.pop("khmertext/manifest.json", None)
    assert in_place == {name: data for name, data in built.items() if name != "khmertext/manifest.json"}

    # A built site is as good an input as the author's.
    if (inside / "khmertext").is_dir():
        build_site(inside, folder / "again", OPTIONS)
        assert read_site(folder / "again") == built
        clean_site(inside)
    assert read_site(inside) == files
    clean_site(output)
    assert read_site(output) == files


@SETTINGS
@given(
    files=sites(own_marks=False),
    edit=st.sampled_from(["<p>ខ្មែរ</p>", "<!-- x -->", "\r\n", "<b style='font-family:A'>ក</b>"]),
)
def test_an_edited_page_is_built_anew_not_twice(folder: Path, files: dict[str, bytes], edit: str) -> None:
    """The author adds to built pages: the next build gives what a first build of the edited originals gives."""
    shutil.rmtree(folder)
    edited = {name: append(name, data, edit) for name, data in files.items()}
    inside = write_site(folder / "inside", files)
    fresh = write_site(folder / "fresh", edited)
    build_site(inside, None, OPTIONS)
    for name in files:
        (inside / name).write_bytes(append(name, (inside / name).read_bytes(), edit))
    build_site(inside, None, OPTIONS)
    build_site(fresh, None, OPTIONS)
    assert read_site(inside, ours=False) == read_site(fresh, ours=False)
    if (inside / "khmertext").is_dir():
        clean_site(inside)
    assert read_site(inside) == edited


def append(name: str, data: bytes, edit: str) -> bytes:
    if not name.endswith(("html", "htm")):
        return data
    codec = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2], "utf-8")
    if b"windows-1252" in data[:100]:
        return data + edit.encode("cp1252", "xmlcharrefreplace")
    return data + edit.encode(codec)


@SETTINGS
@given(files=sites())
def test_a_built_page_gains_our_nodes_and_nothing_else(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder)
    source = write_site(folder / "source", files)
    result = build_site(source, folder / "output", OPTIONS)
    assert result.manifest is not None
    for name, data in files.items():
        after = (folder / "output" / name).read_bytes()
        if name not in result.manifest.changed:
            assert after == data
        elif not name.endswith(".css"):
            assert outline(decode(after)) == outline(decode(data)), name
    # The font here is one for all; but every link and stack must be seen to be there.
    assert [one for one in check_site(folder / "output", jobs=1) if not one.text] == []


def decode(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    return data.decode("cp1252" if b"windows-1252" in data[:100] else "utf-8-sig")


BEHIND = r'(?:, "Site Khmer Fallback(?: Regular)?")*'
OUR_NAME = re.compile(rf'"Site Khmer(?: Full)?"{BEHIND}, |, "Site Khmer"{BEHIND}')


def outline(page: str) -> list[object]:
    """A page's tree as a list, without what is ours. Trees that are the same to a browser give the same list."""
    found: list[object] = []
    ours: Element | None = None
    for node in parse(page).descendants:
        if isinstance(node, Element):
            if node.tag in ("link", "script") and node.attr("data-khmertext") == "":
                ours = node
                continue
            attributes = {
                name: OUR_NAME.sub("", value) if name == "style" and isinstance(value, str) else value
                for name, value in node.attrs.items()
                if name != "data-khmertext"
            }
            depth = sum(1 for _ in node.ancestors)
            found.append((depth, node.tag, attributes))
        elif isinstance(node, Text):
            if node.parent is ours:
                continue
            data = node.data or ""
            if isinstance(node.parent, Element) and node.parent.tag == "style":
                data = OUR_NAME.sub("", data)
            # The parser may join texts around what is gone.
            if found and isinstance(found[-1], str):
                found[-1] += data
            else:
                found.append(data)
        elif isinstance(node, Comment):
            found.append(("comment", node.data))
    return found
