//! The flow as it was written: declarations and expressions with their places, and nothing known about names.

mod walk;

use std::time::Duration;

use crate::diag::Span;
use crate::plan::expr::{Arithmetic, Comparison};
use crate::plan::{Once, Otherwise};
use crate::value::Value;

/// A word with its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A flow file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// Its declarations in order.
    pub items: Vec<Item>,
    /// Names of declarations that did not parse, so that their uses are no errors of their own.
    pub broken: Vec<Name>,
}

/// A declaration.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it declares.
    pub kind: ItemKind,
    /// Where.
    pub span: Span,
}

/// What a declaration declares.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "a file has few declarations")]
pub enum ItemKind {
    /// `flow name`
    Flow(Name),
    /// `source connector.entity { … }`
    Source(SourceItem),
    /// `key expr`
    Key(Expr),
    /// `use a, b from "…"`
    Use(UseItem),
    /// `function name(…) { … }`
    Function(FunctionItem),
    /// `lookup name = …`
    Lookup(LookupItem),
    /// `param name: type = default`
    Param {
        /// Its name.
        name: Name,
        /// Its type.
        ty: Name,
        /// Its default.
        default: Option<Expr>,
    },
    /// `group name by … { … }`
    Group(GroupItem),
    /// `on error retry …`
    OnError(Retry),
    /// `alert route when …`
    Alert {
        /// The route.
        route: Name,
        /// Measures and limits, in seconds for durations.
        conditions: Vec<(Name, i64)>,
    },
    /// `test "…" { … }`
    Test(TestItem),
    /// What is done with a record.
    Step(Step),
}

/// `source connector.entity { … }`
#[derive(Debug, Clone, Default)]
pub struct SourceItem {
    /// The connector.
    pub connector: Name,
    /// The entity.
    pub entity: Name,
    /// When to read.
    pub triggers: Vec<(Trigger, Span)>,
    /// The filter.
    pub filter: Option<Expr>,
    /// How far back the first read goes.
    pub since: Option<Duration>,
    /// How long a record is left alone after it changed.
    pub holdback: Option<(Duration, Span)>,
    /// After what times it is read again.
    pub again: Vec<(Duration, Span)>,
    /// The columns, where the source is a table that has no schema of its own.
    pub columns: Vec<Column>,
}

/// When to read a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// `event NAME`
    Event(Name),
    /// `every 15m`
    Every(Duration),
    /// `cron "…" in "zone"`
    Cron(String, Option<String>),
    /// `webhook "name"`
    Webhook(Name),
    /// `manual`
    Manual,
}

/// A column of a source that is a table: `amount: decimal?`.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Name,
    /// Whether its cells may be blank.
    pub blank: bool,
}

/// `group name by … { … }`
#[derive(Debug, Clone)]
pub struct GroupItem {
    /// What a group is called further down.
    pub name: Name,
    /// What makes a group and what is worked out of it.
    pub group: Grouping,
}

/// `by key = …, … where … { … }`
#[derive(Debug, Clone)]
pub struct Grouping {
    /// The keys: records with the same ones are one group.
    pub by: Vec<(Name, Expr)>,
    /// Which records.
    pub filter: Option<Expr>,
    /// What is worked out.
    pub fields: Vec<(Name, Aggregate)>,
    /// Where.
    pub span: Span,
}

/// What is worked out of a group.
#[derive(Debug, Clone)]
pub enum Aggregate {
    /// `sum(…) where …`
    Fold {
        /// The aggregate.
        name: Name,
        /// Its arguments.
        args: Vec<Expr>,
        /// Which records.
        filter: Option<Expr>,
        /// Where.
        span: Span,
    },
    /// `group by … { … }`
    Group(Grouping),
}

/// `use a, b as c from "…"`
#[derive(Debug, Clone)]
pub struct UseItem {
    /// The names taken, each with what it is called here where that is something else.
    pub names: Vec<(Name, Option<Name>)>,
    /// The file.
    pub path: Name,
}

/// `function name(…) { … }`
#[derive(Debug, Clone)]
pub struct FunctionItem {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<(Name, TypeExpr)>,
    /// What it says that it gives.
    pub returns: Option<TypeExpr>,
    /// What it gives.
    pub body: Expr,
}

/// `lookup name = …`
#[derive(Debug, Clone)]
pub struct LookupItem {
    /// Its name.
    pub name: Name,
    /// Where it finds things.
    pub from: LookupFrom,
    /// How long an answer is good for.
    pub cache: Option<Duration>,
    /// What a miss gives.
    pub otherwise: Option<Expr>,
}

/// Where a lookup finds things.
#[derive(Debug, Clone)]
pub enum LookupFrom {
    /// `table … by a, b give c`, `rules … by a, b give c`
    Table(TableFrom),
    /// `reverse lookup`
    Reverse(Name),
    /// `source connector.entity by field { … }`
    Source(SourceItem, Vec<Name>),
    /// `connector.entity by field`
    Entity {
        /// The connector.
        connector: Name,
        /// The entity.
        entity: Name,
        /// The field compared.
        by: Name,
    },
}

/// A table and how it is used.
#[derive(Debug, Clone)]
pub struct TableFrom {
    /// Where its rows are.
    pub rows: TableRows,
    /// Whether key cells may be patterns.
    pub rules: bool,
    /// Key columns.
    pub by: Vec<Name>,
    /// What does not matter where keys are compared: `case`, `punctuation`.
    pub ignoring: Vec<Name>,
    /// Columns given, with their types where those are written.
    pub give: Vec<(Name, Option<TypeExpr>)>,
}

/// Where the rows of a table are.
#[derive(Debug, Clone)]
pub enum TableRows {
    /// In a file.
    File(Name),
    /// In the flow.
    Inline(Vec<InlineRow>),
}

/// `"a", "b" => ["c", 1]`
#[derive(Debug, Clone)]
pub struct InlineRow {
    /// The key cells.
    pub keys: Vec<Name>,
    /// What it gives.
    pub gives: Vec<Value>,
    /// Where.
    pub span: Span,
}

/// A type as it is written.
#[derive(Debug, Clone)]
pub struct TypeExpr {
    /// What it is when it is there.
    pub kind: TypeKind,
    /// Whether it may be absent.
    pub optional: bool,
    /// Where.
    pub span: Span,
}

/// What a written type is.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// `text`, or a place in a schema: names, with `[]` for the items of a list.
    Path(Vec<Name>),
    /// `[type]`
    List(Box<TypeExpr>),
}

/// `retry 6 backoff 1s..5m`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Tries after the first.
    pub retries: u32,
    /// First and longest pause.
    pub backoff: Option<(Duration, Duration)>,
}

/// What is done with a record.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "a flow has few steps")]
pub enum Step {
    /// `skip when … because …`
    Skip {
        /// The condition.
        when: Expr,
        /// Why.
        because: Option<Expr>,
    },
    /// `reject when … because …`
    Reject {
        /// The condition.
        when: Expr,
        /// Why.
        because: Expr,
    },
    /// `wait when … for 14d because …`
    Wait {
        /// The condition.
        when: Expr,
        /// How long at most.
        patience: Duration,
        /// Where that stands.
        patience_at: Span,
        /// Why.
        because: Expr,
    },
    /// `ensure … because …`
    Ensure {
        /// The condition.
        condition: Expr,
        /// Why.
        because: Option<Expr>,
    },
    /// `let name = …` and `transform name { … }`
    Let {
        /// Its name.
        name: Name,
        /// What it is.
        value: Expr,
    },
    /// `when … { … } else { … }`
    When {
        /// The condition.
        condition: Expr,
        /// If it holds.
        then: Vec<Step>,
        /// If not.
        otherwise: Vec<Step>,
    },
    /// `each … in … key … { … }`
    Each(EachStep),
    /// `target connector.entity as name verb payload`
    Target(TargetStep),
}

/// `each name in list key expr where condition { … }`
#[derive(Debug, Clone)]
pub struct EachStep {
    /// The name of an item.
    pub name: Name,
    /// The list.
    pub list: Expr,
    /// What an item is called.
    pub key: Expr,
    /// Which items.
    pub filter: Option<Expr>,
    /// What is done with each.
    pub steps: Vec<Step>,
}

/// `target connector.entity as name verb payload`
#[derive(Debug, Clone)]
pub struct TargetStep {
    /// The connector.
    pub connector: Name,
    /// The entity.
    pub entity: Name,
    /// Its name, where one was given.
    pub name: Option<Name>,
    /// The verb, or what is called.
    pub verb: Name,
    /// What is written.
    pub payload: Expr,
    /// Its own error policy.
    pub retry: Option<Retry>,
    /// How many are written together.
    pub batch: Option<Batch>,
    /// `at_most_once`, `at_least_once`
    pub once: Option<(Once, Span)>,
    /// `then dead_letter`, `then skip`, `then continue`
    pub otherwise: Option<(Otherwise, Span)>,
    /// `undo verb payload`
    pub undo: Option<Box<UndoClause>>,
    /// Clauses that stand twice.
    pub twice: Vec<Span>,
    /// Where.
    pub span: Span,
}

/// `undo verb payload`
#[derive(Debug, Clone)]
pub struct UndoClause {
    /// The verb, or what is called.
    pub verb: Name,
    /// What is written.
    pub payload: Expr,
    /// Where.
    pub span: Span,
}

/// `batch 25000 within 30s`
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// At most so many.
    pub most: u32,
    /// How long the first waits for more.
    pub within: Option<Duration>,
    /// Where.
    pub span: Span,
}

/// `test "…" { … }`
#[derive(Debug, Clone)]
pub struct TestItem {
    /// Its name, which may show what is in a row.
    pub name: Expr,
    /// The rows, where it is a test for each of several.
    pub rows: Option<(Name, Rows)>,
    /// The record.
    pub given: Option<Given>,
    /// Mocks.
    pub with: Vec<With>,
    /// Expectations.
    pub expect: Vec<Expect>,
}

/// The rows of a table test.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "tests are few")]
pub enum Rows {
    /// `in table "…"`
    File(Name),
    /// `in [ … ]`
    List(Expr),
}

/// Where a test's record or a payload comes from.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "tests are few")]
pub enum Given {
    /// A file, whose name may show what is in a row.
    File(Expr),
    /// An expression without a record.
    Value(Expr),
}

/// A mock.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "tests are few")]
pub enum With {
    /// `with env.name = …`
    Env(Name, Expr),
    /// `with lookup[keys] = …`
    Lookup(Name, Vec<Expr>, Expr),
    /// `with target = …`
    Answer(Name, Expr),
    /// `with target = error kind "…"`
    Refusal(Name, Name, Expr),
}

/// An expectation.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "tests are few")]
pub enum Expect {
    /// `expect skip "…"`
    Skip(Option<Expr>, Span),
    /// `expect reject "…"`
    Reject(Option<Expr>, Span),
    /// `expect wait "…"`
    Wait(Option<Expr>, Span),
    /// `expect no target name`
    NoTarget(Name),
    /// `expect target name[key] …`
    Target(Name, Vec<Expr>, Option<Given>),
    /// `expect targets file "…"`
    Targets(Expr, Span),
    /// `expect condition`
    Holds(Expr),
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A value written down.
    Literal(Value),
    /// Text with `{{ … }}` parts.
    Interpolated(Vec<Expr>),
    /// Text with `{% … %}` statements, for minijinja.
    Template(String),
    /// `$`
    Record,
    /// A name.
    Variable(Name),
    /// A field, an item, every item, or `?`.
    Access(Box<Expr>, Access),
    /// A JSONPath query that is no plain path.
    Query(String),
    /// `name[keys]`, or an item of a list.
    Index(Box<Expr>, Vec<Expr>),
    /// A call.
    Call(Name, Vec<Expr>),
    /// Arithmetic.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// A comparison.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `in`, `not in`.
    In(Box<Expr>, Box<Expr>, bool),
    /// `and`
    And(Box<Expr>, Box<Expr>),
    /// `or`
    Or(Box<Expr>, Box<Expr>),
    /// `not`
    Not(Box<Expr>),
    /// `-`
    Negate(Box<Expr>),
    /// `??`
    Coalesce(Box<Expr>, Box<Expr>),
    /// `catch`
    Catch(Box<Expr>, Box<Expr>),
    /// `if`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `match`
    Match(Option<Box<Expr>>, Vec<Arm>),
    /// `for name in list where … { … }`
    For(Name, Box<Expr>, Option<Box<Expr>>, Box<Expr>),
    /// A list.
    List(Vec<Expr>),
    /// An object, perhaps with variables of its own before its fields.
    Object(Vec<(Name, Expr)>, Vec<(Name, Expr)>),
    /// `… with { … }`
    With(Box<Expr>, Box<Expr>),
    /// Variables, then a value.
    Block(Vec<(Name, Expr)>, Box<Expr>),
}

/// One step of a path.
#[derive(Debug, Clone)]
pub enum Access {
    /// `.name`
    Field(Name),
    /// `[0]`
    Index(i64),
    /// `[*]`
    All,
    /// `?`
    Optional,
}

/// An arm of a match.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The patterns; none for `else`.
    pub patterns: Vec<Pattern>,
    /// The result.
    pub result: Expr,
    /// Where.
    pub span: Span,
}

/// A pattern of a match.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// A value, or a condition where the match has no subject.
    Value(Expr),
    /// `< value` and the like.
    Compare(Comparison, Expr),
}
