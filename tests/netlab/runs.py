"""How often a network is crossed or fails, for its figures to mean something."""

from __future__ import annotations

import os
from typing import Final

_asked = os.environ.get("SCREENSHARE_RUNS")
# Three find out what is broken; what is slow now and then takes dozens (scripts/benchmark/networks.py).
VISITS: Final = int(_asked or 3)
# Each takes up to a minute.
FAULTS: Final = int(_asked or 1)
