//! Lookups that are asked for at the same time go to the remote in one call, where it has a call for several. Records
//! are worked on side by side and each looks up its own; one by one that would cost a call per record, and calls are
//! what remotes count.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::oneshot;

use super::contract::{
    Connection, Connector, ConnectorError, ErrorKind, Fetch, Page, ReadRequest, WriteAnswer, WriteRequest,
};
use super::quota::Usage;
use crate::catalog::ConnectorSpec;
use crate::value::{Value, json};

/// How often whoever asks first lets the others come before the call is made.
const TURNS: usize = 3;

/// A connector whose fetches are gathered, for the entities that can be found several at once.
pub(super) fn gather(inner: Connection, spec: &ConnectorSpec) -> Connection {
    let batches = spec.entities.iter().filter_map(|entity| {
        let operation = spec.operation(entity.lookup.as_ref()?.operation)?;
        (operation.batch > 1).then_some((entity.name, operation.batch))
    });
    Arc::new(Gather { inner, batches: batches.collect(), waiting: Mutex::default() })
}

struct Gather {
    inner: Connection,
    /// How many one call can find, by entity.
    batches: HashMap<&'static str, usize>,
    /// What has been asked and not been called yet, by entity and key field. Whoever finds none there makes the call.
    waiting: Mutex<HashMap<(String, String), Vec<Asked>>>,
}

struct Asked {
    values: Vec<Value>,
    answer: oneshot::Sender<Result<Vec<Value>, ConnectorError>>,
}

/// Whoever makes the call for a queue. Dropped before it is made, it takes the queue along, and all that wait in it are
/// told; else they would wait for ever.
struct Lead<'g> {
    queue: Option<(&'g Gather, &'g (String, String))>,
}

impl Lead<'_> {
    fn keep(mut self) {
        self.queue = None;
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        if let Some((gather, place)) = self.queue {
            gather.waiting().remove(place);
        }
    }
}

impl Gather {
    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<(String, String), Vec<Asked>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one call for all that wait, and tells each its part. Those that do not fit are left to the next.
    async fn call(&self, place: &(String, String), batch: usize, datasets: Vec<&'static str>) {
        let mut asked = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for one in self.waiting().remove(place).unwrap_or_default() {
            for value in &one.values {
                places.entry(json::to_string(value)).or_insert_with(|| {
                    values.push(value.clone());
                    values.len() - 1
                });
            }
            asked.push(one);
        }
        let mut found: Result<Vec<Value>, ConnectorError> = Ok(Vec::with_capacity(values.len()));
        for part in values.chunks(batch) {
            let request = Fetch {
                entity: place.0.clone(),
                key: place.1.clone(),
                values: part.to_vec(),
                datasets: datasets.clone(),
            };
            match (self.inner.fetch(&request).await, &mut found) {
                (Ok(answers), Ok(all)) => all.extend(answers),
                (Err(error), _) => {
                    found = Err(error);
                    break;
                }
                (Ok(_), Err(_)) => break,
            }
        }
        for one in asked {
            let answer = match &found {
                Ok(all) => Ok(one
                    .values
                    .iter()
                    .map(|value| {
                        let place = places.get(&json::to_string(value));
                        place.and_then(|place| all.get(*place)).cloned().unwrap_or_default()
                    })
                    .collect()),
                Err(error) => Err(error.clone()),
            };
            // Whoever has stopped waiting does not miss it.
            let _ = one.answer.send(answer);
        }
    }
}

#[async_trait]
impl Connector for Gather {
    async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        self.inner.read(request).await
    }

    async fn fetch(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        let Some(&batch) = self.batches.get(request.entity.as_str()).filter(|batch| request.values.len() < **batch)
        else {
            return self.inner.fetch(request).await;
        };
        let place = (request.entity.clone(), request.key.clone());
        let (sender, receiver) = oneshot::channel();
        let first = {
            let mut waiting = self.waiting();
            let queue = waiting.entry(place.clone()).or_default();
            queue.push(Asked { values: request.values.clone(), answer: sender });
            queue.len() == 1
        };
        if first {
            let lead = Lead { queue: Some((self, &place)) };
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            // From here on the queue is taken at once, so nobody can be left waiting in it.
            lead.keep();
            self.call(&place, batch, request.datasets.clone()).await;
        }
        receiver.await.unwrap_or_else(|_| {
            // Who was to make the call was dropped on the way; a try of one's own will do.
            Err(ConnectorError::new(ErrorKind::Transient, "the call that was to find this was given up"))
        })
    }

    async fn write(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        self.inner.write(request).await
    }

    async fn write_many(&self, requests: &[WriteRequest]) -> Vec<Result<WriteAnswer, ConnectorError>> {
        self.inner.write_many(requests).await
    }

    async fn probe(&self) -> Result<(), ConnectorError> {
        self.inner.probe().await
    }

    fn usage(&self) -> Vec<Usage> {
        self.inner.usage()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds `{id: "…"}` for everything but "none", and notes how many were asked for at once.
    #[derive(Default)]
    struct Counting {
        calls: Mutex<Vec<usize>>,
        fail: bool,
    }

    #[async_trait]
    impl Connector for Counting {
        async fn read(&self, _: &ReadRequest) -> Result<Page, ConnectorError> {
            Err(ConnectorError::new(ErrorKind::Bug, "not asked"))
        }

        async fn fetch(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
            self.calls.lock().unwrap().push(request.values.len());
            if self.fail {
                return Err(ConnectorError::new(ErrorKind::Transient, "away"));
            }
            let found = |value: &Value| if value.as_text() == Some("none") { Value::Null } else { value.clone() };
            Ok(request.values.iter().map(found).collect())
        }

        async fn write(&self, _: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
            Err(ConnectorError::new(ErrorKind::Bug, "not asked"))
        }

        async fn probe(&self) -> Result<(), ConnectorError> {
            Ok(())
        }
    }

    fn fetch(value: &str) -> Fetch {
        Fetch { entity: "items".into(), key: "sku".into(), values: vec![Value::text(value)], datasets: Vec::new() }
    }

    fn over(inner: &Arc<Counting>) -> Connection {
        let inner = Arc::clone(inner) as Connection;
        Arc::new(Gather { inner, batches: HashMap::from([("items", 100)]), waiting: Mutex::default() })
    }

    #[tokio::test]
    async fn what_is_asked_at_once_is_one_call_and_each_gets_its_own() {
        let counting = Arc::new(Counting::default());
        let gathered = over(&counting);
        let names: Vec<String> =
            (0..40).map(|n| if n == 7 { "none".into() } else { format!("sku-{}", n % 30) }).collect();
        let requests: Vec<Fetch> = names.iter().map(|name| fetch(name)).collect();
        let answers = futures::future::join_all(requests.iter().map(|request| gathered.fetch(request))).await;
        for (name, answer) in names.iter().zip(answers) {
            let wanted = if name == "none" { Value::Null } else { Value::text(name) };
            assert_eq!(answer.unwrap(), vec![wanted]);
        }
        assert_eq!(*counting.calls.lock().unwrap(), [31], "one call, and nothing in it twice");
    }

    #[tokio::test]
    async fn nobody_waits_for_one_that_was_dropped() {
        let counting = Arc::new(Counting::default());
        let gathered = over(&counting);
        let (one, two) = (fetch("a"), fetch("b"));
        let mut leader = gathered.fetch(&one);
        assert!(futures::poll!(leader.as_mut()).is_pending());
        let mut follower = gathered.fetch(&two);
        assert!(futures::poll!(follower.as_mut()).is_pending());
        drop(leader);
        assert_eq!(follower.await.unwrap_err().kind, ErrorKind::Transient);
        assert_eq!(gathered.fetch(&two).await.unwrap(), vec![Value::text("b")]);
    }

    #[tokio::test]
    async fn a_failure_is_told_to_all_that_waited() {
        let counting = Arc::new(Counting { fail: true, ..Counting::default() });
        let gathered = over(&counting);
        let requests = [fetch("a"), fetch("b")];
        let answers = futures::future::join_all(requests.iter().map(|request| gathered.fetch(request))).await;
        assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error.kind == ErrorKind::Transient)));
    }
}
