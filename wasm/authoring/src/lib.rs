//! Reads plan files, for those who write plans: apart from the evaluator, which most pages need alone.

use wasm_bindgen::prelude::*;

/// The model of a plan as JSON text, from its files: a JSON list of pairs of name and text. Throws the list of errors as
/// JSON text.
#[wasm_bindgen]
pub fn read(files: &str) -> Result<String, String> {
    plan(files).map(|plan| serde_json::to_string(plan.document()).unwrap_or_default())
}

/// What holds of the plan's rules for all cases, as JSON text; takes and throws what `read` does.
#[wasm_bindgen]
pub fn analyse(files: &str) -> Result<String, String> {
    plan(files).map(|plan| serde_json::to_string(&plan.analyse()).unwrap_or_default())
}

fn plan(files: &str) -> Result<ecoplan::Plan, String> {
    let files: Vec<(String, String)> = serde_json::from_str(files).map_err(|error| error.to_string())?;
    let plan = ecoplan::Plan::from_files(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    plan.map_err(|errors| serde_json::to_string(&errors).unwrap_or_default())
}
