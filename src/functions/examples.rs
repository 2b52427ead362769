//! Runs the examples in tests before there is a language: literals and calls, nothing else. Each call is checked as the
//! compiler would, and its type is worked out beside its value.

use rust_decimal::Decimal;

use super::{all, either};
use crate::catalog::function::{Arity, Function};
use crate::catalog::{Args, Base, EnumSpec, Field, ObjectSpec, Type};
use crate::value::{Object, Value, json};

/// The result of an expression as JSON, or its error.
pub(super) fn run(text: &str) -> Result<String, String> {
    run_typed(text).map(|(value, _)| json::to_string(&value))
}

/// The result of an expression with the type that is known without running it.
pub(super) fn run_typed(text: &str) -> Result<(Value, Type), String> {
    let mut reader = Reader { rest: text };
    let result = reader.value()?;
    assert!(reader.rest.trim().is_empty(), "not read: {}", reader.rest);
    Ok(result)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, mark: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn while_in(&mut self, allowed: impl Fn(char) -> bool) -> String {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c| !allowed(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn value(&mut self) -> Result<(Value, Type), String> {
        self.rest = self.rest.trim_start();
        match self.rest.chars().next() {
            Some('"') => {
                let mut end = 1;
                let bytes = self.rest.as_bytes();
                while bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                let value = json::parse(&bytes[..=end]).map_err(|error| error.to_string())?;
                self.rest = &self.rest[end + 1..];
                // As in the language, a text that is written down is a set of one word.
                let values = value.as_text().map(str::to_owned).into_iter().collect();
                let words = EnumSpec { name: "text".to_owned(), values, open: false };
                Ok((value, Type::new(Base::Enum(words.into()))))
            }
            Some('[') => {
                self.take("[");
                let mut items = Vec::new();
                let mut ty: Option<Type> = None;
                while !self.take("]") {
                    let (value, item) = self.value()?;
                    items.push(value);
                    ty = Some(ty.map_or(item.clone(), |ty| either::of(&ty, &item)));
                    self.take(",");
                }
                let item = ty.unwrap_or(Type::new(Base::Any));
                Ok((Value::list(items), Type::new(Base::List(Box::new(item)))))
            }
            Some('{') => {
                self.take("{");
                let mut object = Object::new();
                let mut fields = Vec::new();
                while !self.take("}") {
                    let name = self.while_in(|c| c.is_alphanumeric() || c == '_');
                    assert!(self.take("="));
                    let (value, ty) = self.value()?;
                    fields.push(Field::required(&name, ty));
                    object.set(name, value);
                    self.take(",");
                }
                let spec = ObjectSpec { name: String::new(), fields, open: false };
                Ok((Value::object(object), Type::new(Base::Object(spec.into()))))
            }
            Some(c) if c.is_ascii_digit() || c == '-' => {
                let text = self.while_in(|c| c.is_ascii_digit() || c == '-' || c == '.');
                match text.parse::<i64>() {
                    Ok(int) => Ok((Value::Int(int), Type::new(Base::Int))),
                    Err(_) => Ok((
                        Value::Decimal(Decimal::from_str_exact(&text).map_err(|error| error.to_string())?),
                        Type::new(Base::Decimal),
                    )),
                }
            }
            _ => self.call(),
        }
    }

    fn call(&mut self) -> Result<(Value, Type), String> {
        let name = self.while_in(|c| c.is_alphanumeric() || c == '_');
        match name.as_str() {
            "null" => return Ok((Value::Null, Type::new(Base::Null))),
            "true" => return Ok((Value::Bool(true), Type::new(Base::Bool))),
            "false" => return Ok((Value::Bool(false), Type::new(Base::Bool))),
            _ => {}
        }
        let functions = all();
        let function = functions.iter().find(|function| function.name == name).expect(&name);
        assert!(self.take("("), "{name}");
        let mut values = Vec::new();
        let mut types = Vec::new();
        while !self.take(")") {
            let (value, ty) = self.value()?;
            values.push(value);
            types.push(ty);
            self.take(",");
        }
        check(function, &values, &types)?;
        let value = (function.eval)(&Args { values: &values }).map_err(|error| error.message)?;
        let ty = function.result(&types);
        Ok((value, ty))
    }
}

fn check(function: &Function, values: &[Value], types: &[Type]) -> Result<(), String> {
    let least = function.params.iter().filter(|param| param.arity != Arity::Optional).count();
    let many = function.params.last().is_some_and(|param| param.arity == Arity::Many);
    if values.len() < least || (values.len() > function.params.len() && !many) {
        return Err(format!("{} does not take {} arguments", function.name, values.len()));
    }
    for (index, (value, ty)) in values.iter().zip(types).enumerate() {
        let param = &function.params[index.min(function.params.len() - 1)];
        if !param.takes.take(value) {
            return Err(format!("{}: `{}` must be {}, not {}", function.name, param.name, param.takes, value.kind()));
        }
        assert!(
            value.is_null() || ty.nullable || param.takes.take_base(&ty.base),
            "{}: {} of type {ty} is refused",
            function.name,
            value.kind()
        );
    }
    Ok(())
}

/// Whether a value is what a type promises.
pub(super) fn conforms(value: &Value, ty: &Type) -> bool {
    match (&ty.base, value) {
        (Base::Any, _) => true,
        (_, Value::Null) => ty.nullable || ty.base == Base::Null,
        (Base::Bool, Value::Bool(_))
        | (Base::Int, Value::Int(_))
        | (Base::Decimal, Value::Int(_) | Value::Decimal(_))
        | (Base::Text, Value::Text(_))
        | (Base::Date, Value::Date(_))
        | (Base::Instant, Value::Instant(_))
        | (Base::Duration, Value::Duration(_)) => true,
        (Base::Enum(spec), Value::Text(text)) => spec.values.iter().any(|word| **word == **text),
        (Base::Money(currency), Value::Money(money)) => currency.is_none_or(|currency| currency == money.currency),
        (Base::List(item), Value::List(items)) => items.iter().all(|value| conforms(value, item)),
        (Base::Object(spec), Value::Object(object)) => {
            spec.fields.iter().all(|field| match object.get(&field.name) {
                Some(value) => conforms(value, &field.ty),
                None => field.ty.nullable,
            }) && (spec.open || object.iter().all(|(name, _)| spec.field(name).is_some()))
        }
        _ => false,
    }
}
