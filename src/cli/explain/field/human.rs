//! What is told of a field, for people: a tree of where it comes from, and what that amounts to.

use super::super::super::exit::Failure;
use super::super::super::output;
use super::Told;
use crate::plan::lineage::{Cleared, GuardKind, Named, Origin, Role, Uses, What, ends};
use crate::plan::{LookupKind, Plan};
use crate::value::json;

/// Where places begin.
const PLACES: usize = 96;
/// The longest text of the flow that is repeated.
const TEXT: usize = 64;

pub(super) fn tell(told: &Told<'_>) -> Result<(), Failure> {
    let ty = crate::plan::lineage::find(&told.asked.ty, &told.asked.path);
    let ty = ty.map(|ty| format!("  ({ty})")).unwrap_or_default();
    line(0, &format!("{}{ty}", told.title()), &told.place(told.origin.at))?;
    if told.parts.is_empty() {
        tree(told, &told.origin, Role::Value, 1)?;
    } else {
        output::line("\nfields")?;
        for (path, origin) in &told.parts {
            let uses = Uses::of(origin);
            let mark = if uses.carries_buyer_data() { "  [buyer data]" } else { "" };
            line(1, &format!("{} ← {}{mark}", told.full(path), sources(told.plan, &uses)), &told.place(origin.at))?;
        }
    }
    let uses = Uses::of(&told.origin);
    comes_from(told, &uses)?;
    buyer_data(told, &uses)?;
    ends_in(told)
}

/// What a value comes from, in a few words.
fn sources(plan: &Plan, uses: &Uses<'_>) -> String {
    let in_value = || uses.leaves.iter().filter(|used| !used.role.decides());
    let mut shown: Vec<String> = Vec::new();
    for used in in_value().filter(|used| !used.default && !matches!(used.what, What::Constant(_))) {
        let text = leaf(plan, used.what);
        if !shown.contains(&text) {
            shown.push(text);
        }
    }
    if shown.is_empty() {
        shown = in_value().map(|used| leaf(plan, used.what)).collect();
        shown.dedup();
    }
    let more = shown.len().saturating_sub(3);
    shown.truncate(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}

/// What a leaf is, in the words of the flow.
pub(super) fn leaf(plan: &Plan, what: &What) -> String {
    match what {
        What::Field { path, .. } if path.is_empty() => "the whole record".to_owned(),
        What::Field { path, .. } => format!("$.{path}"),
        What::Found { lookup, path, .. } => match plan.lookups.get(*lookup) {
            Some(found) => {
                let place = match &found.kind {
                    LookupKind::Table(table) if table.path.is_empty() => format!("table {}", found.name),
                    LookupKind::Table(table) => format!("table {}", table.path),
                    LookupKind::Entity { connector, entity, .. } => format!("{connector}.{entity}"),
                    LookupKind::Join(join) => format!("{}.{}", join.source.connector, join.source.entity),
                };
                let path = if path.is_empty() { String::new() } else { format!(" {path}") };
                format!("{place}{path}")
            }
            None => "a lookup".to_owned(),
        },
        What::Answer { target, path, .. } => {
            let name = plan.targets.get(*target).map_or("a target", |target| target.name.as_str());
            if path.is_empty() { format!("answer of {name}") } else { format!("answer of {name}: {path}") }
        }
        What::Param(index) => {
            format!("env.{}", plan.params.get(*index).map_or("?", |param| param.name.as_str()))
        }
        What::Constant(value) => json::to_string(value),
        What::Named(Named { name, path, .. }) => {
            if path.is_empty() {
                name.clone()
            } else {
                format!("{name}.{}", path.join("."))
            }
        }
        What::Function { name, .. } => format!("{name}(…)"),
        What::Condition | What::Parts => String::new(),
        What::Cut => "…further back than is followed".to_owned(),
    }
}

fn lead(role: Role) -> &'static str {
    match role {
        Role::Value => "",
        Role::Default => "else ",
        Role::Test => "if ",
        Role::Filter => "where ",
        Role::Each => "each of ",
        Role::Key => "by ",
        Role::Group => "grouped by ",
    }
}

fn tree(told: &Told<'_>, origin: &Origin, role: Role, depth: usize) -> Result<(), Failure> {
    let plan = told.plan;
    let place = told.place(origin.at);
    if role == Role::Each {
        // The items are told where their fields are; here it is only said which list it is.
        return line(depth, &format!("each of {}", short(&plan.snippet(origin.at))), &place);
    }
    let lead = lead(role);
    let text = match &origin.what {
        What::Named(named) if named.again => Some(format!("{}  (as above)", leaf(plan, &origin.what))),
        What::Named(_) => Some(format!("{} = {}", leaf(plan, &origin.what), short(&plan.snippet(origin.at)))),
        What::Field { pii, .. } | What::Found { pii, .. } | What::Answer { pii, .. } => {
            Some(format!("{}{}", leaf(plan, &origin.what), if *pii && !role.decides() { "  [buyer data]" } else { "" }))
        }
        What::Param(_) | What::Cut => Some(leaf(plan, &origin.what)),
        // What stands in the text that was shown is not repeated, unless it is what is taken instead.
        What::Constant(_) => (role == Role::Default || depth == 1).then(|| leaf(plan, &origin.what)),
        What::Function { .. } | What::Condition | What::Parts if depth == 1 && role == Role::Value => {
            Some(format!("= {}", short(&plan.snippet(origin.at))))
        }
        What::Function { .. } | What::Condition | What::Parts => {
            matches!(role, Role::Test | Role::Filter).then(|| short(&plan.snippet(origin.at)))
        }
    };
    let shown = text.is_some();
    if let Some(text) = text {
        line(depth, &format!("{lead}{text}"), &place)?;
    }
    let below = depth + usize::from(shown);
    for (own, part) in &origin.parts {
        let built = matches!(part.what, What::Parts | What::Condition | What::Function { .. });
        if matches!(origin.what, What::Named(_)) && built {
            // Its definition was shown just now.
            for (own, part) in &part.parts {
                tree(told, part, *own, below)?;
            }
            continue;
        }
        // The word of the whole goes to its parts, where the whole has no line of its own.
        let own = if !shown && *own == Role::Value { role } else { *own };
        tree(told, part, own, below)?;
    }
    Ok(())
}

/// Whether something is one of a kind.
type Fits = fn(&What) -> bool;

fn comes_from(told: &Told<'_>, uses: &Uses<'_>) -> Result<(), Failure> {
    let plan = told.plan;
    let groups: [(&str, Fits); 5] = [
        ("reads", |what| matches!(what, What::Field { .. })),
        ("looks up", |what| matches!(what, What::Found { .. })),
        ("uses the answers", |what| matches!(what, What::Answer { .. })),
        ("uses the parameters", |what| matches!(what, What::Param(_))),
        ("uses the values", |what| matches!(what, What::Constant(_))),
    ];
    for (title, fits) in groups {
        let mut shown: Vec<(String, Vec<String>)> = Vec::new();
        for used in uses.leaves.iter().filter(|used| fits(used.what)) {
            if matches!(used.what, What::Constant(_)) && (used.role.decides() || used.cleared.is_some()) {
                continue;
            }
            let place = told.place(used.at);
            let mut text = leaf(plan, used.what);
            if let What::Found { lookup, .. } = used.what {
                text = format!("{text}  by {}", keys(plan, *lookup));
            }
            if used.default {
                text.push_str("  (default)");
            } else if used.role.decides() {
                text.push_str("  (decides)");
            }
            match shown.iter_mut().find(|(known, _)| *known == text) {
                Some((_, places)) if !places.contains(&place) => places.push(place),
                Some(_) => {}
                None => shown.push((text, vec![place])),
            }
        }
        if !shown.is_empty() {
            output::line(&format!("\n{title}"))?;
        }
        for (text, places) in shown {
            let more = if places.len() > 1 { format!(" and {} more", places.len() - 1) } else { String::new() };
            line(1, &text, &format!("{}{more}", places.first().map_or("", String::as_str)))?;
        }
    }
    if !uses.conditions.is_empty() {
        output::line("\ndecided by")?;
        for (role, at) in &uses.conditions {
            line(1, &format!("{}{}", lead(*role), short(&plan.snippet(*at))), &told.place(*at))?;
        }
    }
    let mut functions: Vec<(&str, String)> = Vec::new();
    for (name, at) in &uses.functions {
        if !functions.iter().any(|(known, _)| known == name) {
            functions.push((name, told.place(*at)));
        }
    }
    if !functions.is_empty() {
        output::line("\nfunctions")?;
        for (name, place) in functions {
            line(1, name, &place)?;
        }
    }
    Ok(())
}

/// The columns or the field by which a lookup finds.
fn keys(plan: &Plan, lookup: usize) -> String {
    match plan.lookups.get(lookup).map(|lookup| &lookup.kind) {
        Some(LookupKind::Table(table)) => table.by.join(", "),
        Some(LookupKind::Entity { key, .. }) => key.clone(),
        Some(LookupKind::Join(join)) => join.by.join(", "),
        None => String::new(),
    }
}

fn buyer_data(told: &Told<'_>, uses: &Uses<'_>) -> Result<(), Failure> {
    output::line(&format!("\nbuyer data: {}", if uses.carries_buyer_data() { "yes" } else { "no" }))?;
    let mut shown: Vec<String> = Vec::new();
    for used in uses.buyer_data() {
        let how = match used.cleared {
            None => "is in it".to_owned(),
            Some(Cleared::Function(name, at)) => format!("cleared by {name}, {}", told.place(at)),
            Some(Cleared::Condition(at)) => format!("only compared, {}", told.place(at)),
            Some(Cleared::Decides) => "only decides".to_owned(),
        };
        let text = format!("{} {how}", leaf(told.plan, used.what));
        if !shown.contains(&text) {
            line(1, &text, &told.place(used.at))?;
            shown.push(text);
        }
    }
    Ok(())
}

fn ends_in(told: &Told<'_>) -> Result<(), Failure> {
    let plan = told.plan;
    output::line("\nends in")?;
    if told.ends.is_empty() {
        return line(1, "no field of a target", "");
    }
    let mut targets = Vec::new();
    for (id, path, decides) in &told.ends {
        let Some(target) = plan.targets.get(*id) else { continue };
        if !targets.contains(id) {
            targets.push(*id);
        }
        let remote = ends::remote(target, path);
        let dot = if remote.is_empty() { "" } else { "." };
        let decides = if *decides { "  (decides about it)" } else { "" };
        let text =
            format!("{}{dot}{remote} → {} {}.{}{decides}", target.name, target.verb, target.connector, target.entity);
        line(1, &text, &told.place(target.at))?;
    }
    for id in targets {
        let Some(target) = plan.targets.get(id) else { continue };
        let guards = ends::guards(plan, id);
        if guards.is_empty() {
            continue;
        }
        output::line(&format!("\n{} is written only after", target.name))?;
        for guard in guards {
            let word = if guard.kind == GuardKind::Unless { "not when" } else { guard.kind.name() };
            line(1, &format!("{word} {}", short(&plan.snippet(guard.at))), &told.place(guard.at))?;
        }
    }
    Ok(())
}

fn short(text: &str) -> String {
    if text.chars().count() <= TEXT {
        return text.to_owned();
    }
    text.chars().take(TEXT - 1).collect::<String>() + "…"
}

/// A line with its place to the right.
fn line(depth: usize, text: &str, place: &str) -> Result<(), Failure> {
    let text = format!("{}{text}", "  ".repeat(depth));
    let width = text.chars().count();
    let pad = " ".repeat(PLACES.saturating_sub(width).max(2));
    output::line(format!("{text}{pad}{place}").trim_end())
}
