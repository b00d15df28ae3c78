"""Progress bars on long work."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from gomem._gomem import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Progress", "progress_bar"]

Progress: TypeAlias = bool | Callable[[int, int | None], object] | None
"""Whether a bar is shown, or what is told how much is done, of how much (None: not known).

None is up to the environment: ``GOMEM_PROGRESS=0`` is never, ``=1`` always; without
it, a bar is shown in a notebook and on a terminal, if tqdm is installed and the work takes long.
"""


@contextmanager
def progress_bar(
    total: int | None, *, what: str, unit: str, progress: Progress
) -> Iterator[Callable[[int], None]]:
    """Give what is to be called with how much more is done."""
    if callable(progress):
        done = 0

        def tell(count: int) -> None:
            nonlocal done
            done += count
            progress(done, total)

        yield tell
        return
    make = _tqdm(progress)
    if make is None:
        yield _ignore
        return
    with make(total=total, desc=what, unit=unit, delay=_DELAY_SECONDS, file=sys.stderr) as bar:
        yield bar.update


def _tqdm(progress: bool | None) -> Callable[..., Any] | None:
    """Give what makes bars, if one is wanted."""
    asked = progress if progress is not None else _ASKED.get(os.environ.get("GOMEM_PROGRESS", ""))
    if asked is False or (asked is None and not _somebody_looks()):
        return None
    try:
        with warnings.catch_warnings():
            # Without ipywidgets it draws with characters, in a notebook too, and warns.
            warnings.simplefilter("ignore")
            make: Callable[..., Any] = importlib.import_module("tqdm.auto").tqdm
    except ImportError as err:
        if progress is None:
            return None
        raise UsageError("progress bars need tqdm: pip install 'gomem[progress]'") from err
    return make


def _somebody_looks() -> bool:
    stderr = sys.stderr
    return "ipykernel" in sys.modules or (stderr is not None and stderr.isatty())


def _ignore(_count: int) -> None:
    pass


_ASKED = {"0": False, "1": True}

# Short work shows nothing.
_DELAY_SECONDS = 0.5
