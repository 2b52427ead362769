//! Takes names apart for targets that keep the parts. Names follow no rule, so what is in doubt goes into `last`, which is
//! never absent: a name of one word, and one written without spaces. `Last, First` is understood, and so are particles
//! (van, de, von), titles (Dr.) and suffixes (Jr., III). Names in Chinese, Japanese or Korean writing have the family first.

use std::borrow::Cow;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::blank;
use super::param::one;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, ObjectSpec, Params, Pii, Returns, Type};
use crate::value::{Names, Object, Text, Value};

pub(super) static FUNCTION: Function = Function {
    name: "split_name",
    family: "names",
    summary: "A person's name as { title, first, middle, last, suffix }; parts that it does not have are null, `last` is always there.",
    params: &[one("name", Params::TEXT)],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"split_name("Ann Lee")"#,
            gives: r#"{"title":null,"first":"Ann","middle":null,"last":"Lee","suffix":null}"#,
        },
        Example {
            call: r#"split_name("Dr. Ludwig van Beethoven Jr.")"#,
            gives: r#"{"title":"Dr.","first":"Ludwig","middle":null,"last":"van Beethoven","suffix":"Jr."}"#,
        },
        Example {
            call: r#"split_name("Smith, John Paul")"#,
            gives: r#"{"title":null,"first":"John","middle":"Paul","last":"Smith","suffix":null}"#,
        },
        Example {
            call: r#"split_name("山田太郎")"#,
            gives: r#"{"title":null,"first":null,"middle":null,"last":"山田太郎","suffix":null}"#,
        },
        Example { call: r#"split_name(" ")"#, gives: "error: has no name" },
    ],
    eval,
};

const TITLES: [&str; 19] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "rev",
    "herr",
    "frau",
    "mme",
    "mlle",
    "sr",
    "sra",
    "dott",
    "drs",
];
const SUFFIXES: [&str; 6] = ["jr", "sr", "jnr", "snr", "phd", "esq"];
/// Suffixes that are words or initials in small letters.
const CAPITAL_SUFFIXES: [&str; 7] = ["II", "III", "IV", "MD", "DDS", "DVM", "CPA"];
const PARTICLES: [&str; 30] = [
    "van", "von", "vander", "vom", "zu", "zum", "zur", "de", "del", "della", "dela", "dello", "degli", "di", "da",
    "das", "do", "dos", "du", "des", "la", "le", "den", "der", "ter", "ten", "af", "av", "bin", "ibn",
];

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    split(args).map(Value::object)
}

/// The parts of the name that is the first argument.
pub(super) fn split(args: &Args<'_>) -> Result<Object, FunctionError> {
    let name = blank::squeezed(args.text(0)?);
    let parts = parts(&name);
    if parts.last.is_empty() {
        return Err(FunctionError::new(
            "the text has no name in it; say with `if is_empty(…)` what to use for a buyer without one",
        ));
    }
    let values =
        [parts.title, parts.first, parts.middle, parts.last, parts.suffix].map(|words| match words.as_slice() {
            [] => Value::Null,
            [word] => Value::text(word),
            words => Value::from(words.join(" ")),
        });
    Ok(NAMES.with(|names| Object::shaped(names, values.into_iter().collect())))
}

thread_local! {
    /// The names that all the objects of a thread share. Threads that counted the same ones would wait for each other.
    static NAMES: Names = Names::new(["title", "first", "middle", "last", "suffix"].map(Text::new_static).to_vec());
}

type Words<'a> = SmallVec<[&'a str; 4]>;

#[derive(Default)]
struct Parts<'a> {
    title: Words<'a>,
    first: Words<'a>,
    middle: Words<'a>,
    last: Words<'a>,
    suffix: Words<'a>,
}

fn parts(name: &str) -> Parts<'_> {
    let mut parts = Parts::default();
    if name.bytes().all(|byte| byte.is_ascii() && byte != b',') {
        let words = name.split_ascii_whitespace().collect();
        in_order(words, &mut parts);
        return parts;
    }
    let mut groups: SmallVec<[Words<'_>; 2]> = name
        .split([',', '，', '、'])
        .map(|group| group.split(' ').filter(|word| !word.is_empty()).collect())
        .filter(|group: &Words<'_>| !group.is_empty())
        .collect();
    // "John Smith, Jr., PhD": what is after the comma belongs to the end of the name.
    while groups.len() > 1 && groups.last().is_some_and(|group| group.iter().all(|word| is_suffix(word))) {
        let group = groups.pop().unwrap_or_default();
        parts.suffix.insert_many(0, group);
    }
    let mut groups = groups.into_iter();
    let mut words = groups.next().unwrap_or_default();
    let mut given: Words<'_> = groups.flatten().collect();
    if given.is_empty() {
        in_order(words, &mut parts);
    } else {
        // "Smith Jr., Dr. John Paul"
        take_titles(&mut words, &mut parts);
        take_suffixes(&mut words, &mut parts, 1);
        parts.last = words;
        take_titles(&mut given, &mut parts);
        take_suffixes(&mut given, &mut parts, 1);
        let mut given = given.into_iter();
        parts.first.extend(given.next());
        parts.middle.extend(given);
    }
    parts
}

/// A name without a comma.
fn in_order<'a>(mut words: Words<'a>, parts: &mut Parts<'a>) {
    take_titles(&mut words, parts);
    // "Lee Jr" may be all that the name is, but "Mr. Lee Jr" has a suffix.
    let least = if parts.title.is_empty() { 2 } else { 1 };
    take_suffixes(&mut words, parts, least);
    whole(&words, parts);
}

/// Moves titles from the start, as long as a word is left.
fn take_titles<'a>(words: &mut Words<'a>, parts: &mut Parts<'a>) {
    while words.len() > 1 && words.first().is_some_and(|word| is_title(word)) {
        parts.title.push(words.remove(0));
    }
}

/// Moves suffixes from the end, as long as so many words are left.
fn take_suffixes<'a>(words: &mut Words<'a>, parts: &mut Parts<'a>, least: usize) {
    while words.len() > least && words.last().is_some_and(|word| is_suffix(word)) {
        parts.suffix.insert_many(0, words.pop());
    }
}

/// A name in the order in which it is spoken.
fn whole<'a>(words: &[&'a str], parts: &mut Parts<'a>) {
    let Some((first, rest)) = words.split_first() else {
        return;
    };
    if rest.is_empty() || is_particle(first) && first.chars().all(char::is_lowercase) {
        parts.last = words.into();
        return;
    }
    if words.iter().all(|word| word.chars().all(is_east_asian)) {
        parts.last = smallvec![*first];
        parts.first = rest.into();
        return;
    }
    let end = rest.len() - 1;
    let begin = rest.iter().take(end).position(|word| is_particle(word)).unwrap_or(end);
    let (middle, last) = rest.split_at(begin);
    parts.first = smallvec![*first];
    parts.middle = middle.into();
    parts.last = last.into();
}

/// The word without its points.
fn bare(word: &str) -> Cow<'_, str> {
    match word.contains('.') {
        true => Cow::Owned(word.replace('.', "")),
        false => Cow::Borrowed(word),
    }
}

fn is_one_of(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn is_title(word: &str) -> bool {
    is_one_of(&TITLES, &bare(word))
}

fn is_suffix(word: &str) -> bool {
    let word = bare(word);
    CAPITAL_SUFFIXES.contains(&&*word) || is_one_of(&SUFFIXES, &word)
}

fn is_particle(word: &str) -> bool {
    is_one_of(&PARTICLES, word)
}

fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{3005}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn work(types: &[Type]) -> Type {
    let pii = types.first().is_some_and(|ty| ty.pii);
    let text = || Type::new(Base::Text).with_pii(pii);
    let fields = vec![
        Field::optional("title", text()).doc("Dr., Mr. and the like"),
        Field::optional("first", text()).doc("the first given name"),
        Field::optional("middle", text()).doc("further given names"),
        Field::required("last", text()).doc("the family name with its particles, or all that the name is"),
        Field::optional("suffix", text()).doc("Jr., III, PhD and the like"),
    ];
    Type::new(Base::Object(Arc::new(ObjectSpec { name: "name".to_owned(), fields, open: false })))
}

#[cfg(test)]
mod tests {
    use super::parts;

    fn split(name: &str) -> [String; 5] {
        let parts = parts(name);
        [parts.title, parts.first, parts.middle, parts.last, parts.suffix].map(|words| words.join(" "))
    }

    #[test]
    fn names_as_they_come() {
        for (name, wanted) in [
            ("Cher", ["", "", "", "Cher", ""]),
            ("Dr. Smith", ["Dr.", "", "", "Smith", ""]),
            ("Prof. Dr. Eva Maria Muster", ["Prof. Dr.", "Eva", "Maria", "Muster", ""]),
            ("Maria de la Cruz", ["", "Maria", "", "de la Cruz", ""]),
            ("VINCENT VAN GOGH", ["", "VINCENT", "", "VAN GOGH", ""]),
            ("van der Berg", ["", "", "", "van der Berg", ""]),
            ("Van Morrison", ["", "Van", "", "Morrison", ""]),
            ("Smith, John", ["", "John", "", "Smith", ""]),
            ("Smith, John, Jr.", ["", "John", "", "Smith", "Jr."]),
            ("Smith Jr., John", ["", "John", "", "Smith", "Jr."]),
            ("van Dyke, Dr. Anna B.", ["Dr.", "Anna", "B.", "van Dyke", ""]),
            ("John Smith, Jr., PhD", ["", "John", "", "Smith", "Jr. PhD"]),
            ("John Smith III", ["", "John", "", "Smith", "III"]),
            ("John Q. Public Ph.D.", ["", "John", "Q.", "Public", "Ph.D."]),
            ("Anh Le", ["", "Anh", "", "Le", ""]),
            ("山田 太郎", ["", "太郎", "", "山田", ""]),
            ("김 민준", ["", "민준", "", "김", ""]),
            ("ann o'neill-smith", ["", "ann", "", "o'neill-smith", ""]),
            ("Smith,", ["", "", "", "Smith", ""]),
            (", ,", ["", "", "", "", ""]),
            ("Jr.", ["", "", "", "Jr.", ""]),
            ("Mr.", ["", "", "", "Mr.", ""]),
            ("José", ["", "", "", "José", ""]),
        ] {
            assert_eq!(split(name), wanted.map(str::to_owned), "{name}");
        }
    }

    #[test]
    fn white_space_of_all_kinds_parts_words() {
        use crate::functions::examples::run;
        assert!(run("split_name(\"山田\u{3000}太郎\")").unwrap().contains("\"first\":\"太郎\""));
        assert!(run("split_name(\" , \")").is_err());
    }
}
