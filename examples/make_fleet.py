"""Makes a fleet's heap profiles out of the incident's: python examples/make_fleet.py captures 2000.

They lie in captures/<service>/<date>/<pod>-<number>.pb.gz, for three services over two weeks:

- `ingest` leaks: each day holds more of the incident's last profile, and less of its first;
- `ingest-fixed` is the same service after the fix;
- `ingest-canary` begins in the second week to keep what it forgot before.

Each profile is a sum of real ones, and written by gomem.
"""

import random
import sys
from datetime import date, timedelta
from pathlib import Path

import gomem as gm

INCIDENT = Path(__file__).parent / "incident"
SERVICES = ("ingest", "ingest-fixed", "ingest-canary")
FIRST, DAYS, PODS = date(2026, 11, 9), 14, 6


def main(folder: Path, count: int) -> None:
    rng = random.Random(1)
    before = [gm.read_pprof(INCIDENT / f"before/heap-{number}.pb.gz") for number in (1, 2, 3)]
    after = [gm.read_pprof(INCIDENT / f"after/heap-{number}.pb.gz") for number in (1, 2, 3)]
    forgetful = [profile.filter(ignore=r"Sessions\)\.touch") for profile in before]
    for number in range(count):
        service = SERVICES[number % len(SERVICES)]
        day = number // len(SERVICES) % DAYS
        pod = number // (len(SERVICES) * DAYS) % PODS
        profile = sum_of(service, day, before, after, forgetful, rng)
        path = folder / service / f"{FIRST + timedelta(days=day)}" / f"pod-{pod}-{number}.pb.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        profile.to_pprof(path)


def sum_of(
    service: str,
    day: int,
    before: list[gm.Profile],
    after: list[gm.Profile],
    forgetful: list[gm.Profile],
    rng: random.Random,
) -> gm.Profile:
    """Three profiles' sum: of the leaking service, the later the day, the later they were taken."""
    if service == "ingest-fixed":
        return gm.merge(rng.choices(after, k=3))
    if service == "ingest-canary" and day < DAYS // 2:
        return gm.merge(rng.choices(forgetful, k=3))
    late = day / (DAYS - 1)
    return gm.merge(rng.choices(before, weights=[1.1 - late, 0.5, 0.1 + late], k=3))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
