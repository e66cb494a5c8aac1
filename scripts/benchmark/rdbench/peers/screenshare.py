"""screenshare itself, from the repository's own environment."""
import json
import os
import time

from rdbench.net import IP_S
from rdbench.peers.base import ROOT, Peer, wait_for

PORT = 8765
READY_LIMIT_S = 25


class Screenshare(Peer):
    name = "screenshare"
    label = "screenshare (this repository), defaults"
    element = "document.getElementById('screen')"

    def start(self):
        # Standard output goes into the log, whose first lines are JSON; no config file of whoever measures is read.
        self.log_path = os.path.join(self.logdir, "screenshare-host.log")
        if os.path.exists(self.log_path):
            os.remove(self.log_path)
        self.host = self.spawn(
            [str(ROOT / ".venv/bin/screenshare"), "host", "--listen", "%s:%d" % (IP_S, PORT), "--display", self.display,
             "--allow", "view,control", "--sign", "off", "--json", "--no-open"],
            name="host", env={"XDG_CONFIG_HOME": self.logdir})
        return self.wait_ready()["link"]

    def wait_ready(self):
        """The `ready` event; what the host said instead, if it ended."""
        end = time.monotonic() + READY_LIMIT_S
        while time.monotonic() < end:
            with open(self.log_path) as f:
                said = f.read()
            # The last line may be half written.
            for line in said.split("\n")[:-1]:
                if line.startswith("{"):
                    event = json.loads(line)
                    if event["event"] == "ready":
                        return event
            if self.host.poll() is not None:
                break
            time.sleep(.05)
        raise RuntimeError("screenshare did not become ready: " + said[-400:])

    def opened(self, page):
        wait_for(page, "window.screenshare?.state === 'live'", self.ready_timeout)

    def seen(self, page):
        page.get_by_role("button", name="Request control", exact=True).click()
        page.get_by_role("button", name="Release control", exact=True).wait_for()
