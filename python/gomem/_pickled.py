"""Objects that are sent to other processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

__all__ = ["Pickled", "Recipe"]


class Recipe(NamedTuple):
    """How an object is made: what others it is made of stand among the arguments as recipes."""

    make: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: dict[str, Any]


class Pickled:
    """An object that pickles as how it was made, and is made anew where it arrives.

    It never changes, so a copy is the object itself.
    """

    _recipe: Recipe | None = None

    def _made_by(self, make: Callable[..., Any], *arguments: object, **options: object) -> Self:
        """Remember how it is made, without holding on to what it is made of."""
        try:
            kept = tuple(_kept(argument) for argument in arguments)
            named = {name: _kept(option) for name, option in options.items()}
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
        case Recipe(make, arguments, options):
            named = {name: _made(option) for name, option in options.items()}
            return make(*(_made(argument) for argument in arguments), **named)
        case list():
            return [_made(part) for part in kept]
        case _:
            return kept


def _kept(argument: object) -> object:
    """Give what names the same thing in another process, where the working directory may differ."""
    match argument:
        case Pickled():
            return argument._recipe or argument
        case os.PathLike():
            return _kept(os.fspath(argument))
        case str():
            # Options are texts too; only what is there is a path.
            path = Path(argument)
            return str(path.absolute()) if "://" not in argument and path.exists() else argument
        case bytearray() | memoryview():
            return bytes(argument)
        case Sequence() if not isinstance(argument, bytes):
            return [_kept(part) for part in argument]
        case _ if hasattr(argument, "read"):
            raise _CannotBeReadAgainError
        case _:
            return argument
