"""No panic crosses into Python."""

import types

import pytest

import gomem as gm
from gomem import _gomem

PANICS = {
    "a function": (lambda: _gomem._panic(), "ran"),  # noqa: PLW0108
    "a getter": (lambda: _gomem._panics().getter, "got"),
    "a method": (lambda: _gomem._panics().method(), "called"),
    "an operator": (lambda: len(_gomem._panics()), "counted"),
    "a display": (lambda: repr(_gomem._panics()), "shown"),
}


@pytest.mark.skipif(not _gomem.is_debug_build, reason="only debug builds panic on request")
@pytest.mark.parametrize("kind", PANICS)
def test_a_panic_is_an_internal_error(kind):
    run, text = PANICS[kind]
    with pytest.raises(
        gm.InternalError, match=f"a mistake of gomem's own: {text}; please report it"
    ) as caught:
        run()
    assert caught.value.__cause__ is None
    assert isinstance(caught.value, gm.GomemError)


def test_every_way_into_the_module_is_guarded():
    """Of a constructor, which nothing can guard, there is none."""
    raw = (types.GetSetDescriptorType, types.MethodDescriptorType, types.WrapperDescriptorType)
    for name, entry in vars(_gomem).items():
        assert not isinstance(entry, types.BuiltinFunctionType), name
        if isinstance(entry, type) and not issubclass(entry, BaseException):
            for attribute, value in vars(entry).items():
                assert not isinstance(value, (*raw, types.BuiltinFunctionType)), (
                    f"{name}.{attribute}"
                )
