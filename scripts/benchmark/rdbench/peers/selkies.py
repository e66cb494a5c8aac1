"""selkies 2.x from PyPI, attached to an existing X display."""
from rdbench.net import IP_S
from rdbench.peers.base import BUILD, Peer


class SelkiesWS(Peer):
    name = "selkies-ws"
    label = "selkies 2.1.0 (PyPI), WebSocket mode, default encoder (h264enc)"
    element = ("(()=>{const v=[...document.querySelectorAll('video,canvas')].filter(e=>(e.videoWidth||e.width)>=1200&&"
               "getComputedStyle(e).display!=='none'); return v.sort((a,b)=>(b.videoWidth?1:0)-(a.videoWidth?1:0))[0];})()")
    mode = "websockets"
    extra = []

    def start(self):
        self.spawn([str(BUILD / "selkies/bin/selkies"), "--addr", "0.0.0.0", "--port", "8081", "--mode", self.mode,
                    "--enable-basic-auth=false", "--audio-enabled=false", "--microphone-enabled=false", "--gamepad-enabled=false",
                    "--webcam-enabled=false", "--enable-resize=false", "--manual-width=1920", "--manual-height=1080",
                    "--use-cpu=true", "--allowed-origins=*"] + self.extra, name=self.name,
                   env={"XDG_RUNTIME_DIR": self.logdir, "HOME": self.logdir})
        self.wait_port(8081)
        return "http://%s:8081/" % IP_S


class SelkiesRTC(SelkiesWS):
    name = "selkies-webrtc"
    label = "selkies 2.1.0 (PyPI), WebRTC mode, default encoder (h264enc)"
    mode = "webrtc"


class SelkiesStriped(SelkiesWS):
    name = "selkies-ws-striped"
    label = "selkies 2.1.0 (PyPI), WebSocket mode, h264enc-striped"
    extra = ["--encoder", "h264enc-striped"]
