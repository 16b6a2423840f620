// For Node: everything is there at once.
import { readFileSync } from "node:fs";

import * as glue from "./glue.js";
import { bind, EcoplanError } from "./core.js";

const file = (name) => readFileSync(new URL(name, import.meta.url));
const { add, Expression, Plan, plan, plans } = bind(glue);
glue.initSync({ module: file("./ecoplan.wasm") });
for (const id of ["lianzhou-135", "lianzhou-145"]) add(id, file(`./${id}.json`).toString("utf8"));

/** Nothing is left to be done in Node. */
export default async function init() {}

export { EcoplanError, Expression, Plan, plan, plans };
