//! The lines in which two texts differ, with a few around them, as `diff -u` shows them.

/// How many lines are shown around a change.
const AROUND: usize = 2;
/// How large a comparison may get, in pairs of lines; beyond it all lines between the first and the last change differ.
const MOST: usize = 4_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    Same,
    Gone,
    New,
}

/// The changed lines, each beginning with `-`, `+` or a space; `…` stands for what is left out.
pub(super) fn lines(old: &str, new: &str) -> Vec<String> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let edits = edits(&a, &b);
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(AROUND), (at + AROUND + 1).min(edits.len()));
        edits.get(from..to).unwrap_or_default().iter().any(|(edit, _)| *edit != Edit::Same)
    };
    let mut out = Vec::new();
    let mut left_out = false;
    for (at, (edit, line)) in edits.iter().enumerate() {
        if !near(at) {
            left_out = true;
            continue;
        }
        if std::mem::take(&mut left_out) {
            out.push("  …".to_owned());
        }
        let mark = match edit {
            Edit::Same => ' ',
            Edit::Gone => '-',
            Edit::New => '+',
        };
        out.push(format!("{mark} {line}"));
    }
    out
}

fn edits<'t>(a: &[&'t str], b: &[&'t str]) -> Vec<(Edit, &'t str)> {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let end = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (middle_a, tail) = rest_a.split_at(rest_a.len() - end);
    let (middle_b, _) = rest_b.split_at(rest_b.len() - end);
    let mut out: Vec<(Edit, &str)> = a.iter().take(start).map(|line| (Edit::Same, *line)).collect();
    out.extend(middle(middle_a, middle_b));
    out.extend(tail.iter().map(|line| (Edit::Same, *line)));
    out
}

/// The longest common part, found from its end.
fn middle<'t>(a: &[&'t str], b: &[&'t str]) -> Vec<(Edit, &'t str)> {
    let width = b.len() + 1;
    if a.len().saturating_mul(width) > MOST {
        let gone = a.iter().map(|line| (Edit::Gone, *line));
        return gone.chain(b.iter().map(|line| (Edit::New, *line))).collect();
    }
    let mut common = vec![0_u32; (a.len() + 1) * width];
    let at = |i: usize, j: usize| i * width + j;
    for (i, left) in a.iter().enumerate().rev() {
        for (j, right) in b.iter().enumerate().rev() {
            let get = |index: usize| common.get(index).copied().unwrap_or(0);
            let value =
                if left == right { get(at(i + 1, j + 1)) + 1 } else { get(at(i + 1, j)).max(get(at(i, j + 1))) };
            if let Some(cell) = common.get_mut(at(i, j)) {
                *cell = value;
            }
        }
    }
    let get = |i: usize, j: usize| common.get(at(i, j)).copied().unwrap_or(0);
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    loop {
        match (a.get(i), b.get(j)) {
            (Some(left), Some(right)) if left == right => {
                out.push((Edit::Same, *left));
                (i, j) = (i + 1, j + 1);
            }
            (Some(left), None) => {
                out.push((Edit::Gone, *left));
                i += 1;
            }
            (Some(left), Some(_)) if get(i + 1, j) >= get(i, j + 1) => {
                out.push((Edit::Gone, *left));
                i += 1;
            }
            (_, Some(right)) => {
                out.push((Edit::New, *right));
                j += 1;
            }
            (None, None) => return out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn only_what_changes_is_shown_with_what_is_around_it() {
        let none: [&str; 0] = [];
        assert_eq!(lines("a\nb\n", "a\nb\n"), none);
        assert_eq!(lines("1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5x\n6\n"), ["  …", "  3", "  4", "- 5", "+ 5x", "  6"]);
        assert_eq!(lines("", "a\nb\n"), ["+ a", "+ b"]);
        assert_eq!(lines("a\nx\nb\ny\nc\n", "a\nb\nc\nd\n"), ["  a", "- x", "  b", "- y", "  c", "+ d"]);
    }
}
