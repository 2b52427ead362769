//! `flowrun erase`: a buyer is forgotten, as far as flowrun remembers one.

use serde_json::json;

use super::args::{At, Format};
use super::exit::{Exit, Failure, Outcome};
use super::ledger::Ledger;
use super::{environment, output, runtime, sandbox_time};
use crate::engine::erase::{self, Erased, Whom};

/// What is not flowrun's to erase, and where it is.
const REMAINS: [&str; 5] = [
    "keys of records (order numbers) and digests of what was written stay in the ledger, so that nothing is written twice",
    "the erased bytes stay in the store's journal, sealed, until its next checkpoint; `flowrun store export` into a new store leaves them behind at once",
    "exports of the store, backups and files that `map` or `--record` wrote are not touched",
    "TIMS keeps its customers, orders and invoices: erase the customer there",
    "archived settlement reports hold order numbers and amounts, and no names or addresses",
];

pub(super) fn run(
    order: Option<&str>,
    customer: Option<&str>,
    reason: Option<&str>,
    at: &At,
    format: Format,
) -> Outcome {
    let whom = match (order, customer) {
        (Some(order), None) => Whom::Order(order.to_owned()),
        (None, Some(customer)) => Whom::Customer(customer.to_owned()),
        _ => return Err(Failure::usage("say whom: --order KEY, or --customer with an e-mail address or a reference")),
    };
    let (Whom::Order(text) | Whom::Customer(text)) = &whom;
    if text.trim().is_empty() {
        return Err(Failure::usage("whom it is about is empty"));
    }
    let settings = environment::load(None, at)?;
    let erased = runtime::block_on(async {
        let ledger = Ledger::existing(&settings).await?;
        let clock = sandbox_time::of(&settings, &*ledger.store)?;
        let user = runtime::user();
        let erased = erase::erase(&*ledger.store, &ledger.sealer, &whom, &user, reason, &*clock).await?;
        ledger.close().await?;
        Ok(erased)
    })?;
    let Erased { dead_letters, waiting, answers } = erased;
    match format {
        Format::Json => output::line(
            &json!({"dead_letters": dead_letters, "waiting": waiting, "answers": answers, "remains": REMAINS})
                .to_string(),
        )?,
        Format::Human => {
            output::line(&format!(
                "erased in `{}`: {dead_letters} dead letters, {waiting} waiting records, texts in {answers} answers",
                settings.name
            ))?;
            output::line("\nwhat remains, and where:")?;
            for remains in REMAINS {
                output::line(&format!("- {remains}"))?;
            }
        }
    }
    Ok(Exit::Done)
}
