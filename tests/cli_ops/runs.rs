//! Runs against the sandbox in the process.

use crate::support::{Place, ended, signal};

#[test]
fn a_run_delivers_and_a_second_one_writes_nothing() {
    let place = Place::new();
    place.mend();
    let first = place.flowrun("run flows/buyers.flow --env sandbox --format json").expect(0).json();
    assert_eq!(first["outcome"], "done");
    assert_eq!(first["flow"], "buyers");
    assert_eq!(first["environment"], "sandbox");
    let delivered = first["counts"]["delivered"].as_u64().unwrap();
    assert!(delivered >= 55, "{first}");
    assert_eq!(first["counts"]["writes"], first["targets"]["account"]["writes"]);
    assert!(first["calls"]["amazon.searchOrders"]["calls"].as_u64().unwrap() >= 1, "{first}");
    let second = place.flowrun("run flows/buyers.flow --env sandbox --format json").expect(0).json();
    assert_eq!(second["counts"]["writes"], 0, "{second}");
    // From the beginning again: all is known.
    let again = place.flowrun("run flows/buyers.flow --env sandbox --since 2020-01-01T00:00:00Z --format json");
    let again = again.expect(0).json();
    assert_eq!(again["counts"]["writes"], 0, "{again}");
    assert_eq!(again["counts"]["unchanged"], delivered, "{again}");
    let runs = place.flowrun("runs --env sandbox --format json").expect(0).lines();
    assert_eq!(runs.len(), 3);
    assert_eq!(runs[2]["run"], first["run"], "the latest comes first");
    assert!(runs[0]["started"].as_str() >= runs[1]["ended"].as_str(), "time never runs back: {runs:?}");
    place.flowrun("runs --env sandbox --flow flows/buyers.flow --limit 1").expect(0).says("done");
    place.flowrun("runs --env sandbox --flow other").expect(0).says("no runs");
}

#[test]
fn people_get_a_summary() {
    let place = Place::new();
    let said = place.flowrun("run flows/buyers.flow --env sandbox").expect(1);
    for what in ["buyers in sandbox: done", "account", "searchOrders", "Germany is not served", "simulated time"] {
        assert!(said.out.contains(what), "{what}\n{}", said.out);
    }
    assert!(said.out.contains("flowrun dead-letters list --env sandbox"), "{}", said.out);
    assert_eq!(said.err, "");
}

#[test]
fn a_dry_run_shows_what_it_would_write_and_writes_nothing() {
    let place = Place::new();
    let dry = place.flowrun("run flows/buyers.flow --env sandbox --dry-run --format json").expect(1);
    let (writes, stopped): (Vec<_>, Vec<_>) = dry.lines().into_iter().partition(|line| line["payload"].is_object());
    assert!(!writes.is_empty() && !stopped.is_empty());
    assert!(stopped.iter().all(|line| line["reason"] == "Germany is not served"), "{stopped:?}");
    for write in &writes {
        assert_eq!((&write["target"], &write["step"]), (&"tims.customers".into(), &"account".into()));
        assert_eq!(write["operation"], "upsert");
        let reference = format!("amazon:{}", write["key"].as_str().unwrap());
        assert_eq!(write["payload"]["external_ref"], reference.as_str());
    }
    assert!(dry.err.contains("nothing was written"), "{}", dry.err);
    place.flowrun("runs --env sandbox").expect(0).says("no runs");
    place.flowrun("dead-letters list --env sandbox").expect(0).says("no dead letters");
    let human = place.flowrun("run flows/buyers.flow --env sandbox --dry-run").expect(1);
    assert!(human.out.contains("→ upsert tims.customers (account)"), "{}", human.out);
    let real = place.flowrun("run flows/buyers.flow --env sandbox --format json").expect(1).json();
    assert_eq!(real["counts"]["writes"], writes.len(), "{real}");
}

#[test]
fn limited_runs_get_on() {
    let place = Place::new();
    place.mend();
    let mut delivered = 0;
    for _ in 0..3 {
        let run = place.flowrun("run flows/buyers.flow --env sandbox --limit 10 --format json").expect(0).json();
        delivered += run["counts"]["delivered"].as_u64().unwrap();
    }
    assert!((30..45).contains(&delivered), "{delivered}");
}

#[test]
fn the_shop_stays_the_same_and_another_is_refused() {
    let place = Place::new();
    place.flowrun("run flows/buyers.flow --env sandbox --orders 20").expect(1);
    let said = place.flowrun("run flows/buyers.flow --env sandbox --orders 30").expect(2);
    let said = said.says("a shop with 20 orders and seed 1, not of 30 and 1");
    assert!(said.err.contains("sandbox-remote"), "{}", said.err);
    place.flowrun("run flows/buyers.flow --env sandbox --format json").expect(0);
    place.flowrun("run flows/buyers.flow --env sandbox --orders 30 --store .flowrun/other").expect(1);
    place.write("flows/environments/sandbox.yaml", "buyer_data: allowed\nsandbox: { seed: 2 }\n");
    place.flowrun("run flows/buyers.flow --env sandbox").expect(2).says("seed 1, not of 20 and 2");
}

#[test]
fn one_record_is_told_step_by_step() {
    let place = Place::new();
    place.mend();
    let dry = place.flowrun("run flows/buyers.flow --env sandbox --dry-run --format json").expect(0).lines();
    let key = dry[0]["key"].as_str().unwrap();
    place.flowrun(&format!("record buyers {key} --env sandbox")).expect(2).says("has not seen");
    place.flowrun("run flows/buyers.flow --env sandbox").expect(0);
    let human = place.flowrun(&format!("record buyers {key} --env sandbox")).expect(0);
    for what in
        ["delivered", "account", "about to tims.upsertCustomer", "tims.upsertCustomer done, 1 attempt, request "]
    {
        assert!(human.out.contains(what), "{what}\n{}", human.out);
    }
    let known = place.flowrun(&format!("record flows/buyers.flow {key} --env sandbox --format json")).expect(0).json();
    assert_eq!(known["flow"], "buyers");
    assert_eq!(known["steps"]["account"]["done"], true);
    let events: Vec<&str> = known["history"].as_array().unwrap().iter().map(|e| e["text"].as_str().unwrap()).collect();
    assert!(events[0].starts_with("read, version"), "{events:?}");
    assert_eq!(*events.last().unwrap(), "delivered");
}

#[test]
fn a_run_that_is_told_to_stop_leaves_things_whole() {
    let place = Place::new();
    place.mend();
    place.write("flows/environments/sandbox.yaml", "buyer_data: allowed\nconcurrency: 1\nsandbox: { orders: 1500 }\n");
    let child = place.start("run flows/buyers.flow --env sandbox --format json");
    // Once the simulated TIMS has written something down, the run is on its way.
    let journal = place.path(".flowrun/sandbox-remote/sandbox.journal");
    let begun = || std::fs::metadata(&journal).is_ok_and(|file| file.len() > 20_000);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !begun() && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    signal(&child, "TERM");
    let stopped = ended(child).expect(0);
    assert!(stopped.err.contains("stopping"), "{}", stopped.err);
    let stopped = stopped.json();
    assert_eq!(stopped["outcome"], "stopped", "{stopped}");
    place.flowrun("store verify .flowrun/sandbox").expect(0);
    let rest = place.flowrun("run flows/buyers.flow --env sandbox --format json").expect(0).json();
    let writes = |run: &serde_json::Value| run["counts"]["writes"].as_u64().unwrap();
    assert!(writes(&stopped) > 0 && writes(&rest) > 0, "{stopped}\n{rest}");
    let last = place.flowrun("run flows/buyers.flow --env sandbox --since 2020-01-01T00:00:00Z --format json");
    let last = last.expect(0).json();
    assert_eq!(writes(&last), 0, "{last}");
    assert_eq!(last["counts"]["unchanged"].as_u64().unwrap(), writes(&stopped) + writes(&rest), "{stopped}\n{rest}");
}

#[test]
fn a_run_that_is_killed_is_finished_by_the_next() {
    let place = Place::new();
    place.mend();
    place.write("flows/environments/sandbox.yaml", "buyer_data: allowed\nconcurrency: 4\nsandbox: { orders: 600 }\n");
    let mut child = place.start("run flows/buyers.flow --env sandbox");
    let journal = place.path(".flowrun/sandbox-remote/sandbox.journal");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !std::fs::metadata(&journal).is_ok_and(|file| file.len() > 50_000) && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let rest = place.flowrun("run flows/buyers.flow --env sandbox --format json").expect(0).json();
    assert_eq!(rest["outcome"], "done");
    let last = place.flowrun("run flows/buyers.flow --env sandbox --since 2020-01-01T00:00:00Z --format json");
    assert_eq!(last.expect(0).json()["counts"]["writes"], 0);
    place.flowrun("store verify .flowrun/sandbox").expect(0);
}
