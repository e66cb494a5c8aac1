/** Who was here, from when to when, by which way and with which rights. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { HostDescribed, Receipt } from "../protocol/wire";
import { Icon } from "../ui/pieces";
import { duration, timeOfDay } from "../ui/words";
import { bytes, words } from "../words/language";
import type { Console } from "./store";
import { CAPABILITY_WORDS, inOrder, SECRET_WORDS } from "./words";

/** A button that opens the list; while it is open, it follows who comes and goes. */
export function ReceiptsButton({ console, host }: { console: Console; host: HostDescribed }) {
  const [isOpen, setOpen] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const standing = host.viewers.map((viewer) => `${viewer.id} ${viewer.phase} ${viewer.controls} ${viewer.granted.join(" ")}`).join();
  useEffect(() => {
    if (isOpen) console.tell({ do: "receipt.list" });
  }, [isOpen, standing]);
  const open = (): void => {
    setOpen(true);
    dialog.current?.showModal();
  };
  const said = words().console.receipts;
  return (
    <>
      <button type="button" class="button plain" aria-haspopup="dialog" onClick={open}>
        <Icon name="clock" />
        {said.title}
      </button>
      <dialog ref={dialog} class="question receipts-dialog" aria-labelledby="receipts-title" onClose={() => setOpen(false)}>
        <h2 id="receipts-title">{said.title}</h2>
        <Receipts receipts={console.view.value.receipts} />
        <div class="answers">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {said.close}
          </button>
        </div>
      </dialog>
    </>
  );
}

export function Receipts({ receipts }: { receipts: readonly Receipt[] }) {
  const said = words().console.receipts;
  if (receipts.length === 0) return <p class="quiet">{said.nobody}</p>;
  // What scrolls must be reached by keyboard.
  return (
    <ol class="receipts" aria-label={said.title} tabIndex={0}>
      {receipts.toReversed().map((receipt) => (
        <li key={`${receipt.id}:${receipt.since}`}>
          <b>{receipt.name || words().console.aGuest}</b>
          <span class="numbers">{stayWords(receipt)}</span>
          <span class="quiet numbers">{cameWords(receipt)}</span>
          <span class="quiet">{didWords(receipt)}</span>
        </li>
      ))}
    </ol>
  );
}

const at = (seconds: number): string => timeOfDay(new Date(seconds * 1000), { seconds: true });

function stayWords({ since, until }: Receipt): string {
  const said = words().console;
  return until == null ? said.since(at(since)) : `${at(since)} – ${at(until)}`;
}

function cameWords({ address, proved, ways }: Receipt): string {
  const said = words().console;
  const secret = Object.entries(SECRET_WORDS).find(([kind]) => kind === proved)?.[1];
  return [address, secret, ...(ways ?? []).map((way) => said.way[way])].filter(Boolean).join(" · ");
}

function didWords({ rights, controlled_s, taken_bytes, given_bytes }: Receipt): string {
  const said = words().console.receipts;
  const did = inOrder(rights ?? []).map((right) => CAPABILITY_WORDS[right]);
  if (controlled_s) did.push(said.controlled(duration(controlled_s)));
  if (taken_bytes) did.push(said.took(bytes(taken_bytes)));
  if (given_bytes) did.push(said.gave(bytes(given_bytes)));
  return did.join(" · ");
}
