//! Named values in order. Objects of one shape share their names, so that building one, copying one and finding a field
//! whose place is known never touches a name.

use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

use super::{Text, Value};

/// The names of an object's fields, in order.
pub type Names = Arc<Vec<Text>>;

/// Named values in the order in which they were set. Objects of flows have few fields, so a search along them beats a
/// hash; [`super::json`] refuses objects so large that it would not.
#[derive(Clone, Default)]
pub struct Object {
    names: Names,
    values: SmallVec<[Value; 4]>,
    flat: bool,
}

impl Object {
    /// An object without fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An object of a known shape: the values of these names, in their order. Names without a value, and values without
    /// a name, are left out.
    #[must_use]
    pub fn shaped(names: &Names, values: SmallVec<[Value; 4]>) -> Self {
        if names.len() == values.len() {
            return Self { names: Arc::clone(names), values, flat: false };
        }
        names.iter().cloned().zip(values).collect()
    }

    /// What was read of a document, with the paths at which it stood as names. Null may also mean that it is not there.
    #[must_use]
    pub fn flat(paths: &Names, values: SmallVec<[Value; 4]>) -> Self {
        Self { names: Arc::clone(paths), values, flat: true }
    }

    /// Whether its names are paths into the document that it was read from: see [`super::pick`].
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.flat
    }

    /// The field of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let at = self.names.iter().position(|field| field == name)?;
        self.values.get(at)
    }

    /// Where the field of that name stands; it is looked for from `near` on.
    #[must_use]
    pub fn place(&self, name: &Text, near: usize) -> Option<usize> {
        if self.names.get(near) == Some(name) {
            return Some(near);
        }
        let (before, behind) = self.names.split_at_checked(near).unwrap_or((&self.names, &[]));
        let found = behind.iter().position(|field| field == name).map(|at| at + near);
        found.or_else(|| before.iter().position(|field| field == name))
    }

    /// Sets a field: in its place if it is there, else at the end.
    pub fn set(&mut self, name: impl Into<Text>, value: Value) {
        let name = name.into();
        match self.names.iter().position(|field| *field == name).and_then(|at| self.values.get_mut(at)) {
            Some(old) => *old = value,
            None => self.push(name, value),
        }
    }

    /// Adds a field that is known not to be there yet.
    pub fn push(&mut self, name: impl Into<Text>, value: Value) {
        Arc::make_mut(&mut self.names).push(name.into());
        self.values.push(value);
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.names.iter().position(|field| field == name)?;
        Arc::make_mut(&mut self.names).remove(at);
        Some(self.values.remove(at))
    }

    /// The fields in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Value)> {
        self.names.iter().zip(self.values.iter())
    }

    /// The names of its fields, which other objects may share.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The values of its fields, in the order of the names.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl PartialEq for Object {
    /// The same fields in the same order.
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names && self.values == other.values
    }
}

impl<N: Into<Text>> FromIterator<(N, Value)> for Object {
    fn from_iter<T: IntoIterator<Item = (N, Value)>>(iter: T) -> Self {
        let mut object = Object::new();
        for (name, value) in iter {
            object.set(name, value);
        }
        object
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
