"""What comes out of cutting a font, whatever the coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from khmertext.fonts.faces import Face
from khmertext.fonts.gate import Judged
from khmertext.fonts.planning import SubsetPlan
from khmertext.fonts.proof import Proof

__all__ = ["COVERAGES", "Coverage", "Subset", "TextCoverage"]

TextCoverage = Literal["exact", "text", "flagged", "open"]
Coverage = Literal["exact", "text", "flagged", "open", "full"]
COVERAGES: Final = ("exact", "text", "flagged", "open", "full")


@dataclass(frozen=True, slots=True)
class Subset:
    """A font that may ship.

    Args:
        data: The WOFF2 file.
        face: The same, read back.
        plan: What was kept, and why.
        proof: What was compared; nothing differs.
        rounds: How many times it was cut.
        coverage: How much of the font it keeps. A font of which no exact cut can be proven is cut as ``text``.
        gate: What other texts came out as, where the coverage promises something of them: ``flagged`` that none is
            drawn wrong without a flag, ``open`` that everyday clusters are drawn right.
    """

    data: bytes
    face: Face
    plan: SubsetPlan
    proof: Proof
    rounds: int
    coverage: Coverage = "text"
    gate: Judged | None = None
