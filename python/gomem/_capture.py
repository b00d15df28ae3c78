"""Bundles from live services."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gomem import _gomem
from gomem._metrics import GomemWarning
from gomem._progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gomem._progress import Progress

__all__ = ["Capture", "capture"]


class Capture(os.PathLike[str]):
    """A folder that was taken from a live service; it is given to `postmortem` as it is."""

    def __init__(self, path: Path, manifest: dict[str, Any], /) -> None:
        self._path = path
        self._manifest = manifest

    @property
    def path(self) -> Path:
        """The folder."""
        return self._path

    @property
    def manifest(self) -> dict[str, Any]:
        """What ``manifest.json`` says: times, URLs, versions, files, and what failed."""
        return self._manifest

    @property
    def failed(self) -> list[tuple[str, str]]:
        """What could not be taken, each with the reason."""
        return [(failed["what"], failed["reason"]) for failed in self._manifest["failed"]]

    def __fspath__(self) -> str:
        return str(self._path)

    def __repr__(self) -> str:
        files, failed = len(self._manifest["files"]), len(self._manifest["failed"])
        return f"Capture({str(self._path)!r}, {files} kinds of files, {failed} failed)"


def capture(
    url: str,
    directory: str | os.PathLike[str],
    *,
    seconds: int = 30,
    trace_seconds: int | None = None,
    metrics_url: str | None = None,
    headers: Mapping[str, str] | None = None,
    bearer_token: str | None = None,
    headers_to_metrics: bool = False,
    insecure_token: bool = False,
    ca_file: str | os.PathLike[str] | None = None,
    timeout: float = 10.0,
    limit_bytes: int = 128 << 20,
    source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    progress: Progress = None,
) -> Capture:
    """Take a bundle from a live Go service.

    Heap profiles now and after `seconds`, a CPU profile and a scrape of the metrics each second in
    between, then allocs and goroutines, mutex and block when they have samples. `Capture.failed`
    lists what could not be taken. The service is not trusted: answers are limited and stored as
    they came, except for what repeats a secret; redirects are followed only within the same origin,
    and certificates are verified.

    Parameters
    ----------
    url
        The service, or its ``debug/pprof/``.
    directory
        The folder to make: new, or empty.
    seconds
        How long: from 1 to 3600.
    trace_seconds
        Take an execution trace of so long too, after all else. It slows the program meanwhile, some
        1.15 times, and holds text of its users: names of tasks and regions, and logs.
    metrics_url
        Where the metrics are, if not at ``/metrics`` of `url`.
    headers
        What to send to the origin (scheme, host and port) of `url`. The values are stored nowhere:
        where an answer repeats one, it is blanked.
    bearer_token
        Sent as ``Authorization: Bearer``. It is stored nowhere.
    headers_to_metrics
        Send both to `metrics_url` too, when it is of another origin.
    insecure_token
        Let them, and what is secret in a URL, go over plain ``http`` to a host that is not this
        machine.
    ca_file
        A PEM file with the certificates of the authorities to trust, instead of the system's.
    timeout
        How many seconds an answer may take; the CPU profile so much longer than its own.
    limit_bytes
        How large an answer may be, as it comes over the wire.
    source
        A folder with sources, or several, as for `Profile.list`: those that the profiles name are
        copied into the folder ``src`` of the bundle, as they are, with whatever secret stands in
        them; 64 MiB at most.
    progress
        As for `scan_pprof`, in seconds.

    Raises
    ------
    UsageError
        When the URL, a header or the authorities make no sense, a token would go unencrypted, or
        the folder is not empty.
    GomemError
        When nothing could be taken at all.

    Examples
    --------
    >>> import gomem as gm
    >>> gm.capture("http://127.0.0.1:1", "incident-of-today")
    Traceback (most recent call last):
    ...
    gomem.GomemError: nothing could be taken from http://127.0.0.1:1/: ...
    """
    path = Path(directory)
    whole = seconds + (trace_seconds or 0)
    with progress_bar(whole, what="capture", unit="s", progress=progress) as done:
        so_far = 0

        def tell(elapsed: float) -> None:
            nonlocal so_far
            if (now := min(int(elapsed), whole)) > so_far:
                done(now - so_far)
                so_far = now

        text = _gomem.capture(
            url,
            path,
            seconds=seconds,
            trace_seconds=trace_seconds,
            metrics_url=metrics_url,
            headers=dict(headers or {}),
            bearer_token=bearer_token,
            headers_to_metrics=headers_to_metrics,
            insecure_token=insecure_token,
            ca_file=None if ca_file is None else Path(ca_file).read_bytes(),
            timeout=timeout,
            limit_bytes=limit_bytes,
            source=source,
            progress=tell,
        )
    manifest = json.loads(text)
    for warning in manifest["warnings"]:
        warnings.warn(warning, GomemWarning, stacklevel=2)
    return Capture(path, manifest)
