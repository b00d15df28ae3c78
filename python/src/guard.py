"""Run once, when the module is made: each way into it turns a panic into ``InternalError``."""

import functools
import types
from collections.abc import Callable
from typing import Any


def guard_all(
    module: types.ModuleType,
    panic: type[BaseException],
    internal_error: Callable[[str], BaseException],
) -> None:
    """Wrap the functions of a module, and what its classes have.

    ``__new__`` is left as it is: Python lets nobody wrap it.
    """

    def guarded(entry: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(entry)
        def call(*args: object, **kwargs: object) -> object:
            try:
                return entry(*args, **kwargs)
            except panic as problem:
                # pyo3's own exception is no Exception: it ends programs that catch all of these.
                raise internal_error(str(problem)) from None

        return call

    def guarded_attribute(attribute: object) -> object:
        if isinstance(attribute, types.GetSetDescriptorType):
            getter = guarded(attribute.__get__)
            # A property hands over the object alone, which is all that the getter takes.
            return property(lambda this: getter(this), doc=attribute.__doc__)  # noqa: PLW0108
        if isinstance(attribute, types.MethodDescriptorType | types.WrapperDescriptorType):
            return guarded(attribute)
        return attribute

    for name, entry in list(vars(module).items()):
        if isinstance(entry, types.BuiltinFunctionType):
            setattr(module, name, guarded(entry))
        elif isinstance(entry, type) and not issubclass(entry, BaseException):
            for attribute, value in list(vars(entry).items()):
                wrapped = guarded_attribute(value)
                if wrapped is not value:
                    setattr(entry, attribute, wrapped)
