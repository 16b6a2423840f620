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
    bundled!("lianzhou-145": "plan.toml", "indicators.toml", "sewage.toml", "two-high.toml"),
];
