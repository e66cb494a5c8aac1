import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const page = (name: string): string => new URL(name, import.meta.url).pathname;

/** Lets the viewer page load its first script before, and without, all others. */
const early: Plugin = {
  name: "early",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { path, bundle = {} }) => {
      if (!path.endsWith("viewer.html")) return [];
      const file = Object.values(bundle).find((chunk) => chunk.type === "chunk" && chunk.name === "early");
      if (!file) throw new Error("the viewer page has no first script");
      return [{ tag: "script", attrs: { type: "module", async: true, src: `/${file.fileName}` }, injectTo: "head-prepend" }];
    },
  },
};

export default defineConfig({
  base: "/",
  plugins: [early],
  build: {
    outDir: "../screenshare/web",
    emptyOutDir: true,
    target: "es2022",
    // The pages' CSP allows neither inline scripts nor data: fonts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: page("index.html"),
        viewer: page("viewer.html"),
        console: page("console.html"),
        early: page("src/signaling/early.ts"),
      },
    },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
