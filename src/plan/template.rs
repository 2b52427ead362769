//! Templates with statements, rendered by minijinja: strict about names, and bounded in what they may cost.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object as JinjaObject, ObjectRepr, Value as Jinja};
use minijinja::{Environment, UndefinedBehavior};

use super::expr::Template;
use crate::value::Value;

/// What one rendering may cost, in minijinja's steps.
pub const FUEL: u64 = 50_000;

/// How long a template may be, in bytes. minijinja parses some operators by recursion without a bound of its own.
pub const MAX_SOURCE: usize = 8 << 10;

const NAME: &str = "template";

/// A minijinja environment with one template in it; or what is wrong with the template, and at which of its lines.
pub fn compile(source: &str) -> Result<Environment<'static>, (String, usize)> {
    if source.len() > MAX_SOURCE {
        return Err((format!("it is longer than {MAX_SOURCE} bytes"), 1));
    }
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    for (name, filter) in [("upper", str::to_uppercase as fn(&str) -> String), ("lower", str::to_lowercase)] {
        environment.add_filter(name, move |text: String| filter(&text));
    }
    environment.add_filter("trim", |text: String| text.trim().to_owned());
    environment
        .add_template_owned(NAME, source.to_owned())
        .map_err(|error| (explain(&error, false), error.line().unwrap_or(1)))?;
    Ok(environment)
}

/// The names that a template uses and does not set itself.
pub fn names(environment: &Environment<'static>) -> Vec<String> {
    let mut names: Vec<String> = environment
        .get_template(NAME)
        .map(|template| template.undeclared_variables(false).into_iter().collect())
        .unwrap_or_default();
    names.sort();
    names
}

/// Renders a template with its names filled in.
pub fn render(template: &Template, names: Vec<(String, Value)>) -> Result<String, String> {
    let context: Jinja = names
        .into_iter()
        .map(|(name, value)| (name, jinja(value)))
        .collect::<std::collections::BTreeMap<_, _>>()
        .into();
    template
        .environment
        .get_template(NAME)
        .and_then(|compiled| compiled.render(context))
        // What minijinja says may repeat a value.
        .map_err(|error| explain(&error, template.names.iter().any(|(_, value)| value.pii)))
}

fn explain(error: &minijinja::Error, hidden: bool) -> String {
    let detail = error.detail().filter(|_| !hidden).map_or_else(|| error.kind().to_string(), str::to_owned);
    match error.kind() {
        minijinja::ErrorKind::OutOfFuel => format!("the template does more than {FUEL} steps"),
        _ => detail,
    }
}

fn jinja(value: Value) -> Jinja {
    match value {
        Value::Null => Jinja::from(()),
        Value::Bool(bool) => Jinja::from(bool),
        Value::Int(int) => Jinja::from(int),
        Value::List(_) | Value::Object(_) => Jinja::from_object(Shared(value)),
        // Decimals, money and dates go in as text, because minijinja would make floats of them.
        scalar => Jinja::from(scalar.display()),
    }
}

/// A list or object that minijinja walks in place.
#[derive(Debug)]
struct Shared(Value);

impl JinjaObject for Shared {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.0 {
            Value::List(_) => ObjectRepr::Seq,
            _ => ObjectRepr::Map,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        match &self.0 {
            Value::List(items) => key.as_usize().and_then(|index| items.get(index)).cloned().map(jinja),
            Value::Object(object) => key.as_str().and_then(|name| object.get(name)).cloned().map(jinja),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match &self.0 {
            Value::List(items) => Enumerator::Seq(items.len()),
            Value::Object(object) => Enumerator::Values(object.iter().map(|(name, _)| Jinja::from(&**name)).collect()),
            _ => Enumerator::NonEnumerable,
        }
    }
}
