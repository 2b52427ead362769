//! A remote in memory, for tests of the engine: records to read, documents that were written, a log of all calls, and
//! faults on demand. It answers an idempotency key that it knows with the first answer, as TIMS does.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::contract::{
    Connector, ConnectorError, ErrorKind, Fetch, Page, ReadRequest, Record, WriteAnswer, WriteRequest,
};
use crate::catalog::{
    Base, ConnectorSpec, EntitySpec, Field, Idempotency, LookupSpec, ObjectSpec, OperationSpec, SourceSpec, Type,
    WriteSpec,
};
use crate::value::Value;

/// A fault in store for a write.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Fails, and has done nothing.
    Fail(ConnectorError),
    /// Fails, but has written.
    CommitThenFail(ConnectorError),
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq)]
pub enum Made {
    /// A page was read, from this position.
    Read(Option<String>),
    /// These values were looked up.
    Fetch(Vec<Value>),
    /// This was written, or tried.
    Write(WriteRequest),
}

/// The remote.
#[derive(Debug, Default)]
pub struct MemoryConnector {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    pages: Vec<Vec<Value>>,
    documents: BTreeMap<String, Value>,
    answered: HashMap<String, WriteAnswer>,
    write_faults: VecDeque<Fault>,
    read_faults: VecDeque<ConnectorError>,
    calls: Vec<Made>,
    commits: u64,
}

impl MemoryConnector {
    /// A remote with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The descriptor of the connector `memory`: the entity `things` with `id`, `name`, `amount` and `changed`.
    #[must_use]
    pub fn spec() -> ConnectorSpec {
        let thing = Arc::new(ObjectSpec {
            name: "Thing".to_owned(),
            fields: vec![
                Field::required("id", Type::new(Base::Text)).doc("What it is called"),
                Field::optional("name", Type::new(Base::Text)).pii().doc("Whose it is"),
                Field::optional("amount", Type::new(Base::Decimal)).as_text().doc("What it is worth"),
                Field::optional("changed", Type::new(Base::Instant)).doc("When it last changed"),
            ],
            open: true,
        });
        let write = |verb, idempotency, natural_key| WriteSpec {
            verb,
            input: Arc::clone(&thing),
            output: Arc::clone(&thing),
            operation: "write",
            idempotency,
            natural_key,
            bulk: None,
        };
        ConnectorSpec {
            name: "memory",
            summary: "A remote in memory, for tests",
            settings: Vec::new(),
            entities: vec![EntitySpec {
                name: "things",
                summary: "Things",
                source: Some(SourceSpec {
                    record: Arc::clone(&thing),
                    key: "id",
                    stamp: Some("changed"),
                    events: vec!["THING_CHANGE"],
                    filters: Vec::new(),
                    operation: "list",
                    fetch: Some("find"),
                    columns: false,
                }),
                lookup: Some(LookupSpec { record: Arc::clone(&thing), keys: vec!["id"], operation: "find" }),
                writes: vec![
                    write("create", Idempotency::Key, &[]),
                    write("delete", Idempotency::NaturalKey, &["id"]),
                    write("ping", Idempotency::None, &[]),
                    write("update", Idempotency::ReadBack, &["id"]),
                    write("upsert", Idempotency::NaturalKey, &["id"]),
                ],
            }],
            operations: vec![operation("find", 100), operation("list", 100), operation("write", 1)],
        }
    }

    /// Adds a page to read.
    pub fn push_page(&self, records: Vec<Value>) {
        self.lock().pages.push(records);
    }

    /// The next writes meet these faults, one each.
    pub fn fail_writes(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().write_faults.extend(faults);
    }

    /// The next reads and lookups meet these faults, one each.
    pub fn fail_reads(&self, faults: impl IntoIterator<Item = ConnectorError>) {
        self.lock().read_faults.extend(faults);
    }

    /// The documents, by id.
    #[must_use]
    pub fn documents(&self) -> BTreeMap<String, Value> {
        self.lock().documents.clone()
    }

    /// How many writes were carried out; answers from memory to a known idempotency key are none.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.lock().commits
    }

    /// All calls, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Made> {
        self.lock().calls.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn operation(name: &'static str, batch: usize) -> OperationSpec {
    OperationSpec { name, path: "", rate: None, batch }
}

#[async_trait]
impl Connector for MemoryConnector {
    async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        let mut state = self.lock();
        state.calls.push(Made::Read(request.position.clone()));
        if let Some(fault) = state.read_faults.pop_front() {
            return Err(fault);
        }
        let at: usize = request
            .position
            .as_deref()
            .unwrap_or("0")
            .parse()
            .map_err(|_| ConnectorError::new(ErrorKind::Bug, "the position is not one of this connector's"))?;
        let page = state.pages.get(at).cloned().unwrap_or_default();
        let next = (at + 1).min(state.pages.len());
        Ok(Page {
            records: page.into_iter().map(|value| Record { value }).collect(),
            next: next.to_string(),
            drained: next >= state.pages.len(),
        })
    }

    async fn fetch(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        let mut state = self.lock();
        state.calls.push(Made::Fetch(request.values.clone()));
        if let Some(fault) = state.read_faults.pop_front() {
            return Err(fault);
        }
        let source = state.pages.iter().flatten().rev();
        let in_source: Vec<&Value> = source.collect();
        let find = |value: &Value| {
            let id = value.display();
            let document = state.documents.get(&id);
            let record = || in_source.iter().find(|record| record.get("id") == Some(value)).copied();
            document.or_else(record).cloned().unwrap_or_default()
        };
        Ok(request.values.iter().map(find).collect())
    }

    async fn write(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        let mut state = self.lock();
        state.calls.push(Made::Write(request.clone()));
        let fault = match state.write_faults.pop_front() {
            Some(Fault::Fail(error)) => return Err(error),
            Some(Fault::CommitThenFail(error)) => Some(error),
            None => None,
        };
        let answer = match state.answered.get(&request.idempotency_key) {
            Some(answer) => answer.clone(),
            None => state.commit(request)?,
        };
        fault.map_or(Ok(answer), Err)
    }

    async fn probe(&self) -> Result<(), ConnectorError> {
        self.lock().read_faults.pop_front().map_or(Ok(()), Err)
    }
}

impl State {
    fn commit(&mut self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        let id = request
            .payload
            .get("id")
            .map(Value::display)
            .ok_or_else(|| ConnectorError::new(ErrorKind::Rejected, "a thing needs an `id`"))?;
        match request.verb.as_str() {
            "create" if self.documents.contains_key(&id) => {
                return Err(ConnectorError::new(ErrorKind::Conflict, "there is such a thing already"));
            }
            "update" | "delete" if !self.documents.contains_key(&id) => {
                return Err(ConnectorError::new(ErrorKind::NotFound, "there is no such thing"));
            }
            "delete" => {
                self.documents.remove(&id);
            }
            "ping" => {}
            _ => {
                self.documents.insert(id, request.payload.clone());
            }
        }
        self.commits += 1;
        let answer = WriteAnswer { document: request.payload.clone(), request_id: Some(self.commits.to_string()) };
        // A remote without memory for keys is what the other ways of settling a write are for.
        if request.verb == "create" {
            self.answered.insert(request.idempotency_key.clone(), answer.clone());
        }
        Ok(answer)
    }
}
