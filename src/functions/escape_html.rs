//! Text inside HTML and XML that templates build.

use super::limit;
use super::param::one;
use super::to_xml;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "escape_html",
    family: "format",
    summary: "The text with `&`, `<`, `>` and quotes as HTML and XML write them.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"escape_html("a < b & \"c\"")"#, gives: r#""a &lt; b &amp; &quot;c&quot;""# },
        Example { call: r#"escape_html("plain")"#, gives: r#""plain""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    limit::text(to_xml::escaped(args.text(0)?))
}
