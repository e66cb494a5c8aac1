/** What viewers see now: the host sends a small picture when something has changed. */

import type { HostDescribed } from "../protocol/wire";
import { Icon } from "../ui/pieces";
import { words } from "../words/language";
import type { Console } from "./store";

export function Preview({ console, host }: { console: Console; host: HostDescribed }) {
  const said = words().console;
  const { width, height } = host.media;
  const picture = console.preview.value;
  const shape = width > 0 && height > 0 ? `${width} / ${height}` : "16 / 9";
  return (
    <figure class="card preview">
      <figcaption>{said.preview}</figcaption>
      <div class="preview-picture" style={{ aspectRatio: shape }}>
        {host.paused ? (
          <p>
            <Icon name="circle-pause" />
            {said.previewPaused}
          </p>
        ) : picture === null ? (
          <p>
            <Icon name="monitor" />
            {said.previewWaits}
          </p>
        ) : (
          <img src={picture} alt={said.previewOf(width, height)} />
        )}
      </div>
    </figure>
  );
}
