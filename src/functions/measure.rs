//! Units of measure: what each is called, what it measures, and its exact size. A size is a fraction of the kind's own
//! unit (kg, m, m², l, K), because some have no end as a decimal.

use rust_decimal::Decimal;

use super::normalize;
use crate::catalog::{Args, FunctionError};

/// A unit.
pub(super) struct Unit {
    /// Its short name.
    pub(super) name: &'static str,
    /// What it measures.
    pub(super) kind: &'static str,
    /// Its size is `over` by `under`.
    pub(super) over: Decimal,
    /// See `over`.
    pub(super) under: Decimal,
    /// What is added to a number of it so that 0 is the zero of the kind's own unit.
    pub(super) zero: Decimal,
}

/// Name, kind, size as a fraction, what is added before, and other spellings.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const UNITS: &[Row] = &[
    ("mg", "weight", "1", "1000000", "0", &["milligram", "milligrams"]),
    ("g", "weight", "1", "1000", "0", &["gram", "grams", "gr"]),
    ("kg", "weight", "1", "1", "0", &["kilogram", "kilograms", "kilo", "kilos"]),
    ("t", "weight", "1000", "1", "0", &["tonne", "tonnes", "metric ton", "metric tons"]),
    ("oz", "weight", "0.028349523125", "1", "0", &["ounce", "ounces"]),
    ("lb", "weight", "0.45359237", "1", "0", &["lbs", "pound", "pounds"]),
    ("mm", "length", "1", "1000", "0", &["millimeter", "millimeters", "millimetre", "millimetres"]),
    ("cm", "length", "1", "100", "0", &["centimeter", "centimeters", "centimetre", "centimetres"]),
    ("m", "length", "1", "1", "0", &["meter", "meters", "metre", "metres"]),
    ("km", "length", "1000", "1", "0", &["kilometer", "kilometers", "kilometre", "kilometres"]),
    ("in", "length", "0.0254", "1", "0", &["inch", "inches", "\""]),
    ("ft", "length", "0.3048", "1", "0", &["foot", "feet", "'"]),
    ("yd", "length", "0.9144", "1", "0", &["yard", "yards"]),
    ("mi", "length", "1609.344", "1", "0", &["mile", "miles"]),
    ("cm2", "area", "1", "10000", "0", &["square centimeters", "square centimetres"]),
    ("m2", "area", "1", "1", "0", &["square meters", "square metres"]),
    ("in2", "area", "0.00064516", "1", "0", &["square inches", "square_inches"]),
    ("ft2", "area", "0.09290304", "1", "0", &["square feet", "square_feet"]),
    (
        "ml",
        "volume",
        "1",
        "1000",
        "0",
        &["milliliter", "milliliters", "millilitre", "millilitres", "cm3", "cubic_centimeters"],
    ),
    ("cl", "volume", "1", "100", "0", &["centiliter", "centiliters", "centilitre", "centilitres"]),
    ("l", "volume", "1", "1", "0", &["liter", "liters", "litre", "litres", "dm3"]),
    ("m3", "volume", "1000", "1", "0", &["cubic_meters", "cubic meters", "cubic metres"]),
    ("in3", "volume", "0.016387064", "1", "0", &["cubic_inches", "cubic inches"]),
    ("ft3", "volume", "28.316846592", "1", "0", &["cubic_feet", "cubic feet"]),
    ("floz", "volume", "0.0295735295625", "1", "0", &["fl oz", "fluid_ounces", "fluid ounces", "fluid ounce"]),
    ("pt", "volume", "0.473176473", "1", "0", &["pint", "pints"]),
    ("qt", "volume", "0.946352946", "1", "0", &["quart", "quarts"]),
    ("gal", "volume", "3.785411784", "1", "0", &["gallon", "gallons"]),
    ("impgal", "volume", "4.54609", "1", "0", &["imperial_gallons", "imperial gallons"]),
    ("K", "temperature", "1", "1", "0", &["kelvin"]),
    ("C", "temperature", "1", "1", "273.15", &["celsius", "degrees_celsius", "°c"]),
    ("F", "temperature", "5", "9", "459.67", &["fahrenheit", "degrees_fahrenheit", "°f"]),
];

/// The unit that is written at `index`. Pints, quarts and gallons are those of the US, where nothing else is said.
pub(super) fn read(args: &Args<'_>, index: usize) -> Result<Unit, FunctionError> {
    let written = args.text(index)?;
    let folded = normalize::fold(written);
    let row = UNITS.iter().find(|(name, .., others)| {
        normalize::fold(name) == folded || others.iter().any(|other| normalize::fold(other) == folded)
    });
    let unit = row.and_then(|(name, kind, over, under, zero, _)| {
        let number = |text: &str| Decimal::from_str_exact(text).ok();
        Some(Unit { name, kind, over: number(over)?, under: number(under)?, zero: number(zero)? })
    });
    unit.ok_or_else(|| {
        let names: Vec<&str> = UNITS.iter().map(|(name, ..)| *name).collect();
        FunctionError::new(format!(
            "that is no unit that is known; there are {} and their names in English",
            names.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::{UNITS, normalize, read};
    use crate::catalog::Args;
    use crate::value::Value;

    #[test]
    fn each_spelling_means_one_unit() {
        let mut seen = std::collections::HashSet::new();
        for (name, _, over, under, zero, others) in UNITS {
            assert!([over, under, zero].iter().all(|text| Decimal::from_str_exact(text).is_ok()), "{name}");
            for spelling in others.iter().chain([name]) {
                assert!(seen.insert(normalize::fold(spelling)), "{spelling} is there twice");
                assert_eq!(read(&Args { values: &[Value::text(spelling)] }, 0).map(|unit| unit.name).ok(), Some(*name));
            }
        }
    }
}
