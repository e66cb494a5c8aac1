"""VNC servers behind noVNC/websockify."""
import os

from rdbench.net import IP_S
from rdbench.peers.base import BUILD, Peer

NPM_NOVNC = str(BUILD / "npm" / "node_modules" / "@novnc" / "novnc")


class VncBase(Peer):
    element = "document.querySelector('canvas')"
    web = "/usr/share/novnc"
    page_path = "vnc_lite.html?path=websockify"

    def proxy(self, vnc_port):
        self.spawn(["websockify", "--web", self.web, "6080", "127.0.0.1:%d" % vnc_port], name="websockify")
        self.wait_port(6080)
        return "http://%s:6080/%s" % (IP_S, self.page_path)


class X11vnc(VncBase):
    name = "x11vnc"
    label = "x11vnc (defaults, -shm) + websockify + Debian noVNC 1.3"
    extra = []

    def start(self):
        self.spawn(["x11vnc", "-display", self.display, "-forever", "-shared", "-nopw", "-localhost",
                    "-rfbport", "5901", "-quiet"] + self.extra)
        self.wait_port(5901)
        return self.proxy(5901)


class NewNoVNC:
    """Mixin: the newest npm @novnc/novnc (core only) with a minimal page of ours."""
    @property
    def web(self):
        d = os.path.join(self.logdir, "novnc-npm")
        if not os.path.isdir(d):
            os.makedirs(d)
            for s in ("core", "vendor"):
                os.symlink(os.path.join(NPM_NOVNC, s), os.path.join(d, s))
            with open(os.path.join(d, "index.html"), "w") as f:
                f.write("""<!doctype html><meta charset=utf-8><body style="margin:0;background:#222">
<div id=s style="width:100vw;height:100vh"></div><script type=module>
import RFB from './core/rfb.js';
const r=new RFB(document.getElementById('s'),'ws://'+location.host+'/websockify',{});
r.scaleViewport=true; window.rfb=r;</script>""")
        return d
    page_path = "index.html"


class X11vncNew(NewNoVNC, X11vnc):
    name = "x11vnc-novnc17"
    label = "x11vnc + websockify + npm @novnc/novnc (newest)"


class X0Tiger(NewNoVNC, VncBase):
    name = "x0tigervnc"
    label = "TigerVNC X0tigervnc (scraping) + websockify + npm noVNC (newest)"

    def start(self):
        self.spawn(["X0tigervnc", "-display", self.display, "-rfbport", "5902", "-SecurityTypes", "None", "-localhost=1"])
        self.wait_port(5902)
        return self.proxy(5902)


class XTiger(NewNoVNC, VncBase):
    name = "xtigervnc"
    label = "TigerVNC Xtigervnc (own X server; CPU includes the X server) + npm noVNC"
    owns_display = True

    def start(self):
        self.spawn(["Xtigervnc", self.display, "-geometry", "1920x1080", "-depth", "24", "-rfbport", "5903",
                    "-SecurityTypes", "None", "-localhost=1", "-AlwaysShared"])
        self.wait_port(5903)
        return self.proxy(5903)
