//! Dead letters: seen, understood, replayed, discarded.

use crate::support::Place;

fn stopped() -> (Place, Vec<String>) {
    let place = Place::new();
    let run = place.flowrun("run flows/buyers.flow --env sandbox --format json").expect(1).json();
    let letters = run["dead_letters"].as_array().unwrap();
    assert!(letters.len() >= 4, "{run}");
    assert_eq!(run["counts"]["dead_lettered"], letters.len());
    assert_eq!(letters[0]["reason"], "Germany is not served");
    assert_eq!(letters[0]["line"], 12);
    (place, letters.iter().map(|letter| letter["id"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn they_are_listed_by_cause_and_shown_with_their_line() {
    let (place, ids) = stopped();
    let list = place.flowrun("dead-letters list --env sandbox").expect(0);
    assert!(list.out.contains(&format!("{} × buyers", ids.len())), "{}", list.out);
    let lines = place.flowrun("dead-letters list --env sandbox --flow buyers --format json").expect(0).lines();
    assert_eq!(lines.len(), ids.len());
    assert!(lines.iter().all(|line| line["state"] == "open" && line["flow"] == "buyers"));
    place.flowrun("dead-letters list --env sandbox --flow other").expect(0).says("no dead letters");
    let shown = place.flowrun(&format!("dead-letters show {} --env sandbox", ids[0])).expect(0);
    for what in ["Germany is not served", "flows/buyers.flow:12:", "12 | reject when $.salesChannel"] {
        assert!(shown.out.contains(what), "{what}\n{}", shown.out);
    }
    assert!(!shown.out.contains("orderItems"), "the record is shown only where it is asked for");
    place.flowrun("dead-letters show nothing --env sandbox").expect(2).says("there is no dead letter `nothing`");
}

#[test]
fn looking_at_a_record_is_noted() {
    let (place, ids) = stopped();
    let shown = place.flowrun(&format!("dead-letters show {} --env sandbox --record --format json", ids[0]));
    let shown = shown.expect(0).json();
    assert!(shown["record"]["orderItems"].is_array(), "{shown}");
    place.flowrun(&format!("dead-letters show {} --env sandbox --record", ids[0])).expect(0).says("\"orderItems\"");
    let export = place.flowrun("store export .flowrun/sandbox").expect(0);
    let audit: Vec<&str> = export.out.lines().filter(|line| line.contains("\"table\":\"audit\"")).collect();
    assert_eq!(audit.iter().filter(|line| line.contains("show") && line.contains("tester")).count(), 2, "{audit:?}");
    assert!(!export.out.contains("orderItems"), "what is sealed stays sealed");
}

#[test]
fn a_mended_flow_takes_them_up_again() {
    let (place, ids) = stopped();
    let same =
        place.flowrun("dead-letters replay flows/buyers.flow --all --env sandbox --format json").expect(1).json();
    assert_eq!(same["counts"]["dead_lettered"], ids.len(), "{same}");
    place.mend();
    let dry = place
        .flowrun(&format!("dead-letters replay flows/buyers.flow {} --env sandbox --dry-run --format json", ids[0]));
    assert_eq!(dry.expect(0).lines().len(), 1);
    let one = place.flowrun(&format!("dead-letters replay flows/buyers.flow {} --env sandbox --format json", ids[0]));
    let one = one.expect(0).json();
    assert_eq!(one["counts"]["delivered"], 1, "{one}");
    let closed = place.flowrun(&format!("dead-letters replay flows/buyers.flow {} --env sandbox", ids[0])).expect(2);
    closed.says("is closed: resolved");
    let cause = place.flowrun("dead-letters list --env sandbox --format json").expect(0).lines()[0]["cause"].clone();
    let rest = format!("dead-letters replay flows/buyers.flow --cause {} --env sandbox", cause.as_str().unwrap());
    place.flowrun(&rest).expect(0).says("delivered");
    place.flowrun(&rest).expect(0).says("no open dead letters");
    place.flowrun("dead-letters list --env sandbox").expect(0).says("no dead letters");
    let all = place.flowrun("dead-letters list --env sandbox --all --format json").expect(0).lines();
    assert!(all.len() >= ids.len() && all.iter().all(|line| line["state"] == "resolved"), "{all:?}");
    let run = place.flowrun("run flows/buyers.flow --env sandbox --since 2020-01-01T00:00:00Z --format json");
    assert_eq!(run.expect(0).json()["counts"]["writes"], 0);
}

#[test]
fn what_to_replay_must_be_said_and_must_be_there() {
    let (place, ids) = stopped();
    let replay =
        |words: &str| place.flowrun(&format!("dead-letters replay flows/buyers.flow {words} --env sandbox")).expect(2);
    replay("").says("--cause CODE");
    replay(&format!("{} --all", ids[0])).says("--cause CODE");
    let mut wrong = ids[0].clone();
    wrong.pop();
    replay(&wrong).says(&format!("did you mean `{}`?", ids[0]));
}

#[test]
fn an_operator_discards_with_a_reason() {
    let (place, ids) = stopped();
    place.flowrun(&format!("dead-letters discard {} --env sandbox", ids[0])).expect(2).says("--reason");
    place.flowrun(&format!("dead-letters discard {} --reason tests --env sandbox", ids[0])).expect(0);
    let again = place.flowrun(&format!("dead-letters discard {} --reason tests --env sandbox", ids[0])).expect(2);
    again.says("there is no open dead letter with this id");
    let shown = place.flowrun(&format!("dead-letters show {} --env sandbox --format json", ids[0])).expect(0).json();
    assert_eq!((shown["state"].as_str(), shown["closed_because"].as_str()), (Some("discarded"), Some("tests")));
    let record = place.flowrun(&format!("record buyers {} --env sandbox", shown["key"].as_str().unwrap())).expect(0);
    let record = record.says("discard: tests");
    assert!(record.out.contains("discarded (tests)"), "{}", record.out);
    let export = place.flowrun("store export .flowrun/sandbox").expect(0);
    assert!(export.out.lines().any(|line| line.contains("\"discard\"") && line.contains("tester")), "the audit entry");
}

#[test]
fn nothing_to_look_at_is_said_and_makes_no_store() {
    let place = Place::new();
    for words in ["dead-letters list", "runs", "record buyers X", "dead-letters show X"] {
        place.flowrun(&format!("{words} --env sandbox")).expect(2).says("nothing was run in `sandbox` yet");
    }
    assert!(!place.path(".flowrun").exists());
}
