//! The runtime of a command, who runs it, and how it is told to stop.

use std::future::Future;

use tokio::sync::watch;

use super::exit::Failure;
use super::output;

/// Runs a command's work to its end.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    // What is still blocked has nothing to tell any more.
    runtime.shutdown_background();
    done
}

/// Turns true at the first SIGINT or SIGTERM; at the second the program ends at once, which the ledger stands as it
/// stands any crash.
pub(super) fn stopped() -> Result<watch::Receiver<bool>, Failure> {
    let (stop, stopped) = watch::channel(false);
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        output::note("stopping: records in flight are brought to an end; once more to stop at once");
        stop.send_replace(true);
        signals.next().await;
        std::process::exit(130);
    });
    Ok(stopped)
}

/// Waits for the first SIGINT or SIGTERM, and listens from the moment it is called.
pub(super) fn stopped_quietly() -> Result<impl Future<Output = ()>, Failure> {
    let mut signals = Signals::new()?;
    Ok(async move { signals.next().await })
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self, Failure> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without a way to be told, it ends as it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// The system user, for the audit trail.
pub(super) fn user() -> String {
    let named = |name| std::env::var(name).ok().filter(|user| !user.trim().is_empty());
    ["LOGNAME", "USER", "USERNAME"].into_iter().find_map(named).unwrap_or_else(|| "unknown".to_owned())
}
