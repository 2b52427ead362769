//! The general ledger: accounts, periods, journals.

use std::sync::Arc;

use crate::catalog::build::{closed, list, may, must, nested, object, open};
use crate::catalog::{Base, Field, ObjectSpec};

/// An account.
pub(in super::super) fn account() -> ObjectSpec {
    object(
        "GlAccount",
        vec![
            must("code", Base::Text, "Its number"),
            may("name", Base::Text, "Its name"),
            may("type", open("GlAccountType", &["asset", "liability", "equity", "revenue", "expense"]), "What it is"),
            may("status", open("GlAccountStatus", &["active", "inactive"]), "Whether it can be posted to"),
        ],
    )
}

/// A period, as it is found by a day.
pub(in super::super) fn period() -> ObjectSpec {
    object(
        "GlPeriod",
        vec![
            must("date", Base::Date, "The day that was asked for"),
            must("first_open_date", Base::Date, "The first day from it on that lies in an open period"),
            may("id", Base::Text, "TIMS' name of that period"),
            may("start", Base::Date, "Its first day"),
            may("end", Base::Date, "Its last day"),
            may("status", open("GlPeriodStatus", &["open", "closed"]), "Whether it is open"),
        ],
    )
}

/// A journal to make.
pub(in super::super) fn journal_entry_input() -> ObjectSpec {
    let mut fields = vec![must("external_ref", Base::Text, "The name by which it is found again")];
    fields.extend(entry(true));
    object("JournalEntryInput", fields)
}

/// A journal.
pub(in super::super) fn journal_entry() -> ObjectSpec {
    let mut fields = vec![
        must("id", Base::Text, "TIMS' id"),
        may("number", Base::Text, "Its number"),
        may("external_ref", Base::Text, "The name by which it is found again"),
    ];
    fields.extend(entry(false));
    fields.extend([
        may("version", Base::Int, "Counts its changes"),
        may("updated_at", Base::Instant, "When it last changed"),
    ]);
    object("JournalEntry", fields)
}

/// A journal to post.
pub(in super::super) fn journal_entry_action() -> ObjectSpec {
    object("JournalEntryAction", vec![must("id", Base::Text, "TIMS' id")])
}

/// A journal to reverse.
pub(in super::super) fn journal_entry_reversal() -> ObjectSpec {
    object(
        "JournalEntryReversal",
        vec![
            must("id", Base::Text, "TIMS' id"),
            may("date", Base::Date, "The day of the reversal; that of the journal where it is not given"),
            may("external_ref", Base::Text, "The name by which the reversal is found again"),
        ],
    )
}

fn entry(new: bool) -> Vec<Field> {
    let needed = |name, base, doc| if new { must(name, base, doc) } else { may(name, base, doc) };
    let status: &[&str] = if new { &["draft", "posted"] } else { &["draft", "posted", "reversed"] };
    let line = nested(
        if new { "JournalLineInput" } else { "JournalLine" },
        vec![
            may("line_no", Base::Int, "Its number, from 1"),
            must("account", Base::Text, "The account's number"),
            may("debit", Base::Decimal, "The debit; one of the two is above zero").as_text(),
            may("credit", Base::Decimal, "The credit").as_text(),
            may("tax_code", Base::Text, "How it is taxed"),
            may("dimensions", free("Dimensions"), "What it is analysed by, such as marketplace and settlement"),
            may("order_ref", Base::Text, "The order that it belongs to, where it is one only"),
            may("memo", Base::Text, "What it is for"),
        ],
    );
    let attachment = nested(
        "JournalAttachment",
        vec![must("name", Base::Text, "The file's name"), may("sha256", Base::Text, "The digest of its bytes")],
    );
    vec![
        needed("date", Base::Date, "The day on which it is posted"),
        may("original_date", Base::Date, "The day on which it belongs, where that day's period is closed"),
        needed("currency", Base::Text, "Its currency, as ISO 4217 writes it"),
        may("status", closed("JournalStatus", status), "How far it is; a new one is a draft"),
        may("memo", Base::Text, "What it is"),
        needed("lines", list(line), "Its lines; debits and credits are the same in all"),
        may("attachments", list(attachment), "The files that it comes from"),
        may("metadata", free("JournalMetadata"), "More about it"),
    ]
}

/// Names and values that TIMS keeps as they are.
fn free(name: &str) -> Base {
    Base::Object(Arc::new(ObjectSpec { name: name.to_owned(), fields: Vec::new(), open: true }))
}
