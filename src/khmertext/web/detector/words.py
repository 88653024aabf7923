"""What the notice of the visitor check says, in each language that it can be had in.

The Khmer sentence is drawn, for where the notice is shown Khmer letters cannot be: see ``assets``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["ALWAYS", "NOTICE_LANGUAGES", "WORDS", "Words", "more_languages"]


class Words(NamedTuple):
    """The words of the notice in one language.

    Attributes:
        sentence: What is wrong and what to do.
        font: The link to the font.
        install: The link to the page that says how to install it.
        close: The name of the button.
    """

    sentence: str
    font: str
    install: str
    close: str


# Language tag → words. The English ones stand in the script itself, too.
WORDS: Mapping[str, Words] = {
    "en": Words(
        "Your browser cannot display Khmer on this page properly. Please install a Khmer Unicode font.",
        "Download a Khmer font",
        "How to install it",
        "Close this notice",
    ),
    "fr": Words(
        "Votre navigateur n’affiche pas correctement le khmer sur cette page. Veuillez installer une police khmère "
        "Unicode.",
        "Télécharger une police khmère",
        "Comment l’installer",
        "Fermer ce message",
    ),
    "th": Words(
        "เบราว์เซอร์ของคุณแสดงอักษรเขมรในหน้านี้ไม่ถูกต้อง โปรดติดตั้งฟอนต์เขมรแบบยูนิโคด",
        "ดาวน์โหลดฟอนต์เขมร",
        "วิธีติดตั้ง",
        "ปิดข้อความนี้",
    ),
    "vi": Words(
        "Trình duyệt của bạn không hiển thị đúng chữ Khmer trên trang này. Vui lòng cài một phông chữ Khmer Unicode.",
        "Tải phông chữ Khmer",
        "Cách cài đặt",
        "Đóng thông báo này",
    ),
    "zh": Words(
        "您的浏览器无法正确显示此页面上的高棉文。请安装高棉文 Unicode 字体。",
        "下载高棉文字体",
        "安装方法",
        "关闭此通知",
    ),
}

ALWAYS = ("en", "km")
"""The languages that every notice has."""

NOTICE_LANGUAGES = tuple(sorted({*ALWAYS, *WORDS}))
"""Every language that can be asked for."""


def more_languages(asked: tuple[str, ...]) -> tuple[str, ...]:
    """The languages that a notice has besides those that every one has.

    Args:
        asked: What the site's owner asks for.

    Returns:
        The languages, sorted, each once.

    Raises:
        ValueError: There are no words in one of them.

    Example:
        >>> more_languages(("vi", "en", "fr", "vi"))
        ('fr', 'vi')
    """
    for language in asked:
        if language not in NOTICE_LANGUAGES:
            raise ValueError(f"the notice is not to be had in {language!r}: choose from {', '.join(NOTICE_LANGUAGES)}")
    return tuple(sorted(set(asked) - set(ALWAYS)))
