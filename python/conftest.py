import http.server
import importlib.util
import threading
from collections.abc import Iterator
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


@pytest.fixture
def service(before: Path) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """Go's answers, as far as they are needed; gives the URL and the requests."""
    answers = {
        "/debug/pprof/": b"<tr><td>0</td><td><a href='mutex?debug=1'>mutex</a></td></tr>",
        "/debug/pprof/heap": (before / "heap-3.pb.gz").read_bytes(),
        "/debug/pprof/allocs": (before / "allocs.pb.gz").read_bytes(),
        "/debug/pprof/profile": (before / "cpu.pb.gz").read_bytes(),
        "/metrics": b'go_info{version="go1.26.8"} 1\ngo_goroutines 3\n',
    }
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append((self.path, self.headers.get("Authorization")))
            answer = answers.get(self.path.split("?")[0])
            self.send_response(200 if answer else 404)
            self.send_header("Content-Length", str(len(answer or b"")))
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", requests
    server.shutdown()
    thread.join()
    server.server_close()
