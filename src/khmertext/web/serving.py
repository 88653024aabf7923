"""A folder served to a browser on this machine, as a plain static host does it; some files may stand for others."""

from __future__ import annotations

import mimetypes
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlsplit

from khmertext.errors import SiteError
from khmertext.web.disk import read_file

__all__ = ["serve_folder"]

# Not left to the machine's own list, which may lack them or know them otherwise.
KINDS: Final[Mapping[str, str]] = {
    ".css": "text/css",
    ".htm": "text/html",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".otf": "font/otf",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xhtml": "application/xhtml+xml",
}
INDEX: Final = "index.html"


@contextmanager
def serve_folder(root: Path, instead: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve a folder on the loopback interface, at a port that is free.

    Args:
        root: The folder. Nothing outside it is served, and links out of it are not followed.
        instead: Path → path of the file whose bytes are given for it; both from the root.

    Yields:
        The address, without a slash at its end.

    Raises:
        SiteError: No port can be had.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from urllib.request import urlopen
        >>> with TemporaryDirectory() as folder:
        ...     Path(folder, "a b.txt").write_text("text")
        ...     with serve_folder(Path(folder)) as url:
        ...         urlopen(url + "/a%20b.txt").read()
        4
        b'text'
    """
    try:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, root=root.resolve(), instead=instead or {}))
    except OSError as error:
        raise SiteError(f"cannot be served: {error.strerror or error}", source=str(root)) from error
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    """Answers one request; the arguments after ``root`` are those of :func:`serve_folder`."""

    server_version = "khmertext"

    def __init__(self, *arguments: object, root: Path, instead: Mapping[str, str]) -> None:
        self.root = root
        self.instead = instead
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.answer(whole=True)

    def do_HEAD(self) -> None:
        self.answer(whole=False)

    def answer(self, *, whole: bool) -> None:
        path = os.fsdecode(unquote_to_bytes(urlsplit(self.path).path)).lstrip("/")
        with suppress(ConnectionError):  # the page was closed meanwhile
            if path and not path.endswith("/") and self.is_inside(path) and (self.root / path).is_dir():
                self.send_response(HTTPStatus.MOVED_PERMANENTLY)
                self.send_header("Location", f"/{quote(os.fsencode(path))}/")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if not path or path.endswith("/"):
                path += INDEX
            data = self.read(self.instead.get(path, path))
            if data is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            suffix = Path(path).suffix.lower()
            self.send_response(HTTPStatus.OK)
            kind = KINDS.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if whole:
                self.wfile.write(data)

    def read(self, path: str) -> bytes | None:
        if not self.is_inside(path):
            return None
        try:
            return read_file(self.root, path)
        except SiteError:
            return None

    def is_inside(self, path: str) -> bool:
        if "\0" in path or ".." in path.split("/"):
            return False
        if os.name == "nt" and ("\\" in path or ":" in path):  # elsewhere they are letters like others
            return False
        try:
            found = (self.root / path).resolve()
            found.stat()
        except (OSError, RuntimeError):  # nothing there, a loop of links, or a name that is too long
            return False
        return found.is_relative_to(self.root)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: what a page asks for is no news to who looks at its pictures."""
