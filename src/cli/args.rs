//! The command line as it is typed. What it means is settled in the command's own file.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Joins Amazon Marketplace and the TIMS ERP with flows that are checked before they run.
#[derive(Debug, Parser)]
#[command(
    name = "flowrun",
    version,
    max_term_width = 110,
    after_help = "\
Examples:
  flowrun check flows                                     check every flow
  flowrun test flows                                      run the flows' own tests
  flowrun run flows/order_sync.flow --env sandbox         sync a simulated shop's orders
  flowrun dead-letters list --env sandbox                 what stopped, and why

Exit codes: 0 done · 1 done, with dead letters, rejected records or failed tests · 2 usage, settings or store
            3 the flow has errors · 4 a remote failed · 70 a bug"
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Log to stderr: error, warn, info, debug, trace, or a filter such as flowrun::engine=debug.
    #[arg(long, global = true, env = "FLOWRUN_LOG", value_name = "LEVEL")]
    pub(crate) log: Option<String>,
    /// How log lines are written.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// How the findings of a check are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people: the line, the place underlined, what to write instead.
    Human,
    /// One JSON object per finding and line.
    Json,
    /// SARIF 2.1.0, for code scanning services and editors.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// Logging commands of Azure Pipelines.
    Azure,
    /// Service messages of TeamCity.
    Teamcity,
    /// JUnit's XML: a test case for each file.
    Junit,
}

/// How the results of tests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people.
    Human,
    /// For programs: one JSON object per line.
    Json,
    /// For CI systems: JUnit XML.
    Junit,
}

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Mermaid, which most forges draw.
    Mermaid,
    /// Graphviz.
    Dot,
    /// A picture.
    Svg,
    /// For programs.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check flows: everything that can be known before running.
    #[command(
        after_help = "Examples:\n  flowrun check flows\n  flowrun check flows/order_sync.flow --env prod\n  flowrun check flows --format json | jq .message\n  flowrun check flows --format github     annotations in a pull request\n\nExit codes: 0 clean · 3 with errors"
    )]
    Check(Check),
    /// Lay flows out in the one way there is.
    #[command(
        after_help = "Examples:\n  flowrun fmt flows\n  flowrun fmt --check flows     exit 1 if a file would change"
    )]
    Fmt(Fmt),
    /// Run the tests that stand in flows.
    #[command(
        after_help = "Examples:\n  flowrun test flows\n  flowrun test flows/order_sync.flow --filter cancel\n  flowrun test flows --update                                write golden files anew, and see what changed\n  flowrun test flows --coverage-html coverage                pages that show what no test reaches\n  flowrun test flows --format junit --output report.xml      for CI\n\nExit codes: 0 all passed · 1 some failed, or too little is covered · 2 usage · 3 a flow has errors"
    )]
    Test(Test),
    /// Explain a field of a flow, where it comes from and where it goes; or a diagnostic's code.
    #[command(
        after_help = "Examples:\n  flowrun explain flows/order_sync.flow order.lines.unit_price   paths, tables, conditions, functions behind it\n  flowrun explain flows/order_sync.flow sale.customer_id         a field that a target gets\n  flowrun explain flows/order_sync.flow order                    all fields of a transform, a line each\n  flowrun explain flows/order_sync.flow                          what can be explained\n  flowrun explain E302                                           a diagnostic's code"
    )]
    Explain {
        /// A flow; or a diagnostic's code, as in E302.
        what: String,
        /// A field of the flow: NAME or NAME.path, where NAME is a let, a transform or a target.
        field: Option<String>,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// What flows will cost in an environment: calls against each quota, fields, buyer data, state, time for a backlog.
    #[command(
        after_help = "Examples:\n  flowrun plan flows/order_sync.flow --env prod\n  flowrun plan flows/order_sync.flow --env prod --per-hour 400 --backlog 5000\n  flowrun plan flows --env prod --format json          all flows on one account, added up\n\nExit codes: 0 it can be kept · 1 the schedule cannot finish (E461) · 2 usage or settings · 3 a flow has errors"
    )]
    Plan(Plan),
    /// What breaks when a field of a system, or a table, changes: the flows that read or write it.
    #[command(
        after_help = "Examples:\n  flowrun impact amazon.orders.buyer.buyerEmail        where the address is read, and what it ends in\n  flowrun impact amazon.orders.buyer flows             everything of the buyer\n  flowrun impact tims.sales_orders.lines               who writes the lines\n  flowrun impact lookups/marketplaces.csv.price_list   a table's column\n\nExit codes: 0 no flow uses it · 1 some do · 2 there is no such field · 3 a flow has errors"
    )]
    Impact(Impact),
    /// Evaluate one expression against a JSON document, which is `$`.
    #[command(
        after_help = "Examples:\n  flowrun eval '1.10 + 2'\n  echo '{\"a\":[1,2]}' | flowrun eval 'sum($.a)' --input -\n  flowrun eval '$.buyer.buyerEmail?' --type-of amazon.orders"
    )]
    Eval(Eval),
    /// Map records through a flow without network or store: NDJSON in, one JSON line per target write out.
    #[command(
        after_help = "Examples:\n  flowrun map flows/order_sync.flow --input orders.ndjson\n  flowrun map flows/order_sync.flow --input - --with mocks.json < orders.ndjson\n\nMocks: {\"item_of\": {\"SKU-1\": {\"id\": \"I-1\"}}, \"targets\": {\"sale\": {\"id\": \"SO-1\"}}}\n\nExit codes: 0 done · 1 some records were rejected · 3 the flow has errors"
    )]
    Map(Map),
    /// Draw a flow's execution graph.
    Graph {
        /// The flow.
        flow: PathBuf,
        /// How.
        #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
        format: GraphFormat,
    },
    /// Tie a settlement to the books: its file, TIMS' orders, invoices, journals and payments, the deposit, its neighbours.
    #[command(
        after_help = "Examples:\n  flowrun reconcile 12395580393 --env prod\n  flowrun reconcile 12395580393 --env prod --format html --output 12395580393.html\n  flowrun reconcile 12395580393 --env prod --line 4         the rows that a journal line was made from\n  flowrun reconcile 12395580393 --env prod --deposit 1041.18  what arrived at the bank\n\nExit codes: 0 it ties out · 1 it does not · 2 usage or settings · 4 TIMS failed"
    )]
    Reconcile(Reconcile),
    /// List connectors: entities, fields, operations, limits.
    #[command(
        after_help = "Examples:\n  flowrun connectors\n  flowrun connectors amazon\n  flowrun connectors tims.sales_orders"
    )]
    Connectors {
        /// A connector, or one entity of it.
        name: Option<String>,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// List the functions of the language, or tell about one.
    #[command(
        after_help = "Examples:\n  flowrun functions                     all, by family\n  flowrun functions split_name          one, with its examples\n  flowrun functions postcode            those with the word in what they do\n  flowrun functions --family date       one family\n  flowrun functions --format json       one object per line, for editors"
    )]
    Functions {
        /// A function, or a word of what is wanted.
        name: Option<String>,
        /// One family: text, number, money, date, list, object, format, hash, names, codes, units.
        #[arg(long)]
        family: Option<String>,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Run a flow once, until its source is drained.
    #[command(
        after_help = "Examples:\n  flowrun run flows/order_sync.flow --env sandbox\n  flowrun run flows/order_sync.flow --env prod --dry-run --limit 10\n\nExit codes: 0 done · 1 done with dead letters · 2 usage, settings or store · 3 the flow has errors · 4 a remote failed"
    )]
    Run(Run),
    /// Records that stopped: list, show, replay, discard.
    #[command(subcommand, name = "dead-letters")]
    DeadLetters(DeadLetters),
    /// List the runs.
    Runs {
        /// Where.
        #[command(flatten)]
        at: At,
        /// Only this flow's, by name or file.
        #[arg(long)]
        flow: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Forget a buyer: take the data of an order, or of a person, out of the ledger, and say what remains where.
    #[command(
        after_help = "Examples:\n  flowrun erase --order 302-1234567-1234567 --env prod --reason \"request 4711\"\n  flowrun erase --customer a1b2c3@marketplace.amazon.de --env prod"
    )]
    Erase {
        /// The order's key: all records of it, and all that name it.
        #[arg(long, value_name = "KEY", conflicts_with = "customer")]
        order: Option<String>,
        /// The person, by e-mail address or by reference: all records that hold it.
        #[arg(long, value_name = "TEXT")]
        customer: Option<String>,
        /// Why, for the audit.
        #[arg(long)]
        reason: Option<String>,
        /// Where.
        #[command(flatten)]
        at: At,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Records that wait for something that is not there yet: why, since when, and when they are tried again.
    #[command(
        after_help = "Example:\n  flowrun waiting --flow refunds --env sandbox\n  flowrun run flows/refunds.flow --env sandbox --waiting-now     try them all now"
    )]
    Waiting {
        /// Where.
        #[command(flatten)]
        at: At,
        /// Only this flow's, by name or file.
        #[arg(long)]
        flow: Option<String>,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// What was done for one record, step by step.
    #[command(after_help = "Example:\n  flowrun record flows/order_sync.flow 302-1234567-1234567 --env sandbox")]
    Record {
        /// The flow, by name or file.
        flow: String,
        /// The record's key.
        key: String,
        /// Where.
        #[command(flatten)]
        at: At,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Serve a simulated Amazon and TIMS.
    #[command(
        after_help = "Examples:\n  flowrun sandbox --listen 127.0.0.1:8099 > sandbox.json\n  flowrun sandbox --listen 127.0.0.1:0 --orders 200 --seed 7 --faults 20%\n  flowrun run flows/order_sync.flow --env sandbox --sandbox sandbox.json\n\nFaults: a rate for all kinds (20%), or 429=5%,500=5%,timeout=2%,reset=3%,truncate=3%,commit500=2%,\neach perhaps with amazon: or tims: before it. When ready, one JSON line on stdout says where everything is."
    )]
    Sandbox(Sandbox),
    /// Look after the store: verify, export, import.
    #[command(subcommand)]
    Store(StoreCommand),
}

/// `flowrun check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Flow files, or directories to search.
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Check for this environment: its parameters and its rule for buyer data.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// How findings are written; all forms but `human` go to stdout.
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub(crate) format: CheckFormat,
}

/// `flowrun plan`
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Flow files, or directories to search. Flows of one environment share its connections and their quotas.
    #[arg(required = true)]
    pub(crate) flows: Vec<PathBuf>,
    /// The environment: NAME of environments/NAME.yaml beside the flow.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: String,
    /// The directory that holds environment files.
    #[arg(long, value_name = "DIR", env = "FLOWRUN_ENVIRONMENTS")]
    pub(crate) environments: Option<PathBuf>,
    /// Records that change in an hour, for each flow.
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub(crate) per_hour: u32,
    /// Of a hundred lookups with a cache, how many are answered from it.
    #[arg(long, value_name = "PERCENT", default_value_t = 80, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) hits: u32,
    /// How many items a list of a record has, such as an order its lines.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) items: u32,
    /// How many records make one group, in flows that group them.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) per_group: u32,
    /// Records that wait already: how long they take.
    #[arg(long, value_name = "N")]
    pub(crate) backlog: Option<u32>,
    /// How.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

/// `flowrun impact`
#[derive(Debug, Args)]
pub(crate) struct Impact {
    /// CONNECTOR.ENTITY.field; or a table's file, perhaps with .column behind it.
    pub(crate) field: String,
    /// Flow files, or directories to search.
    #[arg(default_value = ".")]
    pub(crate) flows: Vec<PathBuf>,
    /// How.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

/// `flowrun fmt`
#[derive(Debug, Args)]
pub(crate) struct Fmt {
    /// Flow files, or directories to search.
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Change nothing; exit 1 if something would change.
    #[arg(long)]
    pub(crate) check: bool,
}

/// `flowrun test`
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Flow files, or directories to search.
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Only tests whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Stop at the first test that fails.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Rewrite golden files that differ from what the flow gives, and show what changed.
    #[arg(long)]
    pub(crate) update: bool,
    /// Rewrite them in CI too.
    #[arg(long, requires = "update")]
    pub(crate) force: bool,
    /// Tell which lines, branches and table rows no test reaches.
    #[arg(long)]
    pub(crate) coverage: bool,
    /// Write a page for each flow that shows it.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) coverage_html: Option<PathBuf>,
    /// Fail where the tests of a flow reach less of its lines or branches than this, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) min_coverage: Option<u8>,
    /// How the results are written.
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub(crate) format: TestFormat,
    /// Write them to a file, and what people read to stdout.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// How many flows are tested at once; by default one on each processor.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZeroU8>,
}

/// `flowrun eval`
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// The expression.
    #[arg(allow_hyphen_values = true)]
    pub(crate) expression: String,
    /// The document: a file, or `-` for stdin. Without it `$` is null.
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Tell the type instead of working anything out; `$` is a record of the entity, as in amazon.orders.
    #[arg(long, value_name = "CONNECTOR.ENTITY", conflicts_with = "input")]
    pub(crate) type_of: Option<String>,
}

/// `flowrun map`
#[derive(Debug, Args)]
pub(crate) struct Map {
    /// The flow.
    pub(crate) flow: PathBuf,
    /// The records: a file, or `-` for stdin.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// How the records are written: by the file's ending where it is not said, else as JSON.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) input_format: Option<InputFormat>,
    /// The environment whose parameters are used.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// Answers of lookups and targets.
    #[arg(long, value_name = "MOCKS.json")]
    pub(crate) with: Option<PathBuf>,
    /// The records of a second source, which the flow joins under that name: CSV, TSV or JSON lines by the file's ending.
    #[arg(long, value_name = "NAME=FILE")]
    pub(crate) join: Vec<String>,
    /// How records that are rejected are told on stderr: the place in the flow underlined, or one JSON object a line.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// How many threads map; as many as there are processors where it is not given. The output is the same.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZeroU8>,
}

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum InputFormat {
    /// One JSON object per line, or a document.
    Json,
    /// A table with commas and quotes.
    Csv,
    /// A table with tabs and without quotes.
    Tsv,
}

/// Which environment, and where its settings are.
#[derive(Debug, Args, Clone)]
pub(crate) struct At {
    /// The environment: NAME of environments/NAME.yaml beside the flow.
    #[arg(long, value_name = "NAME")]
    pub(crate) env: String,
    /// The directory that holds environment files.
    #[arg(long, value_name = "DIR", env = "FLOWRUN_ENVIRONMENTS")]
    pub(crate) environments: Option<PathBuf>,
    /// The store's directory, instead of the environment's.
    #[arg(long, value_name = "DIR", env = "FLOWRUN_STORE")]
    pub(crate) store: Option<PathBuf>,
}

/// `flowrun reconcile`
#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// Amazon's number of the settlement.
    pub(crate) settlement: String,
    /// Where.
    #[command(flatten)]
    pub(crate) at: At,
    /// A running sandbox to use: the JSON line that it printed, or a file with it.
    #[arg(long, value_name = "JSON|FILE")]
    pub(crate) sandbox: Option<String>,
    /// The folder of archived settlements, instead of the environment's.
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    /// The settlement's file, instead of the archived one.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// What arrived at the bank.
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) deposit: Option<String>,
    /// Only this journal line, with the rows that it was made from.
    #[arg(long, value_name = "N")]
    pub(crate) line: Option<usize>,
    /// Exit 1 also where somebody should look at something.
    #[arg(long)]
    pub(crate) strict: bool,
    /// How.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// The file that it is written to; stdout without it.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// How a reconciliation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportFormat {
    /// For a terminal.
    Text,
    /// For programs.
    Json,
    /// For a spreadsheet.
    Csv,
    /// One page for a browser.
    Html,
}

/// `flowrun run`
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The flow.
    pub(crate) flow: PathBuf,
    /// Where.
    #[command(flatten)]
    pub(crate) at: At,
    /// A running sandbox to use: the JSON line that it printed, or a file with it. Without it, `--env sandbox` starts
    /// one in this process.
    #[arg(long, value_name = "JSON|FILE", env = "FLOWRUN_SANDBOX")]
    pub(crate) sandbox: Option<String>,
    /// Write nothing; show what would be written.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Stop after this many records.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// Read from this instant on, whatever was read before: 2026-11-01T00:00:00Z.
    #[arg(long, value_name = "T")]
    pub(crate) since: Option<String>,
    /// Try the records that wait for something now, whenever their next try is due.
    #[arg(long)]
    pub(crate) waiting_now: bool,
    /// How many records are worked on at once.
    #[arg(long, value_name = "N")]
    pub(crate) concurrency: Option<usize>,
    /// How long a remote may be away before the run gives up: 15m.
    #[arg(long, value_name = "DURATION")]
    pub(crate) patience: Option<String>,
    /// Orders in the sandbox's shop, when it is started in this process; 2000 if nobody says.
    #[arg(long, value_name = "N")]
    pub(crate) orders: Option<usize>,
    /// How.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

/// `flowrun dead-letters`
#[derive(Debug, Subcommand)]
pub(crate) enum DeadLetters {
    /// List them by cause.
    List {
        /// Where.
        #[command(flatten)]
        at: At,
        /// Only this flow's, by name or file.
        #[arg(long)]
        flow: Option<String>,
        /// Closed ones too.
        #[arg(long)]
        all: bool,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Show one with all that is known of it.
    Show {
        /// Its id.
        id: String,
        /// Where.
        #[command(flatten)]
        at: At,
        /// Show the record too, which may hold buyer data. The access is noted in the audit table.
        #[arg(long)]
        record: bool,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Send them through the flow of today.
    Replay {
        /// The flow.
        flow: PathBuf,
        /// Their ids; all open ones of the flow with --all, or those of one cause with --cause.
        ids: Vec<String>,
        /// Every open one of the flow.
        #[arg(long)]
        all: bool,
        /// Every open one with this cause.
        #[arg(long, value_name = "CODE")]
        cause: Option<String>,
        /// Where.
        #[command(flatten)]
        at: At,
        /// A running sandbox to use.
        #[arg(long, value_name = "JSON|FILE", env = "FLOWRUN_SANDBOX")]
        sandbox: Option<String>,
        /// Write nothing; show what would be written.
        #[arg(long)]
        dry_run: bool,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Close them without doing anything more.
    Discard {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Where.
        #[command(flatten)]
        at: At,
    },
}

/// `flowrun sandbox`
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// The address; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Orders in the shop.
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub(crate) orders: usize,
    /// Articles that it sells besides its two dozen named ones.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) skus: usize,
    /// Which shop: the same seed gives the same one.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// What goes wrong, and how often.
    #[arg(long, value_name = "SPEC")]
    pub(crate) faults: Option<String>,
    /// What is wrong with settlement reports: unbalanced or unknown_code.
    #[arg(long, value_name = "WHAT")]
    pub(crate) reports: Option<String>,
    /// The time it begins with, instead of the machine's: 2026-11-01T12:00:00Z.
    #[arg(long, value_name = "T")]
    pub(crate) clock: Option<String>,
    /// How many times as fast its time runs.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) speed: u32,
    /// A directory in which it keeps its state over restarts.
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Calls that TIMS takes, per seconds: 60/60.
    #[arg(long, value_name = "N/SECONDS")]
    pub(crate) tims_limit: Option<String>,
    /// How TIMS spells its fields: snake or pascal.
    #[arg(long, value_name = "STYLE")]
    pub(crate) tims_style: Option<String>,
    /// How long its warehouse takes to ship what was released; without it, it ships when it is told to.
    #[arg(long, value_name = "DURATION")]
    pub(crate) warehouse: Option<String>,
}

/// `flowrun store`
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Read everything and say whether it is sound.
    Verify {
        /// The store's directory.
        path: PathBuf,
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Write the store as JSON lines.
    Export {
        /// The store's directory.
        path: PathBuf,
        /// The file; stdout without it.
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
    /// Make a new store of an export.
    Import {
        /// The export.
        file: PathBuf,
        /// The new store's directory.
        path: PathBuf,
    },
}
