/** How others get here: link, QR code, spoken code. */

import { useState } from "preact/hooks";
import type { HostDescribed } from "../protocol/wire";
import { Icon, useSeconds } from "../ui/pieces";
import { duration } from "../ui/words";
import { words } from "../words/language";
import { copyText } from "../ui/clipboard";
import type { Console } from "./store";

interface InviteProps {
  console: Console;
  host: HostDescribed;
  toldAt: number;
}

export function Invite({ console, host, toldAt }: InviteProps) {
  const [mayControl, setMayControl] = useState(true);
  const said = words().console;
  const link = mayControl ? host.link : host.view_link;
  return (
    <section class="card invite" aria-labelledby="invite-title">
      <h2 id="invite-title">{said.invite}</h2>
      <div class="invite-body">
        <div class="ways">
          <fieldset class="choice">
            <legend class="only-heard">{said.whatLinkAllows}</legend>
            <label>
              <input type="radio" name="kind" checked={mayControl} onChange={() => setMayControl(true)} />
              <span>{said.mayAsk}</span>
            </label>
            <label>
              <input type="radio" name="kind" checked={!mayControl} onChange={() => setMayControl(false)} />
              <span>{said.viewOnly}</span>
            </label>
          </fieldset>
          <LinkBox key={link} link={link} />
          <Code console={console} host={host} toldAt={toldAt} />
        </div>
        <QrCode rows={mayControl ? host.link_qr : (host.view_link_qr ?? "")} />
      </div>
    </section>
  );
}

function LinkBox({ link }: { link: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const { console: said, common } = words();
  return (
    <div class="link-box">
      <input
        class="field mono"
        readOnly
        value={link}
        aria-label={said.link}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" class="button primary" onClick={async () => setCopied(await copyText(link))}>
        <Icon name={copied ? "check" : "copy"} />
        {copied ? common.copied : said.copyLink}
      </button>
      <span class="only-heard" aria-live="polite">
        {copied === true ? said.linkCopied : copied === false ? said.linkNotCopied : ""}
      </span>
    </div>
  );
}

function Code({ console, host, toldAt }: InviteProps) {
  const now = useSeconds();
  const said = words().console;
  if (host.code === null || host.code_expires_s === null) {
    return (
      <div class="spoken">
        <p class="quiet">{said.noCode}</p>
        <div class="code-acts">
          <NewCode console={console} />
        </div>
      </div>
    );
  }
  const left_s = host.code_expires_s - Math.max(0, now - toldAt);
  return (
    <div class="spoken">
      <span class="quiet">{said.codeAt(new URL(host.link).host)}</span>
      <strong class="mono">{host.code}</strong>
      <span class="quiet numbers">{left_s > 0 ? said.codeWorks(duration(left_s)) : said.codeExpired}</span>
      <div class="code-acts">
        <NewCode console={console} />
        <button type="button" class="button small" onClick={() => console.tell({ do: "code.revoke" })}>
          {said.revokeCode}
        </button>
      </div>
    </div>
  );
}

function NewCode({ console }: { console: Console }) {
  return (
    <button type="button" class="button small" onClick={() => console.tell({ do: "code.renew" })}>
      {words().console.newCode}
    </button>
  );
}

/** Draw a QR code from rows of 0 and 1. */
function QrCode({ rows }: { rows: string }) {
  const lines = rows.split("\n").filter((line) => /^[01]+$/.test(line));
  if (lines.length === 0) return null;
  const size = lines.length;
  const quiet = 2;
  const path = lines
    .flatMap((line, y) => [...line.matchAll(/1+/g)].map((run) => `M${run.index + quiet} ${y + quiet}h${run[0].length}v1h-${run[0].length}z`))
    .join("");
  return (
    <svg class="qr" viewBox={`0 0 ${size + 2 * quiet} ${size + 2 * quiet}`} role="img" aria-label={words().console.qrCode} shape-rendering="crispEdges">
      <path d={path} />
    </svg>
  );
}
