"""Peer adapter interface. See README: 'Adding a peer'."""
import os
import subprocess
import time
import uuid
from pathlib import Path

from rdbench.net import IP_S, NS_S, NS_V

ROOT = Path(__file__).resolve().parents[4]
# Environments, logs and results; set up by scripts/bench, never committed.
BUILD = ROOT / "build" / "bench"


def wait_for(page, expression, timeout):
    """Wait until a JS expression is true in the page. Playwright's own wait_for_function needs eval(), which a strict CSP forbids."""
    end = time.monotonic() + timeout
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise RuntimeError("not true within %d s: %s" % (timeout, expression))
        page.wait_for_timeout(20)


class Peer:
    name = "?"
    label = ""                 # one-line description for the report
    owns_display = False       # True: the peer starts its own X server on self.display
    input = True               # False: view only; the harness injects input with XTest
    element = "document.querySelector('video')"     # JS: element showing the remote screen
    ready = None               # JS predicate, default: element exists and has a size
    ready_timeout = 30

    def __init__(self, display, logdir, opts=None):
        self.display, self.logdir, self.opts = display, logdir, opts or {}
        self.token = uuid.uuid4().hex
        self.procs = []

    # -- to implement ----------------------------------------------------
    def start(self) -> str:
        """Start all server processes with self.spawn; return the viewer URL."""
        raise NotImplementedError

    def opened(self, page):
        """After page load: log in, press connect, and so on."""

    def seen(self, page):
        """After the first picture: ask for control, where that is a step of its own."""

    # -- may override ----------------------------------------------------
    def click(self, page):
        """Press and release the left button where the pointer already is."""
        page.mouse.down()
        page.mouse.up()

    def key(self, page):
        page.keyboard.press("a")

    def point(self, page):
        """Put the pointer over the remote screen's centre, give it the focus."""
        w, h = page.viewport_size["width"], page.viewport_size["height"]
        page.mouse.move(w * .5 - 40, h * .6)
        page.mouse.move(w * .5, h * .6)

    def chromium_flags(self, url):
        return []

    # -- helpers ---------------------------------------------------------
    def spawn(self, argv, ns=NS_S, env=None, name=None, stdin=None):
        e = dict(os.environ, DISPLAY=self.display, RDBENCH_PEER=self.token)
        e.update(env or {})
        log = open(os.path.join(self.logdir, "%s-%s.log" % (self.name, name or os.path.basename(argv[0]))), "ab")
        if ns:
            argv = ["ip", "netns", "exec", ns] + argv
        p = subprocess.Popen(argv, env=e, stdout=log, stderr=log, stdin=stdin or subprocess.DEVNULL, start_new_session=True)
        self.procs.append(p)
        return p

    def wait_port(self, port, ip=IP_S, timeout=25):
        """Wait for a listener inside the server namespace."""
        t = time.monotonic() + timeout
        while time.monotonic() < t:
            out = subprocess.run(["ip", "netns", "exec", NS_S, "ss", "-tlnH"], capture_output=True, text=True).stdout
            if any(ln.split()[3].endswith(":%d" % port) for ln in out.splitlines()):
                return
            if any(p.poll() not in (None, 0) for p in self.procs):
                raise RuntimeError("%s: a server process died, see %s" % (self.name, self.logdir))
            time.sleep(.1)
        raise RuntimeError("%s: no listener on %d" % (self.name, port))

    def stop(self):
        from rdbench import proc
        for sig in (15, 9):
            for p in self.procs[::-1]:
                if p.poll() is None:
                    p.send_signal(sig)
            for pid in proc.pids(self.token):
                try:
                    os.kill(pid, sig)
                except OSError:
                    pass
            t = time.monotonic() + 3
            while time.monotonic() < t and proc.pids(self.token):
                for p in self.procs:
                    p.poll()
                time.sleep(.1)
        for p in self.procs:
            p.poll()
