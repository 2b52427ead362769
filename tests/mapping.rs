//! `map` takes short cuts: it reads only what a flow reads, keeps that in rows, and writes payloads as text at once. What it
//! says must be what the plain way says, to the byte: for the records of the flows' own tests, and for each of them with
//! a field taken away, set to null or made something else.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/flows.rs"]
mod flows;

use std::sync::Arc;

use flowrun::plan::{Next, Plan};
use flowrun::rehearse::mapper::Mapper;
use flowrun::rehearse::{Mocks, rehearse};
use flowrun::value::{Object, Value, json};

/// What becomes of a record the plain way: the lines, or why there are none.
fn plainly(plan: &Plan, record: &Value, params: &Arc<[Value]>, mocks: &Mocks) -> Result<String, String> {
    let done = rehearse(plan, record.clone(), Arc::clone(params), mocks);
    let key = done.key.map_err(|error| format!("{:?} {}", error.at, error.message))?;
    if let Next::Rejected(error) = &done.end {
        return Err(format!("{:?} {}", error.at, error.message));
    }
    let mut lines = String::new();
    for write in &done.writes {
        let target = &plan.targets[write.target];
        let text = |text: String| json::to_string(&Value::from(text));
        lines.push_str(&format!(
            "{{\"key\":{},\"target\":{},\"step\":{},\"operation\":{},\"payload\":{}}}\n",
            text(key.clone()),
            text(format!("{}.{}", target.connector, target.entity)),
            text(format!("{}{}", target.name, write.item)),
            text(target.verb.clone()),
            json::to_string(&write.payload)
        ));
    }
    Ok(lines)
}

fn shortly(mapper: &mut Mapper<'_>, record: &Value) -> Result<String, String> {
    let (mut lines, mut refused) = (Vec::new(), Vec::new());
    mapper.line(json::to_string(record).as_bytes(), 1, &mut lines, &mut refused);
    match refused.pop() {
        Some(refused) => Err(format!("{:?} {}", refused.error.at, refused.error.message)),
        None => Ok(String::from_utf8(lines).unwrap()),
    }
}

/// The value with one part, counted through all levels, changed; nothing where it has not so many parts.
fn changed(value: &Value, part: &mut usize, change: &dyn Fn(&Value) -> Option<Value>) -> Option<Value> {
    match value {
        Value::Object(object) => {
            let mut out = Object::new();
            let mut done = false;
            for (name, inner) in object.iter() {
                if done {
                    out.set(name.clone(), inner.clone());
                    continue;
                }
                if *part == 0 {
                    done = true;
                    if let Some(other) = change(inner) {
                        out.set(name.clone(), other);
                    }
                    continue;
                }
                *part -= 1;
                let deeper = changed(inner, part, change);
                done = deeper.is_some();
                out.set(name.clone(), deeper.unwrap_or_else(|| inner.clone()));
            }
            done.then(|| Value::object(out))
        }
        Value::List(items) => {
            let mut out = items.to_vec();
            for item in &mut out {
                if let Some(deeper) = changed(item, part, change) {
                    *item = deeper;
                    return Some(Value::list(out));
                }
            }
            None
        }
        _ => None,
    }
}

#[test]
fn short_cuts_lead_to_the_same_place() {
    /// What a part of a record becomes; nothing where it is taken away.
    type Change<'c> = &'c dyn Fn(&Value) -> Option<Value>;
    let changes: [Change<'_>; 5] = [
        &|_| None,
        &|_| Some(Value::Null),
        &|_| Some(Value::text("x \"y\"")),
        &|old| Some(Value::list(vec![old.clone()])),
        &|old| Some(Value::object([("more", old.clone())].into_iter().collect())),
    ];
    let (mut compared, mut mapped) = (0, 0);
    let root = flows::root();
    let files = [root.join("flows"), root.join("tests/examples")].map(|folder| flows::files(&folder, "flow")).concat();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let Some(plan) = flows::compile(&text, path.parent().unwrap()).plan else { continue };
        if plan.group.is_some() {
            continue;
        }
        let params: Arc<[Value]> = plan.params.iter().map(|param| param.default.clone().unwrap_or_default()).collect();
        let mocks = Mocks::default();
        // One mapper for all, so that it has to unlearn what it learned.
        let mut mapper = Mapper::new(&plan, Arc::clone(&params), &mocks);
        let mut check = |record: &Value| {
            let plain = plainly(&plan, record, &params, &mocks);
            assert_eq!(shortly(&mut mapper, record), plain, "{} of {}", json::to_string(record), path.display());
            compared += 1;
            mapped += usize::from(plain.is_ok_and(|lines| !lines.is_empty()));
        };
        // Of a table test the record stands once for each row.
        let mut records: Vec<&Value> = plan.tests.iter().map(|test| &test.record).collect();
        records.dedup();
        for (index, record) in records.iter().enumerate().filter(|(_, record)| record.as_object().is_some()) {
            check(record);
            for (number, change) in changes.iter().enumerate() {
                // Every part of some records, and some parts of every record.
                let stride = if index % 8 == number { 1 } else { 7 };
                let parts = (index % stride..).step_by(stride);
                for other in parts.map_while(|part| changed(record, &mut part.clone(), change)) {
                    check(&other);
                }
            }
        }
    }
    assert!(compared > 2_000 && mapped > 500, "{compared} compared, {mapped} of them mapped");
}
