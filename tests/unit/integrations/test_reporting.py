"""What a build has to say inside another program."""

from __future__ import annotations

import pytest

from khmertext.integrations.reporting import iter_notes
from khmertext.web import BuildResult, SiteWarning


@pytest.mark.parametrize(("code", "serious"), [("utf-16", True), ("policy", True), ("own-font", False)])
def test_what_makes_khmer_look_wrong_is_a_warning(code: str, serious: bool) -> None:
    result = BuildResult(pages=1, warnings=(SiteWarning(code, "what", "a.html", 0),))
    assert list(iter_notes(result)) == [(serious, f"a.html: what [{code}]")]
