// Writes the sewage-plant form as one HTML file that needs nothing beside it: `node build.js OUT.html`
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const bundled = await build({
  entryPoints: [file("page.js")],
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  // The evaluator and the plan are given, so nothing asks where this script is.
  define: { "import.meta.url": "undefined" },
  loader: { ".wasm": "binary", ".json": "text" },
  legalComments: "none",
  write: false,
});
const script = bundled.outputFiles[0].text;
const page = readFileSync(file("page.html"), "utf8");
const style = /<style>(.*?)<\/style>/s.exec(page)[1];
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = `default-src 'none'; script-src ${hash(script)} 'wasm-unsafe-eval'; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
writeFileSync(process.argv[2], page.replace("POLICY", policy).replace("<script></script>", () => `<script>${script}</script>`));
