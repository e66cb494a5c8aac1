"""Runs one peer through all scenes and returns the numbers."""
import base64
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

import psutil
from playwright.sync_api import sync_playwright

from rdbench import fidelity, marker, net, proc
from rdbench.peers.base import wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = ("--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required "
         "--disable-features=WebRtcHideLocalIpsWithMdns,Translate --disable-extensions --no-default-browser-check "
         "--disable-background-timer-throttling --disable-renderer-backgrounding").split()
# rates a little off 30/60 so that scene and capture clocks sweep through all phases
SCENES = [("static", 0), ("typing", 10), ("scroll", 29.7), ("drag", 59.3), ("video", 29.7), ("full", 29.7)]
FOREIGN_MAX = .25          # cores of other work on the machine above which a scene is measured again


# collects the page's peer connections so that getStats can be read; changes nothing else
PC_HOOK = """(()=>{const O=window.RTCPeerConnection; if(!O||window.__pcs) return; window.__pcs=[];
window.RTCPeerConnection=class extends O{constructor(...a){super(...a);window.__pcs.push(this);}};})()"""
PC_STATS = """async()=>{for(const pc of window.__pcs||[]) for(const s of (await pc.getStats()).values())
if(s.type==='inbound-rtp'&&s.kind==='video') return {jb:s.jitterBufferDelay,jbn:s.jitterBufferEmittedCount,dec:s.framesDecoded,
dect:s.totalDecodeTime,proc:s.totalProcessingDelay,drop:s.framesDropped,freeze:s.freezeCount,lost:s.packetsLost,pkts:s.packetsReceived,nack:s.nackCount,
pli:s.pliCount,key:s.keyFramesDecoded,impl:s.decoderImplementation}; return null;}"""

# On an idle page Chromium shows a video frame as it comes; with a rAF loop, as every canvas viewer has one, it waits for
# the next tick of 60 Hz. Only with the loop do both kinds of viewer stand on one scale.
RAF_LOOP = "() => { const tick = () => requestAnimationFrame(tick); tick(); }"


def rtc_delta(a, b):
    if not a or not b:
        return None
    d = {k: (b[k] or 0) - (a[k] or 0) for k in b if isinstance(b[k], (int, float))}
    n = max(1, d["dec"])
    return dict(jitter_buffer_ms=round(1e3 * d["jb"] / max(1, d["jbn"]), 1), decode_ms=round(1e3 * d["dect"] / n, 1),
                decoded=d["dec"], dropped=d["drop"], freezes=d["freeze"], packets=d["pkts"], lost=d["lost"], nacks=d["nack"],
                plis=d["pli"], keyframes=d["key"], decoder=b.get("impl"))


def pct(v, q):
    v = sorted(v)
    if not v:
        return None
    k = (len(v) - 1) * q
    i = int(k)
    return v[i] + (v[min(i + 1, len(v) - 1)] - v[i]) * (k - i)


def summ(v, nd=1):
    if not v:
        return None
    return dict(n=len(v), median=round(pct(v, .5), nd), p95=round(pct(v, .95), nd), min=round(min(v), nd), max=round(max(v), nd))


class TargetProc:
    def __init__(self, display):
        env = dict(os.environ, DISPLAY=display, PYTHONPATH=os.path.dirname(HERE))
        self.p = subprocess.Popen([sys.executable, "-m", "rdbench.target", "--display", display],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        self.read()

    def read(self):
        ln = self.p.stdout.readline()
        if not ln:
            raise RuntimeError("target died")
        return json.loads(ln)

    def __call__(self, cmd, **k):
        self.p.stdin.write(json.dumps(dict(cmd=cmd, **k)) + "\n")
        self.p.stdin.flush()
        return self.read()

    def close(self):
        try:
            self.p.stdin.close()
            self.p.wait(3)
        except Exception:
            self.p.kill()
            self.p.wait()


class XTest:
    """Local input injection, for view-only peers."""
    def __init__(self, display):
        from Xlib import X, display as xd
        from Xlib.ext import xtest
        self.X, self.t, self.d = X, xtest, xd.Display(display)

    def click(self):
        for k in (self.X.ButtonPress, self.X.ButtonRelease):
            self.t.fake_input(self.d, k, 1)
        self.d.sync()


def start_xvfb():
    """Start an X server on a display number of its own choice; return (process, display)."""
    p = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-noreset"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    number = p.stdout.readline().strip()
    if not number:
        raise RuntimeError("Xvfb did not start")
    return p, ":" + number


def wait_x(display, timeout=10):
    t = time.monotonic() + timeout
    while time.monotonic() < t:
        if subprocess.run(["xdpyinfo", "-display", display], capture_output=True).returncode == 0:
            return
        time.sleep(.1)
    raise RuntimeError("no X server on " + display)


def free_display():
    for n in range(80, 180):
        if not os.path.exists("/tmp/.X11-unix/X%d" % n) and not os.path.exists("/tmp/.X%d-lock" % n):
            return ":%d" % n


class Viewer:
    """Chromium inside the viewer's network namespace."""
    def __init__(self, pw, url, extra=(), size=(1920, 1080), debug=None):
        self.dir = tempfile.mkdtemp(prefix="rdb-chrome-")
        wrap = os.path.join(self.dir, "chromium-ns")
        with open(wrap, "w") as f:
            f.write('#!/bin/sh\nexec ip netns exec %s /usr/bin/chromium "$@"\n' % net.NS_V)
        os.chmod(wrap, 0o755)
        origin = "/".join(url.split("/")[:3])
        self.ctx = pw.chromium.launch_persistent_context(
            os.path.join(self.dir, "profile"), executable_path=wrap, headless=False,
            args=["--headless=new"] + FLAGS + ["--unsafely-treat-insecure-origin-as-secure=" + origin] + list(extra),
            ignore_default_args=["--enable-automation"], no_viewport=False, ignore_https_errors=True,
            viewport=dict(width=size[0], height=size[1]), env=dict(os.environ, HOME=self.dir))
        self.ctx.add_init_script(PC_HOOK)
        self.page = self.ctx.pages[0]
        self.log = []
        self.page.on("console", lambda m: self.log.append(m.type + ": " + m.text[:300]))
        self.page.on("pageerror", lambda e: self.log.append("pageerror: " + str(e)[:300]))

    def pids(self):
        """Chromium's processes, found by the profile path in their command line or as children."""
        out = []
        for p in psutil.Process().children(recursive=True):
            try:
                if "chrom" in p.name():
                    out.append(p.pid)
            except psutil.Error:
                pass
        return out

    def close(self):
        try:
            self.ctx.close()
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)


def clock_offset(page, n=25):
    """page performance.now() ms + offset = CLOCK_MONOTONIC s * 1000; best of n round trips."""
    best = None
    for _ in range(n):
        a = time.monotonic()
        p = page.evaluate("performance.now()")
        b = time.monotonic()
        if best is None or b - a < best[0]:
            best = (b - a, (a + b) / 2 * 1e3 - p)
    return best[1], best[0] * 1e3 / 2


class Session:
    def __init__(self, peer_cls, impair=None, logdir=None, opts=None, log=print):
        self.log = log
        self.cls, self.impair, self.opts = peer_cls, impair, opts or {}
        self.draw = {}
        self.logdir = logdir or tempfile.mkdtemp(prefix="rdb-log-")
        os.makedirs(self.logdir, exist_ok=True)
        self.xvfb = self.target = self.view = self.net = self.peer = None

    def __enter__(self):
        try:
            return self._enter()
        except BaseException:
            self.__exit__()
            raise

    def _enter(self):
        if self.cls.owns_display:
            self.display = free_display()
        else:
            self.xvfb, self.display = start_xvfb()
        self.net = net.Net(self.impair)
        self.peer = self.cls(self.display, self.logdir, self.opts)
        self.pw = self.peer.pw = sync_playwright().start()
        if self.peer.owns_display:
            url = self.peer.start()
            wait_x(self.display)
            self.target = TargetProc(self.display)
        else:
            self.target = TargetProc(self.display)
            self.target("prepare")
            url = self.peer.start()
        self.target("prepare")
        self.view = Viewer(self.pw, url, self.peer.chromium_flags(url))
        page = self.page = self.view.page
        t = time.monotonic()
        page.goto(url, wait_until="domcontentloaded")
        self.peer.opened(page)
        el = self.peer.element
        ready = self.peer.ready or "(()=>{const e=%s; return !!e && ((e.videoWidth||e.width)>300);})()" % el
        wait_for(page, ready, self.peer.ready_timeout)
        self.connect_s = time.monotonic() - t
        probe = open(os.path.join(HERE, "probe.js")).read().replace("__GEOMETRY__", json.dumps(marker.geometry()))
        page.evaluate(probe)
        page.evaluate("() => { window.__rd.find = () => %s; window.__rd.start(%s); }" % (el, el))
        if self.opts.get("raf"):
            page.evaluate(RAF_LOOP)
        self.target("focus")
        # first picture: a decodable marker
        t2 = time.monotonic()
        while page.evaluate("window.__rd.ctr") < 0:
            if time.monotonic() - t2 > 20:
                raise RuntimeError("marker not readable: " + json.dumps(page.evaluate("window.__rd.take()"))[:300])
            self.target("scene", name="static")
            time.sleep(.03)
        self.first_picture_s = time.monotonic() - t
        self.peer.seen(page)
        self.size = page.evaluate("(()=>{const e=%s; return [e.videoWidth||e.width, e.videoHeight||e.height];})()" % el)
        self.off, self.off_err = clock_offset(page)
        self.peer.point(page)
        time.sleep(1)
        return self

    def __exit__(self, *a):
        for what in ("view", "peer", "target", "xvfb", "net"):
            o = getattr(self, what)
            if o is None:
                continue
            try:
                if what == "xvfb":
                    o.terminate()
                    o.wait(5)
                elif what == "peer":
                    o.stop()
                else:
                    o.close()
            except Exception as e:
                self.log("closing %s: %r" % (what, e))
            if what == "view":
                try:
                    self.pw.stop()
                except Exception:
                    pass
        if getattr(self, "pw", None) and self.view is None:
            try:
                self.pw.stop()
            except Exception:
                pass

    # -- measurements ----------------------------------------------------
    def busy(self):
        """(all busy CPU seconds of the machine, those of this benchmark)"""
        v = list(map(int, open("/proc/stat").readline().split()[1:9]))
        mine = sum(c for _, c, _ in proc.cpu(self.peer.token).values())
        me = psutil.Process()
        for p in [me] + me.children(recursive=True):
            if p.pid not in self.peer_pids:
                mine += proc.pid_cpu(p.pid)
        return (sum(v) - v[3] - v[4]) / proc.TICK, mine

    def clean(self, f, *a, tries=1):
        """Measure again while other work disturbs; keep the least disturbed try."""
        best = None
        for i in range(tries):
            self.peer_pids = set(proc.pids(self.peer.token))
            b0, t0 = self.busy(), time.monotonic()
            r = f(*a)
            b1, T = self.busy(), time.monotonic() - t0
            r["foreign_cpu"] = round(((b1[0] - b0[0]) - (b1[1] - b0[1])) / T, 2)
            if best is None or r["foreign_cpu"] < best["foreign_cpu"]:
                best = r
            if best["foreign_cpu"] <= FOREIGN_MAX:
                break
            self.target("scene", name="static")
            quiet(.6, 4)
        return best

    def scene(self, name, fps, dur=6.0, warm=1.5):
        r = self.target("scene", name=name, fps=fps)
        time.sleep(warm)
        self.draw.update(map(tuple, self.target("dump")["frames"]))
        self.page.evaluate("window.__rd.take()")
        vp = set(self.view.pids()) - set(proc.pids(self.peer.token))
        w0 = self.page.evaluate(PC_STATS)
        c0, n0, t0 = proc.cpu(self.peer.token), self.net.counters(), time.monotonic()
        v0, x0 = sum(map(proc.pid_cpu, vp)), self.xcpu()
        time.sleep(dur)
        c1, n1, t1 = proc.cpu(self.peer.token), self.net.counters(), time.monotonic()
        v1, x1 = sum(map(proc.pid_cpu, vp)), self.xcpu()
        s = self.page.evaluate("window.__rd.take()")
        rtc = rtc_delta(w0, self.page.evaluate(PC_STATS))
        time.sleep(.6)
        tail = self.page.evaluate("window.__rd.take()")
        d = self.target("dump")
        T = t1 - t0
        for c, t in d["frames"]:
            self.draw[c] = t
        draw = self.draw
        lat, seen = [], set()
        for t, c, _, _x in s["samples"] + tail["samples"]:
            if c in draw and c not in seen:
                seen.add(c)
                lat.append(t + self.off - draw[c] * 1e3)
        ts = [q[0] for q in s["samples"]]
        uniq = len({q[1] for q in s["samples"]})
        gaps = [b - a for a, b in zip(ts, ts[1:])]
        tot, by = proc.cpu_delta(c0, c1)
        rss, pss = proc.mem(self.peer.token)
        return dict(scene=name, src_fps=round(len([1 for f in d["frames"] if t0 <= f[1] < t1]) / T, 1), fps=round(uniq / T, 2),
                    view_latency_ms=summ(lat), worst_gap_ms=round(max(gaps), 0) if gaps else None,
                    server_cpu=round(tot / T, 3), cpu_by={k: round(v / T, 3) for k, v in by.items() if v > .05},
                    rss_mb=round(rss / 1e6, 1), pss_mb=round(pss / 1e6, 1),
                    kbps_down=round((n1[0] - n0[0]) * 8 / T / 1e3, 1), kbps_up=round((n1[1] - n0[1]) * 8 / T / 1e3, 1),
                    viewer_cpu=round((v1 - v0) / T, 3), x_target_cpu=round((x1 - x0) / T, 3),
                    unreadable=s["bad"], reads=s["ticks"], mode=s["mode"], err=s.get("err"), fmt=s.get("fmt"), rtc=rtc)

    def xcpu(self):
        t = proc.pid_cpu(self.target.p.pid)
        return t + (proc.pid_cpu(self.xvfb.pid) if self.xvfb else 0)

    def latency(self, scene="static", fps=0, n=60, gap=(.1, .3), timeout=3000, max_s=90):
        """Input-to-photon: page event time stamp -> patch change readable in the page."""
        self.target("scene", name=scene, fps=fps)
        time.sleep(1.5)
        d = self.target("dump")
        self.draw.update(map(tuple, d["frames"]))
        ev = d["ev"]
        rnd = random.Random(5)
        xt = None if self.peer.input else XTest(self.display)
        rows, lost = [], 0
        end = time.monotonic() + max_s
        for i in range(n):
            if time.monotonic() > end:
                break
            time.sleep(rnd.uniform(*gap))
            kind = "click" if i % 2 == 0 or xt else "key"
            want = (ev + 1) & 0xFF
            tl = time.monotonic() * 1e3
            if xt:
                xt.click()
            elif kind == "click":
                self.peer.click(self.page)
            else:
                self.peer.key(self.page)
            r = self.page.evaluate("([e,ms]) => window.__rd.wait(e,ms)", [want, timeout])
            if r["t"] is None:
                lost += 1
                ev = self.target("dump")["ev"]
                time.sleep(.5)
                continue
            ev = want
            t0 = tl if xt else r["input"]["ts"] + self.off
            rows.append([kind, want, t0, r["t"] + self.off])
        d2 = self.target("dump")
        self.draw.update(map(tuple, d2["frames"]))
        tev = {e[0]: e for e in d["events"] + d2["events"]}
        total, inp, view = [], [], []
        for kind, want, t0, t1 in rows:
            total.append(t1 - t0)
            if want in tev:
                inp.append(tev[want][1] * 1e3 - t0)
                view.append(t1 - tev[want][1] * 1e3)
        return dict(scene=scene, total_ms=summ(total) if self.peer.input else None, lost=lost,
                    input_ms=summ(inp, 2) if self.peer.input else None, view_ms=summ(view),
                    click_ms=summ([b - a for k, _, a, b in rows if k == "click"]) if self.peer.input else None,
                    key_ms=summ([b - a for k, _, a, b in rows if k == "key"]))

    def fidelity(self, keep=None):
        self.target("scene", name="full", fps=30)
        time.sleep(2)
        self.target("scene", name="static")
        t0 = time.monotonic()
        out, pngs = {}, {}
        for at in (.5, 3.0):
            time.sleep(max(0, t0 + at - time.monotonic()))
            pngs[at] = self.page.evaluate("window.__rd.grab()")
        truth = fidelity.x_screenshot(self.target, os.path.join(self.logdir, "truth.bgrx"))
        for at, g in pngs.items():
            raw = base64.b64decode(g["png"])
            out["%.1fs" % at] = dict(fidelity.compare(raw, truth), at_ms=round(g["t"] + self.off - t0 * 1e3))
            if keep:
                open("%s-%.1f.png" % (keep, at), "wb").write(raw)
        return out


def quiet(limit=.4, tries=10):
    """Wait until other work on the machine uses < limit cores. Returns the last reading."""
    for _ in range(tries):
        u = psutil.cpu_percent(1.0) / 100 * os.cpu_count()
        if u < limit:
            break
    return round(u, 2)


def run_peer(cls, impair=None, quick=False, keep=None, opts=None, log=print, logdir=None):
    res = dict(peer=cls.name, label=cls.label, impair=impair, at=time.strftime("%F %T"), load_before=quiet())
    try:
        with Session(cls, impair, opts=opts, logdir=logdir, log=log) as s:
            res.update(connect_s=round(s.connect_s, 2), first_picture_s=round(s.first_picture_s, 2), size=s.size,
                       clock_err_ms=round(s.off_err, 2), scenes={}, latency={})
            n = 12 if quick else (30 if impair else 50)
            todo = [("lat", "static", 0, n)] + [("scene", a, b, 0) for a, b in SCENES] + \
                   [("lat", "video", 29.7, n // 2), ("fid",)]
            if impair:
                todo = [("lat", "static", 0, n), ("scene", "typing", 10, 0), ("scene", "scroll", 29.7, 0),
                        ("scene", "video", 29.7, 0), ("lat", "video", 29.7, n // 2), ("fid",)]
            for t in todo:
                try:
                    if t[0] == "lat":
                        res["latency"][t[1]] = s.clean(s.latency, t[1], t[2], t[3])
                        log("  latency", t[1], json.dumps(res["latency"][t[1]]))
                    elif t[0] == "scene":
                        r = res["scenes"][t[1]] = s.clean(s.scene, t[1], t[2], 3.0 if quick else 6.0)
                        log("  ", json.dumps(r))
                    else:
                        res["fidelity"] = s.fidelity(keep)
                        log("   fidelity", json.dumps(res["fidelity"]))
                except Exception as e:
                    res.setdefault("errors", []).append("%s: %r" % (t, e))
                    log("   ERROR", t, repr(e)[:400])
            res["console"] = s.view.log[:15]
    except Exception as e:
        res["error"] = repr(e)[:600]
        log("  FAILED", repr(e)[:600])
    return res
