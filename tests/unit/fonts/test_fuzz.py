"""A few thousand damaged fonts: each gives a FontError or a report, in bounded time and memory.

Seeded, so that every run tries the same files. HarfBuzz and the unpackers are other people's code: what is tested is
that nothing of theirs comes through, be it an exception, a hang or a flood of memory.
"""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import brotli
import pytest
from fontTools.ttLib import TTFont

from khmertext.errors import FontError
from khmertext.fonts import COVERAGES, Face, Run, gate, open_face, subset_full, subset_text
from khmertext.fonts.containers import build_sfnt, read_tables
from khmertext.fonts.detection import FontReport, examine
from khmertext.fonts.faces import read_members
from khmertext.fonts.planning import plan_code_points
from khmertext.fonts.subsetting import cut
from tests.unit.fonts.built import collect

COUNT = 300  # of each kind of damage to each kind of file: 5,800 files
CUTS = 120  # damaged fonts that are cut with each coverage
LONGEST = 5.0  # seconds of a processor that one file may take: a hundred times what the slowest takes
MEMORY = 1 << 30
TABLES = "GSUB GPOS GDEF cmap hmtx name OS/2 fvar gvar HVAR maxp head hhea loca glyf".split()

Damage = Callable[[bytearray, random.Random], bytes]


def cut_off(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(len(data))])


def flip_bits(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 60)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def damage_directory(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 6)):
        data[chance.randrange(min(400, len(data)))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    return bytes(data)


def enlarge(data: bytearray, chance: random.Random) -> bytes:
    """Write a huge number over any aligned place, most often in the directory."""
    end = chance.choice((400, len(data) - 8))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(4, end) & ~1
        data[at : at + 4] = struct.pack(">L", chance.choice((0xFFFFFFFF, 0xFFFFFFF0, 0x7FFFFFFF, 0x40000000, 0x10000)))
    return bytes(data)


def damage_tables(data: bytearray, chance: random.Random) -> bytes:
    """Damage what is inside the tables of a sound container: what comes as far as HarfBuzz."""
    try:
        version, tables = read_tables(bytes(data))
    except FontError:  # a collection is damaged from outside
        return flip_bits(data, chance)
    tables = dict(tables)
    for tag in chance.sample(TABLES, 2):
        body = bytearray(tables.get(tag, b""))
        for _ in range(chance.randint(1, 12) if len(body) > 4 else 0):
            at = chance.randrange(min(len(body) - 1, chance.choice((64, len(body)))))
            body[at : at + 2] = struct.pack(">H", chance.choice((0, 1, 0xFFFF, 0x8000, chance.randrange(0x10000))))
        if body and chance.random() < 0.2:
            del body[chance.randrange(len(body)) :]
        tables[tag] = bytes(body)
    return build_sfnt(version, tables)


DAMAGES: tuple[Damage, ...] = (cut_off, flip_bits, damage_directory, enlarge, damage_tables)


@pytest.fixture(scope="module")
def originals(weighted: Face) -> dict[str, bytes]:
    """A small variable Khmer font, with its rules, in each container."""
    codes = dict.fromkeys([*range(0x20, 0x7F), *range(0x1780, 0x17EA), 0x200B, 0x200C, 0x25CC], "")
    font = cut(weighted, plan_code_points(weighted, codes, closure=True))
    found = {"sfnt": font, "collection": collect(font, font)}
    for flavor in ("woff", "woff2"):
        packed = TTFont(io.BytesIO(font))
        packed.flavor = flavor
        file = io.BytesIO()
        packed.save(file)
        found[flavor] = file.getvalue()
    return found


def look(data: bytes) -> FontReport | None:
    """Open and examine; None where a FontError says why not. Anything else is a fault."""
    try:
        face = open_face(data, source="fuzz")
    except FontError as error:
        return None if error.source == "fuzz" and error.message else pytest.fail(f"an error without a place: {error}")
    report = examine(face)
    assert isinstance(report, FontReport)
    report.reasons("full")
    return report


@pytest.mark.parametrize("coverage", COVERAGES)
def test_damaged_fonts_are_cut_or_refused(
    originals: dict[str, bytes], coverage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The whole gate would take minutes; what damage can reach of it is the same for a few texts.
    monkeypatch.setattr(gate, "iter_gate_texts", lambda known=(): ["ក្ខ", "ឃុំ", "ខ្មែរ"])
    monkeypatch.setattr(gate, "everyday_clusters", lambda: ("ក្ខ", "ឃុំ"))
    runs = [Run(text, "km", 400) for text in ("ខ្មែរ", "ស្ត្រី", "ប៊ិច", "កើត")]
    chance = random.Random(5)
    outcomes: Counter[str] = Counter()
    for number in range(CUTS):
        data = (damage_tables, flip_bits)[number % 2](bytearray(originals["sfnt"]), chance)
        try:
            face = open_face(data, source="fuzz")
        except FontError:
            outcomes["not opened"] += 1
            continue
        try:
            if coverage == "full":
                subset_full(face, runs)
            else:
                subset_text(face, runs, coverage=cast(Any, coverage))
        except FontError:
            outcomes["refused"] += 1
        else:
            outcomes["cut"] += 1
    assert set(outcomes) == {"not opened", "refused", "cut"}


@pytest.mark.parametrize("flavor", ["sfnt", "collection", "woff", "woff2"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damaged_fonts(originals: dict[str, bytes], flavor: str, damage: Damage) -> None:
    original = originals[flavor]
    whole = look(original)
    assert whole is not None
    assert whole.passes("middle")
    chance = random.Random(f"{flavor} {damage.__name__}")
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    count = COUNT // (3 if damage is damage_tables and flavor == "woff2" else 1)  # unpacking takes its time
    for _ in range(count):
        data = damage(bytearray(original), chance)
        begin = time.process_time()
        report = look(data)
        slowest = max(slowest, time.process_time() - begin)
        outcomes["refused" if report is None else report.status.value] += 1
    assert slowest < LONGEST
    assert sum(outcomes.values()) == count
    # The damage reaches what it is meant to: a fuzzer that only ever meets the first check tests nothing.
    if damage is cut_off:
        assert outcomes["refused"] == count or flavor == "sfnt"
    elif damage is damage_tables:
        assert len(outcomes) >= 3, outcomes
    else:
        assert outcomes["refused"] > count // 50, outcomes


def lie(data: bytes, chance: random.Random) -> bytes:
    """A WOFF2 file whose declared sizes, stream or transforms are not true."""
    head = bytearray(data)
    kind = chance.randrange(4)
    if kind == 0:  # total size, packed size, number of tables
        struct.pack_into(">L", head, chance.choice((16, 20)), chance.choice((0, 1, 1 << 20, 1 << 30, 0xFFFFFFFF)))
    elif kind == 1:
        struct.pack_into(">H", head, 12, chance.choice((0, 1, 40, 0xFFFF)))
    elif kind == 2:  # the directory of tables: sizes in base 128 and flags
        for _ in range(chance.randint(1, 4)):
            head[chance.randrange(48, 120)] = chance.choice((0, 0x3F, 0x7F, 0x80, 0x8F, 0xFF, chance.randrange(256)))
    else:  # another stream in the place of the true one, and a length that fits it
        packed_at = len(data) - struct.unpack_from(">L", data, 20)[0]
        stream = brotli.compress(bytes(chance.choice((0, 100, 1 << 16, 1 << 22))), quality=1)
        head[packed_at & ~3 :] = stream
        struct.pack_into(">L", head, 20, len(stream))
    struct.pack_into(">L", head, 8, len(head))
    return bytes(head)


def test_lying_woff2(originals: dict[str, bytes]) -> None:
    chance = random.Random("lies")
    refused = sum(look(lie(originals["woff2"], chance)) is None for _ in range(COUNT))
    assert refused > COUNT * 9 // 10


def make_bombs() -> Iterator[bytes]:
    """Small files that would fill the memory: a stream of zeros behind sizes that are modest, or that are not."""
    packer = brotli.Compressor(quality=5, lgwin=24)
    zeros = b"".join(packer.process(bytes(1 << 20)) for _ in range(600)) + packer.finish()
    for declared in (100, 1 << 20, 60 << 20, 0xFFFFFFF):
        size = b""
        value = declared
        while value or not size:
            size = bytes([value & 0x7F | (0x80 if size else 0)]) + size
            value >>= 7
        stream = zeros if declared in (100, 60 << 20) else b"\x3b"
        body = b"\x00" + size + stream
        yield (
            struct.pack(
                ">4s4sLHHLLHHLLLLL", b"wOF2", b"\0\1\0\0", 48 + len(body), 1, 0, 1000, len(stream), 1, 0, 0, 0, 0, 0, 0
            )
            + body
        )


@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory are kept there alone")
def test_memory(originals: dict[str, bytes], tmp_path: Path) -> None:
    """All kinds of damage again, fewer of each, in a process that may not have more than a gigabyte."""
    program = """
        import random, resource, sys
        from pathlib import Path
        from tests.unit.fonts import test_fuzz as fuzz
        resource.setrlimit(resource.RLIMIT_AS, (fuzz.MEMORY, fuzz.MEMORY))
        chance = random.Random("memory")
        looked = 0
        for path in sorted(Path(sys.argv[1]).iterdir()):
            data = path.read_bytes()
            if path.name.startswith("bomb"):
                assert fuzz.look(data) is None
                looked += 1
                continue
            for damage in fuzz.DAMAGES:
                for _ in range(20):
                    fuzz.look(damage(bytearray(data), chance))
                    looked += 1
        print(looked)
    """
    for name, data in originals.items():
        (tmp_path / name).write_bytes(data)
    for number, data in enumerate(make_bombs()):
        assert len(data) < 2_000
        (tmp_path / f"bomb{number}").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)],
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) == 4 + 4 * len(DAMAGES) * 20


def test_names_that_share_their_text(originals: dict[str, bytes]) -> None:
    version, tables = read_tables(originals["sfnt"])
    for count, good in ((65_000, False), (200, True)):  # four gigabytes of names, and a dozen megabytes
        record = struct.pack(">HHHHHH", 3, 1, 0x409, 1, 65_000, 0)
        names = struct.pack(">HHH", 0, count, 6) + record * count + bytes(65_000)
        report = look(build_sfnt(version, {**tables, "name": names}))
        assert (report is not None) == good


def test_damaged_collections(originals: dict[str, bytes], tmp_path: Path) -> None:
    chance = random.Random("collections")
    path = tmp_path / "damaged.ttc"
    opened = 0
    for number in range(100):
        data = bytearray(originals["collection"])
        at = chance.randrange(8, 20)
        data[at] = chance.randrange(256)
        if number % 2:
            data[chance.randrange(20, 400)] = chance.randrange(256)
        path.write_bytes(data)
        for member in read_members(path):
            assert (member.face is None) != (member.error is None)
            if member.face:
                examine(member.face)
                opened += 1
    assert opened > 20
