"""A page's own Content-Security-Policy: which inline styles it fixes by a hash, and whether it lets our files in.

Only a policy that stands in the page can be read; one that a server sends is beyond a build.

Source: Content Security Policy Level 3, sections 2.2 (parsing), 6.1 (fetch directives) and 6.7 (hashes, sources).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["ContentPolicy"]

# What decides, the most special first.
FALLBACKS = {
    "style": ("style-src-elem", "style-src", "default-src"),
    "script": ("script-src-elem", "script-src", "default-src"),
    "font": ("font-src", "default-src"),
}
ALGORITHMS = ("sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True)
class ContentPolicy:
    """The policies of one page, all of which hold.

    Attributes:
        policies: For each, directive → its sources, in lower case but for hashes and nonces.
    """

    policies: tuple[dict[str, tuple[str, ...]], ...] = field(default=())

    @classmethod
    def parse(cls, contents: Iterable[str]) -> ContentPolicy:
        """Read what ``meta`` elements say.

        Args:
            contents: The value of each ``content`` attribute.

        Example:
            >>> ContentPolicy.parse(["default-src 'self'; font-src 'none'"]).refuses("font")
            True
        """
        policies = []
        for content in contents:
            directives: dict[str, tuple[str, ...]] = {}
            for part in content.split(";"):
                words = part.split()
                if words:  # of two directives with one name, the first counts
                    directives.setdefault(words[0].lower(), tuple(words[1:]))
            policies.append(directives)
        return cls(tuple(policies))

    def sources(self, kind: str) -> list[tuple[str, ...]]:
        """The source lists that decide on "style", "script" or "font"; none for a policy that says nothing of it."""
        found = []
        for policy in self.policies:
            name = next((name for name in FALLBACKS[kind] if name in policy), None)
            if name is not None:
                found.append(policy[name])
        return found

    def refuses(self, kind: str) -> bool:
        """Whether files of the page's own site, linked without a nonce, are surely refused."""
        for sources in self.sources(kind):
            words = [word.lower() for word in sources]
            if kind == "script" and "'strict-dynamic'" in words:
                return True
            # Everything but a quoted word names hosts, schemes or all: it may well be this one.
            if not any(word == "'self'" or not word.startswith("'") for word in words):
                return True
        return False

    def fixes_style(self, text: str) -> bool:
        """Whether a ``style`` element with this text is let in by its hash, so that it must keep its bytes.

        Example:
            >>> policy = ContentPolicy.parse(["style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"])
            >>> policy.fixes_style(""), policy.fixes_style("p {}")
            (True, False)
        """
        listed = {source.strip("'") for sources in self.sources("style") for source in sources}
        if not any(source.startswith(ALGORITHMS) for source in listed):
            return False
        data = text.encode("utf-8", "replace")
        digests = {name: base64.b64encode(hashlib.new(name, data).digest()).decode() for name in ALGORITHMS}
        return any(
            source.partition("-")[0] in ALGORITHMS
            and source.partition("-")[2].replace("-", "+").replace("_", "/") == digests[source.partition("-")[0]]
            for source in listed
        )

    @property
    def fixes_attributes(self) -> bool:
        """Whether ``style`` attributes are let in by their hashes."""
        return any(
            "'unsafe-hashes'" in (word.lower() for word in sources)
            for policy in self.policies
            for name, sources in policy.items()
            if name in ("style-src", "style-src-attr", "default-src")
        )
