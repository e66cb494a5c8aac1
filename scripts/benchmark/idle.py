#!/usr/bin/env python3
"""idle.py PEER...: server and viewer CPU and traffic of a screen that has been still for 40 s."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rdbench import peers_all, runner  # noqa: E402
from rdbench.peers.base import BUILD  # noqa: E402

P = peers_all.load()
out = {}
for n in sys.argv[1:]:
    with runner.Session(P[n], logdir=str(BUILD / "logs" / ("idle-" + n))) as s:
        r = s.clean(lambda: s.scene("static", 0, 10, 40))
        out[n] = {k: r[k] for k in ("server_cpu", "viewer_cpu", "kbps_down", "pss_mb", "foreign_cpu")}
        print(n, out[n], flush=True)
json.dump(out, open(BUILD / "idle.json", "w"), indent=1)
