// What the tests share: the packed package in a folder of its own, a server for that folder, and a browser.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A new folder, gone when the test is over. */
export function folder() {
  const made = mkdtempSync(join(tmpdir(), "ecoplan-"));
  process.on("exit", () => rmSync(made, { recursive: true, force: true, maxRetries: 3 }));
  return made;
}

/** A project with the package installed from its tarball, not linked to the folder it was built in. */
export function consumer() {
  const place = folder();
  const npm = (...args) => execFileSync("npm", args, { cwd: place, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const tarball = npm("pack", "--silent", join(root, "wasm", "pkg")).trim();
  writeFileSync(join(place, "package.json"), '{ "private": true, "type": "module" }');
  npm("install", "--silent", "--no-audit", "--no-fund", "--offline", `./${tarball}`);
  return { place, tarball: join(place, tarball) };
}

const require = createRequire(join(root, "wasm", "package.json"));

/** A development dependency, which lies in wasm/node_modules and not here. */
export async function dependency(name) {
  const loaded = await import(pathToFileURL(require.resolve(name)));
  return loaded.default ?? loaded;
}

const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves the files of a folder, and none outside it: `{ url, close }`. */
export async function serve(place) {
  const inside = (await realpath(place)) + sep;
  const server = createServer(async (request, response) => {
    try {
      const { pathname } = new URL(request.url, "http://127.0.0.1");
      const file = await realpath(join(place, decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname)));
      if (!file.startsWith(inside)) throw new Error("outside");
      const content = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A test that fails before it closes the server still ends.
  server.unref();
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

/** Chromium with a profile of its own, through Playwright. */
export async function launch() {
  const { chromium } = await dependency("playwright-core");
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Opens a page: `problems` gathers what goes wrong in it, errors on the console and requests that fail. */
export async function open(browser, url) {
  const page = await browser.newPage();
  const problems = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("requestfailed", (request) => problems.push(`${request.url()}: ${request.failure().errorText}`));
  page.on("response", (response) => response.status() >= 400 && problems.push(`${response.url()}: ${response.status()}`));
  await page.goto(url);
  return { page, problems };
}
