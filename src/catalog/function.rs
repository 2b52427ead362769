//! A function of the language as data: what it takes, gives and does, with examples that run as tests.

use std::fmt;

use super::types::{Base, Type};
use crate::value::Value;

/// A function. It is pure: the same arguments give the same result, on every machine, at any time.
#[derive(Debug)]
pub struct Function {
    /// Its name in flows.
    pub name: &'static str,
    /// The family it is listed under, one of [`FAMILIES`].
    pub family: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// What it takes.
    pub params: &'static [Param],
    /// What it gives.
    pub returns: Returns,
    /// What it does to the label of buyer data.
    pub pii: Pii,
    /// Examples; each is an expression and the JSON of its result, or the error it ends in.
    pub examples: &'static [Example],
    /// The function itself. The compiler has checked the number of arguments and, where they are known, their kinds.
    pub eval: fn(&Args<'_>) -> Result<Value, FunctionError>,
}

/// The families of functions with what they are about, in the order in which they are listed.
pub const FAMILIES: &[(&str, &str)] = &[
    ("text", "Text"),
    ("number", "Numbers"),
    ("money", "Money and tax"),
    ("date", "Dates, instants and time zones"),
    ("list", "Lists"),
    ("object", "Objects, and any value"),
    ("format", "Parse and format"),
    ("hash", "Hash and mask"),
    ("names", "Names, addresses, phones and mail"),
    ("codes", "Countries, currencies, marketplaces and check digits"),
    ("units", "Units of measure"),
];

impl Function {
    /// The type of a call with arguments of these types: what it gives, with the label of buyer data that is on it.
    #[must_use]
    pub fn result(&self, types: &[Type]) -> Type {
        let any = || Type::new(Base::Any);
        // What a value is taken from keeps the labels of its parts; what else was given labels the whole.
        let beside = |at: usize| types.iter().enumerate().any(|(index, ty)| index != at && ty.carries_pii());
        let (ty, labelled) = match &self.returns {
            Returns::Same(at) => (types.get(*at).cloned().unwrap_or_else(any), beside(*at)),
            Returns::Item(at) => {
                let list = types.get(*at);
                match list.map(|ty| &ty.base) {
                    Some(Base::List(item)) => (Type::clone(item), beside(*at) || list.is_some_and(|list| list.pii)),
                    _ => (any(), types.iter().any(Type::carries_pii)),
                }
            }
            Returns::ListOf(at) => {
                let item = types.get(*at).cloned().unwrap_or_else(any);
                (Type::new(Base::List(Box::new(item))), beside(*at))
            }
            Returns::Fixed(base) => (Type::new(base.clone()), types.iter().any(Type::carries_pii)),
            Returns::Nullable(base) => (Type::new(base.clone()).or_null(), types.iter().any(Type::carries_pii)),
            Returns::Worked(work) => (work(types), types.iter().any(Type::carries_pii)),
        };
        match self.pii {
            // A yes or no about something is no more of it than a comparison tells.
            Pii::Keeps
                if matches!(ty.base, Base::Bool) && !matches!(self.returns, Returns::Same(_) | Returns::Item(_)) =>
            {
                ty
            }
            Pii::Keeps => ty.with_pii(labelled),
            Pii::Follows => ty,
            Pii::Clears => Type { pii: false, ..ty },
        }
    }

    /// What it gives where nothing is known of its arguments but what they must be, for help.
    #[must_use]
    pub fn gives(&self) -> Type {
        let types: Vec<Type> = self.params.iter().map(|param| Type::new(param.takes.base())).collect();
        self.result(&types)
    }

    /// The examples that end in an error: what bad input gives.
    pub fn errors(&self) -> impl Iterator<Item = &'static Example> {
        self.examples.iter().filter(|example| example.gives.starts_with("error: "))
    }

    /// Its form as shown in help: `split_name(name: text)`.
    #[must_use]
    pub fn signature(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(|param| {
                let name = format!("{}: {}", param.name, param.takes);
                match param.arity {
                    Arity::One => name,
                    Arity::Optional => format!("[{name}]"),
                    Arity::Many => format!("{name}, …"),
                }
            })
            .collect();
        format!("{}({})", self.name, params.join(", "))
    }
}

/// One parameter.
#[derive(Debug)]
pub struct Param {
    /// Its name in messages.
    pub name: &'static str,
    /// The kinds it takes.
    pub takes: Params,
    /// How often it is given.
    pub arity: Arity,
    /// What it means, where its name does not say it.
    pub doc: &'static str,
    /// The argument whose fields it names, if it names any: an object, or a list of objects. Where both are known
    /// before running, a name that is not there is an error then.
    pub names: Option<usize>,
}

impl Param {
    /// With what it means.
    #[must_use]
    pub const fn doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }

    /// As the name of a field of the argument at this place, or of the items of the list there.
    #[must_use]
    pub const fn names(self, at: usize) -> Self {
        Self { names: Some(at), ..self }
    }
}

/// How often a parameter is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// Exactly once.
    One,
    /// Once or not at all; such parameters come last.
    Optional,
    /// Once or more; such a parameter is the last.
    Many,
}

/// A set of kinds that a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params(pub u16);

impl Params {
    /// Null; only functions about absence take it.
    pub const NULL: Params = Params(1);
    /// True or false.
    pub const BOOL: Params = Params(2);
    /// A whole number.
    pub const INT: Params = Params(4);
    /// A decimal or whole number.
    pub const NUMBER: Params = Params(4 | 8);
    /// Text, or a word of an enum.
    pub const TEXT: Params = Params(16);
    /// A date.
    pub const DATE: Params = Params(32);
    /// An instant.
    pub const INSTANT: Params = Params(64);
    /// A duration.
    pub const DURATION: Params = Params(128);
    /// Money.
    pub const MONEY: Params = Params(256);
    /// A list.
    pub const LIST: Params = Params(512);
    /// An object.
    pub const OBJECT: Params = Params(1024);
    /// A single value that can be written as text.
    pub const SCALAR: Params = Params(2 | 4 | 8 | 16 | 32 | 64 | 128 | 256);
    /// Anything but null.
    pub const SOME: Params = Params(0x7fe);
    /// Anything.
    pub const ANY: Params = Params(0x7ff);

    /// Both sets.
    #[must_use]
    pub const fn or(self, other: Params) -> Params {
        Params(self.0 | other.0)
    }

    /// The type that all of the kinds have in common: `Any` where they are several.
    #[must_use]
    pub fn base(self) -> Base {
        match self {
            Self::BOOL => Base::Bool,
            Self::INT => Base::Int,
            Self::NUMBER => Base::Decimal,
            Self::TEXT => Base::Text,
            Self::DATE => Base::Date,
            Self::INSTANT => Base::Instant,
            Self::DURATION => Base::Duration,
            Self::MONEY => Base::Money(None),
            Self::LIST => Base::List(Box::new(Type::new(Base::Any))),
            _ => Base::Any,
        }
    }

    /// Whether a value is of one of the kinds.
    #[must_use]
    pub fn take(self, value: &Value) -> bool {
        let kind = match value {
            Value::Null => 1,
            Value::Bool(_) => 2,
            Value::Int(_) => 4,
            Value::Decimal(_) => 8,
            Value::Text(_) => 16,
            Value::Date(_) => 32,
            Value::Instant(_) => 64,
            Value::Duration(_) => 128,
            Value::Money(_) => 256,
            Value::List(_) => 512,
            Value::Object(_) => 1024,
        };
        self.0 & kind != 0
    }

    /// Whether values of a type are of one of the kinds. Null is judged apart, by `nullable`.
    #[must_use]
    pub fn take_base(self, base: &Base) -> bool {
        let kind = match base {
            Base::Any => return true,
            Base::Null => 1,
            Base::Bool => 2,
            Base::Int => 4,
            Base::Decimal => 8,
            Base::Text | Base::Enum(_) => 16,
            Base::Date => 32,
            Base::Instant => 64,
            Base::Duration => 128,
            Base::Money(_) => 256,
            Base::List(_) => 512,
            Base::Object(_) => 1024,
        };
        self.0 & kind != 0
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 & Self::SOME.0 == Self::SOME.0 {
            return f.write_str("any");
        }
        let mut names = Vec::new();
        let number = self.0 & Self::NUMBER.0;
        for (bit, name) in [
            (1, "null"),
            (2, "bool"),
            (4, if number == Self::NUMBER.0 { "number" } else { "int" }),
            (16, "text"),
            (32, "date"),
            (64, "instant"),
            (128, "duration"),
            (256, "money"),
            (512, "list"),
            (1024, "object"),
        ] {
            if self.0 & bit != 0 {
                names.push(name);
            }
        }
        f.write_str(&names.join(" or "))
    }
}

/// What a function gives, as far as it is known before running.
#[derive(Debug, Clone)]
pub enum Returns {
    /// Always this.
    Fixed(Base),
    /// This, or null.
    Nullable(Base),
    /// What the argument at this place is.
    Same(usize),
    /// What the items of the list at this place are.
    Item(usize),
    /// A list of what the argument at this place is.
    ListOf(usize),
    /// What this works out from the argument types. Absence and buyer data are worked out apart.
    Worked(fn(&[Type]) -> Type),
}

/// What a function does to the label of buyer data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pii {
    /// The result is buyer data if an argument is.
    Keeps,
    /// The result has the labels of the parts that it is made of, which `returns` works out.
    Follows,
    /// The result is not buyer data: it tells nobody who the buyer is.
    Clears,
}

/// An example, which is a test too.
#[derive(Debug)]
pub struct Example {
    /// The expression.
    pub call: &'static str,
    /// The JSON of its result, or `error: ` and a part of its message.
    pub gives: &'static str,
}

/// The arguments of a call.
#[derive(Debug)]
pub struct Args<'a> {
    /// The values in order; optional ones that were left out are missing at the end.
    pub values: &'a [Value],
}

/// Why a call has no result. The message is shown with the place in the flow and, unless it is buyer data, the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// One sentence without the value.
    pub message: String,
}

impl FunctionError {
    /// An error.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl Args<'_> {
    /// The argument at `index`; null if it was left out.
    #[must_use]
    pub fn value(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&Value::Null)
    }

    /// Whether the argument at `index` was given.
    #[must_use]
    pub fn given(&self, index: usize) -> bool {
        index < self.values.len()
    }

    /// The text at `index`.
    pub fn text(&self, index: usize) -> Result<&str, FunctionError> {
        self.value(index).as_text().ok_or_else(|| self.wrong(index, "text"))
    }

    /// The whole number at `index`.
    pub fn int(&self, index: usize) -> Result<i64, FunctionError> {
        match self.value(index) {
            Value::Int(int) => Ok(*int),
            _ => Err(self.wrong(index, "a whole number")),
        }
    }

    /// The number at `index`.
    pub fn decimal(&self, index: usize) -> Result<rust_decimal::Decimal, FunctionError> {
        self.value(index).as_decimal().ok_or_else(|| self.wrong(index, "a number"))
    }

    /// The list at `index`.
    pub fn list(&self, index: usize) -> Result<&[Value], FunctionError> {
        self.value(index).as_list().ok_or_else(|| self.wrong(index, "a list"))
    }

    /// The object at `index`.
    pub fn object(&self, index: usize) -> Result<&crate::value::Object, FunctionError> {
        self.value(index).as_object().ok_or_else(|| self.wrong(index, "an object"))
    }

    fn wrong(&self, index: usize, wanted: &str) -> FunctionError {
        FunctionError::new(format!("argument {} must be {wanted}, not {}", index + 1, self.value(index).kind()))
    }
}
