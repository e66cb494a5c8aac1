#!/usr/bin/env python3
"""Cross every network of the tests, and let every fault happen, RUNS times each; tell how long it took.

    networks.py [RUNS] [-k WORDS]

Real routers in network namespaces, our server and coturn, a real host and a real Chromium: it needs root.
Of each figure: how often it was measured, its median, its 95th percentile and the most, in seconds.
"""

from __future__ import annotations

import ast
import math
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

ROOT: Final = Path(__file__).resolve().parents[2]
TESTS: Final = ("tests/e2e/test_networks.py", "tests/e2e/test_outages.py")


def main(runs: str = "10", *words: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        flags = ("-q", "--tb=short", "-o", "junit_family=xunit1", f"--junitxml={results}")
        status = subprocess.run(
            [sys.executable, "-m", "pytest", *flags, *TESTS, *words],
            cwd=ROOT,
            env={**os.environ, "SCREENSHARE_RUNS": runs},
            check=False,
        ).returncode
        for case in ElementTree.parse(results).iter("testcase"):
            for kept in case.iter("property"):
                figures = ast.literal_eval(kept.get("value", ""))
                print(f"{case.get('name')}: {told(kept.get('name', ''), figures)}")
    return status


def told(name: str, figures: list[float] | list[tuple[str, float]]) -> str:
    """Return a line about what was measured: seconds, or the path taken and seconds."""
    paths = Counter(figure[0] for figure in figures if isinstance(figure, tuple))
    took = sorted(figure[1] if isinstance(figure, tuple) else figure for figure in figures)
    middle, late = (took[math.ceil(len(took) * part) - 1] for part in (0.5, 0.95))
    ways = ", ".join(f"{count} {path}" for path, count in paths.most_common())
    return f"{name} n={len(took)} p50={middle:.2f} p95={late:.2f} most={took[-1]:.2f} {ways}".rstrip()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
