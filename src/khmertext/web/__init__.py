"""A web site's Khmer: read, give it its font, prove it, write it back.

Example:
    >>> from khmertext.web import BuildOptions, build_site    # doctest: +SKIP
    >>> build_site(Path("public"), Path("public-khmer")).runs  # doctest: +SKIP
    1204
"""

from khmertext.web.checking import Problem, SiteReview, check_site, review_site
from khmertext.web.detector import NOTICE_LANGUAGES
from khmertext.web.disk import Change
from khmertext.web.facts import FoundText, PageFacts, PageFinding, SiteContext, SiteWarning
from khmertext.web.inmemory import PagesPlan, lock_sheets, plan_pages, rewrite_page, rewrite_sheet
from khmertext.web.pages import scan_page
from khmertext.web.site import BuildOptions, BuildResult, build_site
from khmertext.web.writing import clean_site

__all__ = [
    "NOTICE_LANGUAGES",
    "BuildOptions",
    "BuildResult",
    "Change",
    "FoundText",
    "PageFacts",
    "PageFinding",
    "PagesPlan",
    "Problem",
    "SiteContext",
    "SiteReview",
    "SiteWarning",
    "build_site",
    "check_site",
    "clean_site",
    "lock_sheets",
    "plan_pages",
    "review_site",
    "rewrite_page",
    "rewrite_sheet",
    "scan_page",
]
