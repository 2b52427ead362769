//! One form for texts that mean the same, so that names from two systems compare as a person would compare them.

use unicode_normalization::UnicodeNormalization;

use super::blank;
use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "normalize",
    family: "text",
    summary: "The text in one form for comparison: full-width and joined letters resolved, case folded, white space squeezed.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"normalize("  Ｓtraße  12 ")"#, gives: r#""strasse 12""# },
        Example { call: r#"normalize("CAFE\u0301")"#, gives: r#""café""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    limit::text(fold(args.text(0)?))
}

/// The text in its form for comparison.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkc().flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'ς' => folded.push('σ'),
            other => folded.push(other),
        }
    }
    // Lower case can leave marks apart from their letters again.
    let whole: String = folded.nfkc().collect();
    blank::squeeze(&whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_stays_one_form() {
        for text in ["İstanbul", "ΟΔΟΣ", "ﬁn ﬀ", "Ǆ", "ẞ"] {
            let once = fold(text);
            assert_eq!(fold(&once), once, "{text}");
        }
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
    }
}
