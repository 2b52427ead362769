//! Replaces a part by another text; patterns are left to `matches`, so that a dot is a dot.

use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "replace",
    family: "text",
    summary: "The text with each occurrence of a part replaced.",
    params: &[one("text", Params::TEXT), one("part", Params::TEXT), one("with", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"replace("a.b.c", ".", "-")"#, gives: r#""a-b-c""# },
        Example { call: r#"replace("SKU-1-FBA", "-FBA", "")"#, gives: r#""SKU-1""# },
        Example { call: r#"replace("abc", "", "x")"#, gives: "error: the part to replace is empty" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (text, part, with) = (args.text(0)?, args.text(1)?, args.text(2)?);
    if part.is_empty() {
        return Err(FunctionError::new("the part to replace is empty; write what is to be replaced"));
    }
    let count = text.matches(part).count();
    limit::check(text.len().saturating_add(count.saturating_mul(with.len())))?;
    limit::text(text.replace(part, with))
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn what_would_grow_without_bound_is_an_error() {
        let long = format!("replace(pad_left(\"\", 10000, \"a\"), \"a\", {:?})", "b".repeat(2000));
        assert!(run(&long).unwrap_err().contains("16 MiB"));
    }
}
