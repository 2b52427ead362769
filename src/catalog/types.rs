//! Types of the language: what a value can be, whether it may be absent, and whether it is buyer data.

use std::fmt;
use std::sync::Arc;

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub struct Type {
    /// What the value is when it is there.
    pub base: Base,
    /// Whether it may be null instead.
    pub nullable: bool,
    /// Whether it is personal data of a buyer.
    pub pii: bool,
}

impl Type {
    /// A type that is always there and is nobody's personal data.
    #[must_use]
    pub const fn new(base: Base) -> Self {
        Self { base, nullable: false, pii: false }
    }

    /// The same, or null.
    #[must_use]
    pub fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The same, as buyer data if `pii`.
    #[must_use]
    pub fn with_pii(mut self, pii: bool) -> Self {
        self.pii |= pii;
        self
    }

    /// Whether it, or anything inside it, is buyer data.
    #[must_use]
    pub fn carries_pii(&self) -> bool {
        self.pii
            || match &self.base {
                Base::List(item) => item.carries_pii(),
                Base::Object(spec) => spec.fields.iter().any(|field| field.ty.carries_pii()),
                _ => false,
            }
    }
}

/// What a value can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Base {
    /// Not known before running.
    Any,
    /// Only null.
    Null,
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// An exact decimal.
    Decimal,
    /// Text.
    Text,
    /// One of a set of words.
    Enum(Arc<EnumSpec>),
    /// A calendar date.
    Date,
    /// A point in time.
    Instant,
    /// A length of time.
    Duration,
    /// An amount with its currency, which is given where it is known.
    Money(Option<crate::value::Currency>),
    /// Values of one type.
    List(Box<Type>),
    /// Named values.
    Object(Arc<ObjectSpec>),
}

/// A set of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumSpec {
    /// Its name in messages.
    pub name: String,
    /// The words.
    pub values: Vec<String>,
    /// Whether the remote may send words that are not listed. A match on such an enum needs an `else`.
    pub open: bool,
}

/// Named fields.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectSpec {
    /// Its name in messages.
    pub name: String,
    /// The fields in order.
    pub fields: Vec<Field>,
    /// Whether there may be fields that are not listed; naming one is then no error, and its type is not known.
    pub open: bool,
}

impl ObjectSpec {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// One field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type. `nullable` says that it may be absent.
    pub ty: Type,
    /// Whether a decimal is written as text on the wire.
    pub as_text: bool,
    /// The block that must be asked for to get it (Amazon's `includedData`).
    pub dataset: Option<&'static str>,
    /// What it is.
    pub doc: &'static str,
}

impl Field {
    /// A field that is always there.
    #[must_use]
    pub fn required(name: &str, ty: Type) -> Self {
        Self { name: name.to_owned(), ty, as_text: false, dataset: None, doc: "" }
    }

    /// A field that may be absent.
    #[must_use]
    pub fn optional(name: &str, ty: Type) -> Self {
        Self::required(name, ty.or_null())
    }

    /// Buyer data.
    #[must_use]
    pub fn pii(mut self) -> Self {
        self.ty.pii = true;
        self
    }

    /// A decimal that is text on the wire.
    #[must_use]
    pub fn as_text(mut self) -> Self {
        self.as_text = true;
        self
    }

    /// Comes only when this block is asked for.
    #[must_use]
    pub fn dataset(mut self, dataset: &'static str) -> Self {
        self.dataset = Some(dataset);
        self
    }

    /// With what it is.
    #[must_use]
    pub fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.base)?;
        if self.nullable && self.base != Base::Null {
            f.write_str(" or null")?;
        }
        Ok(())
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Base::Any => f.write_str("any value"),
            Base::Null => f.write_str("null"),
            Base::Bool => f.write_str("bool"),
            Base::Int => f.write_str("int"),
            Base::Decimal => f.write_str("decimal"),
            Base::Text => f.write_str("text"),
            Base::Enum(spec) => write!(f, "{}", spec.name),
            Base::Date => f.write_str("date"),
            Base::Instant => f.write_str("instant"),
            Base::Duration => f.write_str("duration"),
            Base::Money(None) => f.write_str("money"),
            Base::Money(Some(currency)) => write!(f, "money in {currency}"),
            Base::List(item) => write!(f, "list of {item}"),
            Base::Object(spec) if spec.name.is_empty() => f.write_str("object"),
            Base::Object(spec) => write!(f, "{}", spec.name),
        }
    }
}
