//! Names for systems that know only the letters A to Z. Latin, Greek and Cyrillic letters have forms here; of others
//! nobody could say which sound is meant.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::limit;
use super::param::{one, optional};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "transliterate",
    family: "text",
    summary: "The text in the letters of ASCII, as passports write it; German ä is ae where the language is \"de\".",
    params: &[
        one("text", Params::TEXT),
        optional("language", Params::TEXT).doc("The language of the text, where it decides: \"de\""),
        optional("instead", Params::TEXT).doc("What stands for a character without a form; an error if left out"),
    ],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"transliterate("Łódź, Ærø, Ñandú")"#, gives: r#""Lodz, AEro, Nandu""# },
        Example { call: r#"transliterate("Müller Straße", "de")"#, gives: r#""Mueller Strasse""# },
        Example { call: r#"transliterate("Москва Αθήνα")"#, gives: r#""Moskva Athina""# },
        Example { call: r#"transliterate("山田")"#, gives: "error: no form in the letters A to Z" },
        Example { call: r#"transliterate("A山", "", "?")"#, gives: r#""A?""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let language = if args.given(1) { args.text(1)? } else { "" };
    let instead = if args.given(2) { Some(args.text(2)?) } else { None };
    limit::text(plain(args.text(0)?, language, instead)?)
}

/// The letters whose form is not the letter without its marks.
const FORMS: &[(&str, &[&str])] = &[
    ("ßæøłđðþœıŋ", &["ss", "ae", "o", "l", "d", "d", "th", "oe", "i", "ng"]),
    ("ÆØŁĐÐÞŒŊẞ", &["AE", "O", "L", "D", "D", "TH", "OE", "NG", "SS"]),
    (
        "‘’‚‛“”„‟–—‐‑…•·№€£",
        &["'", "'", "'", "'", "\"", "\"", "\"", "\"", "-", "-", "-", "-", "...", "*", ".", "No", "EUR", "GBP"],
    ),
    (
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ",
        &[
            "a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u",
            "f", "kh", "ts", "ch", "sh", "shch", "ie", "y", "", "e", "iu", "ia", "i", "i", "ie", "g",
        ],
    ),
    (
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        &[
            "a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p", "r", "s", "s", "t", "y",
            "f", "ch", "ps", "o",
        ],
    ),
];

/// The text in ASCII; `instead` for characters that have no form there, and an error where that is not given.
pub(super) fn plain(text: &str, language: &str, instead: Option<&str>) -> Result<String, FunctionError> {
    let mut out = String::with_capacity(text.len());
    for c in text.nfc() {
        let german = match c {
            'ä' => "ae",
            'ö' => "oe",
            'ü' => "ue",
            'Ä' => "Ae",
            'Ö' => "Oe",
            'Ü' => "Ue",
            _ => "",
        };
        if language == "de" && !german.is_empty() {
            out.push_str(german);
        } else if c.is_ascii() {
            out.push(c);
        } else if let Some(form) = form(c) {
            out.push_str(&form);
        } else {
            // The letter without its marks, where it has any.
            for part in c.nfkd().filter(|part| !is_combining_mark(*part)) {
                match (part.is_ascii(), form(part), instead) {
                    (true, ..) => out.push(part),
                    (_, Some(form), _) => out.push_str(&form),
                    (_, _, Some(instead)) => out.push_str(instead),
                    _ => {
                        return Err(FunctionError::new(
                            "a character of the text has no form in the letters A to Z; say as third argument what \
                             stands for such characters",
                        ));
                    }
                }
            }
        }
    }
    Ok(out)
}

fn form(c: char) -> Option<String> {
    let small: String = c.to_lowercase().collect();
    let found = |c: &str| {
        let (letters, forms) = FORMS.iter().find(|(letters, _)| letters.contains(c))?;
        let place = letters.chars().position(|letter| c.starts_with(letter))?;
        forms.get(place).copied()
    };
    if let Some(form) = found(&c.to_string()) {
        return Some(form.to_owned());
    }
    let form = found(&small).filter(|_| c.is_uppercase())?;
    let mut letters = form.chars();
    Some(letters.next().into_iter().flat_map(char::to_uppercase).chain(letters.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::{FORMS, plain};

    #[test]
    fn every_letter_has_its_form() {
        for (letters, forms) in FORMS {
            assert_eq!(letters.chars().count(), forms.len(), "{letters}");
        }
        for (text, wanted) in
            [("Žižek", "Zizek"), ("Ελλάδα", "Ellada"), ("Щука Юля", "Shchuka Iulia"), ("ﬁ ½", "fi 12")]
        {
            assert_eq!(plain(text, "", Some("/")).map(|text| text.replace('/', "")), Ok(wanted.to_owned()), "{text}");
        }
    }
}
