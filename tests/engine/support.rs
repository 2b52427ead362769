//! A remote that keeps what it is given and fails when told to, a small flow, and a bench that runs one over the other.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use flowrun::catalog::{Base, EnumSpec, Field, Idempotency, ObjectSpec, Type};
use flowrun::clock::{Clock, HandClock};
use flowrun::connectors::{
    Connection, Connector, ConnectorError, ErrorKind, Fetch, Page, ReadRequest, Record, WriteAnswer, WriteRequest,
};
use flowrun::diag::{Source, Span};
use flowrun::engine::{self, Deps, Event, RunConfig, RunReport, Shared};
use flowrun::plan::expr::{Access, Comparison, Expr, Node, PathStep};
use flowrun::plan::mask::Mask;
use flowrun::plan::table::Fold;
use flowrun::plan::{
    Facts, LookupKind, LookupPlan, Once, Otherwise, Plan, RetryPolicy, SourcePlan, Step, Table, TargetPlan, Trigger,
};
use flowrun::store::memory::MemoryStore;
use flowrun::store::records::Entry;
use flowrun::store::seal::Sealer;
use flowrun::store::{CursorEntry, Store, key};
use flowrun::value::{Value, json};
use jiff::Timestamp;
use tokio::sync::mpsc;

/// A way to fail.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// It did not happen.
    Before(ErrorKind),
    /// It happened, and the answer was lost.
    After(ErrorKind),
    /// It happened, and no answer ever comes.
    Hang,
    /// No fault.
    None,
}

#[derive(Default)]
struct State {
    source: Vec<Value>,
    rows: HashMap<(String, String), Value>,
    /// By entity and what names the document.
    documents: BTreeMap<(String, String), Value>,
    answers: HashMap<String, Value>,
    /// Every write that took effect, with its idempotency key.
    made: Vec<(String, Value, String)>,
    /// Every write that was asked for.
    asked: Vec<WriteRequest>,
    fetched: Vec<Vec<Value>>,
    reads: usize,
    probes: usize,
    faults: VecDeque<Fault>,
    down_until: Option<Timestamp>,
    poison: Option<(String, ErrorKind)>,
    auth: bool,
    nowhere: bool,
    rate: Option<(u64, f64)>,
    in_flight: usize,
    most_in_flight: usize,
    together: Vec<usize>,
}

/// A remote that keeps everything.
pub(crate) struct Remote {
    clock: Arc<HandClock>,
    page: usize,
    state: Mutex<State>,
    /// Told when a call hangs.
    pub(crate) hung: tokio::sync::Notify,
}

impl Remote {
    fn new(clock: Arc<HandClock>) -> Arc<Self> {
        Arc::new(Self { clock, page: 10, state: Mutex::default(), hung: tokio::sync::Notify::new() })
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// The next calls to write fail so.
    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.with(|state| state.faults.extend(faults));
    }
    /// It does not answer until then.
    pub(crate) fn down_for(&self, time: Duration) {
        let until = flowrun::clock::after(self.clock.now(), time);
        self.with(|state| state.down_until = Some(until));
    }
    /// Writes whose payload has this text fail.
    pub(crate) fn poison(&self, text: &str, kind: ErrorKind) {
        self.with(|state| state.poison = Some((text.into(), kind)));
    }
    /// Nothing is poison any more.
    pub(crate) fn cure(&self) {
        self.with(|state| state.poison = None);
    }
    /// The login is refused, or taken again.
    pub(crate) fn refuse_login(&self, refuse: bool) {
        self.with(|state| state.auth = refuse);
    }
    /// It has no such place to look things up.
    pub(crate) fn lose_lookups(&self) {
        self.with(|state| state.nowhere = true);
    }
    /// This part of all calls fails, half of them after they took effect.
    pub(crate) fn fail_at_random(&self, rate: f64, seed: u64) {
        self.with(|state| state.rate = Some((seed, rate)));
    }
    /// What is to be found by a lookup.
    pub(crate) fn row(&self, entity: &str, key: &str, row: &str) {
        self.with(|state| state.rows.insert((entity.into(), key.into()), parse(row)));
    }
    /// Adds records to the source.
    pub(crate) fn give(&self, records: impl IntoIterator<Item = Value>) {
        self.with(|state| state.source.extend(records));
    }
    /// Changes a record of the source where it stands.
    pub(crate) fn change(&self, at: usize, record: Value) {
        self.with(|state| state.source[at] = record);
    }
    /// Every write that took effect: entity and payload.
    pub(crate) fn made(&self) -> Vec<(String, Value)> {
        self.with(|state| state.made.iter().map(|(entity, payload, _)| (entity.clone(), payload.clone())).collect())
    }
    /// How many writes of an entity took effect.
    pub(crate) fn made_of(&self, entity: &str) -> usize {
        self.made().iter().filter(|(of, _)| of == entity).count()
    }
    /// Every write that was asked for.
    pub(crate) fn asked(&self) -> Vec<WriteRequest> {
        self.with(|state| state.asked.clone())
    }
    /// What it has in the end.
    pub(crate) fn documents(&self) -> BTreeMap<(String, String), String> {
        self.with(|state| {
            state.documents.iter().map(|(name, document)| (name.clone(), json::to_string(document))).collect()
        })
    }
    /// The values of each fetch.
    pub(crate) fn fetched(&self) -> Vec<Vec<Value>> {
        self.with(|state| state.fetched.clone())
    }
    pub(crate) fn reads(&self) -> usize {
        self.with(|state| state.reads)
    }
    pub(crate) fn probes(&self) -> usize {
        self.with(|state| state.probes)
    }
    /// How many writes each batch had.
    pub(crate) fn together(&self) -> Vec<usize> {
        self.with(|state| state.together.clone())
    }
    pub(crate) fn most_in_flight(&self) -> usize {
        self.with(|state| state.most_in_flight)
    }

    fn trouble(&self) -> Result<Option<Fault>, ConnectorError> {
        self.with(|state| {
            if state.auth {
                return Err(ConnectorError::new(ErrorKind::Auth, "the login was refused"));
            }
            if state.down_until.is_some_and(|until| self.clock.now() < until) {
                return Err(ConnectorError::new(ErrorKind::Unreachable, "no answer"));
            }
            if let Some((seed, rate)) = &mut state.rate {
                *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let roll = (*seed >> 33) as f64 / f64::from(u32::MAX >> 1);
                if roll < *rate / 2.0 {
                    return Err(ConnectorError::new(ErrorKind::Transient, "503"));
                }
                if roll < *rate {
                    return Ok(Some(Fault::After(ErrorKind::Unreachable)));
                }
            }
            Ok(None)
        })
    }
}

#[async_trait]
impl Connector for Remote {
    async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        self.with(|state| state.reads += 1);
        if let Some(Fault::After(kind)) = self.trouble()? {
            return Err(ConnectorError::new(kind, "cut"));
        }
        let from: usize = request.position.as_ref().map_or(0, |position| position.parse().unwrap());
        self.with(|state| {
            let to = (from + self.page).min(state.source.len());
            let records = state.source[from..to].iter().map(|value| Record { value: value.clone() }).collect();
            Ok(Page { records, next: to.to_string(), drained: to == state.source.len() })
        })
    }

    async fn fetch(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        let fault = self.trouble()?;
        tokio::task::yield_now().await;
        self.with(|state| state.fetched.push(request.values.clone()));
        if let Some(Fault::After(kind)) = fault {
            return Err(ConnectorError::new(kind, "cut"));
        }
        if self.with(|state| state.nowhere) {
            return Err(ConnectorError::new(ErrorKind::NotFound, "there is no such address"));
        }
        let find = |value: &Value| {
            self.with(|state| state.rows.get(&(request.entity.clone(), value.display())).cloned().unwrap_or_default())
        };
        Ok(request.values.iter().map(find).collect())
    }

    async fn write(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        let random = self.trouble();
        let fault = self.with(|state| {
            state.asked.push(request.clone());
            state.in_flight += 1;
            state.most_in_flight = state.most_in_flight.max(state.in_flight);
            state.faults.pop_front()
        });
        tokio::task::yield_now().await;
        self.with(|state| state.in_flight -= 1);
        let fault = match (fault, random?) {
            (Some(Fault::None) | None, Some(random)) => Some(random),
            (fault, _) => fault,
        };
        let error = |kind| Err(ConnectorError { status: Some(500), ..ConnectorError::new(kind, "no luck") });
        if let Some(Fault::Before(kind)) = fault {
            return error(kind);
        }
        let text = json::to_string(&request.payload);
        if let Some((poison, kind)) = self.with(|state| state.poison.clone())
            && text.contains(&poison)
        {
            if matches!(fault, Some(Fault::Hang)) {
                self.hung.notify_one();
                std::future::pending::<()>().await;
            }
            return error(kind);
        }
        let answer = self.with(|state| {
            if let Some(answer) = state.answers.get(&request.idempotency_key) {
                return answer.clone();
            }
            let name = request.payload.get("ref").map_or_else(|| request.idempotency_key.clone(), Value::display);
            let id = format!("{}/{name}", request.entity);
            let answer = parse(&format!(r#"{{"id":"{id}","secret":"not kept","total":1}}"#));
            state.documents.insert((request.entity.clone(), name), request.payload.clone());
            state.made.push((request.entity.clone(), request.payload.clone(), request.idempotency_key.clone()));
            state.answers.insert(request.idempotency_key.clone(), answer.clone());
            answer
        });
        match fault {
            Some(Fault::After(kind)) => error(kind),
            Some(Fault::Hang) => {
                self.hung.notify_one();
                std::future::pending().await
            }
            _ => Ok(WriteAnswer { document: answer, request_id: Some("r-1".into()) }),
        }
    }

    async fn write_many(&self, requests: &[WriteRequest]) -> Vec<Result<WriteAnswer, ConnectorError>> {
        self.with(|state| state.together.push(requests.len()));
        let mut answers = Vec::new();
        for request in requests {
            answers.push(self.write(request).await);
        }
        answers
    }

    async fn probe(&self) -> Result<(), ConnectorError> {
        self.with(|state| state.probes += 1);
        self.trouble().map(drop)
    }
}

pub(crate) fn parse(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap()
}

/// An order: its id, its buyer, its total, and the second at which it changed.
pub(crate) fn order(id: &str, buyer: &str, total: i64, changed: i64) -> Value {
    let at = Timestamp::from_second(changed).unwrap();
    parse(&format!(r#"{{"id":"{id}","buyer":"{buyer}","total":{total},"changed":"{at}","noise":{changed}}}"#))
}

pub(crate) fn node(expr: Expr) -> Node {
    Node { expr, at: Span::new(0, 4), pii: false }
}

fn walk(base: Expr, names: &[&str]) -> Node {
    let steps = names.iter().map(|name| PathStep::new(Access::Field((*name).into()), false)).collect();
    node(Expr::Path { base: Box::new(node(base)), steps, read: None })
}

pub(crate) fn field(name: &str) -> Node {
    walk(Expr::Record, &[name])
}

pub(crate) fn object(fields: Vec<(&str, Node)>) -> Node {
    node(Expr::Object(fields.into_iter().map(|(name, node)| (name.into(), node)).collect()))
}

pub(crate) fn equals(left: Node, right: impl Into<Value>) -> Node {
    node(Expr::Compare(Comparison::Equal, Box::new(left), Box::new(node(Expr::Const(right.into())))))
}

pub(crate) fn lookup(id: usize, key: Node) -> Node {
    node(Expr::Lookup { lookup: id, keys: vec![key], otherwise: None })
}

/// The place of everything.
pub(crate) fn node_at() -> Span {
    Span::new(0, 4)
}

/// A lookup that gives an empty list where it finds nothing.
pub(crate) fn lookup_or_none(id: usize, key: Node) -> Node {
    let otherwise = Some(Box::new(node(Expr::Const(Value::list(Vec::new())))));
    node(Expr::Lookup { lookup: id, keys: vec![key], otherwise })
}

fn open(name: &str) -> Arc<ObjectSpec> {
    Arc::new(ObjectSpec { name: name.into(), fields: Vec::new(), open: true })
}

fn answers(name: &str) -> Arc<ObjectSpec> {
    let word = EnumSpec { name: "state".into(), values: vec!["new".into()], open: true };
    let fields = vec![
        Field::required("id", Type::new(Base::Text)),
        Field::required("total", Type::new(Base::Int)),
        Field::optional("state", Type::new(Base::Enum(Arc::new(word)))),
    ];
    Arc::new(ObjectSpec { name: name.into(), fields, open: false })
}

pub(crate) fn target(entity: &str, payload: Node, slot: usize) -> TargetPlan {
    TargetPlan {
        name: entity.into(),
        connector: "erp".into(),
        entity: entity.into(),
        verb: "upsert".into(),
        operation: format!("put_{entity}"),
        payload,
        mask: Mask::default(),
        input: open(entity),
        output: answers(entity),
        slot,
        keeps: vec!["id".into()],
        idempotency: Idempotency::Key,
        natural_key: &[],
        retry: None,
        batch: None,
        once: Once::AtMost,
        otherwise: Otherwise::DeadLetter,
        undo: None,
        at: Span::new(5, 9),
    }
}

/// An order makes a customer, whom it shares with other orders, and a sale of its own that names the customer. Orders
/// of nothing are skipped.
pub(crate) fn plan() -> Plan {
    let mut customers = target("customers", object(vec![("ref", field("buyer"))]), 0);
    customers.natural_key = &["ref"];
    let sale = vec![("ref", field("id")), ("customer", walk(Expr::Slot(0), &["id"])), ("total", field("total"))];
    let sales = target("sales", object(sale), 1);
    Plan {
        flow: "orders".into(),
        version: "v1".into(),
        source_text: Source::new("orders.flow", "flow orders\nsecond line\n"),
        source: SourcePlan {
            connector: "shop".into(),
            entity: "orders".into(),
            filters: Vec::new(),
            datasets: Vec::new(),
            triggers: vec![Trigger::Manual],
            since: None,
            holdback: None,
            again: Vec::new(),
            stamp: Some("changed"),
            record: open("order"),
            shape: flowrun::value::pick::Shape::whole(),
            reads: vec!["id".into(), "buyer".into(), "total".into()],
        },
        key: field("id"),
        lookups: Vec::new(),
        params: Vec::new(),
        steps: vec![
            Step::Skip { when: equals(field("total"), 0), because: Some(node(Expr::Const("nothing to pay".into()))) },
            Step::Target(0),
            Step::Target(1),
        ],
        targets: vec![customers, sales],
        slots: 2,
        retry: RetryPolicy::default(),
        alerts: Vec::new(),
        tests: Vec::new(),
        facts: Facts::default(),
        coverage: None,
        group: None,
    }
}

/// A lookup in the other system.
pub(crate) fn entity_lookup(name: &str, cache: Duration) -> LookupPlan {
    let kind = LookupKind::Entity {
        connector: "erp".into(),
        entity: name.into(),
        key: "code".into(),
        cache,
        record: open(name),
    };
    LookupPlan { name: name.into(), kind, at: Span::new(0, 4) }
}

/// A lookup in a table of the flow.
pub(crate) fn table_lookup(name: &str, rows: &[(&str, &str)]) -> LookupPlan {
    let mut table = Table::new("t.csv", vec!["a".into()], vec!["b".into()], Fold::default(), false);
    for (key, given) in rows {
        table.insert(vec![(*key).into()], vec![(*given).into()], 0).unwrap();
    }
    LookupPlan { name: name.into(), kind: LookupKind::Table(Arc::new(table)), at: Span::new(0, 4) }
}

/// All that a run needs.
pub(crate) struct Bench {
    pub(crate) clock: Arc<HandClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) shop: Arc<Remote>,
    pub(crate) erp: Arc<Remote>,
    pub(crate) deps: Deps,
    events: mpsc::UnboundedReceiver<Event>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(HandClock::new("2026-03-01T00:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::new());
        let (shop, erp) = (Remote::new(clock.clone()), Remote::new(clock.clone()));
        let (sender, events) = mpsc::unbounded_channel();
        let deps = Deps {
            store: store.clone(),
            connections: [("shop", shop.clone() as Connection), ("erp", erp.clone() as Connection)]
                .map(|(name, connection)| (name.to_owned(), connection))
                .into(),
            clock: clock.clone(),
            sealer: Arc::new(Sealer::from_key([7; 32])),
            params: Arc::from([]),
            environment: "test".into(),
            events: Some(sender),
            shared: Arc::new(Shared::default()),
        };
        Self { clock, store, shop, erp, deps, events }
    }

    /// With these records in the source.
    pub(crate) fn with(records: impl IntoIterator<Item = Value>) -> Self {
        let bench = Self::new();
        bench.shop.give(records);
        bench
    }

    pub(crate) fn config(&self) -> RunConfig {
        RunConfig::new(Timestamp::UNIX_EPOCH)
    }

    pub(crate) async fn run(&self, plan: Plan) -> RunReport {
        self.run_with(plan, self.config()).await
    }

    pub(crate) async fn run_with(&self, plan: Plan, config: RunConfig) -> RunReport {
        engine::run(Arc::new(plan), &self.deps, config).await
    }

    /// A new process over the same store and the same remotes.
    pub(crate) fn restart(&mut self) {
        self.store.revive();
        self.deps.shared = Arc::new(Shared::default());
    }

    pub(crate) fn cursor(&self) -> Option<String> {
        self.read::<CursorEntry>(&["orders"]).map(|cursor| cursor.position)
    }

    pub(crate) fn read<E: Entry>(&self, parts: &[&str]) -> Option<E> {
        flowrun::store::read(&*self.store, &key::join(parts)).unwrap()
    }

    pub(crate) fn count<E: Entry>(&self) -> usize {
        self.store.scan(E::TABLE, b"", None, usize::MAX).unwrap().len()
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}
