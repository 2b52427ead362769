//! States and provinces, which buyers write out.

use super::countries;
use super::normalize;
use super::param::{COUNTRY, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "region_code",
    family: "codes",
    summary: "The code of a state or province of the US, Canada or Australia by its English name or its code.",
    params: &[one("region", Params::TEXT), COUNTRY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"region_code("California", "US")"#, gives: r#""CA""# },
        Example { call: r#"region_code("ont.", "CA")"#, gives: "error: no state" },
        Example { call: r#"region_code("on", "CA")"#, gives: r#""ON""# },
        Example { call: r#"region_code("Bayern", "DE")"#, gives: "error: US, CA and AU" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let country = countries::read(args, 1)?;
    let regions = REGIONS.iter().find(|(code, _)| *code == country.code).map(|(_, regions)| *regions);
    let regions = regions.ok_or_else(|| FunctionError::new("states and provinces are known of US, CA and AU only"))?;
    let wanted = normalize::fold(args.text(0)?);
    let found = regions.split(", ").find_map(|region| {
        let (code, name) = region.split_once(' ')?;
        (normalize::fold(code) == wanted || normalize::fold(name) == wanted).then_some(code)
    });
    found.map(Value::text).ok_or_else(|| {
        FunctionError::new("that is no state or province of the country; map other spellings with a table")
    })
}

/// The states and provinces by ISO 3166-2: codes and names.
const REGIONS: [(&str, &str); 3] = [
    (
        "US",
        "AK Alaska, AL Alabama, AR Arkansas, AS American Samoa, AZ Arizona, CA California, CO Colorado, CT \
     Connecticut, DC District of Columbia, DE Delaware, FL Florida, GA Georgia, GU Guam, HI Hawaii, IA \
     Iowa, ID Idaho, IL Illinois, IN Indiana, KS Kansas, KY Kentucky, LA Louisiana, MA Massachusetts, MD \
     Maryland, ME Maine, MI Michigan, MN Minnesota, MO Missouri, MP Northern Mariana Islands, MS \
     Mississippi, MT Montana, NC North Carolina, ND North Dakota, NE Nebraska, NH New Hampshire, NJ New \
     Jersey, NM New Mexico, NV Nevada, NY New York, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, PR \
     Puerto Rico, RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, \
     VA U.S. Virgin Islands, VI U.S. Virgin Islands, VT Vermont, WA Washington, WI Wisconsin, WV West \
     Virginia, WY Wyoming",
    ),
    (
        "CA",
        "AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador, NS \
     Nova Scotia, NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec, \
     SK Saskatchewan, YT Yukon",
    ),
    (
        "AU",
        "ACT Australian Capital Territory, NSW New South Wales, NT Northern Territory, QLD Queensland, SA \
     South Australia, TAS Tasmania, VIC Victoria, WA Western Australia",
    ),
];
