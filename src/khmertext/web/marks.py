"""Taking our own insertions out of a file again.

A file that is as the last build left it is undone exactly, by the places in the manifest. One that was edited since is
undone by what our insertions look like; both ways leave the author's bytes alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from khmertext.errors import SiteError
from khmertext.web.manifest import Manifest, hash_bytes
from khmertext.web.pages import MARK, quote_family
from khmertext.web.sources import remove_insertions

__all__ = ["restore_file", "strip_marks"]


def restore_file(path: str, data: bytes, manifests: Iterable[Manifest]) -> bytes:
    """The author's bytes of a file that a build may have changed.

    Args:
        path: The file, from the root of the site.
        data: Its bytes now.
        manifests: The manifest of the last build, and the journal of an interrupted one.

    Raises:
        SiteError: The manifest and the file contradict each other.
    """
    digest = hash_bytes(data)
    families = []
    for manifest in manifests:
        families.append(manifest.family)
        record = manifest.changed.get(path)
        if record is None or digest == record.original:
            continue
        if digest == record.result:
            original = remove_insertions(data, list(record.places))
            if hash_bytes(original) != record.original:
                raise SiteError(
                    "does not come back to what the manifest says it was",
                    source=path,
                    hint="take the file from its source and build again",
                )
            return original
    for family in dict.fromkeys(families):
        data = strip_marks(data, family)
    return data


def strip_marks(data: bytes, family: str) -> bytes:
    """Remove whatever looks like an insertion of ours.

    Args:
        data: A page or stylesheet in an encoding that contains ASCII.
        family: The name of the family that was put in.

    Example:
        >>> strip_marks(b'<p data-khmertext="0123abcd" style="font-family:&quot;K&quot;, serif">', "K")
        b'<p style="font-family:serif">'
    """
    if MARK.encode() in data:
        data = LINK.sub(b"", data)
        data = ATTRIBUTE.sub(b"", data)
    quoted = quote_family(family)
    for written in (quoted, html.escape(quoted), html.escape(quoted).replace(" ", "&#32;")):
        name = written.encode()
        if name in data:
            space = b"&#32;" if "&#32;" in written else b" "
            data = data.replace(name + b"," + space, b"").replace(b"," + space + name, b"")
    return data


LINK = re.compile(rb'<link %(mark)s="" [^<>]*/>|<script %(mark)s="" [^<>]*></script>' % {b"mark": MARK.encode()})
ATTRIBUTE = re.compile(rb' %s="[0-9a-f]{8}"' % MARK.encode())
