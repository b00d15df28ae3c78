import importlib.util
from pathlib import Path

import pytest

import gomem as gm

# Spark is large and wants Java: `make test-spark` has it.
collect_ignore = [] if importlib.util.find_spec("pyspark") else ["gomem/spark.py"]


@pytest.fixture(autouse=True)
def _at_the_root(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples in docstrings name files from the project's root."""
    if isinstance(request.node, pytest.DoctestItem):
        monkeypatch.chdir(Path(__file__).parents[1])


@pytest.fixture(scope="session")
def before() -> Path:
    """The captured bundle of the example incident."""
    return Path(__file__).parents[1] / "examples" / "incident" / "before"


@pytest.fixture(scope="session")
def metrics(before: Path) -> gm.Metrics:
    return gm.read_metrics(before / "metrics")
