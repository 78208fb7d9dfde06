"""Where assessments come from: a file, a folder, bytes that were pushed, or a server; all reading is bounded."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from connectors.archives import is_archive, members
from connectors.limits import DEFAULT_LIMITS, Limits
from connectors.reasons import ReasonCode, Unfit, UnreadableSource

Authorization: TypeAlias = Callable[[], str]
"""Gives the value of the `Authorization` header for the next request, so that a short token can be renewed."""


_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class FileSource:
    """One file: a resource, a table, or an archive of them."""

    path: Path
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class FolderSource:
    """All files of a folder and of the folders in it, in the order of their names."""

    path: Path
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class MemorySource:
    """Bytes that somebody pushed; `name` stands for a file name (`push.json`) and decides as little."""

    name: str
    content: bytes = field(repr=False)
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class ServerSource:
    """A server at a base address, asked over HTTP."""

    url: str
    authorization: Authorization | None = field(default=None, repr=False)
    limits: Limits = DEFAULT_LIMITS


Source: TypeAlias = FileSource | FolderSource | MemorySource | ServerSource
StoredSource: TypeAlias = FileSource | FolderSource | MemorySource


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source: `name` relative to the source, `content()` its bytes, read when asked."""

    name: str
    _read: Callable[[], bytes] = field(repr=False)

    def content(self) -> bytes:
        """The whole file.

        Raises:
            Unfit: it is larger than the limits say, or was not a regular file.
            UnreadableSource: the system refused.
        """
        return self._read()


def source_at(location: str, *, authorization: Authorization | None = None, limits: Limits = DEFAULT_LIMITS) -> Source:
    """The source at `location`: a path, or the http(s) base address of a server.

    Raises:
        UnreadableSource: there is nothing at that path.
    """
    if location.startswith(("http://", "https://")):
        return ServerSource(location, authorization=authorization, limits=limits)
    path = Path(location)
    if path.is_dir():
        return FolderSource(path, limits=limits)
    if path.is_file():
        return FileSource(path, limits=limits)
    raise UnreadableSource("there is no such file or folder", "give the path of a file or a folder, or http(s)://…")


def files_of(source: StoredSource) -> Iterator[SourceFile]:
    """Every file of `source` in a stable order; archives are opened and their members given instead.

    An archive that breaks the limits is given as one file whose reading raises `Unfit`.
    """
    limits = source.limits
    if isinstance(source, MemorySource):
        yield from _unpacked(SourceFile(shown(source.name), lambda: _within(source.content, limits)), limits)
    elif isinstance(source, FileSource):
        yield from _unpacked(_file(source.path, source.path.name, limits), limits)
    else:
        yield from _files_of_folder(source.path, limits)


def is_whole_source(source: StoredSource, file: SourceFile) -> bool:
    """Whether `file` is all that `source` has, so that there is nothing to go on with when it can't be read."""
    if isinstance(source, FolderSource):
        return False
    return file.name == shown(source.name if isinstance(source, MemorySource) else source.path.name)


def shown(name: str) -> str:
    """A file name that may stand in a report: whatever its bytes were, it is one line of text of bounded length."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    text = "".join(sign if sign.isprintable() else "?" for sign in text)
    return text if len(text) <= _LONGEST_NAME else f"…{text[-_LONGEST_NAME:]}"


def _files_of_folder(folder: Path, limits: Limits) -> Iterator[SourceFile]:
    total = 0
    for count, (path, size) in enumerate(_walk(folder, limits.folder_depth)):
        total += size
        if count >= limits.files or total > limits.total_bytes:
            raise UnreadableSource("the folder holds more than the limits allow", "give smaller folders one at a time")
        yield from _unpacked(_file(path, path.relative_to(folder).as_posix(), limits), limits)


def _walk(folder: Path, depth: int) -> Iterator[tuple[Path, int]]:
    """Regular files below `folder` with their sizes, by name; links are not followed, so nothing outside is read."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        sizes = [entry.stat(follow_symlinks=False).st_size for entry in entries]
    except OSError:
        raise UnreadableSource("a folder can't be listed", "check who may read it, and that it is at rest") from None
    for entry, size in zip(entries, sizes, strict=True):
        if entry.is_dir(follow_symlinks=False):
            if depth == 0:
                raise UnreadableSource("folders are nested too deep", "give the inner folders one at a time")
            yield from _walk(Path(entry.path), depth - 1)
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path), size


def _file(path: Path, name: str, limits: Limits) -> SourceFile:
    return SourceFile(shown(name), lambda: _read_path(path, limits.file_bytes))


def _read_path(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise Unfit(ReasonCode.NOT_A_TABLE)
            content = stream.read(most + 1)
    except OSError:
        raise UnreadableSource("a file can't be opened", "check that it is there and who may read it") from None
    if len(content) > most:
        raise Unfit(ReasonCode.TOO_LARGE)
    return content


def _within(content: bytes, limits: Limits) -> bytes:
    if len(content) > limits.file_bytes:
        raise Unfit(ReasonCode.TOO_LARGE)
    return content


def _unpacked(file: SourceFile, limits: Limits) -> Iterator[SourceFile]:
    if not file.name.lower().endswith(".zip"):
        yield file
        return
    try:
        content = file.content()
        inside = list(members(content, limits)) if is_archive(content) else None
    except Unfit as problem:
        yield _refused(file.name, problem.reason)
        return
    if inside is None:
        yield _refused(file.name, ReasonCode.UNSAFE_ARCHIVE)
        return
    for name, read in inside:
        yield SourceFile(f"{file.name}/{shown(name)}", read)


def _refused(name: str, reason: ReasonCode) -> SourceFile:
    def refuse() -> bytes:
        raise Unfit(reason)

    return SourceFile(name, refuse)
