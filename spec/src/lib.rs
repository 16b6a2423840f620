//! The plans of ecoplan as data, so that they travel inside every package.

/// The files of one bundled plan, in the order in which they are read.
#[derive(Debug)]
pub struct BundledPlan {
    /// The plan's id.
    pub id: &'static str,
    /// Name and text of each file.
    pub files: &'static [(&'static str, &'static str)],
}

macro_rules! bundled {
    ($id:literal: $($file:literal),*) => {
        BundledPlan { id: $id, files: &[$((concat!($id, "/", $file), include_str!(concat!("../", $id, "/", $file)))),*] }
    };
}

/// Every bundled plan.
pub const PLANS: &[BundledPlan] = &[
    bundled!("lianzhou-135": "plan.toml", "indicators.toml"),
    // In the order of the plan's chapters; what runs through several of them comes last.
    bundled!(
        "lianzhou-145":
        "plan.toml",
        "indicators.toml",
        "two-high.toml",
        "buildings.toml",
        "forests.toml",
        "air.toml",
        "combustion.toml",
        "dust.toml",
        "materials.toml",
        "water.toml",
        "sewage.toml",
        "soil.toml",
        "farmland.toml",
        "land.toml",
        "groundwater.toml",
        "villages.toml",
        "waste.toml",
        "heavy-metals.toml",
        "chemicals.toml",
        "disclosure.toml",
        "governance.toml",
        "projects.toml",
        "city.toml",
        "industry.toml",
        "city-energy.toml",
        "nature.toml",
        "city-air.toml",
        "vehicles.toml",
        "machines.toml",
        "vocs.toml",
        "activities.toml",
        "city-water.toml",
        "ships.toml",
        "rural.toml",
        "enterprises.toml",
        "city-waste.toml",
        "government.toml",
        "registered-0.toml",
        "registered-1.toml",
        "registered-2.toml",
        "registered-3.toml",
        "registered-4.toml",
        "registered-5.toml",
        "registered-6.toml",
        "registered-7.toml",
        "registered-8.toml"
    ),
];

macro_rules! vectors {
    ($($file:literal),*) => { &[$(($file, include_str!(concat!("../vectors/", $file)))),*] };
}

/// Shared test vectors (JSON), by file name: expectations derived by hand from the plan's text, run in every language.
pub const VECTORS: &[(&str, &str)] = vectors![
    "bad-facts.json",
    "boundaries-air.json",
    "boundaries-city-prose.json",
    "boundaries-city.json",
    "boundaries-enterprise.json",
    "boundaries-industry.json",
    "boundaries-land.json",
    "boundaries-rural.json",
    "boundaries-traffic.json",
    "boundaries.json",
    "cases-activities.json",
    "cases-air.json",
    "cases-city-air.json",
    "cases-city-energy.json",
    "cases-city-prose.json",
    "cases-city-waste.json",
    "cases-city-water.json",
    "cases-city.json",
    "cases-combustion.json",
    "cases-enterprise-core.json",
    "cases-enterprises.json",
    "cases-farmland.json",
    "cases-government.json",
    "cases-industry.json",
    "cases-land-parcels.json",
    "cases-land.json",
    "cases-machines.json",
    "cases-nature.json",
    "cases-projects.json",
    "cases-rural.json",
    "cases-sewage.json",
    "cases-ships.json",
    "cases-table1.json",
    "cases-table2.json",
    "cases-vehicles.json",
    "cases-vocs.json",
    "cases-water.json",
    "cases.json",
    "feel.json",
    "table1.json",
    "table2-as-of-2020.json",
    "table2-as-of-2025.json",
    "two-high-gate.json"
];
