//! Payment and tax of an order. Registrations name people and companies with their numbers, so they are buyer data
//! whoever they belong to.

use super::{money, party};
use crate::catalog::Base;
use crate::catalog::build::{list, may, nested, open};

pub(super) fn payment() -> Base {
    let execution = nested(
        "PaymentExecution",
        vec![
            may("paymentMethod", Base::Text, "How it was paid: CreditCard, CashOnDelivery, Invoice, Pix, …"),
            may("paymentAmount", money(), "How much was paid that way"),
            may("acquirerId", Base::Text, "The bank that authorised it; only in Brazil"),
            may("cardBrand", Base::Text, "The card's brand; only in Brazil"),
            may("authorizationCode", Base::Text, "The code that confirms it; only in Brazil").pii(),
        ],
    );
    nested("OrderPayment", vec![may("paymentExecutions", list(execution), "The payments")])
}

pub(super) fn order_tax() -> Base {
    let invoicing = nested(
        "OrderTaxInvoicing",
        vec![
            may(
                "buyerInvoicePreference",
                open("BuyerInvoicePreference", &["INDIVIDUAL", "BUSINESS"]),
                "Which invoice the buyer wants; only in Turkey",
            )
            .pii(),
            may(
                "invoiceStatus",
                open("InvoiceStatus", &["NOT_REQUIRED", "NOT_FOUND", "PROCESSING", "ERRORED", "ACCEPTED"]),
                "How far the electronic invoice is; only for Easy Ship and in Brazil",
            ),
        ],
    );
    nested(
        "OrderTax",
        vec![
            may("taxRegistrations", list(registration()), "Tax registrations"),
            may("taxInvoicing", invoicing, "Invoicing"),
        ],
    )
}

fn registration() -> Base {
    let attribute = nested(
        "TaxRegistrationAttribute",
        vec![
            may("key", open("TaxAttributeKey", &["TAX_OFFICE"]), "What it tells").pii(),
            may("value", Base::Text, "What it is").pii(),
        ],
    );
    nested(
        "OrderTaxRegistration",
        vec![
            may("entityType", open("TaxEntityType", &["BUYER", "MERCHANT", "MARKETPLACE"]), "Whose it is").pii(),
            may("legalName", Base::Text, "The name it is registered under").pii(),
            may(
                "taxRegistrationType",
                open("TaxRegistrationType", &["BUSINESS", "VAT", "CST", "CPF", "CNPJ"]),
                "The kind of number",
            )
            .pii(),
            may("taxRegistrationNumber", Base::Text, "The number").pii(),
            may("taxRegistrationAddress", party::address(), "The address it is registered at"),
            may("taxRegistrationAttributes", list(attribute), "More about it"),
        ],
    )
}
