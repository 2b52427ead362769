//! Texts and flows.

use flowrun::lang::{FilesInMemory, format::format};
use flowrun::value::json;
use proptest::prelude::*;
use proptest::sample::Index;

use super::hostile::{HEAD, RECORD, TAIL, compiled, layout, meaning, run, target};
use super::{config, root, wellformed};

fn throws() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..240)
}

/// The words of a text, with the space before each.
fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let body = rest.len() - rest.trim_start().len();
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let after = rest.get(body..).unwrap_or("");
        let length = match after.chars().next() {
            Some(c) if word(c) => after.find(|c: char| !word(c)).unwrap_or(after.len()),
            Some(c) => c.len_utf8(),
            None => 0,
        };
        let (one, more) = rest.split_at(body + length);
        out.push(one);
        rest = more;
    }
    out
}

/// Real flows to make slips in.
fn real() -> Vec<String> {
    let mut texts = vec![std::fs::read_to_string(root().join("flows/order_sync.flow")).unwrap()];
    for page in ["docs/language.md", "docs/errors.md"] {
        let page = std::fs::read_to_string(root().join(page)).unwrap();
        for block in page.split("```flow").skip(1) {
            let block = block.split_once('\n').unwrap().1.split("```").next().unwrap();
            texts.push(format!("{HEAD}{block}{TAIL}"));
        }
    }
    texts
}

/// A slip: words that are left out, said twice, or change places with others.
#[derive(Debug, Clone)]
struct Slip {
    kind: u8,
    at: Index,
    other: Index,
    length: usize,
}

fn slips() -> impl Strategy<Value = (Index, Vec<Slip>)> {
    let slip = (0_u8..4, any::<Index>(), any::<Index>(), 1_usize..6).prop_map(|(kind, at, other, length)| Slip {
        kind,
        at,
        other,
        length,
    });
    (any::<Index>(), prop::collection::vec(slip, 1..4))
}

fn slipped(text: &str, slips: &[Slip]) -> String {
    let mut words: Vec<&str> = words(text);
    for slip in slips.iter().filter(|_| !text.is_empty()) {
        let at = slip.at.index(words.len().max(1));
        let end = (at + slip.length).min(words.len());
        match slip.kind {
            0 => drop(words.drain(at..end)),
            1 => {
                let again: Vec<&str> = words[at..end].to_vec();
                words.splice(end..end, again);
            }
            2 => {
                let other = slip.other.index(words.len().max(1));
                let last = words.len().saturating_sub(1);
                words.swap(at.min(last), other);
            }
            _ => words.insert(at, [" [", " {", "\"", "?", " | ", "\n", " $..", " #"][slip.other.index(8)]),
        }
        if words.is_empty() {
            break;
        }
    }
    words.concat()
}

proptest! {
    #![proptest_config(config(48))]

    /// compile() ends with a plan or with errors, each in its place, whatever is in the text.
    #[test]
    fn any_text_compiles_or_fails(text in "(\\PC|[\\n\"'{}\\[\\]$#|?@]){0,300}") {
        target("compile", text.as_bytes());
    }

    #[test]
    fn a_real_flow_with_slips_compiles_or_fails((which, slips) in slips()) {
        let texts = real();
        let text = slipped(&texts[which.index(texts.len())], &slips);
        target("compile", text.as_bytes());
    }
}

proptest! {
    #![proptest_config(config(128))]

    /// A flow that is right has a plan, means the same laid out, and gives the same bytes in every run on every thread.
    #[test]
    fn a_flow_that_is_right_is_understood(throws in throws()) {
        let text = wellformed::flow(&throws);
        let (_, first) = compiled(&text, &FilesInMemory::default());
        let Some(plan) = &first.plan else { panic!("{:#?}\n{text}", first.diagnostics) };
        layout(&text, &first);
        let record = json::parse(RECORD.as_bytes()).unwrap();
        let told = run(plan, record.clone());
        prop_assert_eq!(&told, &run(plan, record.clone()));
        let (_, second) = compiled(&format(&text), &FilesInMemory::default());
        let other = std::thread::spawn(move || run(&second.plan.unwrap(), record)).join().unwrap();
        prop_assert_eq!(told, other);
    }

    #[test]
    fn a_flow_that_is_right_with_slips_compiles_or_fails(throws in throws(), (_, slips) in slips()) {
        target("compile", slipped(&wellformed::flow(&throws), &slips).as_bytes());
    }
}

/// The layout of a flow does not change what it means, wherever its author puts white space.
#[test]
fn white_space_means_nothing() {
    for seed in 0_u8..24 {
        let throws: Vec<u8> =
            (0..200_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 ^ seed.wrapping_mul(29)).collect();
        let text = wellformed::flow(&throws);
        let (_, first) = compiled(&text, &FilesInMemory::default());
        // Space within quotes and paths means something; so does a word at the beginning of a line.
        let wide: Vec<String> = text
            .lines()
            .map(|line| {
                if line.contains(['"', '$', '#']) {
                    line.to_owned()
                } else {
                    line.replace(' ', "   ").replace(',', " ,  ")
                }
            })
            .collect();
        let (_, second) = compiled(&wide.join("\n"), &FilesInMemory::default());
        assert_eq!(first.plan.as_ref().map(meaning), second.plan.as_ref().map(meaning), "{text}");
        assert_eq!(format(&text), format(&wide.join("\n")));
    }
}

/// Every word of the grammar is in some flow that the generator makes, so that a new construct is not forgotten there.
#[test]
fn the_generator_knows_every_word_of_the_language() {
    let grammar = std::fs::read_to_string(root().join("grammar/flow.pest")).unwrap();
    let mut words: Vec<&str> =
        grammar.lines().filter(|line| line.starts_with("kw_")).filter_map(|line| line.split('"').nth(1)).collect();
    // Words that need files beside the flow, or a connector's own words; tests/language and docs/language.md have them.
    words.retain(|word| !super::ELSEWHERE.contains(word));
    let mut made = String::new();
    for seed in 0_u32..400 {
        let throws: Vec<u8> =
            (0..200_u32).map(|n| ((n + seed * 977).wrapping_mul(2_654_435_761) >> 11) as u8).collect();
        made.push_str(&wellformed::flow(&throws));
    }
    let made: std::collections::HashSet<&str> = made.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    words.retain(|word| !made.contains(word));
    assert!(words.is_empty(), "tests/support/wellformed.rs makes no flow with {}", words.join(", "));
}
