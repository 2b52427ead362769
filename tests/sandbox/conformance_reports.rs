//! The Reports API against Amazon's published model and examples.

use reqwest::Method;
use serde_json::{Value, json};

use crate::conformance::{assert_valid, published, validator};
use crate::support::{Answer, World};

const MODEL: &str = "reports_2021-06-30.json";
const ROOT: &str = "/reports/2021-06-30";
/// What is simulated of the model. Schedules are for reports that nobody needs here.
const SIMULATED: [&str; 5] = ["getReports", "createReport", "getReport", "cancelReport", "getReportDocument"];

async fn send(world: &World, method: Method, path: &str, query: &[(String, String)], body: Option<&Value>) -> Answer {
    let request = world.http.request(method, format!("{}{path}", world.ready.amazon)).query(query);
    let request = request.header("x-amz-access-token", world.token().await);
    World::send(if let Some(body) = body { request.json(body) } else { request }).await
}

#[tokio::test]
async fn every_answer_satisfies_the_model() {
    let Some(model) = published(&format!("models/{MODEL}")) else { return };
    let world = World::with(|options| options.orders = 200).await;
    let reports = world.settlement_reports().await;
    assert_valid(&validator(&model, "GetReportsResponse"), &json!({"reports": reports, "nextToken": "x"}));
    let kind = ("reportTypes".to_owned(), "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2".to_owned());
    let page = send(&world, Method::GET, &format!("{ROOT}/reports"), &[kind], None).await.expect(200);
    assert_valid(&validator(&model, "GetReportsResponse"), &page.body);
    let (report, document) = (validator(&model, "Report"), validator(&model, "ReportDocument"));
    for one in &reports {
        world.advance(60);
        world.forget_token().await;
        let path = format!("{ROOT}/reports/{}", one["reportId"].as_str().unwrap());
        assert_valid(&report, &send(&world, Method::GET, &path, &[], None).await.expect(200).body);
        let path = format!("{ROOT}/documents/{}", one["reportDocumentId"].as_str().unwrap());
        assert_valid(&document, &send(&world, Method::GET, &path, &[], None).await.expect(200).body);
    }
    let body = json!({"reportType": "GET_AFN_INVENTORY_DATA", "marketplaceIds": ["ATVPDKIKX0DER"]});
    let made = send(&world, Method::POST, &format!("{ROOT}/reports"), &[], Some(&body)).await.expect(202).body;
    assert_valid(&validator(&model, "CreateReportResponse"), &made);
    let path = format!("{ROOT}/reports/{}", made["reportId"].as_str().unwrap());
    for wanted in ["IN_QUEUE", "IN_PROGRESS", "CANCELLED"] {
        let found = send(&world, Method::GET, &path, &[], None).await.expect(200).body;
        assert_valid(&report, &found);
        assert_eq!(found["processingStatus"], wanted);
        world.advance(30);
    }
    let errors = validator(&model, "ErrorList");
    assert_valid(&errors, &send(&world, Method::DELETE, &path, &[], None).await.expect(400).body);
    assert_valid(&errors, &send(&world, Method::GET, &format!("{ROOT}/reports"), &[], None).await.expect(400).body);
    assert_valid(&errors, &send(&world, Method::GET, &format!("{ROOT}/reports/x"), &[], None).await.expect(400).body);
}

#[tokio::test]
async fn every_published_example_is_answered_as_published() {
    let Some(cases) = published("sandbox_cases.json") else { return };
    let mine = |case: &&Value| case["model"] == MODEL && SIMULATED.contains(&case["operationId"].as_str().unwrap());
    let cases: Vec<&Value> = cases["cases"].as_array().unwrap().iter().filter(mine).collect();
    assert_eq!(cases.len(), 10);
    for case in cases {
        replay(case).await;
    }
}

/// Seeds what a case's response shows, sends its request, and compares.
async fn replay(case: &Value) {
    let wanted = &case["response"];
    let world = World::at("2024-03-12T14:00:00Z", |options| options.orders = 0).await;
    let parameters = case["request"]["parameters"].as_object().unwrap();
    let value = |name: &str| parameters.get(name).map(|parameter| &parameter["value"]);
    let ok = case["status"].as_u64().unwrap() < 300;
    // The id that the request asks for is not the one that the example's response shows; the request's is seeded.
    let mut id = value("reportId").and_then(Value::as_str).unwrap_or("ID").to_owned();
    let mut reports: Vec<Value> = wanted["reports"].as_array().cloned().unwrap_or_default();
    if case["operationId"] == "getReport" && ok {
        let mut report = wanted.clone();
        report["reportId"] = id.as_str().into();
        reports.push(report);
    }
    if case["operationId"] == "cancelReport" && ok {
        reports.push(json!({"reportId": id, "reportType": "FEE_DISCOUNTS_REPORT", "processingStatus": "IN_QUEUE",
            "createdTime": "2024-03-12T13:00:00Z"}));
    }
    if wanted.get("nextToken").is_some() {
        let mut other = reports[0].clone();
        other["reportId"] = "ReportId0".into();
        other["createdTime"] = "2024-03-09T00:00:00Z".into();
        reports.push(other);
    }
    for report in &reports {
        let path = format!("/reports/{}", report["reportId"].as_str().unwrap());
        world.admin(Method::PUT, &path, report).await.expect(200);
    }
    if case["operationId"] == "getReportDocument" && ok {
        id = wanted["reportDocumentId"].as_str().unwrap().to_owned();
        world.admin(Method::PUT, &format!("/report_documents/{id}"), wanted).await.expect(200);
    }
    let mut path = case["path"].as_str().unwrap().replace("//", "/");
    let mut query = Vec::new();
    for (name, parameter) in parameters.iter().filter(|(name, _)| *name != "body") {
        let text = match &parameter["value"] {
            Value::Array(values) => values.iter().map(|v| v.as_str().unwrap()).collect::<Vec<_>>().join(","),
            value => value.as_str().unwrap().to_owned(),
        };
        match path.contains(&format!("{{{name}}}")) {
            true => path = path.replace(&format!("{{{name}}}"), &text),
            false => query.push((name.clone(), text)),
        }
    }
    let path = path.replace("{reportId}", "nothing");
    if wanted.get("nextToken").is_some() {
        query.push(("pageSize".to_owned(), "1".to_owned()));
    }
    let method = case["method"].as_str().unwrap().parse().unwrap();
    let answer = send(&world, method, &path, &query, value("body")).await;
    let mut got = answer.expect(u16::try_from(case["status"].as_u64().unwrap()).unwrap()).body;
    // Tokens and ids are Amazon's own: that there is one is what counts.
    if wanted.get("nextToken").is_some() {
        assert!(got["nextToken"].is_string());
        got["nextToken"] = wanted["nextToken"].clone();
    }
    if ["getReport", "createReport"].contains(&case["operationId"].as_str().unwrap()) && ok {
        assert!(got["reportId"].is_string());
        got["reportId"] = wanted["reportId"].clone();
    }
    if wanted.is_null() {
        assert_eq!(got, "");
    } else {
        assert_eq!(&got, wanted, "{} {}", case["operationId"], case["index"]);
    }
}
