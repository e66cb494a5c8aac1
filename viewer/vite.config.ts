import { defineConfig } from "vitest/config";

const page = (name: string): string => new URL(name, import.meta.url).pathname;

export default defineConfig({
  base: "/",
  build: {
    outDir: "../screenshare/web",
    emptyOutDir: true,
    target: "es2022",
    // The pages' CSP allows neither inline scripts nor data: fonts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: page("index.html"), viewer: page("viewer.html"), console: page("console.html") },
    },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
