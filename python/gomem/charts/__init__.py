"""Pictures of memory, as Altair charts: ``pip install 'gomem[charts]'``.

A notebook shows a chart as it is; ``chart.save("heap.html")`` writes it, and with vl-convert-python
``chart.save("heap.png")`` does. Other viewers fetch Vega from the network, unless
``altair.renderers.enable("png")`` makes pictures. Memory is in MiB, times are UTC, intervals are
bands or lines.

Examples
--------
>>> import gomem as gm
>>> from gomem import charts
>>> metrics = gm.read_metrics("examples/incident/before/metrics")
>>> charts.heap_over_time(metrics).to_dict()["layer"][0]["encoding"]["y"]["title"]
'memory (MiB)'
"""

from gomem._gomem import UsageError

try:
    import altair as _altair  # noqa: F401
except ImportError as err:
    raise UsageError("charts need Altair: pip install 'gomem[charts]'") from err

from gomem.charts._gogc import gogc_what_if
from gomem.charts._memory import gc_timeline, heap_over_time, waterfall
from gomem.charts._sites import growth, sites_over_time, top_sites
from gomem.charts._sizes import sizes

__all__ = [
    "gc_timeline",
    "gogc_what_if",
    "growth",
    "heap_over_time",
    "sites_over_time",
    "sizes",
    "top_sites",
    "waterfall",
]
