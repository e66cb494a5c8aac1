"""Our own naive aiortc baseline (see naive/host.py)."""
import os

from rdbench.net import IP_S
from rdbench.peers.base import BUILD, Peer

HERE = os.path.dirname(os.path.abspath(__file__))


class AiortcNaive(Peer):
    name = "aiortc-naive"
    label = "naive aiortc 1.16 (mss -> VideoFrame -> VP8 defaults, pynput)"

    def start(self):
        self.spawn([str(BUILD / "aiortc-naive/bin/python"), os.path.join(HERE, "naive/host.py"), "8090"], name="host")
        self.wait_port(8090)
        return "http://%s:8090/" % IP_S
