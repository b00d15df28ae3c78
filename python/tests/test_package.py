import pickle
import subprocess
import sys

import polars as pl
import pytest

import gomem as gm
from gomem import _gomem


def test_every_name_is_there():
    assert all(hasattr(gm, name) for name in gm.__all__)
    assert gm.__version__ == _gomem.__version__


def test_importing_is_light():
    """Altair alone takes longer than all that gomem itself imports."""
    program = """
import sys, polars
before = set(sys.modules)
import gomem
print(*sorted({name.split(".")[0] for name in set(sys.modules) - before}))
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    added = set(run.stdout.split())
    assert not added & {"altair", "fsspec", "tqdm", "pyarrow", "numpy", "pandas", "IPython"}
    assert added - set(sys.stdlib_module_names) == {"gomem"}


def test_errors_survive_pickling():
    with pytest.raises(gm.DecodeError) as caught:
        gm.read_gctrace(b"")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is gm.DecodeError
    assert (again.kind, str(again)) == (caught.value.kind, str(caught.value))


def test_tables_stream_more_than_once():
    table = _gomem.read_metrics(b"up 1").series()
    assert (table.name, len(table)) == ("series", 1)
    assert pl.DataFrame(table).equals(pl.DataFrame(table))
    assert repr(table) == "Table(series, 1 rows, 4 columns)"


def test_the_command():
    def run(*words):
        command = [
            sys.executable,
            "-c",
            "import sys; from gomem._cli import main; sys.exit(main())",
        ]
        return subprocess.run([*command, *words], check=False, capture_output=True, text=True)

    version = run("--version")
    assert (version.returncode, version.stdout) == (0, f"gomem {gm.__version__}\n")
    assert run().returncode == 2
