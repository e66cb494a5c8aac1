import type { HtmlTagDescriptor, Plugin, Rolldown } from "vite";
import { defineConfig } from "vitest/config";

const WAY =
  /src\/(alarm|hosts\/presence|peer|picture|protocol|session|signaling\/(?!early)|trust\/(binding|keeping|knock|seal))|@noble\/(ciphers|hashes\/(?!argon2|blake))/;
const PIECES = /src\/(words|ui)\/|preact/;

const page = (name: string): string => new URL(name, import.meta.url).pathname;

/**
 * Puts the viewer page's first script into the page itself, and lets what it shows load beside its own script.
 *
 * The server allows this one script in the page by its hash (``rendezvous/pages.py``).
 */
const early: Plugin = {
  name: "early",
  transformIndexHtml: {
    order: "post",
    handler: (html, { path, bundle = {} }) => {
      if (!path.endsWith("viewer.html")) return [];
      const chunk = (name: string): Rolldown.OutputChunk => {
        const found = Object.values(bundle).find((each) => each.type === "chunk" && each.name === name);
        if (found?.type !== "chunk") throw new Error(`the viewer page has no script ${name}`);
        return found;
      };
      const { fileName, imports } = chunk("surface");
      const later = [fileName, ...imports].filter((name) => !html.includes(name));
      return {
        // The way to the host is not looked for only when styles are there.
        html: html.replace(/<script type="module"(.+\n)( *<link rel="modulepreload" .+\n)/, '$2<script type="module" async$1'),
        tags: [
          // It leaves no script behind that stands in the page.
          {
            tag: "script",
            children: `(()=>{${chunk("early").code.trim()}})();document.currentScript.remove()`,
            injectTo: "head-prepend",
          },
          ...later.map((name): HtmlTagDescriptor => {
            return { tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href: `/${name}` }, injectTo: "head" };
          }),
        ],
      };
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
      output: {
        codeSplitting: {
          groups: [
            // What finds the way to a host, in one file: each further one costs a way there and back.
            { name: "way", test: WAY, priority: 2 },
            // What all pages show.
            { name: "pieces", test: PIECES, priority: 1, minShareCount: 2 },
          ],
        },
      },
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
