#!/usr/bin/env python3
"""Reference limits of this machine: capture, conversion and encode cost per 1080p frame, without network and browser.
Writes limits.json. Runs about 90 s; keep the machine quiet."""
import json
import os
import re
import resource
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rdbench import proc, runner  # noqa: E402
from rdbench.peers.base import BUILD  # noqa: E402

out = {}
xv, dpy = runner.start_xvfb()
tg = runner.TargetProc(dpy)
tg("prepare")


def ff(name, args, dur=6):
    x0 = proc.pid_cpu(xv.pid) + proc.pid_cpu(tg.p.pid)
    u0 = resource.getrusage(resource.RUSAGE_CHILDREN)
    t0 = time.monotonic()
    p = subprocess.run(["ffmpeg", "-hide_banner", "-nostdin", "-f", "x11grab", "-draw_mouse", "0", "-framerate", "30", "-video_size", "1920x1080",
                        "-i", dpy, "-t", str(dur)] + args, capture_output=True, text=True)
    T = time.monotonic() - t0
    u1 = resource.getrusage(resource.RUSAGE_CHILDREN)
    n = int((re.findall(r"frame=\s*(\d+)", p.stderr) or [0])[-1])
    kb = re.findall(r"video:(\d+)", p.stderr)
    cpu = u1.ru_utime + u1.ru_stime - u0.ru_utime - u0.ru_stime
    if n:
        out[name] = "%.1f ms CPU/frame, %d frames in %.1f s (%.1f fps), %s kbit/s, X+target %.2f cores" % (
            1e3 * cpu / n, n, T, n / T, int(kb[0]) * 8 // dur if kb else "?", (proc.pid_cpu(xv.pid) + proc.pid_cpu(tg.p.pid) - x0) / T)
    else:
        out[name] = "failed: " + p.stderr[-200:]
    print(name, out[name], flush=True)


X264 = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"]
tg("scene", name="scroll", fps=29.7)
ff("x11grab (XShm) -> null, scroll", ["-f", "null", "-"])
ff("x11grab -> I420 -> null, scroll", ["-pix_fmt", "yuv420p", "-f", "null", "-"])
for s, f in (("static", 0), ("scroll", 29.7), ("video", 29.7), ("full", 29.7)):
    tg("scene", name=s, fps=f)
    time.sleep(1)
    ff("x11grab -> x264 ultrafast zerolatency crf23, " + s, X264 + ["-crf", "23", "-f", "null", "-"])
tg("scene", name="scroll", fps=29.7)
ff("x11grab -> x264 ultrafast, 1 thread, scroll", X264 + ["-threads", "1", "-crf", "23", "-f", "null", "-"])
ff("x11grab -> libvpx VP8 realtime cpu-used 12 2 Mbit/s, scroll",
   ["-pix_fmt", "yuv420p", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "12", "-b:v", "2M", "-lag-in-frames", "0", "-f", "null", "-"])
code = r'''
import time, mss, numpy as np, sys, json
s = mss.mss(); m = s.monitors[0]; s.grab(m)
def t(f, n=40):
    c = time.process_time(); w = time.perf_counter()
    for _ in range(n): f()
    return "%.1f ms wall, %.1f ms CPU per frame" % ((time.perf_counter()-w)/n*1e3, (time.process_time()-c)/n*1e3)
o = {"mss grab 1080p": t(lambda: s.grab(m))}
g = np.array(s.grab(m)); b = np.ascontiguousarray(g[:, :, :3])
o["numpy BGRA->BGR copy"] = t(lambda: np.ascontiguousarray(np.array(s.grab(m))[:, :, :3])) + " (incl. grab)"
from av import VideoFrame
f = VideoFrame.from_ndarray(b, format="bgr24")
o["PyAV bgr24->yuv420p"] = t(lambda: f.reformat(format="yuv420p"))
f4 = VideoFrame.from_ndarray(g, format="bgra")
o["PyAV bgra->yuv420p"] = t(lambda: f4.reformat(format="yuv420p"))
print(json.dumps(o))
'''
tg("scene", name="scroll", fps=29.7)
p = subprocess.run([str(BUILD / "aiortc-naive/bin/python"), "-W", "ignore", "-c", code], capture_output=True, text=True, env=dict(os.environ, DISPLAY=dpy))
try:
    out.update(json.loads(p.stdout.splitlines()[-1]))
except Exception:
    print(p.stderr[-500:])
tg.close()
xv.terminate()
json.dump(out, open(BUILD / "limits.json", "w"), indent=1)
print(json.dumps(out, indent=1))
