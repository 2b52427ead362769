//! Shows that something is there and about how long it is, and no more. A single character is hidden too.

use super::cluster;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "mask",
    family: "hash",
    summary: "The first character and stars: three for a short text, five from 9 characters, eight from 21.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"mask("John")"#, gives: r#""J***""# },
        Example { call: r#"mask("221B Baker Street, London")"#, gives: r#""2********""# },
        Example { call: r#"mask("")"#, gives: r#""""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::from(hidden(args.text(0)?)))
}

/// The text without what it says.
pub(super) fn hidden(text: &str) -> String {
    let shown = match cluster::head(text, 1) {
        // One character is all there is, or the first is made of several.
        head if head.len() == text.len() => "",
        head => head,
    };
    let stars = match text.chars().count() {
        0 => "",
        1..=8 => "***",
        9..=20 => "*****",
        _ => "********",
    };
    format!("{shown}{stars}")
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn little_is_shown() {
        assert_eq!(hidden("J"), "***");
        assert_eq!(hidden("山田太郎"), "山***");
        assert_eq!(hidden("e\u{301}t"), "***");
        assert_eq!(hidden("Johnathan"), "J*****");
    }
}
