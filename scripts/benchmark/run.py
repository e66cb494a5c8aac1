#!/usr/bin/env python3
"""run.py [--peers a,b] [--reps 2] [--quick] [--raf] [--impair 40,1,5000] [--out results.json] | --list"""
import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rdbench import peers_all, report, runner  # noqa: E402
from rdbench.peers.base import BUILD  # noqa: E402

ap = argparse.ArgumentParser()
ap.add_argument("--peers", default="")
ap.add_argument("--reps", type=int, default=1)
ap.add_argument("--quick", action="store_true")
ap.add_argument("--raf", action="store_true",
                help="keep a requestAnimationFrame loop in the page: canvas and video viewers on one scale")
ap.add_argument("--impair", default="", help="RTT_ms,loss_percent,kbps, e.g. 40,1,5000")
ap.add_argument("--out", default=str(BUILD / "results.json"))
ap.add_argument("--keep", default="", help="directory for the received PNGs")
ap.add_argument("--list", action="store_true")
a = ap.parse_args()
P = peers_all.load()
if a.list:
    for k, c in P.items():
        print("%-18s %s" % (k, c.label))
    sys.exit()
imp = None
if a.impair:
    r, l, k = map(float, a.impair.split(","))
    imp = dict(delay_ms=r / 2, loss=l / 100, kbps=k, queue_ms=200)
res = json.load(open(a.out)) if os.path.exists(a.out) else []
names = a.peers.split(",") if a.peers else list(P)
for rep in range(a.reps):
    for n in names if rep % 2 == 0 else names[::-1]:
        print("== %s rep %d %s%s" % (n, rep, imp or "clean", ", rAF loop" if a.raf else ""), flush=True)
        logdir = str(BUILD / "logs" / n)
        if a.keep:
            os.makedirs(a.keep, exist_ok=True)
        r = runner.run_peer(P[n], imp, a.quick, os.path.join(a.keep, n) if a.keep else None, logdir=logdir,
                            opts=dict(raf=a.raf), log=lambda *x: print(*x, flush=True))
        r["quick"] = a.quick
        if a.raf:
            # A peer of its own in the report: its numbers stand on another scale.
            r.update(peer=r["peer"] + "+raf", label=r["label"] + "; the page keeps a rAF loop")
        res.append(r)
        json.dump(res, open(a.out + ".tmp", "w"), indent=1)
        os.replace(a.out + ".tmp", a.out)
        report.write(res, os.path.splitext(a.out)[0].replace("results", "RESULTS") + ".md")
