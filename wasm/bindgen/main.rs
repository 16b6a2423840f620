//! The step between `cargo build` and a package: `ecoplan-bindgen IN.wasm OUT_DIR NAME` writes the wasm file with its
//! JavaScript glue, and `ecoplan-bindgen models OUT_DIR` each bundled plan as JSON, whole and subject by subject, with the
//! script that says where they are: bundlers look for addresses written out.

use std::error::Error;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["models", to] => models(Path::new(to)),
        [input, to, name] => bindgen(input, to, name),
        _ => Err("usage: ecoplan-bindgen IN.wasm OUT_DIR NAME | models OUT_DIR".into()),
    }
}

fn bindgen(input: &str, to: &str, name: &str) -> Result<(), Box<dyn Error>> {
    let mut step = Bindgen::new();
    step.input_path(input).out_name(name).typescript(false).web(true)?.omit_default_module_path(true);
    step.generate(to).map_err(|error| format!("{error:#}").into())
}

fn models(to: &Path) -> Result<(), Box<dyn Error>> {
    let at = |file: &str| format!("() => new URL(\"./{file}\", import.meta.url)");
    let mut script =
        "// Where the bundled plans are: whole, and for each subject what judges it.\nexport const MODELS = {\n"
            .to_owned();
    for id in ecoplan::plans() {
        let plan = ecoplan::plan(id)?;
        let document = plan.document();
        let whole = format!("{id}.json");
        std::fs::write(to.join(&whole), serde_json::to_vec(document)?)?;
        script += &format!("  \"{id}\": {{\n    whole: {},\n    subjects: {{\n", at(&whole));
        for subject in document.subjects.iter().map(|subject| subject.id.as_str()) {
            let part = format!("{id}.{subject}.json");
            std::fs::write(to.join(&part), serde_json::to_vec(&document.of_subjects(&[subject]))?)?;
            script += &format!("      {subject}: {},\n", at(&part));
        }
        script += "    },\n  },\n";
    }
    std::fs::write(to.join("models.js"), script + "};\n")?;
    Ok(())
}
