//! `flowrun functions`: what the language can call, by family, by name, and by words of what is wanted.

use super::args::Format;
use super::exit::{Exit, Failure, Outcome};
use super::{output, project};
use crate::catalog::function::{Arity, FAMILIES};
use crate::catalog::{Base, Catalog, Function, Pii, Type};
use crate::diag::suggest;

pub(super) fn run(name: Option<&str>, family: Option<&str>, format: Format) -> Outcome {
    let catalog = project::catalog(&[])?;
    if let Some(family) = family.filter(|family| FAMILIES.iter().all(|(known, _)| known != family)) {
        let names: Vec<&str> = FAMILIES.iter().map(|(name, _)| *name).collect();
        let near = suggest::nearest(family, names.iter().copied());
        let help =
            near.map_or_else(|| format!("there are {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
        return Err(Failure::usage(format!("there is no family `{family}`; {help}")));
    }
    let in_family = |function: &&Function| family.is_none_or(|family| function.family == family);
    let chosen: Vec<&'static Function> = match name {
        Some(name) => match catalog.function(name) {
            Some(function) => vec![function],
            None => search(&catalog, name).into_iter().filter(|function| in_family(function)).collect(),
        },
        None => catalog.functions.iter().copied().filter(|function| in_family(function)).collect(),
    };
    if chosen.is_empty() {
        let name = name.unwrap_or_default();
        return Err(Failure::usage(format!("no function is called `{name}` or has that word in what it does")));
    }
    if format == Format::Json {
        for function in chosen {
            output::line(&described(function).to_string())?;
        }
        return Ok(Exit::Done);
    }
    match (name, chosen.as_slice()) {
        (Some(name), [only]) if only.name == name => show(only)?,
        (Some(name), found) => {
            output::line(&format!(
                "no function is called `{name}`; these are near, or have the word in what they do:"
            ))?;
            for function in found {
                output::line(&format!("  {:<24} {}", function.name, function.summary))?;
            }
        }
        (None, found) => {
            for (family, title) in FAMILIES {
                let of: Vec<&&Function> = found.iter().filter(|function| function.family == *family).collect();
                if of.is_empty() {
                    continue;
                }
                output::line(&format!("{family} ({}): {title}", of.len()))?;
                for function in of {
                    output::line(&format!("  {:<24} {}", function.name, function.summary))?;
                }
            }
        }
    }
    Ok(Exit::Done)
}

/// Functions whose names are near a word, then those that have all its words in what they do.
fn search(catalog: &Catalog, words: &str) -> Vec<&'static Function> {
    let words: Vec<String> = words.to_lowercase().split([' ', '_', '-']).map(str::to_owned).collect();
    let near = catalog.nearest_function(&words.join("_"));
    let told = |function: &Function| {
        let text = format!("{} {}", function.name, function.summary).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let mut found: Vec<&'static Function> =
        catalog.functions.iter().copied().filter(|function| near == Some(function.name)).collect();
    let named = |function: &&'static Function| words.iter().all(|word| function.name.contains(word.as_str()));
    let (by_name, by_summary): (Vec<_>, Vec<_>) =
        catalog.functions.iter().copied().filter(|function| told(function)).partition(named);
    for function in by_name.into_iter().chain(by_summary) {
        if found.iter().all(|other| other.name != function.name) {
            found.push(function);
        }
    }
    found
}

fn show(function: &Function) -> Result<(), Failure> {
    output::line(&format!("{} → {}\n  {}\n", function.signature(), function.gives(), function.summary))?;
    for param in function.params.iter().filter(|param| !param.doc.is_empty()) {
        output::line(&format!("  {:<12} {}", param.name, param.doc))?;
    }
    if let Base::Object(spec) = &function.gives().base {
        for field in &spec.fields {
            let absent = if field.ty.nullable { ", or null" } else { "" };
            output::line(&format!("  .{:<11} {}{absent}", field.name, field.doc))?;
        }
    }
    output::line(&format!("  buyer data   {}\n", effect(function.pii)))?;
    for example in function.examples {
        output::line(&format!("  {}  →  {}", example.call, example.gives))?;
    }
    Ok(())
}

fn effect(pii: Pii) -> &'static str {
    match pii {
        Pii::Keeps => "the result is, if an argument is",
        Pii::Follows => "the parts of the result are as the parts of the arguments",
        Pii::Clears => "the result is none",
    }
}

/// A function as an editor needs it.
fn described(function: &Function) -> serde_json::Value {
    let params: Vec<serde_json::Value> = function
        .params
        .iter()
        .map(|param| {
            let arity = match param.arity {
                Arity::One => "one",
                Arity::Optional => "optional",
                Arity::Many => "many",
            };
            serde_json::json!({
                "name": param.name, "takes": param.takes.to_string(), "arity": arity, "doc": param.doc,
                "names_fields_of": param.names.and_then(|at| function.params.get(at)).map(|of| of.name),
            })
        })
        .collect();
    let examples: Vec<_> = function
        .examples
        .iter()
        .filter(|example| !example.gives.starts_with("error: "))
        .map(|example| serde_json::json!({"call": example.call, "gives": example.gives}))
        .collect();
    let errors: Vec<_> = function
        .errors()
        .map(|example| {
            let says = example.gives.trim_start_matches("error: ");
            serde_json::json!({"call": example.call, "says": says})
        })
        .collect();
    let pii = match function.pii {
        Pii::Keeps => "keeps",
        Pii::Follows => "follows",
        Pii::Clears => "clears",
    };
    serde_json::json!({
        "name": function.name, "family": function.family, "signature": function.signature(),
        "summary": function.summary, "params": params, "returns": returned(&function.gives()), "buyer_data": pii,
        "examples": examples, "errors": errors,
    })
}

fn returned(ty: &Type) -> serde_json::Value {
    let mut out = serde_json::json!({"type": ty.to_string(), "nullable": ty.nullable});
    let inner = match &ty.base {
        Base::Object(spec) => Some(("fields", spec.fields.iter().map(field).collect::<Vec<_>>().into())),
        Base::List(item) => Some(("items", returned(item))),
        Base::Enum(spec) => Some(("words", spec.values.clone().into())),
        _ => None,
    };
    if let (Some((name, inner)), Some(object)) = (inner, out.as_object_mut()) {
        object.insert(name.to_owned(), inner);
    }
    out
}

fn field(field: &crate::catalog::Field) -> serde_json::Value {
    let mut out = returned(&field.ty);
    if let Some(object) = out.as_object_mut() {
        object.insert("name".to_owned(), field.name.clone().into());
        object.insert("doc".to_owned(), field.doc.into());
    }
    out
}
