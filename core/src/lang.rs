//! The two languages of every text.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Errors, Problem};

/// The language of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese, 中文.
    Zh,
    /// English.
    En,
}

impl FromStr for Lang {
    type Err = Errors;

    /// Reads `zh` or `en`.
    ///
    /// # Errors
    ///
    /// - `fr` — `invalid-value`.
    fn from_str(text: &str) -> Result<Self, Errors> {
        match text {
            "zh" => Ok(Lang::Zh),
            "en" => Ok(Lang::En),
            other => {
                let problem = Problem::InvalidValue { value: other.to_owned(), expected: "`zh` or `en`".to_owned() };
                Err(Error::new("lang", problem).into())
            }
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}
