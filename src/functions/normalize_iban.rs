//! One form for bank accounts.

use super::blank;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "normalize_iban",
    family: "codes",
    summary: "An IBAN in capitals and without spaces; an error if its length or its check digits are wrong.",
    params: &[one("iban", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"normalize_iban("gb82 west 1234 5698 7654 32")"#, gives: r#""GB82WEST12345698765432""# },
        Example { call: r#"normalize_iban("DE89370400440532013001")"#, gives: "error: check digits" },
        Example { call: r#"normalize_iban("DE8937040044")"#, gives: "error: length" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    read(args.text(0)?).map(Value::from)
}

/// The lengths by country.
const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 \
    ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 \
    LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 \
    SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";

/// The account in one form.
pub(super) fn read(text: &str) -> Result<String, FunctionError> {
    let iban: String = text.chars().filter(|c| !blank::is_blank(*c)).collect::<String>().to_uppercase();
    let wrong = |what: &str| FunctionError::new(format!("that is no IBAN: {what}; check how it was typed"));
    if !iban.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(wrong("it has letters A to Z and digits only"));
    }
    let country = iban.get(..2).unwrap_or_default();
    let length = LENGTHS.split_whitespace().find_map(|entry| entry.strip_prefix(country));
    match length.and_then(|length| length.parse().ok()) {
        None | Some(0_usize) => return Err(wrong("its first two letters are no country that has them")),
        Some(length) if length != iban.len() => return Err(wrong("it does not have the length of its country")),
        Some(_) => {}
    }
    let (head, tail) = iban.split_at(4);
    let rest = tail.chars().chain(head.chars()).filter_map(|c| c.to_digit(36)).fold(0_u32, |rest, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (rest * shift + digit) % 97
    });
    if rest == 1 { Ok(iban) } else { Err(wrong("its check digits are wrong")) }
}
