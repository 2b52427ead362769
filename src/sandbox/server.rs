//! The one listener: it tells the systems apart by the first segment of the path, lets faults happen to calls of
//! Amazon and TIMS, and counts. The systems themselves know nothing of HTTP connections.

use std::sync::Arc;
use std::sync::PoisonError;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::call::{self, Call};
use super::faults::{Kind, Side};
use super::reply::Reply;
use super::world::World;
use super::{admin, amazon, depot, documents, tims};

/// More than any feed of 25,000 messages.
const LARGEST_BODY: usize = 64 * 1024 * 1024;
/// How long a request without an answer is held, in the machine's time, if its client does not go away before.
const LONGEST_HOLD: Duration = Duration::from_secs(60);
/// How long a slow answer takes, in the sandbox's time.
const SLOW: Duration = Duration::from_secs(2);

/// The server's task; dropping it stops it.
#[derive(Debug)]
pub(super) struct Handle {
    closing: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl Handle {
    /// Stops accepting, lets go of held requests, and waits a moment for those under way.
    pub(super) async fn stop(mut self) {
        self.closing.send_replace(true);
        if let Some(mut task) = self.task.take()
            && tokio::time::timeout(Duration::from_secs(2), &mut task).await.is_err()
        {
            task.abort();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.closing.send_replace(true);
    }
}

/// Serves `world` until the handle is stopped or dropped.
pub(super) fn serve(listener: TcpListener, world: Arc<World>) -> Handle {
    let (closing, closed) = watch::channel(false);
    let app = Router::new().fallback(answer).with_state(Served { world, closed: closed.clone() });
    let task = tokio::spawn(async move {
        let served = axum::serve(listener, app).with_graceful_shutdown(until_closed(closed));
        // Accepting never fails for good; there is nobody to tell either.
        let _ = served.await;
    });
    Handle { closing, task: Some(task) }
}

#[derive(Debug, Clone)]
struct Served {
    world: Arc<World>,
    closed: watch::Receiver<bool>,
}

async fn until_closed(mut closed: watch::Receiver<bool>) {
    // An error means that the handle is gone, which is the same wish.
    let _ = closed.wait_for(|closed| *closed).await;
}

async fn answer(State(served): State<Served>, request: Request) -> Response<Body> {
    let world = &served.world;
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return Reply::text(413, "text/plain", "the body is too large or broke off\n".to_owned()).send();
    };
    let mut path = call::segments(head.uri.path());
    let query = call::pairs(head.uri.query().unwrap_or_default());
    let system = if path.is_empty() { String::new() } else { path.remove(0) };
    let call = Call { method: head.method, path, query, headers: head.headers, body };
    match system.as_str() {
        "admin" => admin::answer(world, &call).send(),
        "auth" if call.segments() == ["o2", "token"] => {
            disturbed(&served, Side::Amazon, "amazon.token", || world.amazon_token(&call)).await
        }
        "amazon" => {
            let operation = amazon::operation(&call);
            disturbed(&served, Side::Amazon, operation, || amazon::answer(world, &call)).await
        }
        "documents" => {
            let operation = documents::operation(&call);
            disturbed(&served, Side::Amazon, operation, || documents::answer(world, &call)).await
        }
        "tims" => {
            let operation = tims::operation(&call);
            disturbed(&served, Side::Tims, operation, || tims::answer(world, &call)).await
        }
        "depot" => {
            let operation = depot::operation(&call);
            disturbed(&served, Side::Depot, operation, || depot::answer(world, &call)).await
        }
        _ => Reply::text(
            404,
            "text/plain",
            "there are /amazon, /auth/o2/token, /documents, /tims, /depot and /admin\n".to_owned(),
        )
        .send(),
    }
}

/// Answers with `work`, unless something is to go wrong before or after it.
async fn disturbed(
    served: &Served,
    side: Side,
    operation: &'static str,
    work: impl FnOnce() -> Reply,
) -> Response<Body> {
    let world = &served.world;
    world.count(|counters| counters.called(operation));
    let finish = |reply: Reply| {
        world.count(|counters| counters.ended(operation, &reply));
        reply
    };
    let broken = |status| match side {
        Side::Amazon => amazon::failure(world, status),
        Side::Tims => tims::failure(world, status),
        Side::Depot => depot::failure(world, status),
    };
    if world.is_down(side) {
        return finish(broken(503)).send();
    }
    let (fault, heads) = {
        let mut faults = world.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = faults.roll(side);
        (fault, fault.is_some() && faults.toss())
    };
    if fault.is_some() {
        world.count(|counters| counters.disturbed(operation));
    }
    match fault {
        None => finish(work()).send(),
        Some(Kind::Throttle) => {
            let reply = broken(429);
            finish(if heads { reply.with("retry-after", "1") } else { reply }).send()
        }
        Some(Kind::Failure) => finish(broken(if heads { 500 } else { 503 })).send(),
        Some(Kind::Garbage) => {
            let page = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please sign in.</body></html>";
            finish(Reply::text(200, "text/html; charset=utf-8", page.to_owned())).send()
        }
        Some(Kind::FailureAfterCommit) => {
            let done = work();
            finish(Reply { wrote: done.wrote, replayed: done.replayed, ..broken(500) }).send()
        }
        Some(Kind::Slow) => {
            let reply = finish(work());
            tokio::select! {
                () = world.clock.sleep(SLOW) => {}
                () = until_closed(served.closed.clone()) => {}
            }
            reply.send()
        }
        Some(Kind::Truncate) => finish(work()).send_half(),
        Some(Kind::Reset) => {
            if heads {
                finish(work());
            }
            Reply::hang_up()
        }
        Some(Kind::Timeout) => {
            if heads {
                finish(work());
            }
            tokio::select! {
                () = tokio::time::sleep(LONGEST_HOLD) => {}
                () = until_closed(served.closed.clone()) => {}
            }
            Reply::hang_up()
        }
    }
}
