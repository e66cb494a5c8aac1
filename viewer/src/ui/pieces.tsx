/** Small pieces that all pages share. */

import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ICON_NODES, type IconName } from "./icon-nodes";

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {ICON_NODES[name].map(([element, attributes]) => h(element, attributes))}
    </svg>
  );
}

/** Return monotonic seconds, new each second while the caller is on the page. */
export function useSeconds(): number {
  const [now, setNow] = useState(() => performance.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
