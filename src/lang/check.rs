//! Types to every expression, and everything that can be known to be wrong before running. What comes out is typed
//! and lowered to the expressions that run, but not yet put together.

mod access;
mod buyer;
mod case;
mod certain;
mod constant;
mod expression;
mod function;
mod group;
mod join;
mod joined;
mod lookup;
mod matching;
mod naming;
mod operator;
mod program;
mod query;
mod rows;
mod step;
mod target;
mod written;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use function::FunctionTyped;

use super::ast::{Expr, Name};
use super::resolve::{Binding, Resolved};
use super::unit::Unit;
use super::{Environment, Files, MAX_DEPTH};
use crate::catalog::{Base, Catalog, ObjectSpec, Type};
use crate::diag::{Code, Diagnostic, Source, Span};
use crate::plan::Table;
use crate::plan::{
    AlertPlan, Expr as Run, Facts, GroupPlan, LookupPlan, Node, ParamPlan, RetryPolicy, Slot, SourcePlan, Step,
    TargetPlan, TestPlan,
};

/// A flow that is known to be sound.
#[derive(Debug)]
pub struct Checked {
    /// Its name.
    pub flow: String,
    /// Where records come from.
    pub source: SourcePlan,
    /// What identifies a record.
    pub key: Node,
    /// The lookups.
    pub lookups: Vec<LookupPlan>,
    /// The parameters.
    pub params: Vec<ParamPlan>,
    /// How many records become one, where they do.
    pub group: Option<GroupPlan>,
    /// What is done with a record.
    pub steps: Vec<Step>,
    /// The targets.
    pub targets: Vec<TargetPlan>,
    /// How many slots a frame has.
    pub slots: usize,
    /// What to do when a target fails.
    pub retry: RetryPolicy,
    /// The alerts.
    pub alerts: Vec<AlertPlan>,
    /// The tests.
    pub tests: Vec<TestPlan>,
    /// What the flow reads, writes and calls.
    pub facts: Facts,
    /// Files that the flow uses.
    pub files: BTreeSet<String>,
}

/// Checks a file. Gives nothing where the file is too broken for a whole.
pub(super) fn check<'c>(
    unit: &'c Unit,
    resolved: &'c Resolved,
    catalog: &'c Catalog,
    files: &dyn Files,
    environment: &'c Environment,
    source: &mut Source,
    found: &'c mut Vec<Diagnostic>,
) -> Option<Checked> {
    let mut checker = Checker::new(resolved, catalog, found);
    checker.environment = environment;
    program::check(&mut checker, unit, files, source)
}

/// Checks an expression over a document of unknown shape. Gives it with the number of slots it needs.
pub(super) fn expression(
    expr: &Expr,
    resolved: &Resolved,
    catalog: &Catalog,
    found: &mut Vec<Diagnostic>,
) -> Option<(Node, usize)> {
    let mut checker = Checker::new(resolved, catalog, found);
    let typed = checker.expr(expr)?;
    Some((typed.node, checker.slot_count))
}

/// The type of an expression over a record of this shape.
pub(super) fn type_of(
    expr: &Expr,
    record: &Arc<ObjectSpec>,
    resolved: &Resolved,
    catalog: &Catalog,
    found: &mut Vec<Diagnostic>,
) -> Option<Type> {
    let mut checker = Checker::new(resolved, catalog, found);
    checker.record = Some(Arc::clone(record));
    checker.expr(expr).map(|typed| typed.ty)
}

/// An expression with its type.
struct Typed {
    node: Node,
    ty: Type,
    /// Where in the source's record it comes from, if it is a part of it: `orderItems[].product`.
    origin: Option<String>,
}

/// What is known while a flow is checked.
struct Checker<'c> {
    resolved: &'c Resolved,
    catalog: &'c Catalog,
    environment: &'c Environment,
    found: &'c mut Vec<Diagnostic>,
    /// What a record looks like; unknown for a lone expression.
    record: Option<Arc<ObjectSpec>>,
    /// Types and origins of the variables seen so far.
    slots: HashMap<Slot, (Type, Option<String>)>,
    lookups: Vec<Option<LookupTyped>>,
    params: Vec<ParamPlan>,
    /// Lookups in another system by buyer data.
    private_lookups: BTreeSet<String>,
    /// Fields of targets' answers that are read, by slot.
    answers: BTreeMap<Slot, BTreeSet<String>>,
    /// Fields of the record that are read.
    reads: BTreeSet<String>,
    /// Parts of the record that got a name, whatever is read of them.
    touched: BTreeSet<String>,
    datasets: BTreeSet<&'static str>,
    /// The flow's group, once it is passed.
    grouped: Option<Name>,
    /// The variables of before the group.
    behind: HashSet<Slot>,
    /// Where the fields of built objects are set, by the address of their spec.
    places: HashMap<usize, HashMap<String, Span>>,
    /// Keeps the specs alive whose addresses are keys of `places`.
    built: Vec<Arc<ObjectSpec>>,
    /// Users' own functions.
    functions: Vec<FunctionTyped<'c>>,
    /// How many slots there are, with those of the calls so far.
    slot_count: usize,
    /// Where the slots of the function begin whose body is checked; 0 outside of functions.
    base: Slot,
    /// The calls that are open.
    calls: Vec<Span>,
    /// How many expressions the calls so far have put in place of themselves.
    put: usize,
    /// How deep the expression is that is checked.
    depth: usize,
    /// Whether this is what a lookup gives for a miss, which may look nothing up.
    in_else: bool,
    /// How many `catch` are around what is checked: what fails there is no error.
    caught: usize,
}

/// A lookup as expressions see it.
struct LookupTyped {
    name: String,
    keys: usize,
    gives: Type,
    otherwise: Option<Expr>,
    /// `connector.entity`, for the fields read of it.
    entity: Option<String>,
    /// Whether it gives a list of all that fits.
    lists: bool,
    /// Its table, where it has one.
    table: Option<Arc<Table>>,
}

static NO_ENVIRONMENT: Environment =
    Environment { name: None, buyer_data_allowed: true, buyer_data_masked: false, parameters: BTreeMap::new() };

impl<'c> Checker<'c> {
    fn new(resolved: &'c Resolved, catalog: &'c Catalog, found: &'c mut Vec<Diagnostic>) -> Self {
        Self {
            resolved,
            catalog,
            environment: &NO_ENVIRONMENT,
            found,
            record: None,
            slots: HashMap::new(),
            lookups: Vec::new(),
            params: Vec::new(),
            private_lookups: BTreeSet::new(),
            answers: BTreeMap::new(),
            reads: BTreeSet::new(),
            touched: BTreeSet::new(),
            datasets: BTreeSet::new(),
            grouped: None,
            behind: HashSet::new(),
            places: HashMap::new(),
            built: Vec::new(),
            functions: Vec::new(),
            slot_count: resolved.slot_count,
            base: 0,
            calls: Vec::new(),
            put: 0,
            depth: 0,
            in_else: false,
            caught: 0,
        }
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn say_at(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::new(code, span, message).help(help));
    }

    /// Notes the type of a variable. A type that contains variables that contain variables can become larger than any
    /// record, and everything walks it.
    fn keep(&mut self, slot: Slot, ty: Type, origin: Option<String>, at: Span) -> Option<()> {
        let mut parts = MAX_TYPE;
        if !within(&ty, &mut parts, MAX_DEPTH) {
            let help = "build it from fewer parts that contain each other";
            self.say_at(Code::E102, at, format!("this has more than {MAX_TYPE} fields, or is nested too deep"), help);
            return None;
        }
        self.slots.insert(slot, (ty, origin));
        Some(())
    }

    fn binding(&self, at: Span) -> Option<Binding> {
        self.resolved.names.get(&at).map(|binding| self.here(*binding))
    }

    fn slot_at(&self, at: Span) -> Option<Slot> {
        self.resolved.slots.get(&at).map(|slot| slot + self.base)
    }

    /// A binding with the slot that it has in the function that is checked.
    fn here(&self, binding: Binding) -> Binding {
        match binding {
            Binding::Slot(slot) => Binding::Slot(slot + self.base),
            other => other,
        }
    }
}

/// How many fields the type of a variable may have, all levels together.
const MAX_TYPE: usize = 20_000;

fn within(ty: &Type, parts: &mut usize, depth: usize) -> bool {
    if *parts == 0 || depth == 0 {
        return false;
    }
    *parts -= 1;
    match &ty.base {
        Base::List(item) => within(item, parts, depth - 1),
        Base::Object(spec) => spec.fields.iter().all(|field| within(&field.ty, parts, depth - 1)),
        _ => true,
    }
}

fn typed(expr: Run, at: Span, ty: Type) -> Typed {
    let pii = ty.carries_pii();
    Typed { node: Node { expr, at, pii }, ty, origin: None }
}

fn text_type() -> Type {
    Type::new(Base::Text)
}
