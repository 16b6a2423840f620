// The files that lie beside the scripts: the evaluator and the plans.

/**
 * Fetches one of them. Its address is written `new URL("./name", import.meta.url)` where it is asked for, since that is
 * what bundlers look for.
 */
export async function fetched(url) {
  // The development server of Vite before 8 moves the scripts of dependencies to node_modules/.vite/deps, and nothing else.
  const response = await fetch(url.href.replace(/\/\.vite\/deps\/(?=[^/]+$)/, "/ecoplan/"));
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  // Servers that answer everything with the start page do so for files that are not there, too.
  if (response.headers.get("content-type")?.startsWith("text/html")) {
    throw new Error(`${response.url} is a web page, not the file; \`init\` also takes what it would fetch`);
  }
  return response;
}
