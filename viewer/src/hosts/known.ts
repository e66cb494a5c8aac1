/** The hosts that this browser remembers, by room. Storage may be closed to us: then none is remembered. */

import { createStore, del, delMany, get, set, values, type UseStore } from "idb-keyval";

import type { KeptDevice } from "../trust/sign-in";

export interface KnownHost {
  readonly room: string;
  /** The secret of its address, base64url. */
  readonly address: string;
  readonly name: string;
  /** Null: the password is asked for. */
  readonly device: KeptDevice | null;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

/** More than a list on a page can show well, and each is asked whether it is there. */
const MOST_HOSTS = 20;

let opened: UseStore | null = null;

function store(): UseStore {
  opened ??= createStore("screenshare", "hosts");
  return opened;
}

async function attempt<T>(action: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await action();
  } catch (error) {
    // A private window, a full disk, a database that the browser lost: all works without.
    if (error instanceof DOMException || error instanceof ReferenceError) return otherwise;
    throw error;
  }
}

/** Keep a host; the longest unused make room for it. */
export function keepHost(host: KnownHost): Promise<void> {
  return attempt(async () => {
    await set(host.room, host, store());
    const tooMany = (await knownHosts()).slice(MOST_HOSTS);
    await delMany(tooMany.map(({ room }) => room), store());
  }, undefined);
}

/** Return all of them, the last used first. */
export async function knownHosts(): Promise<KnownHost[]> {
  const hosts = await attempt(() => values<KnownHost>(store()), []);
  return hosts.sort((one, other) => other.usedAt - one.usedAt);
}

export function knownHost(room: string): Promise<KnownHost | null> {
  return attempt(async () => (await get<KnownHost>(room, store())) ?? null, null);
}

export function forgetHost(room: string): Promise<void> {
  return attempt(() => del(room, store()), undefined);
}

/** Forget the key by which a host knew this browser; its address stays. */
export async function forgetDevice(room: string): Promise<void> {
  const host = await knownHost(room);
  if (host) await keepHost({ ...host, device: null });
}
