//! Descriptions of shops, which come with marks for browsers.

use super::blank;
use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "strip_html",
    family: "format",
    summary: "The text of an HTML text: without what stands in `<` and `>`, with `&amp;` and its like resolved and white space squeezed.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"strip_html("<p>Big &amp; <b>small</b></p><p>2&nbsp;kg</p>")"#,
            gives: r#""Big & small 2 kg""#,
        },
        Example { call: r#"strip_html("a &lt; b")"#, gives: r#""a < b""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut out = String::new();
    let mut rest = args.text(0)?;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((mark, after)) => {
                // Marks inside a line do not part words.
                let name = mark.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
                if !["a", "b", "i", "u", "em", "span", "strong", "sub", "sup"].contains(&name) {
                    out.push(' ');
                }
                rest = after;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    let mut plain = out;
    for (mark, sign) in [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(mark, sign);
    }
    limit::text(blank::squeeze(&plain))
}
