/** The console page put together: the mirror and its WebSocket. */

import { Alarm, now_s } from "../alarm";
import { signal } from "@preact/signals";
import { decodeConsoleEvent } from "../protocol/decode";
import type { ConsoleCommand } from "../protocol/wire";
import { words } from "../words/language";
import { ConsoleMirror, type ConsoleEffect, type ConsoleInput, type Note } from "./mirror";

const TOKEN_KEY = "screenshare.console";
const NOTE_MS = 8000;
const MOST_NOTES = 3;


export class Console {
  private readonly mirror = new ConsoleMirror();
  readonly view = signal(this.mirror.view);
  readonly notes = signal<readonly (Note & { id: number })[]>([]);
  /** Address of the newest picture of what viewers see; null before the first. */
  readonly preview = signal<string | null>(null);
  private socket: WebSocket | null = null;
  private readonly alarm = new Alarm(() => this.carryOut(this.mirror.expire(now_s())));
  private noteId = 0;

  start(tokenFromLink: string | null): void {
    document.addEventListener("visibilitychange", () => this.view.value.phase === "open" && this.look());
    this.receive({ type: "start", token: tokenFromLink ?? sessionStorage.getItem(TOKEN_KEY) });
  }

  tell(command: ConsoleCommand): void {
    if (this.socket?.readyState !== WebSocket.OPEN) {
      this.note({ tone: "trouble", text: words().console.nothingChanged });
      return;
    }
    this.socket.send(JSON.stringify(command));
    if (command.do === "stop") this.receive({ type: "stop_told" });
  }

  note(note: Note): void {
    const id = ++this.noteId;
    this.notes.value = [...this.notes.value, { ...note, id }].slice(-MOST_NOTES);
    setTimeout(() => {
      this.notes.value = this.notes.value.filter((old) => old.id !== id);
    }, NOTE_MS);
  }

  private receive(input: ConsoleInput): void {
    this.carryOut(this.mirror.receive(input, now_s()));
  }

  private carryOut(effects: ConsoleEffect[]): void {
    for (const effect of effects) this.act(effect);
    this.view.value = this.mirror.view;
    this.alarm.set(this.mirror.deadline);
  }

  private act(effect: ConsoleEffect): void {
    switch (effect.type) {
      case "dial":
        return this.dial();
      case "enter":
        this.socket?.send(JSON.stringify({ do: "console.enter", token: effect.token } satisfies ConsoleCommand));
        return;
      case "keep-token":
        return sessionStorage.setItem(TOKEN_KEY, effect.token);
      case "forget-token":
        return sessionStorage.removeItem(TOKEN_KEY);
      case "look":
        return this.look();
      case "note":
        return this.note(effect.note);
    }
  }

  /** A page that nobody sees takes no pictures. */
  private look(): void {
    this.tell({ do: "preview.watch", on: document.visibilityState === "visible" });
  }

  private show(picture: Blob): void {
    const before = this.preview.value;
    this.preview.value = URL.createObjectURL(picture);
    if (before !== null) URL.revokeObjectURL(before);
  }

  private dial(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/v1/console`);
    this.socket = socket;
    socket.onopen = () => this.receive({ type: "opened" });
    socket.binaryType = "blob";
    socket.onmessage = (message) => {
      if (message.data instanceof Blob) return this.show(message.data);
      const event = decodeConsoleEvent(message.data);
      if (event) this.receive({ type: "told", event });
    };
    socket.onclose = () => this.receive({ type: "closed" });
  }
}
