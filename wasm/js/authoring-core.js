// Plan files in, a model out.
import { call, text } from "./core.js";

export function bind(glue) {
  return {
    /**
     * The model of a plan, for `Plan.fromModel`, from its files: one text, or texts by file name. Throws an `EcoplanError`
     * with everything that is wrong with them, each with file, line, rule and field.
     */
    read: (files) => asked(glue.read, files),
    /** What holds of the rules of a plan for all cases, from its files, as `read` takes them. Throws what `read` does. */
    analyse: (files) => asked(glue.analyse, files),
  };
}

function asked(of, files) {
  if (typeof files !== "string" && (typeof files !== "object" || files === null)) text(files, "files", "a text, or texts by file name");
  const entries = typeof files === "string" ? [["plan.toml", files]] : Object.entries(files);
  for (const [name, content] of entries) text(content, name, "the text of a plan file");
  return JSON.parse(call(() => of(JSON.stringify(entries))));
}
