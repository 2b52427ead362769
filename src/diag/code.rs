//! The registry of diagnostic codes. A code is never reused; each has a section in docs/errors.md, which
//! `flowrun explain CODE` prints, and a fixture that triggers it.

use super::Severity;

macro_rules! codes {
    ($($code:ident: $title:literal),* $(,)?) => {
        /// A stable code: E1xx syntax, E2xx names, E3xx types, E4xx connectors and lookups, E5xx steps, E6xx running,
        /// W9xx warnings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the title beside each code is its documentation")]
        pub enum Code { $($code),* }

        impl Code {
            /// All codes in order.
            pub const ALL: &'static [Code] = &[$(Code::$code),*];

            /// The code as users write it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Code::$code => stringify!($code)),* }
            }

            /// What it is about.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title),* }
            }
        }
    };
}

codes! {
    E101: "text that is not part of the language",
    E102: "nested too deep",
    E103: "file too large",
    E104: "something is declared twice that can be there once",
    E105: "a declaration is missing",
    E106: "bad literal",
    E107: "bad JSONPath",
    E108: "bad template",
    E120: "one `=` where two are meant",
    E121: "operator of another language",
    E122: "colon where `=` is meant",
    E123: "semicolon",
    E124: "text in single quotes",
    E125: "comment of another language",
    E126: "text not closed",
    E127: "bracket not closed",
    E128: "bracket closed that is not open",
    E129: "`if` without `else`",
    E130: "comparisons that chain",
    E131: "word of the language as a name",
    E132: "value missing",
    E133: "unknown declaration",
    E134: "target without a verb",
    E135: "reject without a reason",
    E136: "pipe into what is no function",
    E137: "unknown trigger",
    E138: "choice with `?` and `:`",
    E139: "`elif`",
    E140: "wrong arrow in a match",
    E141: "`=` missing",
    E142: "transform with `=`",
    E143: "path without a dot",
    E144: "lookup without `by` or `give`",
    E145: "escape that means nothing",
    E146: "bad duration",
    E147: "bad schedule",
    E148: "unknown time zone",
    E149: "bad retry",
    E150: "test without a record",
    E151: "test that expects nothing",
    E152: "number as it is written elsewhere",
    E153: "wait without an end",
    E170: "`each` without a key",
    E171: "bad name of a webhook",
    E201: "unknown name",
    E202: "unknown function",
    E203: "unknown field",
    E204: "unknown connector",
    E205: "name declared twice",
    E206: "unknown parameter",
    E207: "used before it is there",
    E208: "one record's value after the group",
    E220: "unknown entity",
    E221: "verb that the entity does not take",
    E222: "key that nothing can be found by",
    E223: "entity that cannot be used so",
    E224: "unknown target in a test",
    E225: "unknown lookup in a test",
    E226: "unknown measure of an alert",
    E227: "unknown type of a parameter",
    E228: "parameter that the environment does not set",
    E229: "parameter that the environment sets to another kind",
    E230: "word of another language",
    E231: "function without parentheses",
    E232: "lookup called like a function",
    E251: "used file that cannot be read",
    E252: "files that use each other",
    E253: "name that a used file does not have",
    E254: "declaration that a shared file cannot have",
    E255: "function that calls itself",
    E256: "function with the name of a built-in one",
    E257: "what a function cannot see",
    E258: "function that gives another type than it says",
    E301: "wrong type",
    E302: "may be absent",
    E303: "wrong number of arguments",
    E304: "enum not covered",
    E305: "unknown enum value",
    E306: "currencies differ",
    E307: "branches of different types",
    E320: "condition that is not true or false",
    E321: "kinds that cannot be compared",
    E322: "kinds that cannot be calculated with",
    E323: "text added to a number",
    E324: "money and a bare number",
    E325: "date with text, a number or an instant",
    E326: "field of what has no fields",
    E327: "items of what is no list",
    E328: "`in` without a list",
    E329: "lookup without a key",
    E330: "division by zero",
    E331: "call that always fails",
    E332: "`not` of the nearest value",
    E333: "list or object inside text",
    E334: "key of the wrong kind",
    E335: "default of another type",
    E401: "lookup table cannot be read",
    E402: "lookup table has no such column",
    E403: "lookup table has a key twice",
    E404: "filter cannot be handed to the source",
    E405: "unknown event",
    E406: "columns of a source that has a schema",
    E407: "late data of a source that cannot tell",
    E408: "clause that a second source cannot have",
    E421: "table with a cache",
    E422: "file of a test cannot be read",
    E423: "table with uneven rows",
    E431: "rule with a `*` that is not its end",
    E432: "rule that fits every key",
    E433: "cell of another type",
    E434: "lookup that cannot be turned round",
    E461: "schedule that the quotas do not let through",
    E501: "required field missing",
    E502: "field that the target does not have",
    E503: "target cannot settle an unknown outcome",
    E504: "buyer data would leave production",
    E505: "value that the target does not take",
    E506: "batch that the target does not take",
    E520: "write before a group",
    E521: "wait before a group",
    E601: "record rejected by the flow",
    E602: "field absent in the record",
    E603: "value of another type in the record",
    E604: "lookup found nothing",
    E605: "calculation failed",
    E606: "function failed",
    E607: "match covered no case",
    E608: "assertion failed",
    E609: "template failed",
    E610: "limit reached",
    E611: "remote rejected the write",
    E612: "remote could not be reached in all tries",
    E613: "record without a usable key",
    E614: "item without a key of its own",
    E615: "record that waited too long",
    E616: "write that may have been made",
    E621: "group with a record that cannot be used",
    W901: "never used",
    W902: "`?` without effect",
    W910: "`??` without effect",
    W911: "case after `else`",
    W912: "case that stands twice",
    W913: "`catch` without effect",
    W914: "condition that is always the same",
    W915: "step that is never reached",
    W916: "list with a value twice",
    W917: "`when` without steps",
    W918: "two tests of one name",
    W919: "test that cannot fail",
    W920: "names that differ only in their case",
    W921: "the record where the item was meant",
    W922: "division that is not rounded",
    W923: "placeholder of another language in text",
    W924: "branches that are the same",
    W925: "the same written twice",
    W926: "date taken without a zone",
    W927: "numbers compared as text",
    W928: "`at_most_once` or `at_least_once` without effect",
    W929: "word that a table has no row for",
    W930: "hash that can be guessed",
    W941: "pattern in a table of exact keys",
}

impl Code {
    /// The code of that name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Code> {
        Self::ALL.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name))
    }

    /// Whether the text could not be read as the language: what stands there may be the very thing that is missed.
    #[must_use]
    pub fn is_syntax(self) -> bool {
        self.name().starts_with("E1") && !matches!(self, Code::E104 | Code::E105 | Code::E150 | Code::E151)
    }

    /// Errors stop a flow from running; warnings do not.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.name().starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}
