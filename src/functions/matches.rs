//! Simple patterns that everybody can read, and that cost no more than the lengths multiplied.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "matches",
    family: "text",
    summary: "Whether the whole text is as a pattern says: `*` stands for any characters, `?` for one, `\\` takes the next as it is.",
    params: &[one("text", Params::TEXT), one("pattern", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"matches("FBA19CD9HGQ8", "FBA*")"#, gives: "true" },
        Example { call: r#"matches("701-1234567-1234567", "???-???????-???????")"#, gives: "true" },
        Example { call: r#"matches("abc", "b")"#, gives: "false" },
        Example { call: r#"matches("a*", "a\\*")"#, gives: "true" },
    ],
    eval,
};

#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Any,
    One,
    This(char),
}

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text: Vec<char> = args.text(0)?.chars().collect();
    let mut pattern = Vec::new();
    let mut chars = args.text(1)?.chars();
    while let Some(c) = chars.next() {
        pattern.push(match c {
            '*' => Piece::Any,
            '?' => Piece::One,
            '\\' => Piece::This(chars.next().ok_or_else(|| {
                FunctionError::new("the pattern ends in `\\`, which must be followed by the character that is meant")
            })?),
            other => Piece::This(other),
        });
    }
    Ok(Value::Bool(fits(&text, &pattern)))
}

fn fits(text: &[char], pattern: &[Piece]) -> bool {
    let (mut at, mut piece) = (0, 0);
    // Where the last `*` was, and how much of the text it has taken so far; only that one must ever be tried again.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&c) = text.get(at) {
        match pattern.get(piece) {
            Some(Piece::Any) => {
                star = Some((piece, at));
                piece += 1;
                continue;
            }
            Some(Piece::One) => {}
            Some(Piece::This(wanted)) if *wanted == c => {}
            _ => match &mut star {
                Some((place, taken)) => {
                    *taken += 1;
                    (piece, at) = (*place + 1, *taken);
                    continue;
                }
                None => return false,
            },
        }
        piece += 1;
        at += 1;
    }
    pattern.iter().skip(piece).all(|piece| *piece == Piece::Any)
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn stars_give_back_what_they_took_too_much() {
        for (text, pattern, wanted) in [
            ("aXbXc", "a*X?", true),
            ("aab", "*ab", true),
            ("abcabd", "*abd", true),
            ("abc", "*b", false),
            ("", "*", true),
            ("", "?", false),
            ("abc", "***", true),
            ("größe", "gr?*e", true),
        ] {
            assert_eq!(run(&format!("matches({text:?}, {pattern:?})")), Ok(wanted.to_string()), "{text} {pattern}");
        }
        assert!(run(r#"matches("a", "a\\")"#).unwrap_err().contains("ends in"));
    }
}
