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
          {link ? <LinkBox key={link} link={link} /> : <p class="quiet">{said.noLink}</p>}
          {mayControl && host.lan_link && <OtherLink link={host.lan_link} label={said.lanLink} />}
          {mayControl && host.ask_link && <OtherLink link={host.ask_link} label={said.askLink} />}
          {host.unattended_link && <OtherLink link={host.unattended_link} label={said.unattendedLink} />}
          <LinkLimits console={console} host={host} toldAt={toldAt} id={mayControl ? "link" : "view-link"} />
          <Code console={console} host={host} toldAt={toldAt} />
        </div>
        <QrCode rows={mayControl ? host.link_qr : (host.view_link_qr ?? "")} />
      </div>
    </section>
  );
}

function OtherLink({ link, label }: { link: string; label: string }) {
  return (
    <details class="lan-link">
      <summary>{label}</summary>
      <LinkBox link={link} label={label} />
    </details>
  );
}

function LinkBox({ link, label }: { link: string; label?: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const { console: said, common } = words();
  return (
    <div class="link-box">
      <input
        class="field mono"
        readOnly
        value={link}
        aria-label={label ?? said.link}
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

/** How long a new link lets somebody in, in seconds; 0: for ever. */
const LINK_LIVES = [0, 900, 3600, 86_400];

/** What limits the link that is shown, and how another one takes its place. */
function LinkLimits({ console, host, toldAt, id }: InviteProps & { id: "link" | "view-link" }) {
  const now = useSeconds();
  const said = words().console;
  const [life_s, setLife] = useState(0);
  const [isForOne, setForOne] = useState(false);
  const known = host.invitations?.find((invitation) => invitation.id === id);
  const left_s = typeof known?.expires_s === "number" ? Math.max(0, known.expires_s - Math.max(0, now - toldAt)) : null;
  const limits = [
    left_s === null ? null : said.linkWorksFor(duration(left_s)),
    typeof known?.uses_left === "number" ? said.linkLets(known.uses_left) : null,
  ].filter((limit) => limit !== null);
  const renew = (): void =>
    console.tell({
      do: "invitation.make",
      id,
      allows: id === "link" ? "control" : "view",
      for_s: life_s || null,
      uses: isForOne ? 1 : null,
    });
  return (
    <div class="link-limits">
      {limits.length > 0 && <p class="quiet numbers">{limits.join(" · ")}</p>}
      <details>
        <summary>{said.newLink}</summary>
        <div class="code-acts">
          <select class="field" aria-label={said.linkLife} value={life_s} onChange={(event) => setLife(Number(event.currentTarget.value))}>
            {LINK_LIVES.map((seconds) => (
              <option key={seconds} value={seconds}>
                {seconds === 0 ? said.noTimeLimit : said.linkWorksFor(duration(seconds))}
              </option>
            ))}
          </select>
          <label class="for-one">
            <input type="checkbox" checked={isForOne} onChange={(event) => setForOne(event.currentTarget.checked)} />
            <span>{said.forOnePerson}</span>
          </label>
          <button type="button" class="button small" onClick={renew}>
            {said.makeNewLink}
          </button>
          {known && (
            <button type="button" class="button small" onClick={() => console.tell({ do: "invitation.revoke", id })}>
              {said.revokeLink}
            </button>
          )}
        </div>
        <p class="quiet">{said.whoIsInStays}</p>
      </details>
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
      <span class="quiet">{said.codeAt(new URL(host.origin).host)}</span>
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
