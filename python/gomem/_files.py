"""Many files by their paths, patterns, folders and URLs."""

from __future__ import annotations

import glob
import importlib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gomem._gomem import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gomem._source import Source

    Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]

__all__ = ["Files", "opened"]


class Files:
    """What there is to read: paths, and URLs that fsspec opens."""

    def __init__(self, paths: Paths, storage_options: Mapping[str, Any] | None) -> None:
        self._storage_options = dict(storage_options or {})
        if isinstance(paths, str | os.PathLike):
            paths = [paths]
        self.names: list[str] = []
        # Nobody named these, so files of other kinds may be among them.
        self.of_folders: set[str] = set()
        for path in paths:
            name = os.fspath(path)
            found = self._find_remote(name) if "://" in name else _find(name)
            if not found:
                raise FileNotFoundError(2, "no such file, or no file matches", name)
            self.names += found
            if name.endswith("/") or Path(name).is_dir():
                self.of_folders.update(found)
        if not self.names:
            raise FileNotFoundError(2, "no files were given")

    @contextmanager
    def open(self, name: str) -> Iterator[Source]:
        """Give what a reader takes."""
        if "://" not in name:
            yield name
            return
        filesystem, path = self._filesystem(name)
        with filesystem.open(path, "rb") as file:
            yield _Named(file, name)

    def _find_remote(self, url: str) -> list[str]:
        filesystem, path = self._filesystem(url)
        if glob.has_magic(path):
            found = filter(filesystem.isfile, filesystem.glob(path))
        elif url.endswith("/"):
            found = filesystem.find(path)
        else:
            # Not asked for: that would cost a request each. What is not there is told on reading.
            return [url]
        return sorted(filesystem.unstrip_protocol(path) for path in found)

    def _filesystem(self, url: str) -> tuple[Any, str]:
        try:
            fsspec = importlib.import_module("fsspec")
        except ImportError as err:
            raise UsageError(f"{url}: URLs need fsspec: pip install 'gomem[remote]'") from err
        try:
            found: tuple[Any, str] = fsspec.core.url_to_fs(url, **self._storage_options)
        except (ImportError, ValueError) as err:
            raise UsageError(f"{url}: {err}") from err
        return found


@contextmanager
def opened(source: Source, storage_options: Mapping[str, Any] | None) -> Iterator[Source]:
    """Give what a reader takes: a URL is opened, and anything else is that already."""
    if isinstance(source, str) and "://" in source:
        files = Files(source, storage_options)
        with files.open(files.names[0]) as file:
            yield file
    else:
        yield source


class _Named:
    """A file that says in error messages where it comes from."""

    def __init__(self, file: Any, name: str) -> None:  # noqa: ANN401
        self._file = file
        self.name = name

    def read(self, size: int, /) -> bytes:
        content: bytes = self._file.read(size)
        return content


def _find(name: str) -> list[str]:
    """Files of a path, a folder or a pattern, by name."""
    if Path(name).is_file():
        return [name]
    pattern = str(Path(glob.escape(name)) / "**" / "*") if Path(name).is_dir() else name
    # Unlike pathlib's, this takes absolute patterns.
    return sorted(filter(os.path.isfile, glob.glob(pattern, recursive=True)))  # noqa: PTH207
