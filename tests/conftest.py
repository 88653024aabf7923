"""Settings for every test: no test is timed."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("khmertext", deadline=None)
settings.load_profile("khmertext")
