/** The figures of the live picture in words: the same on the page and as copied text. */

import type { Quality } from "../session/machine";
import type { VideoDescribed } from "../protocol/wire";
import type { Said } from "../words/en";
import { decimal, inLanguage, percent, words } from "../words/language";
import type { Protection, ViewerFigures } from "./viewer";

export interface FigureGroup {
  title: string;
  rows: [name: string, value: string][];
}

const NONE = "–";

/** Return all rows, whatever is known yet: a list that keeps its length does not jump. */
export function figureGroups(figures: ViewerFigures | null, video: VideoDescribed | null): FigureGroup[] {
  const known = (words: (figures: ViewerFigures) => string): string => (figures ? words(figures) || NONE : NONE);
  const said = words().figures;
  return [
    {
      title: said.picture,
      rows: [
        [said.size, known(({ width, height }) => (width ? `${width} × ${height}` : ""))],
        [said.codedAs, known(({ codec, chroma }) => codecWords(codec, chroma))],
        [said.frames, known(({ fps }) => said.perSecond(decimal(fps, 1)))],
      ],
    },
    {
      title: said.delay,
      rows: [
        [said.captureToDisplay, known(({ latency_ms }) => milliseconds(latency_ms))],
        [said.captureToDisplay95, known(({ latency_p95_ms }) => milliseconds(latency_p95_ms))],
        [said.roundTrip, known(({ rtt_ms }) => milliseconds(rtt_ms))],
        [said.jitter, known(({ jitter_ms }) => `${decimal(jitter_ms, 1)} ms`)],
      ],
    },
    {
      title: said.network,
      rows: [
        [said.data, known(({ kbps }) => rateWords(kbps))],
        [said.limit, limitWords(video) || NONE],
        [said.lostPackets, known(({ loss, lost }) => said.lost(percent(loss), decimal(lost, 0)))],
        [said.path, known(({ path }) => pathWords(path))],
      ],
    },
  ];
}

/** What keeps the connection from others, and where the page that says so comes from. */
export function protectionGroup({ kind, page }: Protection): FigureGroup {
  const said = words().protection;
  const from = page.isOwn ? said.thisComputer : page.isOpen ? said.openNetwork(page.name) : page.name;
  return {
    title: said.title,
    rows: [
      [said.verifiedBy, said.kind[kind]],
      [said.pageFrom, from],
    ],
  };
}

/** ``Size: 1920 × 1080``, line by line. */
export function figuresAsText(groups: FigureGroup[]): string {
  return groups.flatMap(({ rows }) => rows.map(([name, value]) => `${name}: ${value}`)).join("\n");
}

/** ``832 kbit/s``, ``1.8 Mbit/s``. */
export function rateWords(kbps: number): string {
  return kbps >= 1000 ? `${decimal(kbps / 1000, 1)} Mbit/s` : `${decimal(kbps, 0)} kbit/s`;
}

export function limitWords(video: VideoDescribed | null): string {
  if (!video) return "";
  const said = words().figures;
  const rate = video.limit_kbps == null ? said.lowered : rateWords(video.limit_kbps);
  switch (video.limit ?? "free") {
    case "free":
      return said.free;
    case "path":
      return said.byPath(rate);
    case "cap":
      return said.byChoice(rate);
  }
}

export const QUALITY_WORDS: Record<Quality["mode"], Said> = inLanguage((words) => words.quality);

function milliseconds(value: number | null): string {
  return value === null ? "" : `${decimal(value, 0)} ms`;
}

function codecWords(codec: string, chroma: ViewerFigures["chroma"]): string {
  if (!codec || !chroma) return codec;
  return chroma === "exact" ? words().figures.exactWhenStill(codec) : `${codec}, ${chroma}`;
}

function pathWords(path: string): string {
  if (path === "") return "";
  const [kind, protocol] = path.split(" ");
  const { relay, direct } = words().figures;
  return `${kind === "relay" ? relay : direct}${protocol ? `, ${protocol.toUpperCase()}` : ""}`;
}
