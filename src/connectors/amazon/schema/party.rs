//! The people in an order. All of it is buyer data, down to the country.

use crate::catalog::build::{closed, list, may, nested, open};
use crate::catalog::{Base, Field};

pub(super) fn buyer() -> Base {
    nested(
        "Buyer",
        vec![
            may("buyerName", Base::Text, "The customer's name").pii(),
            may("buyerEmail", Base::Text, "The customer's anonymised address; only where the seller ships").pii(),
            may("buyerCompanyName", Base::Text, "The customer's company, on a business order").pii(),
            may("buyerPurchaseOrderNumber", Base::Text, "The purchase order number that the customer gave").pii(),
        ],
    )
}

pub(super) fn recipient() -> Base {
    nested(
        "Recipient",
        vec![
            may("deliveryAddress", address(), "Where it goes"),
            may("deliveryPreference", preference(), "How the customer wants it delivered"),
        ],
    )
}

pub(super) fn address() -> Base {
    let extended = nested(
        "AddressExtendedFields",
        vec![
            may("streetName", Base::Text, "The street").pii(),
            may("streetNumber", Base::Text, "The number in the street").pii(),
            may("complement", Base::Text, "The floor or unit").pii(),
            may("neighborhood", Base::Text, "The neighbourhood").pii(),
        ],
    );
    nested(
        "CustomerAddress",
        vec![
            may("name", Base::Text, "Who receives it").pii(),
            may("companyName", Base::Text, "The company there").pii(),
            may("addressLine1", Base::Text, "The street").pii(),
            may("addressLine2", Base::Text, "More of the address").pii(),
            may("addressLine3", Base::Text, "More of the address").pii(),
            may("city", Base::Text, "The city").pii(),
            may("districtOrCounty", Base::Text, "The district or county").pii(),
            may("stateOrRegion", Base::Text, "The state, province or region").pii(),
            may("municipality", Base::Text, "The municipality").pii(),
            may("postalCode", Base::Text, "The postal code").pii(),
            may("countryCode", Base::Text, "The country, as ISO 3166 writes it").pii(),
            may("phone", Base::Text, "A number to call about the delivery; withheld in many cases").pii(),
            may("extendedFields", extended, "Parts of an address in Brazil"),
            may("addressType", open("AddressType", &["RESIDENTIAL", "COMMERCIAL", "PICKUP_POINT"]), "What is there")
                .pii(),
        ],
    )
}

fn preference() -> Base {
    let capabilities = open("PreferredDeliveryCapability", &["HAS_ACCESS_POINT", "PALLET_ENABLED", "PALLET_DISABLED"]);
    nested(
        "DeliveryPreference",
        vec![
            may("dropOffLocation", Base::Text, "Where to leave it").pii(),
            may("addressInstruction", Base::Text, "How to find the place").pii(),
            may("deliveryTime", delivery_time(), "When somebody is there"),
            may("deliveryCapabilities", list(capabilities), "What the place can take").pii(),
        ],
    )
}

fn delivery_time() -> Base {
    let hours = nested(
        "BusinessHour",
        vec![
            may("dayOfWeek", closed("DayOfWeek", &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]), "The day").pii(),
            may("timeWindows", list(time_window()), "The hours of that day"),
        ],
    );
    let exception = nested(
        "ExceptionDate",
        vec![
            may("exceptionDate", Base::Date, "The day").pii(),
            may("exceptionDateType", closed("ExceptionDateType", &["CLOSED", "OPEN"]), "Whether it is open").pii(),
            may("timeWindows", list(time_window()), "The hours of that day"),
        ],
    );
    nested(
        "PreferredDeliveryTime",
        vec![
            may("businessHours", list(hours), "The hours of a week"),
            may("exceptionDates", list(exception), "Days with other hours"),
        ],
    )
}

fn time_window() -> Base {
    nested(
        "TimeWindow",
        vec![may("startTime", hour_minute(), "Its beginning"), may("endTime", hour_minute(), "Its end")],
    )
}

fn hour_minute() -> Base {
    let part = |name: &str, doc| -> Field { may(name, Base::Int, doc).pii() };
    nested("HourMinute", vec![part("hour", "The hour, 0 to 23"), part("minute", "The minute")])
}
