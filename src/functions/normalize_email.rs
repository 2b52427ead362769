//! One form for addresses, because buyers are known again by them.

use std::borrow::Cow;

use super::blank;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "normalize_email",
    family: "names",
    summary: "An e-mail address in one form: no white space around it, in lower case; an error if it is none.",
    params: &[one("email", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"normalize_email(" John.Smith@Example.COM ")"#, gives: r#""john.smith@example.com""# },
        Example { call: r#"normalize_email("john@")"#, gives: "error: no e-mail address" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    read(args.text(0)?).map(Value::text)
}

/// The address in one form; the text itself where it has it.
pub(super) fn read(text: &str) -> Result<Cow<'_, str>, FunctionError> {
    let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'+');
    if let Some(at) = text.bytes().position(|byte| !plain(byte))
        && let Some((name, domain)) = text.split_at_checked(at)
        && let Some(domain) = domain.strip_prefix('@')
        && !name.is_empty()
        && domain.bytes().all(plain)
        && domain.split('.').all(|label| !label.is_empty())
    {
        return Ok(Cow::Borrowed(text));
    }
    strict(text).map(Cow::Owned)
}

fn strict(text: &str) -> Result<String, FunctionError> {
    let mut address = blank::trim(text).to_owned();
    match address.is_ascii() {
        true => address.make_ascii_lowercase(),
        false => address = address.to_lowercase(),
    }
    let sound = address.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && domain.split('.').all(|label| !label.is_empty())
            && !domain.contains('@')
            && !address.contains(|c: char| blank::is_blank(c) || c.is_control() || matches!(c, '<' | '>' | ',' | ';'))
    });
    if sound {
        Ok(address)
    } else {
        Err(FunctionError::new(
            "the text is no e-mail address of the form name@domain; say with `catch` what to use instead",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn what_is_no_address_is_an_error() {
        for text in ["", "a", "@b", "a@", "a@b@c", "a b@c.d", "A <a@b.c>", "a@b..c", "a@b.c;d@e.f"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read("a+b@localhost").is_ok());
        assert_eq!(read(" A.B@C.de").as_deref(), Ok("a.b@c.de"));
        assert_eq!(read("a.b@c.de").as_deref(), Ok("a.b@c.de"));
    }
}
