"""Objects that are sent to other processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

__all__ = ["Pickled", "Recipe"]


class Recipe(NamedTuple):
    """How an object is made: what others it is made of stand among them as recipes."""

    make: Callable[..., Any]
    sources: tuple[Any, ...]
    options: dict[str, Any]


class Pickled:
    """An object that pickles as how it was made, and is made anew where it arrives.

    It never changes, so a copy is the object itself.
    """

    _recipe: Recipe | None = None

    def _made_by(self, make: Callable[..., Any], *sources: object, **options: object) -> Self:
        """Remember how it is made, without holding on to what it is made of.

        Texts among the sources are paths, those among the options are not.
        """
        try:
            kept = tuple(_kept_source(source) for source in sources)
            named = {name: _kept_option(option) for name, option in options.items()}
        except _CannotBeReadAgainError:
            return self
        self._recipe = Recipe(make, kept, named)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        if self._recipe is None:
            raise TypeError(
                f"a {type(self).__name__} that was read from a file object cannot be sent to "
                "another process; read it from a path or from bytes"
            )
        return _made, (self._recipe,)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self


class _CannotBeReadAgainError(Exception):
    """A file object gives its bytes once."""


def _made(kept: object) -> Any:  # noqa: ANN401
    """Give what was kept, made anew where it is a recipe."""
    match kept:
        case Recipe(make, sources, options):
            named = {name: _made(option) for name, option in options.items()}
            return make(*(_made(source) for source in sources), **named)
        case list():
            return [_made(part) for part in kept]
        case _:
            return kept


def _kept_source(source: object) -> object:
    """Give what names the same thing in another process, where the working directory may differ."""
    match source:
        case str() if "://" not in source:
            return str(Path(source).absolute())
        case bytearray() | memoryview():
            return bytes(source)
        case Sequence() if not isinstance(source, str | bytes):
            return [_kept_source(part) for part in source]
        case _:
            return _kept_option(source)


def _kept_option(option: object) -> object:
    match option:
        case Pickled():
            return option._recipe or option
        case os.PathLike():
            return str(Path(option).absolute())
        case _ if hasattr(option, "read"):
            raise _CannotBeReadAgainError
        case _:
            return option
