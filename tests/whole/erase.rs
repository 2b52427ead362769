//! A buyer is forgotten: what was kept of an order that stopped is gone, and that it was is on record.

use flowrun::engine::erase::{Whom, erase};
use flowrun::engine::inspect::{self, Which};
use flowrun::store::{self, AuditEntry, DeadLetterState};
use flowrun::value::json;

use crate::support::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_is_forgotten_and_the_forgetting_is_not() {
    let world = World::new(600).await;
    world.run().await;
    let (store, sealer) = (world.store(), world.sealer());
    let record = |id: &str| {
        let letter = inspect::dead_letter(&*store, id).unwrap().unwrap();
        json::to_string(&inspect::open_record(&letter, &sealer).unwrap())
    };
    let letters = inspect::dead_letters(&*store, &Which::default()).unwrap();
    assert!(letters.len() >= 2, "{} orders stopped", letters.len());
    let with_email = letters.iter().find(|letter| record(&letter.id).contains("buyerEmail")).unwrap();
    let other = letters.iter().find(|letter| letter.id != with_email.id).unwrap();

    // By the order: its record is gone, and no replay brings it back.
    let whom = Whom::Order(other.key.clone());
    let erased = erase(&*store, &sealer, &whom, "ann", Some("request 4711"), &*world.clock).await.unwrap();
    assert_eq!((erased.dead_letters, erased.waiting), (1, 0));
    assert_eq!(record(&other.id), "null");
    let now = inspect::dead_letter(&*store, &other.id).unwrap().unwrap();
    assert!(matches!(now.state, DeadLetterState::Discarded { .. }) && now.found.is_empty());
    assert!(record(&with_email.id).contains("buyerEmail"), "another buyer's is still there");

    // By the person.
    let whole: serde_json::Value = serde_json::from_str(&record(&with_email.id)).unwrap();
    let email = whole["buyer"]["buyerEmail"].as_str().unwrap().to_owned();
    let whom = Whom::Customer(email.to_uppercase());
    let erased = erase(&*store, &sealer, &whom, "ann", None, &*world.clock).await.unwrap();
    assert!(erased.dead_letters >= 1);
    assert_eq!(record(&with_email.id), "null");

    // Who did it and why is on record, without the person; and a second run does not bring anything back.
    let audit: Vec<AuditEntry> =
        store::list(&*store, b"", None, 100).unwrap().into_iter().map(|(_, entry)| entry).collect();
    let told: Vec<(&str, &str)> = audit.iter().map(|entry| (entry.action.as_str(), entry.subject.as_str())).collect();
    assert_eq!(told[0], ("erase", format!("order {}", other.key).as_str()));
    assert!(told[1].0 == "erase" && told[1].1.starts_with("customer sha256:"), "{told:?}");
    assert!(!format!("{audit:?}").to_lowercase().contains(&email));
    let again = world.run().await;
    assert_eq!((again.counts.writes, again.counts.dead_lettered), (0, 0));
    assert_eq!(record(&with_email.id), "null");
}
