//! The entities of a described system, and the calls that read, find and write them.

use std::sync::Arc;
use std::time::Duration;

use super::super::read::{Fields, Item};
use super::schema::{self, Types, titled};
use super::{header_name, is_name, way};
use crate::catalog::described::{FindCall, Joined, Pages, Part, ReadCall, Template, WriteCall, kept, kept_names};
use crate::catalog::{
    Base, EntitySpec, FilterSpec, Idempotency, LookupSpec, ObjectSpec, OperationSpec, Rate, SourceSpec, WriteSpec,
};

/// What is known of all entities.
#[derive(Default)]
pub(super) struct Calls {
    pub(super) entities: Vec<EntitySpec>,
    pub(super) operations: Vec<OperationSpec>,
    pub(super) reads: Vec<ReadCall>,
    pub(super) finds: Vec<FindCall>,
    pub(super) writes: Vec<WriteCall>,
}

impl Calls {
    pub(super) fn read(item: &Item<'_>, types: &Types) -> Self {
        let mut calls = Self::default();
        for (name, item) in item.entries().iter().flat_map(Fields::iter) {
            if is_name(name) {
                calls.entity(item, kept(name), types);
            } else {
                item.wrong("is no name for an entity: small letters, digits and _, as in deliveries");
            }
        }
        if calls.entities.is_empty() {
            item.wrong("must have at least one entity");
        }
        calls
    }

    fn entity(&mut self, item: &Item<'_>, name: &'static str, types: &Types) -> Option<()> {
        let fields = item.fields(&["find", "read", "record", "summary", "writes"])?;
        let summary = fields.get("summary").and_then(Item::text).map(kept).unwrap_or_default();
        let Some(record) = fields.get("record") else {
            item.wrong("must say in `record` which fields it has");
            return None;
        };
        let record = Arc::new(schema::object(record, &titled(name), types, 0));
        let source = fields.get("read").and_then(|item| self.source(item, name, &record));
        let lookup = fields.get("find").and_then(|item| self.lookup(item, name, &record));
        let mut writes = Vec::new();
        for (verb, item) in fields.get("writes").and_then(Item::entries).iter().flat_map(Fields::iter) {
            writes.extend(self.write(item, name, verb, &record, lookup.as_ref(), types));
        }
        writes.sort_by_key(|write| write.verb);
        if source.is_none() && lookup.is_none() && writes.is_empty() {
            item.wrong("can neither be read nor found nor written: it needs `read`, `find` or `writes`");
        }
        self.entities.push(EntitySpec { name, summary, source, lookup, writes });
        Some(())
    }

    fn source(&mut self, item: &Item<'_>, entity: &'static str, record: &Arc<ObjectSpec>) -> Option<SourceSpec> {
        let fields =
            item.fields(&["filters", "get", "key", "limit", "one", "pages", "records", "since", "size", "stamp"])?;
        let path = address(item, &fields, "get", &[])?;
        let key = named(item, &fields, "key", record)?;
        let stamp = match fields.get("stamp") {
            Some(_) => Some(named(item, &fields, "stamp", record)?),
            None => None,
        };
        let (mut filters, mut joined) = (Vec::new(), Vec::new());
        for (name, item) in fields.get("filters").and_then(Item::entries).iter().flat_map(Fields::iter) {
            let Some(inner) = item.fields(&["many", "query"]) else { continue };
            let Some(field) = record.field(name) else {
                item.wrong("is no field of `record`");
                continue;
            };
            let query = inner.get("query").and_then(Item::text).unwrap_or(name).to_owned();
            let how = many(inner.get("many"), query);
            let many = !matches!(how, Joined::One(_));
            let value = crate::catalog::Type { nullable: false, ..field.ty.clone() };
            filters.push(FilterSpec { name: kept(name), value, many });
            joined.push((name.clone(), how));
        }
        let size = match fields.get("size").and_then(Item::entries) {
            Some(entries) => entries
                .iter()
                .next()
                .and_then(|(query, item)| Some((query.clone(), usize::try_from(item.count(1, 10_000)?).ok()?))),
            None => None,
        };
        let pages = match fields.get("pages") {
            Some(item) => pages(item)?,
            None => Pages::One,
        };
        let operation = kept(&format!("{entity}.list"));
        self.operation(operation, "GET", &path, &fields, size.as_ref().map_or(1, |(_, size)| *size));
        let fetch = match fields.get("one") {
            Some(item) => {
                let operation = kept(&format!("{entity}.get"));
                let path = template(item, &[key])?;
                self.operation(operation, "GET", &path, &fields, 1);
                let records = Vec::new();
                self.finds.push(FindCall { entity, key, operation, path, joined: None, most: 1, records });
                Some(operation)
            }
            None => None,
        };
        self.reads.push(ReadCall {
            entity,
            operation,
            path,
            records: fields.get("records").map(way).unwrap_or_default(),
            since: fields.get("since").and_then(Item::text).map(str::to_owned),
            filters: joined,
            pages,
            size,
        });
        let record = Arc::clone(record);
        Some(SourceSpec { record, key, stamp, events: Vec::new(), filters, operation, fetch, columns: false })
    }

    fn lookup(&mut self, item: &Item<'_>, entity: &'static str, record: &Arc<ObjectSpec>) -> Option<LookupSpec> {
        let operation = kept(&format!("{entity}.find"));
        let (mut keys, mut batch, mut told) = (Vec::new(), 1, None);
        for (key, item) in item.entries()?.iter() {
            let Some(fields) = item.fields(&["get", "limit", "many", "most", "query", "records"]) else { continue };
            if record.field(key).is_none() {
                item.wrong("is no field of `record`, so nothing can be found by it");
                continue;
            }
            let Some(path) = address(item, &fields, "get", &[key]) else { continue };
            let in_path = path.parts.iter().any(|part| matches!(part, Part::Field(_)));
            let joined = match fields.get("query").and_then(Item::text) {
                Some(query) => Some(many(fields.get("many"), query.to_owned())),
                None if in_path => None,
                None => {
                    item.wrong(format!("must have the value in its path, as in {{{key}}}, or in a `query` parameter"));
                    continue;
                }
            };
            let several = joined.as_ref().is_some_and(|joined| !matches!(joined, Joined::One(_)));
            let most = fields.get("most").and_then(|item| item.count(1, 1000)).unwrap_or(if several { 50 } else { 1 });
            let most = if several { usize::try_from(most).unwrap_or(1) } else { 1 };
            batch = batch.max(most);
            let key = kept(key);
            keys.push(key);
            told.get_or_insert((path.clone(), fields.get("limit").and_then(limit)));
            let records = fields.get("records").map(way).unwrap_or_default();
            self.finds.push(FindCall { entity, key, operation, path, joined, most, records });
        }
        let (path, limit) = told?;
        let rate = limit.map(|(calls, per)| Rate::of(calls, per));
        self.operations.push(OperationSpec { name: operation, path: kept(&shown("GET", &path)), rate, batch });
        Some(LookupSpec { record: Arc::clone(record), keys, operation })
    }

    fn write(
        &mut self,
        item: &Item<'_>,
        entity: &'static str,
        verb: &str,
        record: &Arc<ObjectSpec>,
        lookup: Option<&LookupSpec>,
        types: &Types,
    ) -> Option<WriteSpec> {
        if !is_name(verb) {
            item.wrong("is no verb: create, upsert, update, delete, or the name of an action");
            return None;
        }
        let fields =
            item.fields(&["answer", "delete", "input", "inside", "limit", "output", "patch", "post", "put", "repeat"])?;
        let given: Vec<&str> =
            ["delete", "patch", "post", "put"].into_iter().filter(|name| fields.get(name).is_some()).collect();
        let [method] = given.as_slice() else {
            item.wrong("must have one of post, put, patch and delete, with the path");
            return None;
        };
        let input = match fields.get("input") {
            Some(item) => Arc::new(schema::object(item, &format!("{}{}", titled(entity), titled(verb)), types, 0)),
            None => Arc::clone(record),
        };
        let output = match fields.get("output") {
            Some(item) => {
                Arc::new(schema::object(item, &format!("{}{}Answer", titled(entity), titled(verb)), types, 0))
            }
            None => Arc::clone(record),
        };
        let known: Vec<&str> =
            input.fields.iter().filter(|field| !field.ty.nullable).map(|field| field.name.as_str()).collect();
        let path = address(item, &fields, method, &known)?;
        let method = kept(&method.to_ascii_uppercase());
        let verb = kept(verb);
        let operation = kept(&format!("{entity}.{verb}"));
        self.operation(operation, method, &path, &fields, 1);
        let Some(told) = fields.get("repeat") else {
            item.wrong(
                "must say in `repeat` how a write is settled whose outcome is not known: { key: HEADER }, \
                 { natural_key: [field] }, { read_back: field } or none",
            );
            return None;
        };
        let repeat = repeat(told, &input, lookup)?;
        self.writes.push(WriteCall {
            entity,
            verb,
            operation,
            method,
            path,
            inside: fields.get("inside").and_then(Item::text).map(str::to_owned),
            answer: fields.get("answer").map(way).unwrap_or_default(),
            key_header: repeat.key_header,
            read_back: repeat.read_back,
        });
        let (idempotency, natural_key) = (repeat.idempotency, repeat.natural_key);
        Some(WriteSpec { verb, input, output, operation, idempotency, natural_key, bulk: None })
    }

    fn operation(&mut self, name: &'static str, method: &str, path: &Template, fields: &Fields<'_>, batch: usize) {
        let rate = fields.get("limit").and_then(limit).map(|(calls, per)| Rate::of(calls, per));
        self.operations.push(OperationSpec { name, path: kept(&shown(method, path)), rate, batch });
    }
}

/// How a write is settled whose outcome is not known.
struct Repeat {
    idempotency: Idempotency,
    natural_key: &'static [&'static str],
    key_header: Option<&'static str>,
    read_back: Option<&'static str>,
}

fn repeat(item: &Item<'_>, input: &ObjectSpec, lookup: Option<&LookupSpec>) -> Option<Repeat> {
    let none = Repeat { idempotency: Idempotency::None, natural_key: &[], key_header: None, read_back: None };
    if !item.is_block() {
        if item.text()? != "none" {
            item.wrong("must be { key: HEADER }, { natural_key: [field] }, { read_back: field } or none");
            return None;
        }
        return Some(none);
    }
    let fields = item.fields(&["key", "natural_key", "read_back"])?;
    let mut names: Vec<&'static str> = Vec::new();
    for name in fields.get("natural_key").and_then(Item::words).unwrap_or_default() {
        match input.field(&name) {
            Some(_) => names.push(kept(&name)),
            None => item.wrong(format!("`{name}` is no field of what is written")),
        }
    }
    let key_header = fields.get("key").and_then(header_name);
    let read_back = match fields.get("read_back") {
        Some(item) => {
            let name = item.text()?;
            if !lookup.is_some_and(|lookup| lookup.keys.contains(&name)) {
                item.wrong("nothing can be found by it: it must stand under `find`");
            }
            if input.field(name).is_none() {
                item.wrong("it is no field of what is written");
            }
            Some(kept(name))
        }
        None => None,
    };
    let idempotency = match (key_header, read_back, names.is_empty()) {
        (Some(_), _, _) => Idempotency::Key,
        (None, None, false) => Idempotency::NaturalKey,
        (None, Some(_), _) => Idempotency::ReadBack,
        (None, None, true) => {
            item.wrong("must have a key, a natural_key or a read_back");
            return None;
        }
    };
    if names.is_empty() {
        names.extend(read_back);
    }
    Some(Repeat { idempotency, natural_key: kept_names(&names), key_header, read_back })
}

fn pages(item: &Item<'_>) -> Option<Pages> {
    if !item.is_block() {
        return match item.text()? {
            "one" => Some(Pages::One),
            "link" => Some(Pages::Link),
            _ => {
                item.wrong("must be one, link, { cursor: QUERY, next: PATH }, { number: QUERY }, { offset: QUERY } or { next_url: PATH }");
                None
            }
        };
    }
    let fields = item.fields(&["cursor", "first", "next", "next_url", "number", "offset"])?;
    let text = |name: &str| fields.get(name).and_then(Item::text).map(str::to_owned);
    let styles = ["cursor", "number", "offset", "next_url"].iter().filter(|name| fields.get(name).is_some()).count();
    if styles != 1 {
        item.wrong("must have one of cursor, number, offset and next_url");
        return None;
    }
    if let Some(query) = text("cursor") {
        let Some(next) = fields.get("next") else {
            item.wrong("must say with `next` where an answer holds the cursor for the next page");
            return None;
        };
        return Some(Pages::Cursor { query, next: way(next) });
    }
    if let Some(query) = text("number") {
        let first = fields.get("first").map_or(Some(1), |item| item.count(0, 1))?;
        return Some(Pages::Number { query, first });
    }
    if let Some(query) = text("offset") {
        return Some(Pages::Offset { query });
    }
    fields.get("next_url").map(|item| Pages::NextUrl { next: way(item) })
}

fn many(item: Option<&Item<'_>>, query: String) -> Joined {
    match item.map(|item| (item, item.text())) {
        None => Joined::One(query),
        Some((_, Some("comma"))) => Joined::Comma(query),
        Some((_, Some("repeat"))) => Joined::Repeat(query),
        Some((item, _)) => {
            item.wrong("must be comma or repeat");
            Joined::One(query)
        }
    }
}

/// A field of the record that is named.
fn named(item: &Item<'_>, fields: &Fields<'_>, name: &str, record: &ObjectSpec) -> Option<&'static str> {
    let Some(told) = fields.get(name) else {
        item.wrong(format!("must say with `{name}` which field that is"));
        return None;
    };
    let text = told.text()?;
    match record.field(text) {
        None => {
            told.wrong("is no field of `record`");
            None
        }
        Some(field) if name == "key" && (field.ty.nullable || !matches!(field.ty.base, Base::Text | Base::Int)) => {
            told.wrong("a key is text or a whole number, and always there");
            None
        }
        Some(field) if name == "stamp" && field.ty.base != Base::Instant => {
            told.wrong("a stamp is an instant");
            None
        }
        Some(_) => Some(kept(text)),
    }
}

fn address(item: &Item<'_>, fields: &Fields<'_>, name: &str, known: &[&str]) -> Option<Template> {
    match fields.get(name) {
        Some(path) => template(path, known),
        None => {
            item.wrong(format!("must say with `{name}` where"));
            None
        }
    }
}

/// A path such as `/v1/orders/{id}?expand=lines`; `known` are the fields that may stand in it.
pub(super) fn template(item: &Item<'_>, known: &[&str]) -> Option<Template> {
    let text = item.text()?;
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let Some(path) = path.strip_prefix('/') else {
        item.wrong("must be a path that begins with `/`; the address is set by the environment");
        return None;
    };
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let field = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        match field {
            Some(field) if known.contains(&field) => parts.push(Part::Field(field.to_owned())),
            Some(field) => {
                item.wrong(match known.is_empty() {
                    true => format!("`{{{field}}}`: nothing is known that could stand here"),
                    false => format!("`{{{field}}}` is none of {}, which are always there", known.join(", ")),
                });
                return None;
            }
            None if part.contains(['{', '}']) || matches!(part, "." | "..") => {
                item.wrong("a value takes a whole part of the path: /orders/{id}");
                return None;
            }
            None => parts.push(Part::Fixed(part.to_owned())),
        }
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    });
    Some(Template { parts, query: pairs.collect() })
}

fn shown(method: &str, path: &Template) -> String {
    let parts: String = path
        .parts
        .iter()
        .map(|part| match part {
            Part::Fixed(text) => format!("/{text}"),
            Part::Field(name) => format!("/{{{name}}}"),
        })
        .collect();
    format!("{method} {}", if parts.is_empty() { "/" } else { &parts })
}

/// So many calls in so long: `10/1s`.
pub(super) fn limit(item: &Item<'_>) -> Option<(usize, Duration)> {
    let text = item.text()?;
    if text == "off" {
        return None;
    }
    let read = text.split_once('/').and_then(|(calls, per)| {
        let calls = calls.trim().parse().ok().filter(|calls| (1..=1_000_000).contains(calls))?;
        Some((calls, super::super::duration(per.trim())?))
    });
    if read.is_none() {
        item.wrong("must be calls in a length of time, as in 60/60s");
    }
    read
}
