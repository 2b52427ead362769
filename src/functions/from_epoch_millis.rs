//! Instants of systems that count milliseconds.

use jiff::Timestamp;

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "from_epoch_millis",
    family: "date",
    summary: "The instant so many milliseconds after 1970-01-01T00:00:00Z.",
    params: &[one("milliseconds", Params::INT)],
    returns: Returns::Fixed(Base::Instant),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "from_epoch_millis(1769850000500)", gives: r#""2026-01-31T09:00:00.5Z""# },
        Example { call: "from_epoch_millis(9223372036854775807)", gives: "error: calendar" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Timestamp::from_millisecond(args.int(0)?).map(Value::Instant).map_err(|_| calendar::outside())
}
