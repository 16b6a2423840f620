//! What is wrong with an input or a plan: a stable code, the place, what was expected, a hint.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::de::value::{Error as NameError, StrDeserializer};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::{Date, Lang, keyboard};

/// One thing wrong with facts or a plan file.
///
/// # Wire format
///
/// `{ "code": "unknown-fact", "path": "facts.influent_bod", "message": "…", "message_zh": "…", "hint": "…" or null,
/// "hint_zh": "…" or null }`, in English and Chinese; the code never changes, the wording may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    path: String,
    problem: Problem,
}

/// Everything wrong with one input: at least one [`Error`].
///
/// # Wire format
///
/// A list of errors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Errors {
    errors: Vec<Error>,
}

/// What is wrong, as data. `Display` is the English message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each variant and field means")]
pub enum Problem {
    // Names.
    #[error("no plan is called `{name}`")]
    UnknownPlan { name: String, nearest: Option<String> },
    #[error("the plan has no subject `{name}`")]
    UnknownSubject { name: String, nearest: Option<String> },
    #[error("the rules of `{name}` are not loaded")]
    NotLoaded { name: String },
    #[error("the subject has no fact `{name}`")]
    UnknownFact { name: String, nearest: Option<String> },
    #[error("the plan has no rule `{name}`")]
    UnknownRule { name: String, nearest: Option<String> },
    #[error("`{value}` is not one of the choices: {}", allowed.join(", "))]
    UnknownChoice { value: String, nearest: Option<String>, allowed: Vec<String> },

    // Values.
    #[error("{found} where {expected} is expected")]
    WrongType { found: String, expected: String },
    #[error("`{value}` where {expected} is expected")]
    InvalidValue { value: String, expected: String },
    #[error("`{value}` is not a number")]
    NotANumber { value: String },
    #[error("`{value}` is not a finite number")]
    NotFinite { value: String },
    #[error("`{value}` has more digits than can be held exactly: at most {limit}")]
    TooManyDigits { value: String, limit: &'static str },
    #[error("{value} is outside the declared range {range}")]
    OutOfRange { value: String, range: String },
    #[error("`{value}` is not a day of the calendar")]
    InvalidDate { value: String },
    #[error("`{value}` is not a year from 1000 to 9999")]
    InvalidYear { value: String },
    #[error("the year {year} lies after the day of judgement {as_of}")]
    FutureYear { year: u16, as_of: Date },
    #[error("this fact is not the value of a year")]
    UnexpectedYear,
    #[error("the unit {given} where {expected} is expected")]
    UnitMismatch { given: String, expected: String },
    #[error("{left} and {right} are compared or added")]
    UnitConflict { left: String, right: String },
    #[error("{given} cannot be converted to {expected} without rounding")]
    InexactUnit { given: String, expected: String },
    #[error("{date} lies after the day of judgement {as_of}")]
    FutureDate { date: Date, as_of: Date },
    #[error("a day of completion is given for an act that is not done")]
    DoneOnWithoutDone,
    #[error("only the measure of an indicator can be left out of an assessment")]
    NotAnIndicator,

    // Text that carries facts.
    #[error("the key `{key}` stands twice")]
    DuplicateKey { key: String },
    #[error("nested more than {limit} deep")]
    TooDeep { limit: usize },
    #[error("larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("takes more than {limit} steps to evaluate")]
    TooCostly { limit: u64 },
    #[error("more than {limit} {what}")]
    TooMany { what: &'static str, limit: usize },
    #[error("not UTF-8 from byte {offset} on")]
    NotUtf8 { offset: usize },
    #[error("not JSON: {detail}")]
    InvalidJson { detail: String },

    // Receipts.
    #[error("the receipt is of another plan: `{id}`, {hash}; this one is {expected}")]
    OtherPlan { id: String, hash: String, expected: String },
    #[error("the receipt says {given}, evaluating again gives {again}")]
    ReceiptDiffers { given: String, again: String },

    // Plan files.
    #[error("not TOML: {detail}")]
    Syntax { detail: String, slip: Option<char> },
    #[error("unknown field `{field}`")]
    UnknownField { field: String, nearest: Option<String> },
    #[error("the field `{field}` is missing")]
    MissingField { field: String },
    #[error("no citation")]
    MissingCitation,
    #[error("`{id}` is declared twice")]
    DuplicateId { id: String },
    #[error("`{name}` is declared with two meanings: {detail}")]
    NameClash { name: String, detail: String },
    #[error("a gate without decisions")]
    EmptyGate,
    #[error("{detail}")]
    InvalidRule { detail: String },
    #[error("the printed bound `{word}` does not agree with `{operator} {number}`")]
    BoundMismatch { word: String, operator: String, number: String },
    #[error("the rule does not compare its measure with one printed number")]
    NoNumericTarget,

    // Conditions.
    #[error("column {column}: {detail}")]
    ExpressionSyntax { detail: String, column: usize, slip: Option<char> },
    #[error("column {column}: {feature} is not part of the supported subset of FEEL")]
    Unsupported { feature: String, column: usize },
    #[error("column {column}: no function is called `{name}`")]
    UnknownFunction { name: String, nearest: Option<String>, column: usize },
    #[error("the condition gives {found}, not yes or no")]
    NotBoolean { found: String },
}

/// What is expected of a number without a unit.
pub(crate) const BARE: &str = "a bare number";

impl Problem {
    /// A number with more digits than are held.
    pub fn too_many_digits(value: String) -> Self {
        Problem::TooManyDigits { value, limit: "34 significant digits and 100 decimals" }
    }

    /// With the nearest of the choices that there are, if none is named yet.
    pub(crate) fn hinted(mut self) -> Self {
        if let Problem::UnknownChoice { value, nearest: none @ None, allowed } = &mut self {
            *none = nearest(value, allowed.iter().map(String::as_str));
        }
        self
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Problem::UnknownPlan { .. } => "unknown-plan",
            Problem::UnknownSubject { .. } => "unknown-subject",
            Problem::NotLoaded { .. } => "not-loaded",
            Problem::UnknownFact { .. } => "unknown-fact",
            Problem::UnknownRule { .. } => "unknown-rule",
            Problem::UnknownChoice { .. } => "unknown-choice",
            Problem::WrongType { .. } => "wrong-type",
            Problem::InvalidValue { .. } => "invalid-value",
            Problem::NotANumber { .. } => "not-a-number",
            Problem::NotFinite { .. } => "not-finite",
            Problem::TooManyDigits { .. } => "too-many-digits",
            Problem::OutOfRange { .. } => "out-of-range",
            Problem::InvalidDate { .. } => "invalid-date",
            Problem::InvalidYear { .. } => "invalid-year",
            Problem::FutureYear { .. } => "future-year",
            Problem::FutureDate { .. } => "future-date",
            Problem::UnexpectedYear => "unexpected-year",
            Problem::UnitMismatch { .. } | Problem::UnitConflict { .. } => "unit-mismatch",
            Problem::InexactUnit { .. } => "inexact-unit",
            Problem::DoneOnWithoutDone => "done-on-without-done",
            Problem::NotAnIndicator => "not-an-indicator",
            Problem::DuplicateKey { .. } => "duplicate-key",
            Problem::TooDeep { .. } => "too-deep",
            Problem::TooLarge { .. } => "too-large",
            Problem::TooCostly { .. } => "too-costly",
            Problem::TooMany { .. } => "too-many",
            Problem::NotUtf8 { .. } => "not-utf8",
            Problem::InvalidJson { .. } => "invalid-json",
            Problem::OtherPlan { .. } => "other-plan",
            Problem::ReceiptDiffers { .. } => "receipt-differs",
            Problem::Syntax { .. } => "syntax",
            Problem::UnknownField { .. } => "unknown-field",
            Problem::MissingField { .. } => "missing-field",
            Problem::MissingCitation => "missing-citation",
            Problem::DuplicateId { .. } => "duplicate-id",
            Problem::NameClash { .. } => "name-clash",
            Problem::EmptyGate => "empty-gate",
            Problem::InvalidRule { .. } => "invalid-rule",
            Problem::BoundMismatch { .. } => "bound-mismatch",
            Problem::NoNumericTarget => "no-numeric-target",
            Problem::ExpressionSyntax { .. } => "expression-syntax",
            Problem::Unsupported { .. } => "unsupported",
            Problem::UnknownFunction { .. } => "unknown-function",
            Problem::NotBoolean { .. } => "not-boolean",
        }
    }

    /// What would help, if anything is known to.
    pub fn hint(&self, lang: Lang) -> Option<String> {
        let (zh, en) = match self {
            Problem::UnknownPlan { nearest, .. }
            | Problem::UnknownSubject { nearest, .. }
            | Problem::UnknownFact { nearest, .. }
            | Problem::UnknownRule { nearest, .. }
            | Problem::UnknownChoice { nearest, .. }
            | Problem::UnknownField { nearest, .. }
            | Problem::UnknownFunction { nearest, .. } => {
                let nearest = nearest.as_ref()?;
                (format!("是否为“{nearest}”？"), format!("did you mean `{nearest}`?"))
            }
            Problem::UnitMismatch { expected, .. } if expected == BARE => return None,
            Problem::UnitMismatch { expected, .. } => (
                format!("请以 {expected} 填写，或只填数字"),
                format!("give the value in {expected}, or as a bare number"),
            ),
            Problem::InexactUnit { expected, .. } => (
                format!("请自行换算后以 {expected} 填写"),
                format!("convert it yourself and give the value in {expected}"),
            ),
            Problem::Syntax { slip: Some(slip), .. } | Problem::ExpressionSyntax { slip: Some(slip), .. } => {
                let plain = keyboard::plain(*slip)?;
                if keyboard::is_curly(*slip) {
                    (
                        format!("请用半角引号 {plain}，不用 {slip}"),
                        format!("use straight quotes: `{plain}`, not `{slip}`"),
                    )
                } else {
                    (format!("请写“{plain}”，不写“{slip}”"), format!("write `{plain}`, not `{slip}`"))
                }
            }
            other => {
                let (zh, en) = other.fixed_hint()?;
                (zh.to_owned(), en.to_owned())
            }
        };
        Some(match lang {
            Lang::Zh => zh,
            Lang::En => en,
        })
    }

    /// What would help, where it is always the same, in Chinese and English.
    fn fixed_hint(&self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Problem::NotANumber { .. } => (
                "请填写数字；未检出不能按 0 填写，无法取得数值时请留空",
                "leave the fact out where the value is not known; a result below the detection limit is no number",
            ),
            Problem::NotFinite { .. } => ("数值未知时请留空", "leave the fact out where the value is not known"),
            Problem::InvalidDate { .. } => ("写作 YYYY-MM-DD", "write YYYY-MM-DD"),
            Problem::UnexpectedYear => ("只填数值", "give the bare value"),
            Problem::FutureYear { .. } | Problem::FutureDate { .. } => {
                ("请改用更晚的评价日，或更正该日期", "judge as of a later day, or correct it")
            }
            Problem::DoneOnWithoutDone => {
                ("请将该事项填为已完成，或不填完成日期", "give the act as done, or leave its day out")
            }
            Problem::MissingCitation => (
                "请加上 cite = { chapter = …, section = …, item = …, anchor = \"规划原文几个字\" }",
                "add cite = { chapter = …, section = …, item = …, anchor = \"a few words of the plan\" }",
            ),
            Problem::EmptyGate => (
                "请列出可作的决定，最严的在前：[[rule.decision]]",
                "list what can be decided, the strictest first: [[rule.decision]]",
            ),
            Problem::NotBoolean { .. } => ("请写成比较", "compare it with something"),
            _ => return None,
        })
    }

    /// The message in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Problem::UnknownPlan { name, .. } => format!("没有名为“{name}”的规划"),
            Problem::UnknownSubject { name, .. } => format!("规划中没有对象“{name}”"),
            Problem::NotLoaded { name } => format!("对象“{name}”的规则没有载入"),
            Problem::UnknownFact { name, .. } => format!("该对象没有填报项“{name}”"),
            Problem::UnknownRule { name, .. } => format!("规划中没有规则“{name}”"),
            Problem::UnknownChoice { value, allowed, .. } => format!("“{value}”不在可选项之中：{}", allowed.join("、")),
            Problem::WrongType { found, expected } => {
                format!("类型不符：应为{}，实为{}", in_chinese(expected), in_chinese(found))
            }
            Problem::InvalidValue { value, expected } => format!("“{value}”无效：应为{}", in_chinese(expected)),
            Problem::NotANumber { value } => format!("“{value}”不是数字"),
            Problem::NotFinite { value } => format!("“{value}”不是有限数"),
            Problem::TooManyDigits { value, .. } => format!("“{value}”位数过多，无法精确保存"),
            Problem::OutOfRange { value, range } => {
                format!("{value} 超出可填写范围（{}）", range.replace('…', "至"))
            }
            Problem::InvalidDate { value } => format!("“{value}”不是有效日期"),
            Problem::InvalidYear { value } => format!("“{value}”不是有效年份"),
            Problem::FutureYear { year, as_of } => format!("{year} 年晚于评价日 {as_of}"),
            Problem::FutureDate { date, as_of } => format!("{date} 晚于评价日 {as_of}"),
            Problem::UnexpectedYear => "该事实不按年度取值，不能带年份".to_owned(),
            Problem::UnitMismatch { given, expected } => format!("单位不符：应为 {expected}，实为 {given}"),
            Problem::UnitConflict { left, right } => format!("{left} 与 {right} 单位不同，不能比较或相加"),
            Problem::InexactUnit { given, expected } => format!("{given} 无法不经舍入换算为 {expected}"),
            Problem::DoneOnWithoutDone => "填写了完成日期，但该事项并未完成".to_owned(),
            Problem::NotAnIndicator => "只有指标的计量值可以列为不参与评价".to_owned(),
            Problem::DuplicateKey { key } => format!("键“{key}”重复"),
            Problem::TooDeep { limit } => format!("嵌套超过 {limit} 层"),
            Problem::TooLarge { limit } => format!("超过 {limit} 字节"),
            Problem::TooCostly { limit } => format!("求值超过 {limit} 步"),
            Problem::TooMany { what, limit } => format!("{what} 超过 {limit} 个"),
            Problem::NotUtf8 { offset } => format!("从第 {offset} 字节起不是 UTF-8"),
            Problem::InvalidJson { detail } => format!("不是有效的 JSON：{detail}"),
            Problem::OtherPlan { id, hash, expected } => {
                format!("凭证属于另一规划“{id}”（{hash}），当前规划为 {expected}")
            }
            Problem::ReceiptDiffers { given, again } => format!("凭证为 {given}，重新评价得 {again}"),
            Problem::Syntax { detail, .. } => format!("不是有效的 TOML：{detail}"),
            Problem::UnknownField { field, .. } => format!("未知字段“{field}”"),
            Problem::MissingField { field } => format!("缺少字段“{field}”"),
            Problem::MissingCitation => "缺少规划出处（cite）".to_owned(),
            Problem::DuplicateId { id } => format!("“{id}”重复声明"),
            Problem::NameClash { name, detail } => format!("“{name}”有两种含义：{detail}"),
            Problem::EmptyGate => "准入规则没有任何决定".to_owned(),
            Problem::InvalidRule { detail } => format!("规则无效：{detail}"),
            Problem::BoundMismatch { word, operator, number } => {
                format!("原文界限词“{word}”与“{operator} {number}”不一致")
            }
            Problem::NoNumericTarget => "该规则并非将计量值与规划载明的一个数值比较".to_owned(),
            Problem::ExpressionSyntax { detail, column, .. } => format!("第 {column} 列语法错误：{detail}"),
            Problem::Unsupported { feature, column } => format!("第 {column} 列：不支持的 FEEL 功能：{feature}"),
            Problem::UnknownFunction { name, column, .. } => format!("第 {column} 列：没有函数“{name}”"),
            Problem::NotBoolean { found } => format!("条件的结果是{}，不是“是/否”", in_chinese(found)),
        }
    }
}

impl Error {
    /// A problem at a place: for what a caller checks itself, in the same form.
    pub fn new(path: impl Into<String>, problem: Problem) -> Self {
        Error { path: path.into(), problem }
    }

    /// The same problem, at a place further out: `facts.` + `bod`.
    pub(crate) fn within(mut self, prefix: &str) -> Self {
        self.path.insert_str(0, prefix);
        self
    }

    /// The stable code, such as `unknown-fact`.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// Where it is: `facts.stage`, `sewage.toml:12:9: rule.wwtp-township-bod-100.requires`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong, as data.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// What is wrong, in one line.
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.problem.to_string(),
            Lang::Zh => self.problem.zh(),
        }
    }

    /// What would help, if anything is known to.
    pub fn hint(&self, lang: Lang) -> Option<String> {
        self.problem.hint(lang)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.path, self.problem, self.code())?;
        match self.hint(Lang::En) {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Error", 6)?;
        s.serialize_field("code", self.code())?;
        s.serialize_field("path", &self.path)?;
        s.serialize_field("message", &self.problem.to_string())?;
        s.serialize_field("message_zh", &self.problem.zh())?;
        s.serialize_field("hint", &self.hint(Lang::En))?;
        s.serialize_field("hint_zh", &self.hint(Lang::Zh))?;
        s.end()
    }
}

impl Errors {
    /// `Ok(value)` where nothing was found wrong.
    pub(crate) fn check<T>(mut errors: Vec<Error>, value: T) -> Result<T, Errors> {
        errors.truncate(MAX_ERRORS);
        if errors.is_empty() { Ok(value) } else { Err(Errors { errors }) }
    }

    /// The same errors, at places further out.
    pub(crate) fn within(self, prefix: &str) -> Errors {
        Errors { errors: self.errors.into_iter().map(|error| error.within(prefix)).collect() }
    }

    /// Every error once.
    pub(crate) fn unique(mut errors: Vec<Error>) -> Errors {
        errors.truncate(MAX_ERRORS);
        let texts: Vec<String> = errors.iter().map(Error::to_string).collect();
        let mut seen = BTreeSet::new();
        let fresh = texts.iter().map(|text| seen.insert(text.as_str()));
        Errors { errors: errors.into_iter().zip(fresh).filter_map(|(error, fresh)| fresh.then_some(error)).collect() }
    }

    /// Every error, in the order of the input.
    pub fn iter(&self) -> std::slice::Iter<'_, Error> {
        self.errors.iter()
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Errors { errors: vec![error] }
    }
}

impl<'a> IntoIterator for &'a Errors {
    type Item = &'a Error;
    type IntoIter = std::slice::Iter<'a, Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Errors {
    type Item = Error;
    type IntoIter = std::vec::IntoIter<Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.errors.into_iter()
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            write!(f, "{}{error}", if i > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

/// What is found or expected, in Chinese: kinds of values, as messages name them.
fn in_chinese(kind: &str) -> String {
    let with_more = [
        ("one of: ", "下列之一："),
        ("one of ", "下列之一："),
        ("a list of: ", "下列选项的列表："),
        ("a number in ", "数字，单位 "),
        ("the number ", "数字 "),
        ("the text ", "文字 "),
    ];
    if let Some((rest, zh)) = with_more.into_iter().find_map(|(en, zh)| Some((kind.strip_prefix(en)?, zh))) {
        return zh.to_owned() + rest;
    }
    let kinds = [
        ("true or false", "是或否（true、false）"),
        ("yes or no", "是或否"),
        ("a choice", "选项"),
        ("a set of choices", "选项的集合"),
        ("a date", "日期"),
        ("a text", "文字"),
        ("a whole number of at least 0", "不小于 0 的整数"),
        ("a day, such as 2025-12-31", "日期，如 2025-12-31，不加引号"),
        ("a table", "表（{ … }）"),
        ("an array of tables", "一组表（[[ … ]]）"),
        ("a list of texts", "文字的列表"),
        ("string", "文字"),
        ("integer", "整数"),
        ("float", "小数"),
        ("boolean", "true 或 false"),
        ("array", "列表"),
        ("datetime", "日期"),
        ("table", "表（{ … }）"),
        ("a name of letters, digits and `_`", "由字母、数字和 _ 组成的名称"),
        ("a number", "数字"),
        ("a bare number", "不带单位的数字"),
        ("a string", "文字"),
        ("a boolean", "是或否"),
        ("a list", "列表"),
        ("an object", "对象"),
        ("null", "空值"),
        ("a day written YYYY-MM-DD", "写作 YYYY-MM-DD 的日期"),
        ("facts by name", "按名称给出的填报项"),
    ];
    kinds.into_iter().find(|(en, _)| *en == kind).map_or_else(|| format!(" {kind}"), |(_, zh)| zh.to_owned())
}

/// The variant of an enum that has this name on the wire.
pub(crate) fn variant<T: DeserializeOwned>(name: &str) -> Result<T, Problem> {
    T::deserialize(StrDeserializer::<NameError>::new(name)).map_err(|error| unknown_variant(name, &error))
}

/// The names that the variants of an enum have on the wire.
pub(crate) fn names<T: DeserializeOwned>() -> Vec<String> {
    match variant::<T>("") {
        Err(Problem::InvalidValue { expected, .. }) => {
            expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn unknown_variant(name: &str, error: &NameError) -> Problem {
    // The list of names in serde's message.
    let text = error.to_string();
    let expected = text.strip_prefix(&format!("unknown variant `{name}`, expected ")).unwrap_or(&text);
    Problem::InvalidValue { value: name.to_owned(), expected: expected.to_owned() }
}

/// How many errors are reported at once, and how many of them get the nearest name as a hint: looking for that takes time.
pub(crate) const MAX_ERRORS: usize = 1_000;
pub(crate) const HINTED: usize = 20;

/// The name most like `name`, if one is like it at all.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // No name is so long; comparing would take time for nothing.
    if name.len() > 100 {
        return None;
    }
    let length = |text: &str| text.chars().count();
    let scored = known.into_iter().map(|k| (strsim::osa_distance(name, k), length(name).max(length(k)), k));
    let within = |short: &str, long: &str| long.as_bytes().windows(short.len()).any(|part| part == short.as_bytes());
    let contained = |k: &str| k.len() > 2 && name.len() > 2 && (within(name, k) || within(k, name));
    // The fewest edits for its length: edits ÷ length, without a fraction.
    let (edits, length, best) = scored.max_by(|a, b| (b.0 * a.1).cmp(&(a.0 * b.1)))?;
    (2 * edits <= length || contained(best)).then(|| best.to_owned())
}
