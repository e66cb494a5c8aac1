import { describe, expect, it } from "vitest";
import type { SessionDescribed } from "../src/protocol/wire";
import { Heartbeat } from "../src/session/heartbeat";
import { redialPause_s } from "../src/session/backoff";
import { ViewerSession, type Effect } from "../src/session/machine";
import { noticeWords, statusWords } from "../src/ui/words";

const kinds = (effects: Effect[]): string[] => effects.map((effect) => effect.type);

const described = (change: Partial<SessionDescribed> = {}): SessionDescribed => ({
  type: "session.described",
  host: "Bob",
  participants: [{ id: "a", name: "Ana", is_you: true }],
  granted: ["view"],
  askable: ["control"],
  screen: { monitor: 1, name: "HDMI-1", width: 1920, height: 1080 },
  age_s: 10,
  ...change,
});

/** Numbers of the last dial and the last connection, as the shell would know them. */
function numbers(effects: Effect[]): { dial?: number; attempt?: number } {
  const found: { dial?: number; attempt?: number } = {};
  for (const effect of effects) {
    if (effect.type === "open-socket") found.dial = effect.dial;
    if (effect.type === "prepare-peer" || effect.type === "open-peer") found.attempt = effect.attempt;
  }
  return found;
}

function admit(session: ViewerSession, dial: number, now: number): number {
  session.receive({ type: "socket.opened", dial }, now);
  const effects = session.receive(
    {
      type: "signal",
      dial,
      signal: { type: "knock.admitted", participant: "a", host: "Bob", room: "room", resume: "r1", granted: ["view"], ice_servers: [] },
    },
    now,
  );
  return numbers(effects).attempt as number;
}

function live(now = 0): { session: ViewerSession; attempt: number; dial: number } {
  const session = new ViewerSession("room");
  const dial = numbers(session.receive({ type: "start", resume: null }, now)).dial as number;
  const attempt = admit(session, dial, now);
  session.receive({ type: "peer.opened", attempt }, now);
  session.receive({ type: "message", attempt, message: described() }, now);
  session.receive({ type: "picture.shown", attempt }, now);
  return { session, attempt, dial };
}

describe("the way in", () => {
  it("names the room first, proves the secret next and waits while a person is asked", () => {
    const session = new ViewerSession("room");
    expect(session.receive({ type: "start", resume: null }, 0)).toEqual([
      { type: "open-socket", dial: 1 },
      { type: "prepare-peer", attempt: 1 },
    ]);
    expect(session.receive({ type: "socket.opened", dial: 1 }, 0)).toEqual([
      { type: "send-signal", signal: { type: "room.enter", version: 4, room: "room" } },
    ]);
    expect(
      session.receive({ type: "signal", dial: 1, signal: { type: "knock.challenged", version: 4, nonce: "n" } }, 0),
    ).toEqual([{ type: "knock", challenge: { room: "room", nonce: "n", share: null, commitment: null, resume: null } }]);
    session.receive({ type: "signal", dial: 1, signal: { type: "knock.waiting", host: "Bob", limit_s: 30 } }, 5);
    expect(session.view.state).toBe("waiting");
    expect(session.view.waiting).toEqual({ sinceAt: 5, limit_s: 30 });
    expect(session.deadline).toBeNull();
  });

  it.each(["the page", "the host"])("ends, and says why, when %s finds the connection altered", (finder) => {
    const session = new ViewerSession("room");
    const dial = numbers(session.receive({ type: "start", resume: null }, 0)).dial as number;
    const attempt = admit(session, dial, 0);
    session.receive(
      finder === "the page"
        ? { type: "answer.altered", attempt }
        : { type: "signal", dial, signal: { type: "error", code: "altered", message: "" } },
      1,
    );
    expect(session.view.denial).toBe("altered");
    expect(session.deadline).toBeNull();
  });

  it("is live only when a picture is really shown", () => {
    const session = new ViewerSession("room");
    const dial = numbers(session.receive({ type: "start", resume: null }, 0)).dial as number;
    const attempt = admit(session, dial, 0);
    session.receive({ type: "peer.opened", attempt }, 1);
    expect(session.view.state).toBe("connecting");
    session.receive({ type: "picture.shown", attempt }, 1);
    expect(session.view.state).toBe("live");
  });

  it("shows the host's reason for a denial and keeps no resume token", () => {
    const session = new ViewerSession("room");
    session.receive({ type: "start", resume: { room: "room", token: "old" } }, 0);
    session.receive({ type: "signal", dial: 1, signal: { type: "knock.denied", reason: "full" } }, 0);
    expect(session.view).toMatchObject({ state: "denied", denial: "full" });
    expect(session.resume).toBeNull();
  });

  it("says that the page is out of date to who came to a host of another version", () => {
    const session = new ViewerSession("room");
    session.receive({ type: "start", resume: null }, 0);
    session.receive({ type: "signal", dial: 1, signal: { type: "knock.challenged", version: 2, nonce: "n" } }, 0);
    expect(session.view).toMatchObject({ state: "denied", denial: "unsupported" });
  });

  it("comes back to the same question when its code is used up and the socket is lost", () => {
    const session = new ViewerSession("482");
    session.receive({ type: "start", resume: null }, 0);
    const waiting = { type: "knock.waiting", host: "Bob", limit_s: 30, room: "room", resume: "t" } as const;
    session.receive({ type: "signal", dial: 1, signal: waiting }, 0);
    session.receive({ type: "socket.closed", dial: 1 }, 1);
    const dial = numbers(session.expire(session.deadline as number)).dial as number;
    expect(session.receive({ type: "socket.opened", dial }, 2)).toEqual([
      { type: "send-signal", signal: { type: "room.enter", version: 4, room: "room" } },
    ]);
    const challenged = { type: "knock.challenged", version: 4, nonce: "n" } as const;
    expect(session.receive({ type: "signal", dial, signal: challenged }, 2)).toEqual([
      { type: "knock", challenge: { room: "room", nonce: "n", share: null, commitment: null, resume: "t" } },
    ]);
  });

  it("tells another name without knocking anew: a code is good for one knock", () => {
    const session = new ViewerSession("room");
    session.receive({ type: "start", resume: null }, 0);
    session.receive({ type: "socket.opened", dial: 1 }, 0);
    session.receive({ type: "signal", dial: 1, signal: { type: "knock.waiting", host: "Bob", limit_s: 30 } }, 0);
    expect(session.receive({ type: "name.changed", name: "Ana" }, 3)).toEqual([
      { type: "send-signal", signal: { type: "knock.rename", name: "Ana" } },
    ]);
    expect(session.view.state).toBe("waiting");
  });

  it("knocks again when the server restarts while a person is asked, also before the host is back there", () => {
    const session = new ViewerSession("room");
    let dial = numbers(session.receive({ type: "start", resume: null }, 0)).dial as number;
    session.receive({ type: "signal", dial, signal: { type: "knock.challenged", version: 4, nonce: "n" } }, 0);
    session.receive({ type: "signal", dial, signal: { type: "knock.waiting", host: "Bob", limit_s: 30 } }, 0);
    session.receive({ type: "socket.closed", dial }, 1);
    dial = numbers(session.expire(session.deadline as number)).dial as number;
    session.receive({ type: "signal", dial, signal: { type: "error", code: "room-not-found", message: "" } }, 2);
    expect(session.view.state).toBe("connecting");
    dial = numbers(session.expire(session.deadline as number)).dial as number;
    expect(
      kinds(session.receive({ type: "signal", dial, signal: { type: "knock.challenged", version: 4, nonce: "n2" } }, 3)),
    ).toEqual(["knock"]);
  });

  it("is live with its first picture: over a long way the channels are open later", () => {
    const session = new ViewerSession("room");
    const dial = numbers(session.receive({ type: "start", resume: null }, 0)).dial as number;
    const attempt = admit(session, dial, 0);
    session.receive({ type: "picture.shown", attempt }, 0.1);
    expect(session.view.state).toBe("live");
    expect(session.receive({ type: "control.wanted" }, 0.2)).toEqual([]);
    session.receive({ type: "peer.opened", attempt }, 0.3);
    expect(kinds(session.receive({ type: "control.wanted" }, 0.4))).toEqual(["send-session"]);
  });

  it("is tried anew when the channels do not follow the picture", () => {
    const session = new ViewerSession("room");
    const dial = numbers(session.receive({ type: "start", resume: null }, 0)).dial as number;
    const attempt = admit(session, dial, 0);
    session.receive({ type: "picture.shown", attempt }, 0.1);
    session.expire(session.deadline as number);
    expect(session.view.state).toBe("reconnecting");
  });

  it("offers behind the knock, once both are there, and looks for ways when it is let in", () => {
    for (const order of ["offer first", "knock first"]) {
      const session = new ViewerSession("room");
      session.receive({ type: "start", resume: null }, 0);
      const offered = { type: "peer.offered", attempt: 1, sdp: "sdp" } as const;
      const knocked = { type: "knocked", dial: 1 } as const;
      const [one, other] = order === "offer first" ? [offered, knocked] : [knocked, offered];
      expect(session.receive(one, 0)).toEqual([]);
      expect(session.receive(other, 0)).toEqual([{ type: "send-offer", attempt: 1, sdp: "sdp" }]);
      const waiting = { type: "knock.waiting", host: "Bob", limit_s: 30 } as const;
      expect(session.receive({ type: "signal", dial: 1, signal: waiting }, 1)).toEqual([]);
      const admitted = { type: "knock.admitted", participant: "a", host: "Bob", room: "room", resume: "r1", granted: [], ice_servers: [] } as const;
      expect(session.receive({ type: "signal", dial: 1, signal: { ...admitted, granted: [], ice_servers: [] } }, 9)).toEqual([
        { type: "open-peer", attempt: 1, ways: { iceServers: [], relayOnly: false } },
      ]);
    }
  });

  it("offers anew at each dial, and what the connection before says is not heard", () => {
    const session = new ViewerSession("room");
    session.receive({ type: "start", resume: null }, 0);
    session.receive({ type: "socket.closed", dial: 1 }, 1);
    const effects = session.expire(session.deadline as number);
    expect(kinds(effects)).toEqual(["open-socket", "prepare-peer"]);
    const { dial, attempt } = numbers(effects);
    session.receive({ type: "knocked", dial: dial as number }, 2);
    expect(session.receive({ type: "peer.offered", attempt: 1, sdp: "old" }, 2)).toEqual([]);
    expect(kinds(session.receive({ type: "peer.offered", attempt: attempt as number, sdp: "new" }, 2))).toEqual(["send-offer"]);
  });

  it("waits for a room that it was in before: a server that was just started does not know it yet", () => {
    const session = new ViewerSession("room");
    const dial = numbers(session.receive({ type: "start", resume: { room: "room", token: "t" } }, 0)).dial as number;
    session.receive({ type: "signal", dial, signal: { type: "error", code: "room-not-found", message: "" } }, 0);
    expect(session.view.state).toBe("connecting");
    expect(session.deadline).toBeLessThan(1);
  });

  it("is told at once of a room that nobody has", () => {
    const session = new ViewerSession("room");
    const dial = numbers(session.receive({ type: "start", resume: null }, 0)).dial as number;
    session.receive({ type: "signal", dial, signal: { type: "error", code: "room-not-found", message: "" } }, 0);
    expect(session.view).toMatchObject({ state: "denied", denial: "room-not-found" });
  });

  it("says that it is the server that has trouble, when that is what the server said", () => {
    const session = new ViewerSession("room");
    let now = 0;
    session.receive({ type: "start", resume: null }, now);
    for (let dial = 1; session.view.state === "connecting" && now < 60; now = session.deadline ?? now) {
      dial = numbers(session.expire(now)).dial ?? dial;
      session.receive({ type: "carrier.refused", dial, code: "rendezvous-degraded" }, now);
    }
    expect(session.view.end?.reason).toBe("degraded");
  });

  it("gives up a host that never answers after ten seconds", () => {
    const session = new ViewerSession("room");
    let now = 0;
    session.receive({ type: "start", resume: null }, now);
    for (let dial = 1; session.view.state === "connecting" && now < 60; now = session.deadline ?? now) {
      dial = numbers(session.expire(now)).dial ?? dial;
      session.receive({ type: "socket.closed", dial }, now);
    }
    expect(session.view.end?.reason).toBe("unreachable");
    expect(now).toBeGreaterThanOrEqual(10);
    expect(now).toBeLessThan(13);
  });
});

describe("a lost path", () => {
  it("is noticed after three seconds without an echo, and never leaves the hand on the host", () => {
    const { session, attempt } = live();
    session.receive({ type: "message", attempt, message: { type: "control.granted" } }, 0);
    let effects: Effect[] = [];
    let now = 0;
    while (session.view.state === "live" && now < 10) {
      now = session.deadline as number;
      effects = session.expire(now);
    }
    expect(now).toBe(3);
    expect(kinds(effects)).toEqual(["control-ended", "keep-picture", "close-socket"]);
    expect(session.view).toMatchObject({ state: "reconnecting", control: "none", lost: { at: 3 } });
  });

  it("comes back through the share's own room when the spoken code is used up", () => {
    const session = new ViewerSession("482");
    session.receive({ type: "start", resume: null }, 0);
    const attempt = admit(session, 1, 0);
    session.receive({ type: "peer.opened", attempt }, 0);
    session.receive({ type: "picture.shown", attempt }, 0);
    session.receive({ type: "peer.failed", attempt }, 1);
    const dial = numbers(session.expire(1.2)).dial as number;
    expect(session.receive({ type: "socket.opened", dial }, 1.2)).toEqual([
      { type: "send-signal", signal: { type: "room.enter", version: 4, room: "room" } },
    ]);
    expect(session.resume).toEqual({ room: "room", token: "r1" });
  });

  it("survives the loss of the socket, which is not needed while live", () => {
    const { session, dial } = live();
    expect(session.receive({ type: "socket.closed", dial }, 1)).toEqual([]);
    expect(session.view.state).toBe("live");
  });

  it("dials again with the resume token and is live with the next picture", () => {
    const { session, attempt } = live();
    session.receive({ type: "peer.failed", attempt }, 5);
    expect(session.deadline).toBeCloseTo(5.2);
    const dial = numbers(session.expire(5.2)).dial as number;
    expect(
      session.receive({ type: "signal", dial, signal: { type: "knock.challenged", version: 4, nonce: "n" } }, 5.2),
    ).toEqual([{ type: "knock", challenge: { room: "room", nonce: "n", share: null, commitment: null, resume: "r1" } }]);
    const next = admit(session, dial, 5.3);
    session.receive({ type: "peer.opened", attempt: next }, 5.4);
    const effects = session.receive({ type: "picture.shown", attempt: next }, 5.5);
    expect(effects).toEqual([{ type: "notice", notice: { kind: "reconnected" } }]);
    expect(session.view).toMatchObject({ state: "live", lost: null });
  });

  it("is tried for five minutes, then called unreachable, and a click starts again", () => {
    const { session, attempt } = live();
    session.receive({ type: "peer.failed", attempt }, 0);
    let now = 0;
    while (session.view.state === "reconnecting" && now < 400) {
      now = session.deadline as number;
      const { dial } = numbers(session.expire(now));
      if (dial !== undefined) session.receive({ type: "socket.closed", dial }, now);
    }
    expect(session.view.end?.reason).toBe("unreachable");
    expect(now).toBeGreaterThanOrEqual(300);
    expect(now).toBeLessThan(304);
    expect(kinds(session.receive({ type: "retry" }, 310))).toEqual(["open-socket", "prepare-peer"]);
    expect(session.view.state).toBe("connecting");
  });

  it("is dialled at once when the network is another, and no dial that goes well is broken off", () => {
    const { session, attempt } = live();
    session.receive({ type: "peer.failed", attempt }, 5);
    const hanging = numbers(session.receive({ type: "network.changed" }, 5.1)).dial as number;
    const dial = numbers(session.receive({ type: "network.changed" }, 5.2)).dial as number;
    expect(dial).toBeGreaterThan(hanging);
    session.receive({ type: "socket.opened", dial }, 5.3);
    expect(session.receive({ type: "network.changed" }, 5.4)).toEqual([]);
  });

  it("is suspected when the network is another: asked at once, and given up sooner", () => {
    const { session } = live();
    expect(session.receive({ type: "network.changed" }, 0.1)).toMatchObject([{ message: { type: "heartbeat.beat" } }]);
    let now = 0.1;
    while (session.view.state === "live" && now < 10) session.expire((now = session.deadline as number));
    expect(now).toBeCloseTo(2.1);
    expect(session.view.state).toBe("reconnecting");
  });

  describe("that fell silent", () => {
    /** Beats at 0 and then nothing is heard until ``until``; dials that do not get through. */
    function silent(until: number): { session: ViewerSession; attempt: number; beat: number; dial: number } {
      const { session, attempt } = live();
      let [beat, dial] = [0, 0];
      for (let at = session.deadline as number; at <= until; at = session.deadline as number) {
        const effects = session.expire(at);
        for (const effect of effects) if (effect.type === "send-session" && effect.message.type === "heartbeat.beat") beat = effect.message.seq;
        dial = numbers(effects).dial ?? dial;
        expect(kinds(effects)).not.toContain("close-peer");
      }
      expect(session.view.state).toBe("reconnecting");
      return { session, attempt, beat, dial };
    }
    const echo = (seq: number) => ({ type: "heartbeat.echoed", seq, host_ticks: 77 }) as const;

    it("goes on when it is heard before another one stands, and is live with its next picture", () => {
      const { session, attempt, beat } = silent(9);
      expect(session.receive({ type: "message", attempt, message: echo(beat) }, 9)).toEqual([
        { type: "resume-path", attempt, hostTicks: 77 },
      ]);
      expect(session.receive({ type: "picture.shown", attempt }, 9.1)).toEqual([{ type: "notice", notice: { kind: "reconnected" } }]);
      expect(session.view).toMatchObject({ state: "live", lost: null });
    });

    it("is not taken for well by an echo that waited at the host", () => {
      const { session, attempt } = silent(3.4);
      expect(session.receive({ type: "message", attempt, message: echo(5) }, 3.4)).toEqual([]);
      expect(session.view.state).toBe("reconnecting");
    });

    it("keeps the new way back that its successor got, and dials no more", () => {
      const { session, attempt, beat, dial } = silent(4);
      session.receive({ type: "socket.opened", dial }, 4);
      session.receive({ type: "message", attempt, message: echo(beat) }, 4);
      const admitted = { type: "knock.admitted", participant: "a", host: "Bob", room: "room", resume: "r2", granted: ["view"], ice_servers: [] } as const;
      expect(session.receive({ type: "signal", dial, signal: { ...admitted, granted: ["view"], ice_servers: [] } }, 4.1)).toEqual([]);
      expect(session.resume?.token).toBe("r2");
      expect(session.receive({ type: "signal", dial, signal: { type: "error", code: "room-not-found", message: "" } }, 4.2)).toEqual([]);
      expect(session.receive({ type: "socket.closed", dial }, 4.3)).toEqual([]);
    });

    it("gives way to the one that the host let in", () => {
      const { session, attempt, beat, dial } = silent(4);
      const next = admit(session, dial, 4);
      expect(next).toBeGreaterThan(attempt);
      expect(session.receive({ type: "message", attempt, message: echo(beat) }, 4.1)).toEqual([]);
      expect(session.view.state).toBe("reconnecting");
    });

    it("is closed when it fails for good, and the dial that runs goes on", () => {
      const { session, attempt, dial } = silent(4);
      expect(kinds(session.receive({ type: "peer.failed", attempt }, 4))).toEqual(["close-peer"]);
      expect(numbers(session.receive({ type: "network.changed" }, 4)).dial).toBeGreaterThan(dial);
      expect(admit(session, dial + 1, 4.1)).toBeGreaterThan(attempt);
    });
  });

  it("brings control back, and says so once", () => {
    const { session, attempt } = live();
    session.receive({ type: "peer.failed", attempt }, 5);
    const next = admit(session, numbers(session.expire(5.2)).dial as number, 5.3);
    session.receive({ type: "peer.opened", attempt: next }, 5.4);
    const message = { type: "control.granted" } as const;
    expect(session.receive({ type: "message", attempt: next, message }, 5.4)).toEqual([
      { type: "control-began" },
      { type: "notice", notice: { kind: "control-returned" } },
    ]);
    expect(session.receive({ type: "picture.shown", attempt: next }, 5.5)).toEqual([]);
    expect(session.view).toMatchObject({ state: "live", control: "held" });
  });

  it.each(["room-not-found", "host-away"])("is waited for, aloud, while nobody is there (%s), as long as the host keeps a place", (code) => {
    const { session, attempt } = live();
    session.receive({ type: "peer.failed", attempt }, 0);
    expect(session.view.lost?.isHostAway).toBe(false);
    let now = 0;
    while (session.view.state === "reconnecting" && now < 400) {
      now = session.deadline as number;
      const dial = numbers(session.expire(now)).dial as number;
      session.receive({ type: "signal", dial, signal: { type: "error", code, message: "" } }, now);
      if (now < 300) expect(session.view.lost?.isHostAway).toBe(true);
    }
    expect(session.view.state).toBe("ended");
    expect(now).toBeGreaterThanOrEqual(300);
    expect(now).toBeLessThan(305);
  });

  it("is not given up where the server asks for patience", () => {
    const { session, attempt } = live();
    session.receive({ type: "peer.failed", attempt }, 0);
    const dial = numbers(session.expire(session.deadline as number)).dial as number;
    session.receive({ type: "carrier.refused", dial, code: "rate-limited" }, 1);
    expect(session.view.state).toBe("reconnecting");
    expect(session.deadline).not.toBeNull();
  });

  it("is back with a host that was killed and started again", () => {
    const { session, attempt } = live();
    session.receive({ type: "peer.failed", attempt }, 0);
    let dial = numbers(session.expire(session.deadline as number)).dial as number;
    session.receive({ type: "signal", dial, signal: { type: "error", code: "room-not-found", message: "" } }, 1);
    dial = numbers(session.expire(session.deadline as number)).dial as number;
    session.receive({ type: "signal", dial, signal: { type: "knock.challenged", version: 4, nonce: "n" } }, 60);
    const next = admit(session, dial, 60);
    session.receive({ type: "peer.opened", attempt: next }, 61);
    session.receive({ type: "picture.shown", attempt: next }, 61);
    expect(session.view).toMatchObject({ state: "live", lost: null });
  });

  it("ignores what an older connection still says", () => {
    const { session, attempt } = live();
    session.receive({ type: "peer.failed", attempt }, 0);
    expect(session.receive({ type: "message", attempt, message: { type: "control.granted" } }, 0.1)).toEqual([]);
    expect(session.receive({ type: "picture.shown", attempt }, 0.1)).toEqual([]);
    expect(session.view).toMatchObject({ state: "reconnecting", control: "none" });
  });
});

describe("control", () => {
  it("is asked for once, begins with the host's word and ends with the viewer's", () => {
    const { session, attempt } = live();
    expect(session.receive({ type: "control.wanted" }, 1)).toEqual([
      { type: "send-session", message: { type: "control.request", id: 1 } },
    ]);
    expect(session.receive({ type: "control.wanted" }, 1)).toEqual([]);
    const granted = session.receive({ type: "message", attempt, message: { type: "control.granted", re: 1, expires_s: 60 } }, 2);
    expect(kinds(granted)).toEqual(["control-began", "notice"]);
    expect(session.view).toMatchObject({ control: "held", controlExpiresAt: 62 });
    expect(session.receive({ type: "control.given_back" }, 3)).toEqual([
      { type: "control-ended" },
      { type: "send-session", message: { type: "control.release" } },
    ]);
  });

  it("is not the only right that can be asked for, where the host can be asked", () => {
    const { session, attempt } = live();
    const wish = { type: "capability.wanted", capability: "clipboard" } as const;
    const told = (change: Partial<SessionDescribed>): void => {
      session.receive({ type: "message", attempt, message: described(change) }, 1);
    };
    told({ askable: ["control"] });
    expect(session.receive(wish, 1)).toEqual([]);
    told({ askable: ["control", "clipboard"] });
    expect(session.receive(wish, 1)).toEqual([
      { type: "send-session", message: { type: "capability.request", id: 1, capability: "clipboard" } },
    ]);
    told({ askable: ["control", "clipboard"], asks: "clipboard" });
    expect(session.receive(wish, 1)).toEqual([]);
    const refused = { type: "capability.refused", re: 1, reason: "denied" } as const;
    expect(session.receive({ type: "message", attempt, message: refused }, 2)).toEqual([
      { type: "notice", notice: { kind: "right-refused", reason: "denied" } },
    ]);
  });

  it("ends at once when the host takes it back, and says so", () => {
    const { session, attempt } = live();
    session.receive({ type: "message", attempt, message: { type: "control.granted" } }, 1);
    const effects = session.receive({ type: "message", attempt, message: { type: "control.revoked", reason: "host" } }, 2);
    expect(effects).toEqual([
      { type: "control-ended" },
      { type: "notice", notice: { kind: "control-revoked", reason: "host" } },
    ]);
    expect(session.view.control).toBe("none");
  });

  it("passes control on only while it is held, and takes it over also while waiting in line", () => {
    const { session, attempt } = live();
    expect(session.receive({ type: "control.passed_on", to: "b" }, 1)).toEqual([]);
    session.receive({ type: "control.wanted" }, 1);
    expect(session.receive({ type: "control.taken_over" }, 1)).toEqual([
      { type: "send-session", message: { type: "control.take", id: 2 } },
    ]);
    session.receive({ type: "message", attempt, message: { type: "control.granted", re: 2 } }, 2);
    expect(session.receive({ type: "control.taken_over" }, 2)).toEqual([]);
    expect(session.receive({ type: "control.passed_on", to: "b" }, 2)).toEqual([
      { type: "send-session", message: { type: "control.give", to: "b" } },
    ]);
    expect(kinds(session.receive({ type: "message", attempt, message: { type: "control.revoked", reason: "given" } }, 3))).toEqual([
      "control-ended",
    ]);
  });

  it("tells whoever controls, once, who waits for it", () => {
    const { session, attempt } = live();
    const ana = { id: "a", name: "Ana", is_you: true, controls: true };
    const say = (place: number | null) =>
      session.receive({ type: "message", attempt, message: described({ participants: [ana, { id: "b", name: "Ben", place }] }) }, 1);
    say(null);
    expect(say(1)).toEqual([{ type: "notice", notice: { kind: "control-waited-for", name: "Ben" } }]);
    expect(say(1)).toEqual([]);
  });

  it("says that input came too late, in its own words", () => {
    const { session, attempt } = live();
    const told = session.receive({ type: "message", attempt, message: { type: "error", code: "too-late", message: "late" } }, 1);
    expect(told).toEqual([{ type: "notice", notice: { kind: "input-too-late" } }]);
    expect(noticeWords({ kind: "input-too-late" }, "Bob")).toContain("too late");
  });

  it("says nothing of the input that was on its way when control ended", () => {
    const { session, attempt } = live();
    session.receive({ type: "message", attempt, message: { type: "control.granted" } }, 1);
    session.receive({ type: "message", attempt, message: { type: "control.revoked", reason: "panic" } }, 2);
    const refused = { type: "error", code: "not-permitted", message: "you do not control this computer" } as const;
    expect(session.receive({ type: "message", attempt, message: refused }, 2.5)).toEqual([]);
    expect(kinds(session.receive({ type: "message", attempt, message: refused }, 5))).toEqual(["notice"]);
  });

  it("follows the host's description of the session, whichever message comes first", () => {
    const { session, attempt } = live();
    const mine = described({ participants: [{ id: "a", name: "Ana", is_you: true, controls: true }] });
    expect(kinds(session.receive({ type: "message", attempt, message: mine }, 1))).toEqual(["control-began"]);
    expect(session.receive({ type: "message", attempt, message: { type: "control.granted" } }, 1)).toEqual([
      { type: "notice", notice: { kind: "control-granted", asked: false, reach: "all", window: "" } },
    ]);
    expect(kinds(session.receive({ type: "message", attempt, message: described() }, 2))).toEqual(["control-ended"]);
  });

  it("rests while sharing is paused and goes on after it", () => {
    const { session, attempt } = live();
    const mine = [{ id: "a", name: "Ana", is_you: true, controls: true }];
    const say = (paused: boolean): string[] =>
      kinds(session.receive({ type: "message", attempt, message: described({ participants: mine, paused }) }, 1));
    expect(say(false)).toEqual(["control-began"]);
    expect(say(true)).toEqual(["control-ended"]);
    expect(session.view.control).toBe("none");
    expect(statusWords(session.view)).toBe("Bob has paused sharing");
    expect(say(false)).toEqual(["control-began"]);
  });

  it("says that a recording began and ended", () => {
    const { session, attempt } = live();
    const on = session.receive({ type: "message", attempt, message: described({ recording_s: 0 }) }, 1);
    const still = session.receive({ type: "message", attempt, message: described({ recording_s: 5 }) }, 6);
    const off = session.receive({ type: "message", attempt, message: described() }, 7);
    expect([on, still, off].map((effects) => effects.map((effect) => effect.type === "notice" && effect.notice.kind))).toEqual([
      ["recording-started"],
      [],
      ["recording-stopped"],
    ]);
  });

  it("says which rights came and went, but nothing of those that were there from the start", () => {
    const { session, attempt } = live();
    const say = (granted: SessionDescribed["granted"]): unknown[] =>
      session
        .receive({ type: "message", attempt, message: described({ granted }) }, 1)
        .map((effect) => effect.type === "notice" && noticeWords(effect.notice, "Bob"));
    expect(say(["view", "clipboard", "files"])).toEqual(["The host now allows you: Clipboard, Files"]);
    expect(say(["view", "files"])).toEqual(["The host no longer allows you: Clipboard"]);
    expect(say(["view", "chat"])).toEqual(["The host now allows you: Chat", "The host no longer allows you: Files"]);
    expect(say(["view", "chat"])).toEqual([]);
  });
});

describe("the picture", () => {
  const asked = { type: "send-session", message: { type: "quality.choose", mode: "saver", max_kbps: 500 } };

  it("is chosen at once, and again on each new connection", () => {
    const { session, attempt } = live();
    expect(session.receive({ type: "quality.chosen", quality: { mode: "saver", max_kbps: 500 } }, 1)).toEqual([asked]);
    session.receive({ type: "peer.failed", attempt }, 2);
    const again = admit(session, numbers(session.expire(2.3)).dial as number, 2.4);
    expect(session.receive({ type: "peer.opened", attempt: again }, 2.5)).toContainEqual(asked);
  });

  it("shows the monitor that was asked for when the host says so", () => {
    const { session, attempt } = live();
    expect(session.receive({ type: "screen.chosen", monitor: 0 }, 1)).toEqual([
      { type: "send-session", message: { type: "screen.choose", monitor: 0 } },
    ]);
    session.receive({ type: "peer.failed", attempt }, 2);
    expect(session.receive({ type: "screen.chosen", monitor: 1 }, 2)).toEqual([]);
  });

  it("is chosen by nobody before somebody does", () => {
    const session = new ViewerSession("room");
    const dial = numbers(session.receive({ type: "start", resume: null }, 0)).dial as number;
    const attempt = admit(session, dial, 0);
    expect(session.receive({ type: "peer.opened", attempt }, 0)).toEqual([
      { type: "send-session", message: { type: "heartbeat.beat", seq: 1 } },
    ]);
  });

  it("is what the host says it is", () => {
    const { session, attempt } = live();
    const video = { type: "video.described", format: "h264", chroma: "exact", width: 1920, height: 1080, mode: "auto" } as const;
    session.receive({ type: "message", attempt, message: video }, 1);
    expect(session.view.video).toEqual(video);
  });
});

describe("the end", () => {
  it("tells who ended it and how long it lasted", () => {
    const { session, attempt } = live();
    session.receive({ type: "message", attempt, message: { type: "session.ended", reason: "stopped", duration_s: 61 } }, 1);
    expect(session.view).toMatchObject({ state: "ended", end: { reason: "stopped", duration_s: 61 } });
    expect(session.deadline).toBeNull();
  });

  it("says goodbye on both ways and closes when the goodbye is out", () => {
    const { session } = live(0);
    expect(session.receive({ type: "left" }, 5)).toEqual([
      { type: "send-session", message: { type: "session.leave" } },
      { type: "send-signal", signal: { type: "viewer.leave" } },
      { type: "close-socket" },
      { type: "close-peer", gracefully: true },
    ]);
    expect(session.view.end).toEqual({ reason: "left", duration_s: 15 });
    expect(session.resume).toBeNull();
  });
});

describe("the heartbeat", () => {
  it("beats at once and each half second, and measures the way", () => {
    const heartbeat = new Heartbeat(0);
    expect(heartbeat.expire(0)).toEqual([{ type: "beat", seq: 1 }]);
    heartbeat.echoed(1, 0, 0.02);
    expect(heartbeat.rtt_s).toBeCloseTo(0.02);
    expect(heartbeat.expire(0.4)).toEqual([]);
    expect(heartbeat.expire(0.5)).toEqual([{ type: "beat", seq: 2 }]);
  });

  it("does not blame the path for a timer that the browser held up", () => {
    const heartbeat = new Heartbeat(0);
    heartbeat.expire(0);
    expect(heartbeat.expire(20)).toEqual([{ type: "beat", seq: 2 }]);
    heartbeat.echoed(2, 0, 20.1);
    expect(heartbeat.expire(20.5)).toEqual([{ type: "beat", seq: 3 }]);
  });

  it("goes on aloud after a sleep in which the host may have given it up, and only then", () => {
    const heartbeat = new Heartbeat(0);
    heartbeat.expire(0);
    heartbeat.expire(1.9);
    expect(heartbeat.echoed(2, 0, 1.95)).toBe(false);
    heartbeat.expire(2.4);
    heartbeat.expire(7);
    // What waited for the page on its way tells nothing of now.
    expect(heartbeat.echoed(3, 0, 7.01)).toBe(false);
    expect(heartbeat.echoed(4, 0, 7.05)).toBe(true);
    heartbeat.expire(7.5);
    expect(heartbeat.echoed(5, 0, 7.55)).toBe(false);
  });

  it("still ends a path that stays silent after such a pause", () => {
    const heartbeat = new Heartbeat(0);
    heartbeat.expire(0);
    heartbeat.expire(20);
    heartbeat.expire(20.5);
    expect(heartbeat.expire(21)).toEqual([{ type: "silent" }]);
  });
});

it("redials quickly first, then every two seconds", () => {
  expect([0, 1, 2, 3, 4, 50].map(redialPause_s)).toEqual([0.2, 0.5, 1, 2, 2, 2]);
});

describe("signing in at a host's address", () => {
  const denied = (reason: "wrong-password" | "wrong-secret" | "locked-out", wait_s?: number) =>
    ({ type: "knock.denied", reason, ...(wait_s === undefined ? {} : { wait_s }) }) as const;

  function asked(): ViewerSession {
    const session = new ViewerSession("home", true);
    expect(session.receive({ type: "start", resume: null }, 0).map(({ type }) => type)).not.toContain("open-socket");
    expect(session.view.state).toBe("sign-in");
    return session;
  }

  function liveByDevice(): { session: ViewerSession; dial: number } {
    const session = new ViewerSession("home", true);
    session.receive({ type: "sign-in.ready" }, 0);
    const dial = numbers(session.receive({ type: "start", resume: null }, 0)).dial as number;
    const attempt = admit(session, dial, 0);
    session.receive({ type: "peer.opened", attempt }, 0);
    session.receive({ type: "message", attempt, message: described() }, 0);
    session.receive({ type: "picture.shown", attempt }, 0);
    session.receive({ type: "peer.failed", attempt }, 1);
    return { session, dial };
  }

  it("asks for something to sign in with before it dials", () => {
    const session = asked();
    const dial = numbers(session.receive({ type: "sign-in.ready" }, 1)).dial as number;
    session.receive({ type: "socket.opened", dial }, 1);
    const offered = { type: "sign-in.offered", host: "Studio", salt: "A".repeat(22), memory_kib: 19456, passes: 2 } as const;
    expect(session.receive({ type: "signal", dial, signal: offered }, 1)).toEqual([{ type: "sign-in", offered }]);
    expect(session.view.host).toBe("Studio");
    // A slow telephone may take longer for a password than a socket may take to open.
    expect(session.deadline).toBeGreaterThan(20);
  });

  it("asks again after a wrong password, and says how long to wait", () => {
    const session = asked();
    const dial = numbers(session.receive({ type: "sign-in.ready" }, 1)).dial as number;
    session.receive({ type: "signal", dial, signal: denied("locked-out", 8) }, 2);
    expect(session.view).toMatchObject({ state: "sign-in", signIn: { problem: "locked-out", wait_s: 8 } });
    expect(session.deadline).toBeNull();
    expect(numbers(session.receive({ type: "sign-in.ready" }, 9)).dial).toBeGreaterThan(dial);
  });

  it("forgets the key of a browser that the host no longer knows", () => {
    const session = new ViewerSession("home", true);
    session.receive({ type: "sign-in.ready" }, 0);
    const dial = numbers(session.receive({ type: "start", resume: null }, 0)).dial as number;
    const refused = { type: "knock.denied", reason: "unknown-device" } as const;
    expect(kinds(session.receive({ type: "signal", dial, signal: refused }, 1))).toContain("forget-device");
    expect(session.view).toMatchObject({ state: "sign-in", signIn: { problem: "unknown-device" } });
  });

  it("takes no offer to sign in where the page came by a link", () => {
    const session = new ViewerSession("room");
    const dial = numbers(session.receive({ type: "start", resume: null }, 0)).dial as number;
    session.receive({ type: "socket.opened", dial }, 0);
    expect(session.receive({ type: "signal", dial, signal: { type: "sign-in.asked", share: "A".repeat(43) } }, 0)).toEqual([]);
  });

  it("says that a computer is not there, not that a link is wrong", () => {
    const session = asked();
    const dial = numbers(session.receive({ type: "sign-in.ready" }, 1)).dial as number;
    session.receive({ type: "carrier.refused", dial, code: "room-not-found" }, 2);
    expect(session.view).toMatchObject({ state: "denied", denial: "offline" });
  });

  it("signs in anew at a host that restarted, at its address and not in the room of the share before", () => {
    const { session } = liveByDevice();
    let now = 1;
    const rooms: string[] = [];
    while (now < 12 && !rooms.includes("home")) {
      now = session.deadline ?? now + 1;
      const dial = numbers(session.expire(now)).dial;
      if (dial === undefined) continue;
      const entered = session.receive({ type: "socket.opened", dial }, now).at(0);
      if (entered?.type === "send-signal" && entered.signal.type === "room.enter") rooms.push(entered.signal.room);
      const again = numbers(session.receive({ type: "carrier.refused", dial, code: "host-away" }, now)).dial;
      if (again === undefined) continue;
      const anew = session.receive({ type: "socket.opened", dial: again }, now).at(0);
      if (anew?.type === "send-signal" && anew.signal.type === "room.enter") rooms.push(anew.signal.room);
    }
    expect(rooms.slice(0, -1).every((room) => room === "room")).toBe(true);
    expect(rooms.at(-1)).toBe("home");
    expect(now).toBeLessThan(8);
  });

  it("asks for the password again where that is all there is", () => {
    const session = asked();
    const dial = numbers(session.receive({ type: "sign-in.ready" }, 1)).dial as number;
    session.receive({ type: "sign-in.used" }, 1);
    const attempt = admit(session, dial, 1);
    session.receive({ type: "peer.opened", attempt }, 1);
    session.receive({ type: "picture.shown", attempt }, 1);
    session.receive({ type: "peer.failed", attempt }, 2);
    const again = numbers(session.expire(session.deadline as number)).dial as number;
    session.receive({ type: "signal", dial: again, signal: denied("wrong-secret") }, 3);
    expect(session.view).toMatchObject({ state: "sign-in", signIn: null });
  });
});
