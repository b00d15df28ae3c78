"""Run once, when the module is made: every way into it turns a Rust panic into ``gomem.InternalError``."""

import functools
import types


def guard_all(module, panic, internal_error):
    """Wraps the functions of ``module``, and what its classes have, but for ``__new__``, which Python lets nobody wrap."""

    def guarded(entry):
        @functools.wraps(entry)
        def call(*args, **kwargs):
            try:
                return entry(*args, **kwargs)
            except panic as problem:
                # pyo3's own exception is no Exception: it would end programs that catch all of these.
                raise internal_error(str(problem)) from None

        return call

    def guarded_attribute(attribute):
        if isinstance(attribute, types.GetSetDescriptorType):
            getter = guarded(attribute.__get__)
            return property(lambda self: getter(self), doc=attribute.__doc__)
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
