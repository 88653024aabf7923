"""The tools that fonts are compared with: pyftsubset, hb-subset and subset-font, each given a font and characters.

subset-font is a package of npm, HarfBuzz as WebAssembly. It is installed in the versions below into a folder beside the
other things that benchmarks bring, with npm, on first use; without node or npm it is left out, and the script says so.
"""

from __future__ import annotations

import base64
import functools
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import uharfbuzz as hb
from fontTools import subset
from fontTools.ttLib import TTFont
from libreoffice_help import WORK

from khmertext.fonts import Face, Run

REMEDY: Final = "\u17c1\u25cc"  # what cutting by code point is usually told to add
DROPPED: Final = "STAT"  # of no use to a font of one style; ours does not have it either
NPM_PACKAGES: Final = ("subset-font@2.9.0", "harfbuzzjs@1.6.4")

# Reads {"font", "text", "options"} and writes the font that comes out, both fonts in base64.
SCRIPT: Final = """
const subsetFont = require('subset-font');
const { font, text, options } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
subsetFont(Buffer.from(font, 'base64'), text, options)
  .then((cut) => process.stdout.write(cut.toString('base64')))
  .catch((error) => { console.error(error.message); process.exit(1); });
"""


def collect_characters(runs: Iterable[Run]) -> str:
    """The characters of a text, and the space, which every page has."""
    return "".join(sorted({" "}.union(*(run.text for run in runs))))


def cut_with_fonttools(face: Face, characters: str, *, every_feature: bool = True) -> bytes:
    """As `pyftsubset FONT --text=… --no-hinting --notdef-outline --drop-tables+=STAT`.

    With ``every_feature`` also `--layout-features='*'`.
    """
    options = subset.Options()
    if every_feature:
        options.layout_features = ["*"]
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables = [*options.drop_tables, DROPPED]
    font = TTFont(io.BytesIO(face.data), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def cut_with_harfbuzz(face: Face, characters: str, *, every_feature: bool = True) -> bytes:
    """As `hb-subset FONT --text=… --no-hinting --notdef-outline --drop-tables+=STAT`, which closes over the rules.

    With ``every_feature`` also `--layout-features='*'`.
    """
    request = hb.SubsetInput()
    request.unicode_set.update(map(ord, characters))
    request.drop_table_tag_set.add(int.from_bytes(DROPPED.encode()))
    if every_feature:
        request.layout_feature_tag_set.clear()
        request.layout_feature_tag_set.invert()
    request.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    data: bytes = hb.SubsetPlan(hb.Face(face.data), request).execute().blob.data
    return data


def cut_with_subset_font(face: Face, characters: str, *, every_feature: bool = True) -> bytes:
    """As `subsetFont(font, text, {targetFormat: 'sfnt', noHinting: true, dropTables: ['STAT']})`.

    It keeps all layout features by itself. Without ``every_feature`` it also gets `keepFeatures`, with those that
    hb-subset keeps by its own choice. `noLayoutClosure` is never used: it leaves out what rules put in, and a list of
    glyphs to add cannot be given.
    """
    options: dict[str, object] = {"targetFormat": "sfnt", "noHinting": True, "dropTables": [DROPPED]}
    if not every_feature:
        tags = sorted(hb.SubsetInput().layout_feature_tag_set)
        options["keepFeatures"] = [tag.to_bytes(4).decode() for tag in tags]
    asked = {"font": to_base64(face.data), "text": characters, "options": options}
    done = subprocess.run(
        ["node", "-e", SCRIPT], cwd=bring_subset_font(), input=json.dumps(asked), capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"subset-font failed: {done.stderr.strip()}")
    return base64.b64decode(done.stdout)


def to_base64(data: bytes) -> str:
    """Bytes for JSON."""
    return base64.b64encode(data).decode("ascii")


@functools.cache
def bring_subset_font() -> Path | None:
    """The folder that subset-font is installed in, installed there if it is not; None, and a word, where that fails."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("subset-font is left out: there is no node or no npm", file=sys.stderr)
        return None
    folder = WORK / "-".join(NPM_PACKAGES)
    if folder.is_dir():
        return folder
    begun = WORK / "npm.begun"  # an installation that was broken off must not pass for the whole
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", ".", *NPM_PACKAGES]
    done = subprocess.run(command, cwd=begun, capture_output=True, text=True)
    if done.returncode:
        print(f"subset-font is left out: {done.stderr.strip()}", file=sys.stderr)
        return None
    return begun.rename(folder)
