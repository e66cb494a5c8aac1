/**
 * Sans-IO: how old is a picture when it is seen?
 *
 * Each frame carries the host's clock of its capture, and each echo of a heartbeat the host's clock of
 * that moment. Both count 90 kHz ticks, mod 2³². What the way to and from the host cannot tell is which
 * of the two is the longer one: the error is at most half the round trip.
 */

const TICKS_PER_S = 90_000;
const SPAN_S = 5;
/** Bound: five seconds at 120 pictures a second. */
const MOST_PICTURES = 600;
/** Beyond this the two clocks have nothing to do with each other. */
const MOST_S = 60;

/** What two quartzes and their ticks may differ by within a quarter of a minute. */
const SLACK_S = 0.01;

interface Trip {
  readonly rtt_s: number;
  readonly offset_s: number;
}

/** A difference of seconds told in ticks: they begin anew after half a day. */
const sinceTicks = (seconds: number): number => (Math.round(seconds * TICKS_PER_S) | 0) / TICKS_PER_S;

/** The host's clock as seen from here: the quickest of the last round trips tells it best. */
export class HostClock {
  private trips: readonly Trip[] = [];
  /** Bound, and the quarter of a minute after which two quartzes have drifted by a millisecond. */
  private static readonly MOST_TRIPS = 30;

  echoed(hostTicks: number, sentAt: number, receivedAt: number): void {
    const offset_s = hostTicks / TICKS_PER_S - (sentAt + receivedAt) / 2;
    const rtt_s = receivedAt - sentAt;
    // Each trip tells the clock to half its length. Where two do not fit, a computer slept between them.
    const fits = (trip: Trip): boolean =>
      Math.abs(sinceTicks(trip.offset_s - offset_s)) <= (trip.rtt_s + rtt_s) / 2 + SLACK_S;
    this.trips = [...this.trips.filter(fits), { rtt_s, offset_s }].slice(-HostClock.MOST_TRIPS);
  }

  /** Return the host's clock at ``at`` (monotonic), in its ticks; null while it is not known. */
  ticksAt(at: number): number | null {
    const { best } = this;
    return best && Math.round((at + best.offset_s) * TICKS_PER_S) >>> 0;
  }

  /** Return the seconds from the capture at ``ticks`` to ``at`` (monotonic); null when that cannot be told. */
  age_s(ticks: number, at: number): number | null {
    const { best } = this;
    if (!best) return null;
    const age_s = ((Math.round((at + best.offset_s) * TICKS_PER_S) - ticks) | 0) / TICKS_PER_S;
    // Half a round trip may be told wrongly, and then a quick picture seems to come before it was taken.
    return Math.abs(age_s) > MOST_S ? null : Math.max(0, age_s);
  }

  private get best(): Trip | null {
    return this.trips.reduce<Trip | null>((best, trip) => (best && best.rtt_s < trip.rtt_s ? best : trip), null);
  }
}

export interface ShownFigures {
  fps: number;
  latency_ms: number | null;
  latency_p95_ms: number | null;
}

/** The pictures of the last seconds, as they came to the screen. */
export class ShownFrames {
  private readonly pictures: { at: number; age_s: number | null }[] = [];
  private composed: number | null = null;

  constructor(
    private readonly clock: HostClock,
    private readonly since: number,
  ) {}

  /** A picture of this RTP timestamp was put together and goes to the screen next. */
  compose(rtp: number): void {
    this.composed = rtp;
  }

  /** A picture came to the screen; ``rtp`` null where the browser does not know: then it is the last composed one. */
  show(rtp: number | null, at: number): void {
    const ticks = rtp ?? this.composed;
    this.pictures.push({ at, age_s: ticks === null ? null : this.clock.age_s(ticks, at) });
    if (this.pictures.length > MOST_PICTURES) this.pictures.shift();
  }

  figures(now: number): ShownFigures {
    const recent = this.pictures.filter(({ at }) => now - at <= SPAN_S);
    const ages = recent.map(({ age_s }) => age_s).filter((age_s) => age_s !== null);
    ages.sort((a, b) => a - b);
    const rank = (share: number): number | null => {
      const age_s = ages[Math.max(0, Math.ceil(ages.length * share) - 1)];
      return age_s === undefined ? null : Number((age_s * 1000).toFixed(1));
    };
    const span_s = Math.min(SPAN_S, now - this.since);
    return {
      fps: span_s > 0 ? Number((recent.length / span_s).toFixed(1)) : 0,
      latency_ms: rank(0.5),
      latency_p95_ms: rank(0.95),
    };
  }
}
