/** The figures of the live picture in words: the same on the page and as copied text. */

import type { Quality } from "../session/machine";
import type { VideoDescribed } from "../protocol/wire";
import type { ViewerFigures } from "./viewer";

export interface FigureGroup {
  title: string;
  rows: [name: string, value: string][];
}

const NONE = "–";

/** Return all rows, whatever is known yet: a list that keeps its length does not jump. */
export function figureGroups(figures: ViewerFigures | null, video: VideoDescribed | null): FigureGroup[] {
  const known = (words: (figures: ViewerFigures) => string): string => (figures ? words(figures) || NONE : NONE);
  return [
    {
      title: "Picture",
      rows: [
        ["Size", known(({ width, height }) => (width ? `${width} × ${height}` : ""))],
        ["Coded as", known(({ codec, chroma }) => codecWords(codec, chroma))],
        ["Frames", known(({ fps }) => `${fps.toFixed(1)} per second`)],
      ],
    },
    {
      title: "Delay",
      rows: [
        ["From capture to display", known(({ latency_ms }) => milliseconds(latency_ms))],
        ["… of 95 in 100 pictures", known(({ latency_p95_ms }) => milliseconds(latency_p95_ms))],
        ["Round trip", known(({ rtt_ms }) => milliseconds(rtt_ms))],
        ["Jitter", known(({ jitter_ms }) => `${jitter_ms.toFixed(1)} ms`)],
      ],
    },
    {
      title: "Network",
      rows: [
        ["Data", known(({ kbps }) => rateWords(kbps))],
        ["Limit", limitWords(video) || NONE],
        ["Lost packets", known(({ loss, lost }) => `${(loss * 100).toFixed(1)} %, ${lost} in all`)],
        ["Path", known(({ path }) => pathWords(path))],
      ],
    },
  ];
}

/** ``Size: 1920 × 1080``, line by line. */
export function figuresAsText(groups: FigureGroup[]): string {
  return groups.flatMap(({ rows }) => rows.map(([name, value]) => `${name}: ${value}`)).join("\n");
}

/** ``832 kbit/s``, ``1.8 Mbit/s``. */
export function rateWords(kbps: number): string {
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mbit/s` : `${kbps.toFixed(0)} kbit/s`;
}

export function limitWords(video: VideoDescribed | null): string {
  if (!video) return "";
  const rate = video.limit_kbps == null ? "" : rateWords(video.limit_kbps);
  switch (video.limit ?? "free") {
    case "free":
      return "none";
    case "path":
      return `${rate || "lowered"}, what the network carries`;
    case "cap":
      return `${rate || "lowered"}, as chosen`;
  }
}

export const QUALITY_WORDS: Record<Quality["mode"], { title: string; text: string }> = {
  auto: { title: "Automatic", text: "Quick in motion, sharp at rest" },
  sharp: { title: "Sharp", text: "Text stays crisp, motion may stutter" },
  smooth: { title: "Smooth", text: "Fluent motion, text sharpens at rest" },
  saver: { title: "Save data", text: "Coarser and fewer, for a slow line" },
};

function milliseconds(value: number | null): string {
  return value === null ? "" : `${value.toFixed(0)} ms`;
}

function codecWords(codec: string, chroma: ViewerFigures["chroma"]): string {
  if (!codec || !chroma) return codec;
  return chroma === "exact" ? `${codec}, exact when still` : `${codec}, ${chroma}`;
}

function pathWords(path: string): string {
  if (path === "") return "";
  const [kind, protocol] = path.split(" ");
  return `${kind === "relay" ? "through a relay" : "direct"}${protocol ? `, ${protocol.toUpperCase()}` : ""}`;
}
