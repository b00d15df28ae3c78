from pathlib import Path

import pytest

import gomem as gm


@pytest.fixture(scope="session")
def before() -> Path:
    """The captured bundle of the example incident."""
    return Path(__file__).parents[2] / "examples" / "incident" / "before"


@pytest.fixture(scope="session")
def metrics(before: Path) -> gm.Metrics:
    return gm.read_metrics(before / "metrics")
