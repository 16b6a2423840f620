//! Characters that a Chinese keyboard or a word processor writes where a plan file needs a plain one.

/// What to write instead: `<=` for `≤`, `"` for `“`, `=` for `＝`, `and` for `且`.
pub(crate) fn plain(found: char) -> Option<String> {
    let text = match found {
        '“' | '”' | '„' | '‟' => "\"",
        '‘' | '’' => "'",
        '≤' | '≦' => "<=",
        '≥' | '≧' => ">=",
        '≠' => "!=",
        '×' => "*",
        '÷' => "/",
        '−' => "-",
        '、' => ",",
        '。' => ".",
        '【' => "[",
        '】' => "]",
        '且' => "and",
        '或' => "or",
        '\u{3000}' => " ",
        // The full-width forms stand in the order of ASCII.
        '！'..='～' => return char::from_u32(u32::from(found) - 0xFEE0).map(String::from),
        _ => return None,
    };
    Some(text.to_owned())
}

/// Whether it is a quotation mark of print.
pub(crate) fn is_curly(found: char) -> bool {
    matches!(plain(found).as_deref(), Some("\"" | "'"))
}

/// The first of them in a line of TOML, outside its strings and remark; or the curly quote after which a string goes on.
pub(crate) fn in_line(line: &str) -> Option<char> {
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '#' => return None,
            '"' | '\'' => {
                let string = rest.as_str();
                // The few escaped quotes that a line has make no difference to a hint.
                match string.split_once(c) {
                    Some((_, after)) => rest = after.chars(),
                    None => return string.chars().find(|c| is_curly(*c)),
                }
            }
            _ if !c.is_alphabetic() && plain(c).is_some() => return Some(c),
            _ => {}
        }
    }
    None
}
