"""ZIP archives, opened in memory and never onto disk, within bounds that a bomb can't pass."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from connectors.limits import Limits
from connectors.reasons import ReasonCode, Unfit

_ENCRYPTED = 0x1


def is_archive(content: bytes) -> bool:
    """Whether `content` begins as a ZIP archive does."""
    return content[:4] == b"PK\x03\x04"


def members(content: bytes, limits: Limits) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Name and reader of every file in the archive, by name.

    Raises:
        Unfit: the archive is broken, encrypted, holds one name twice, or unpacks to more than `limits` allow.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        infos = sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.filename)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError):
        raise Unfit(ReasonCode.UNSAFE_ARCHIVE) from None
    _refuse_bombs(infos, limits)
    for info in infos:
        yield info.filename, partial(_read, archive, info, limits)


def _refuse_bombs(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    """The sizes that an archive declares; `_read` then holds it to them."""
    sizes = [info.file_size for info in infos]
    unsafe = (
        len(infos) > limits.files
        or len({info.filename for info in infos}) < len(infos)
        or sum(sizes) > limits.total_bytes
        or any(info.flag_bits & _ENCRYPTED for info in infos)
        or any(info.file_size > limits.archive_ratio * max(info.compress_size, 64) for info in infos)
    )
    if unsafe:
        raise Unfit(ReasonCode.UNSAFE_ARCHIVE)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    if info.file_size > limits.file_bytes:
        raise Unfit(ReasonCode.TOO_LARGE)
    try:
        with archive.open(info) as stream:
            content = stream.read(info.file_size + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        raise Unfit(ReasonCode.UNSAFE_ARCHIVE) from None
    if len(content) > info.file_size:
        raise Unfit(ReasonCode.UNSAFE_ARCHIVE)
    return content
