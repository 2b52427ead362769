//! `flowrun functions`: what the language can call.

use super::args::Format;
use super::exit::{Exit, Failure, Outcome};
use super::{output, project};
use crate::catalog::Function;

pub(super) fn run(name: Option<&str>, format: Format) -> Outcome {
    let catalog = project::catalog();
    let chosen: Vec<&'static Function> = match name {
        Some(name) => match catalog.function(name) {
            Some(function) => vec![function],
            None => {
                let help = catalog.nearest_function(name).map(|near| format!("; did you mean `{near}`?"));
                return Err(Failure::usage(format!("there is no function `{name}`{}", help.unwrap_or_default())));
            }
        },
        None => catalog.functions,
    };
    if format == Format::Json {
        for function in chosen {
            let examples: Vec<_> =
                function.examples.iter().map(|e| serde_json::json!({"call": e.call, "gives": e.gives})).collect();
            let described = serde_json::json!({
                "name": function.name, "family": function.family, "signature": function.signature(),
                "summary": function.summary, "examples": examples,
            });
            output::line(&described.to_string())?;
        }
        return Ok(Exit::Done);
    }
    if name.is_some() {
        for function in chosen {
            output::line(&format!("{}\n  {}\n", function.signature(), function.summary))?;
            for example in function.examples {
                output::line(&format!("  {}  →  {}", example.call, example.gives))?;
            }
        }
        return Ok(Exit::Done);
    }
    let mut families: Vec<&str> = chosen.iter().map(|function| function.family).collect();
    families.sort_unstable();
    families.dedup();
    for family in families {
        output::line(&format!("{family}:"))?;
        for function in chosen.iter().filter(|function| function.family == family) {
            output::line(&format!("  {:<24} {}", function.name, function.summary))?;
        }
    }
    Ok(Exit::Done)
}
