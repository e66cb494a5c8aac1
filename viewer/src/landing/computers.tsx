/** The hosts that this browser remembers, and whether each is there. */

import { useEffect, useState } from "preact/hooks";
import { forgetHost, knownHosts, type KnownHost } from "../hosts/known";
import type { Presence } from "../hosts/presence";
import { Icon } from "../ui/pieces";
import { words } from "../words/language";

/** While the page is seen; a host that goes is missed a little later. */
const LOOK_AGAIN_MS = 30_000;

export function Computers() {
  const [hosts, setHosts] = useState<readonly KnownHost[]>([]);
  useEffect(() => void knownHosts().then(setHosts), []);
  if (hosts.length === 0) return null;
  const forget = async (room: string): Promise<void> => {
    await forgetHost(room);
    setHosts(await knownHosts());
  };
  return (
    <section class="computers card" aria-labelledby="computers-title">
      <h2 id="computers-title">{words().computers.title}</h2>
      <ul>
        {hosts.map((host) => (
          <Computer key={host.room} host={host} forget={() => void forget(host.room)} />
        ))}
      </ul>
    </section>
  );
}

function Computer({ host, forget }: { host: KnownHost; forget: () => void }) {
  const presence = usePresence(host);
  const said = words().computers;
  const name = presence?.kind === "online" ? presence.name : host.name;
  return (
    <li>
      <a href={`/j/${host.room}`}>
        <i class={`presence ${presence?.kind ?? ""}`} aria-hidden="true" />
        <span>
          <b>{name}</b>
          <small>
            {said[presence?.kind ?? "asking"]} · {host.device ? said.withoutPassword : said.withPassword}
          </small>
        </span>
        <Icon name="arrow-right" />
      </a>
      <button type="button" class="button" aria-label={said.forget(name)} title={said.forget(name)} onClick={forget}>
        <Icon name="x" />
      </button>
    </li>
  );
}

/** Null until the first answer. */
function usePresence(host: KnownHost): Presence | null {
  const [presence, setPresence] = useState<Presence | null>(null);
  useEffect(() => {
    let isGone = false;
    const look = async (): Promise<void> => {
      // Most people know no host: their first page comes without the cryptography that asks one.
      const { presenceOf } = await import("../hosts/presence");
      const found = await presenceOf(host);
      if (!isGone) setPresence(found);
    };
    void look();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void look();
    }, LOOK_AGAIN_MS);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [host]);
  return presence;
}
