//! A sandbox with a client for it.

use std::sync::Arc;
use std::time::Duration;

use flowrun::clock::HandClock;
use flowrun::sandbox::{self, Options, Ready, Running, SandboxClock};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// The instant at which the tests' shops begin.
pub(crate) const START: &str = "2026-03-01T12:00:00Z";
pub(crate) const ALL: &str =
    "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT,FULFILLMENT_ORDERS";

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<HandClock>,
    pub(crate) ready: Ready,
    pub(crate) running: Option<Running>,
    pub(crate) http: reqwest::Client,
    token: tokio::sync::Mutex<Option<String>>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|options| options.orders = 60).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut Options)) -> Self {
        Self::at(START, set).await
    }

    pub(crate) async fn at(start: &str, set: impl FnOnce(&mut Options)) -> Self {
        // The client insists on a TLS provider even for plain HTTP; a second installation is refused, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = Arc::new(HandClock::new(start.parse().unwrap()));
        let mut options = Options { clock: SandboxClock::Hand(Arc::clone(&clock)), ..Options::default() };
        set(&mut options);
        let running = sandbox::start(options).await.unwrap();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
        let token = tokio::sync::Mutex::new(None);
        Self { clock, ready: running.ready().clone(), running: Some(running), http, token }
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn send(request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body }
    }

    /// A token as the seller's application gets one.
    pub(crate) async fn token(&self) -> String {
        let mut held = self.token.lock().await;
        if held.is_none() {
            let known = &self.ready.credentials.amazon;
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", &known.refresh_token),
                ("client_id", &known.client_id),
                ("client_secret", &known.client_secret),
            ];
            let answer = Self::send(self.http.post(&self.ready.amazon_token).form(&form)).await.expect(200);
            *held = Some(answer.body["access_token"].as_str().unwrap().to_owned());
        }
        held.clone().unwrap()
    }

    pub(crate) async fn forget_token(&self) {
        *self.token.lock().await = None;
    }

    pub(crate) async fn amazon(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        let request = self.http.get(format!("{}{path}", self.ready.amazon)).query(query);
        Self::send(request.header("x-amz-access-token", self.token().await)).await
    }

    pub(crate) async fn search(&self, query: &[(&str, &str)]) -> Answer {
        self.amazon("/orders/2026-01-01/orders", query).await
    }

    /// Every order of the shop, with all blocks.
    pub(crate) async fn everything(&self) -> Vec<Value> {
        let mut orders = Vec::new();
        let mut token = String::new();
        loop {
            let mut query = vec![("lastUpdatedAfter", "2020-01-01T00:00:00Z"), ("includedData", ALL)];
            if !token.is_empty() {
                query.push(("paginationToken", &token));
            }
            // A page in three minutes is what the usage plan gives in the long run.
            self.advance(179);
            self.forget_token().await;
            let page = self.search(&query).await.expect(200).body;
            orders.extend(page["orders"].as_array().unwrap().clone());
            match page["pagination"]["nextToken"].as_str() {
                Some(next) => token = next.to_owned(),
                None => return orders,
            }
        }
    }

    pub(crate) fn tims(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1{path}", self.ready.tims));
        request.header("X-API-Key", &self.ready.credentials.tims.api_key)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Self::send(self.tims(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.tims(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.tims(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn admin(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.http.request(method, format!("{}{path}", self.ready.admin));
        Self::send(if body.is_null() { request } else { request.json(body) }).await
    }

    pub(crate) async fn state(&self) -> Value {
        self.admin(Method::GET, "/state", &Value::Null).await.expect(200).body
    }

    pub(crate) async fn counters(&self) -> Value {
        self.admin(Method::GET, "/counters", &Value::Null).await.expect(200).body
    }

    pub(crate) async fn faults(&self, body: Value) {
        self.admin(Method::PUT, "/faults", &body).await.expect(200);
    }

    /// A customer's id.
    pub(crate) async fn customer(&self) -> String {
        let body = json!({"company_name": "Jürgen Müller", "contact": {"email": "a1@marketplace.amazon.de"}});
        let answer = self.put("/customers/by_ref/amazon/a1", &body).await;
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// A sales order's body that TIMS takes.
    pub(crate) async fn order(&self) -> Value {
        json!({
            "source": "amazon", "external_ref": "amazon:A1PA6795UKMFR9:302-1234567-1234567",
            "order_date": "2026-02-01T09:12:44Z", "customer_id": self.customer().await, "currency": "EUR",
            "prices_include_tax": true, "location": "MAIN",
            "lines": [
                {"line_ref": "05015851154158", "sku": "MUG-WHT-11", "quantity": "2", "unit_price": "44.95",
                 "discounts": [{"code": "AMZ-PROMO", "amount": "5.00"}]},
                {"line_ref": "05015851154159", "sku": "KTL-GLS-17", "quantity": "3", "unit_price": "3.33",
                 "line_amount": "10.00"},
            ],
            "charges": [{"kind": "shipping", "line_ref": "05015851154158", "amount": "4.99"}],
            "totals": {"goods": "99.90", "discounts": "5.00", "charges": "4.99", "grand": "99.89"},
        })
    }
}

/// The address of an order's upsert.
pub(crate) const BY_REF: &str = "/sales_orders/by_ref/amazon/amazon:A1PA6795UKMFR9:302-1234567-1234567";
