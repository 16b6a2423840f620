// What the single file holds: the evaluator, one plan and the form. The form waits for this script to end before it asks
// for them, so they are there by then.
import wasm from "../pkg/ecoplan.wasm";
import model from "../pkg/lianzhou-145.urban_wwtp.json";
import init from "../pkg/index.js";
import "../pkg/form.js";

init({ wasm, models: { "lianzhou-145": model } });
