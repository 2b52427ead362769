//! Takes a URL apart.

use super::blank;
use super::param::one;
use super::shape;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_url",
    family: "format",
    summary: "A URL as { scheme, host, port, path, query, fragment }; what it does not have is null, `path` is always there.",
    params: &[one("url", Params::TEXT)],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"parse_url("https://shop.example:8443/a/b?x=1#top")"#,
            gives: r#"{"scheme":"https","host":"shop.example","port":8443,"path":"/a/b","query":"x=1","fragment":"top"}"#,
        },
        Example {
            call: r#"parse_url("https://shop.example")"#,
            gives: r#"{"scheme":"https","host":"shop.example","port":null,"path":"","query":null,"fragment":null}"#,
        },
        Example { call: r#"parse_url("shop.example/a")"#, gives: "error: no URL" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let wrong = || FunctionError::new("the text is no URL of the form scheme://host/path");
    let (scheme, rest) = args.text(0)?.split_once("://").ok_or_else(wrong)?;
    let letters = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if scheme.is_empty() || !letters(scheme) || rest.contains(blank::is_blank) {
        return Err(wrong());
    }
    let (rest, fragment) = rest.split_once('#').map_or((rest, None), |(rest, fragment)| (rest, Some(fragment)));
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // The colons of an IPv6 address stand in brackets.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port.parse::<u16>().map_err(|_| wrong())?)),
        _ => (authority, None),
    };
    if host.is_empty() {
        return Err(wrong());
    }
    let text = |part: Option<&str>| part.map_or(Value::Null, Value::text);
    Ok(shape::object([
        ("scheme", Value::from(scheme.to_ascii_lowercase())),
        ("host", Value::from(host.to_ascii_lowercase())),
        ("port", port.map_or(Value::Null, |port| Value::Int(i64::from(port)))),
        ("path", Value::text(path)),
        ("query", text(query)),
        ("fragment", text(fragment)),
    ]))
}

fn work(_: &[Type]) -> Type {
    let text = || Type::new(Base::Text);
    let fields = vec![
        Field::required("scheme", text()).doc("in small letters, such as https"),
        Field::required("host", text()).doc("in small letters"),
        Field::optional("port", Type::new(Base::Int)).doc("where one is named"),
        Field::required("path", text()).doc("as it is written; empty where there is none"),
        Field::optional("query", text()).doc("what stands after `?`; read it with `parse_query`"),
        Field::optional("fragment", text()).doc("what stands after `#`"),
    ];
    shape::of("URL", fields)
}
