// For Node: everything is there at once.
import { readFileSync } from "node:fs";

import * as glue from "./authoring-glue.js";
import { bind } from "./authoring-core.js";

glue.initSync({ module: readFileSync(new URL("./authoring.wasm", import.meta.url)) });

/** Nothing is left to be done in Node. */
export default async function init() {}

export const { read, analyse } = bind(glue);
