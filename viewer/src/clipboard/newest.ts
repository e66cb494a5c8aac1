/**
 * Sans-DOM: which clipboard was filled last, the host's or this computer's, as far as a page can know.
 *
 * Where the host's contents did not come to this browser (plain http, a picture, a large thing, or they are on
 * their way), pasting what is here would put something older in their place. What is copied in another window
 * cannot be seen, but whoever copies there leaves this page: until then the host's contents are the newest.
 */

import { isSame, type Clip } from "./message";

/** Copying at the host is heard of a moment after the keys for it. */
export const COPY_LIMIT_S = 1;

export class Newest {
  private isHostNewest = false;
  private hasHostCopied = false;
  private copyKeysAt = Number.NEGATIVE_INFINITY;
  private seenHere: Clip | null = null;

  /** Whether pasting at the host needs nothing from here. */
  isAtHost(now: number): boolean {
    return this.isHostNewest || now < this.copyKeysAt + COPY_LIMIT_S;
  }

  /** The keys that copy went to the host. */
  copyPressed(now: number): void {
    this.copyKeysAt = now;
  }

  hostCopied(): void {
    this.isHostNewest = this.hasHostCopied = true;
  }

  /** This page was left for another window, or something was copied in it. */
  left(): void {
    this.isHostNewest = false;
    this.copyKeysAt = Number.NEGATIVE_INFINITY;
  }

  /** Tell whether ``pasted`` was here before the host copied something. */
  isOlder(pasted: Clip): boolean {
    const isOlder = this.hasHostCopied && this.seenHere !== null && isSame(pasted, this.seenHere);
    this.seenHere = pasted;
    return isOlder;
  }

  /** The host has ``clip`` from here. */
  delivered(clip: Clip): void {
    this.seenHere = clip;
    this.isHostNewest = this.hasHostCopied = false;
  }
}
