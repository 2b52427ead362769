//! Arguments that name fields: `sum_by(lines, "quantity")`. Where the objects and the name are known, a field that is not
//! there is found here, and one that is text on the wire is read as its type before the function looks at it.

use std::sync::Arc;

use super::{Checker, Typed, typed};
use crate::catalog::{Base, Function, ObjectSpec, Type};
use crate::diag::{Code, Diagnostic, suggest};
use crate::plan::expr::Expr as Run;
use crate::plan::fields;
use crate::value::{Object, Value};

impl Checker<'_> {
    /// Checks the fields that arguments name; false if one of them is not there.
    pub(super) fn named_fields(&mut self, function: &Function, args: &mut [Typed]) -> bool {
        let mut sound = true;
        for index in 0..args.len() {
            let Some(param) = function.params.get(index).or(function.params.last()) else { continue };
            let (Some(at), Some(naming)) = (param.names, args.get(index)) else { continue };
            let (words, place) = (words(&naming.ty), naming.node.at);
            let Some(spec) = args.get(at).and_then(|objects| spec(&objects.ty)) else { continue };
            let mut read = Object::new();
            for word in words {
                // `"price desc"` names the field and its direction.
                let word =
                    word.strip_suffix(" desc").filter(|_| function.name == "sort_by").unwrap_or(&word).to_owned();
                match spec.field(&word) {
                    Some(field) => {
                        if let Some(kind) = fields::kind(&field.ty.base) {
                            read.set(word.as_str(), Value::from(kind));
                        }
                    }
                    None if spec.open || spec.fields.is_empty() => {}
                    None => {
                        let title = if spec.name.is_empty() { "this object" } else { &spec.name };
                        let message = format!("{title} has no field `{word}`");
                        let names: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
                        let help = match suggest::nearest(&word, names.iter().copied()) {
                            Some(near) => format!("did you mean \"{near}\"?"),
                            None => format!("its fields are {}", names.join(", ")),
                        };
                        self.say(Diagnostic::new(Code::E203, place, message).help(help));
                        sound = false;
                    }
                }
            }
            if let Some(objects) = args.get_mut(at).filter(|_| !read.is_empty()) {
                wrap(objects, read);
            }
        }
        sound
    }
}

/// Puts the reading of fields around objects.
fn wrap(objects: &mut Typed, read: Object) {
    let (at, ty) = (objects.node.at, objects.ty.clone());
    let fields = typed(Run::Const(Value::object(read)), at, Type::new(Base::Any)).node;
    let objects_node = std::mem::replace(&mut objects.node, typed(Run::Record, at, Type::new(Base::Any)).node);
    objects.node = typed(Run::Call { function: &fields::READ, args: vec![objects_node, fields] }, at, ty).node;
}

/// The words that a text, or a list of texts, is known to be.
fn words(ty: &Type) -> Vec<String> {
    match &ty.base {
        // Of several words only one is meant, and nobody knows which.
        Base::Enum(spec) if spec.name == "text" && spec.values.len() == 1 => spec.values.clone(),
        Base::List(item) => match &item.base {
            Base::Enum(spec) if spec.name == "text" => spec.values.clone(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// What is known of objects, or of the items of a list of them.
fn spec(ty: &Type) -> Option<Arc<ObjectSpec>> {
    match &ty.base {
        Base::Object(spec) => Some(Arc::clone(spec)),
        Base::List(item) => spec(item),
        _ => None,
    }
}
