/** The two clipboards side by side: for where Ctrl+C and Ctrl+V cannot do it, and to see what there is. */

import { useEffect, useState } from "preact/hooks";
import { sizeOf, type Clip } from "../clipboard/message";
import { bytes, decimal, words } from "../words/language";
import { copyClip, pastedClip, pictureOf, readClip, textClip, textOf } from "./clipboard";
import { Icon } from "./pieces";
import type { Viewer } from "./viewer";
import { clipboardOpens } from "./words";

const MOST_SHOWN = 2000;

export function ClipboardPanel({ viewer }: { viewer: Viewer }) {
  const view = viewer.store.view.value;
  const said = words().clipboard;
  if (!view.described?.granted.includes("clipboard")) return <AskFirst viewer={viewer} />;
  return (
    <>
      <section class="clip" aria-label={said.fromHost}>
        <h3>{said.fromHost}</h3>
        {clipboardOpens(view, "out") ? <FromHost viewer={viewer} /> : <p class="quiet">{said.closedOut}</p>}
      </section>
      <section class="clip" aria-label={said.toHost}>
        <h3>{said.toHost}</h3>
        {clipboardOpens(view, "in") ? <ToHost viewer={viewer} /> : <p class="quiet">{said.closedIn}</p>}
      </section>
    </>
  );
}

function AskFirst({ viewer }: { viewer: Viewer }) {
  const { described, host } = viewer.store.view.value;
  const said = words().clipboard;
  const isAsking = described?.asks === "clipboard";
  return (
    <section class="clip">
      <p role="status">{isAsking ? said.asking(host) : said.needsYes(host)}</p>
      <div class="actions">
        <button
          type="button"
          class="button primary"
          disabled={isAsking}
          onClick={() => viewer.receive({ type: "capability.wanted", capability: "clipboard" })}
        >
          <Icon name={isAsking ? "hourglass" : "clipboard"} />
          {said.ask}
        </button>
      </div>
    </section>
  );
}

function FromHost({ viewer }: { viewer: Viewer }) {
  const { offered, arrived, isFetching, fetchTrouble } = viewer.clips.view.value;
  const said = words().clipboard;
  if (arrived) return <Arrived clip={arrived} />;
  if (isFetching) return <p class="quiet">{said.fetching}</p>;
  if (!offered) return <p class="quiet">{said.nothing}</p>;
  if (offered.parts.length === 0) return <p class="quiet">{said.tooLarge}</p>;
  const whole_bytes = offered.parts.reduce((sum, part) => sum + part.bytes, 0);
  return (
    <>
      {fetchTrouble && <p role="status">{said.trouble[fetchTrouble]}</p>}
      <div class="actions">
        <button type="button" class="button" onClick={() => viewer.clips.receive({ type: "fetch" })}>
          {said.get(bytes(whole_bytes))}
        </button>
      </div>
    </>
  );
}

function Arrived({ clip }: { clip: Clip }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const said = words().clipboard;
  const text = textOf(clip);
  const copy = async (): Promise<void> => setCopied(await copyClip(clip));
  return (
    <>
      {clip.has("png") && <Picture clip={clip} />}
      {text !== null && (
        // A field, so that it can be read, selected and copied by hand everywhere.
        <textarea class="field" readOnly rows={5} aria-label={said.preview} value={text.slice(0, MOST_SHOWN)} />
      )}
      {text !== null && text.length > MOST_SHOWN && <p class="quiet">{said.more(decimal(text.length - MOST_SHOWN, 0))}</p>}
      {clip.has("html") && <p class="quiet">{said.formatted}</p>}
      {copied === false && <p role="status">{said.notCopied}</p>}
      <div class="actions">
        <button type="button" class="button primary" onClick={() => void copy()}>
          <Icon name={copied ? "check" : "copy"} />
          {copied ? said.copied : said.copy}
        </button>
      </div>
    </>
  );
}

function Picture({ clip }: { clip: Clip }) {
  const [address, setAddress] = useState("");
  useEffect(() => {
    const picture = pictureOf(clip);
    if (!picture) return;
    const made = URL.createObjectURL(picture);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [clip]);
  return address ? <img src={address} alt={words().clipboard.picture} /> : null;
}

function ToHost({ viewer }: { viewer: Viewer }) {
  const { sending } = viewer.clips.view.value;
  const said = words().clipboard;
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const send = (clip: Clip | null): void => {
    setProblem(clip === null ? said.unreadable : sizeOf(clip) === 0 ? said.empty : "");
    if (clip && sizeOf(clip) > 0) void viewer.clips.send(clip);
  };
  const status = problem || (sending === "rest" ? said.hint : sending === "going" ? said.going : sending === "done" ? said.done : said.trouble[sending]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send(textClip(text));
        setText("");
      }}
    >
      <textarea
        class="field"
        rows={4}
        aria-label={said.placeholder}
        placeholder={said.placeholder}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onPaste={(event) => {
          // Text is for the field; a picture has no place there.
          if (!event.clipboardData?.files.length) return;
          event.preventDefault();
          void pastedClip(event.clipboardData).then(send);
        }}
      />
      <p class="quiet" role="status">
        {status}
      </p>
      <div class="actions">
        {"clipboard" in navigator && (
          <button type="button" class="button" onClick={() => void readClip().then(send)}>
            {said.sendMine}
          </button>
        )}
        <button type="submit" class="button primary" disabled={text === ""}>
          {said.send}
        </button>
      </div>
    </form>
  );
}
