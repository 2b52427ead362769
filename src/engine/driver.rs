//! The loop of a run: pages in, records through their lanes, the cursor behind them.

use std::collections::{HashMap, VecDeque};

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use super::context::{Context, Halt};
use super::event::{Event, Settled};
use super::feed::{Batch as Fed, Feed};
use super::record::{self, Job};
use super::report::Outcome;
use super::waiting;
use crate::clock::after;
use crate::store::{Batch, CursorEntry, key};

/// Pages in memory: the one that is worked on, and the next.
const PAGES: usize = 2;

type Finished = (String, u64, Result<Settled, Halt>);

struct Page {
    number: u64,
    next: Option<String>,
    /// Records that have not been taken up.
    waiting: VecDeque<Job>,
    /// Records that have been and are not settled.
    unsettled: usize,
}

/// How far the records that wait were gone through.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Waiting {
    Behind(Option<Vec<u8>>),
    Done,
}

/// What was read.
struct Read {
    fed: Fed,
    /// Where to go on with the records that wait, where it is some of them.
    waiting: Option<Waiting>,
}

struct Drive<'c, 'a> {
    ctx: &'c Context<'a>,
    feed: Feed<'c>,
    moves_cursor: bool,
    pages: VecDeque<Page>,
    /// A lane per key that is worked on, with the records of that key that wait for it.
    lanes: HashMap<String, VecDeque<Job>>,
    flight: FuturesUnordered<BoxFuture<'c, Finished>>,
    reading: Option<BoxFuture<'c, Result<Read, Halt>>>,
    /// Where the last page that was read ends.
    position: Option<String>,
    /// Where the cursor stands.
    stored: Option<String>,
    drained: bool,
    /// Which of the records that wait are to be taken up before the source is read.
    waiting: Waiting,
    number: u64,
    /// Records taken up and not ended.
    open: u64,
    /// Records that needed work and are settled.
    worked: u64,
}

/// Runs until there is nothing more, or something ends it.
pub(super) async fn drive<'c>(ctx: &'c Context<'_>, feed: Feed<'c>, position: Option<String>) -> Outcome {
    let mut drive = Drive {
        ctx,
        feed,
        moves_cursor: matches!(feed, Feed::Source | Feed::Groups(_))
            && ctx.config.from.is_none()
            && !ctx.config.dry_run,
        pages: VecDeque::new(),
        lanes: HashMap::new(),
        flight: FuturesUnordered::new(),
        reading: None,
        stored: position.clone(),
        position,
        drained: false,
        waiting: if matches!(feed, Feed::Letters(_) | Feed::Again(_)) { Waiting::Done } else { Waiting::Behind(None) },
        number: 0,
        open: 0,
        worked: 0,
    };
    let mut stop = ctx.config.stop.clone();
    let mut ending: Option<Outcome> = None;
    loop {
        if let Err(halt) = drive.move_cursor().await {
            return halt.outcome();
        }
        if ending.is_none() {
            drive.take_up();
            drive.start_reading();
        }
        if drive.flight.is_empty() && drive.reading.is_none() {
            return ending.unwrap_or(Outcome::Done);
        }
        // All that is under way waits for a batch to go out, and nothing more can come to it.
        if drive.reading.is_none() && drive.flight.len() == ctx.bulks.waiting() {
            ctx.bulks.idle();
        }
        let halt = tokio::select! {
            biased;
            () = told(&mut stop), if ending.is_none() => Some(Halt::Abandoned),
            page = next(&mut drive.reading), if drive.reading.is_some() => drive.take_in(page),
            Some(finished) = drive.flight.next(), if !drive.flight.is_empty() => drive.finish(finished),
            () = ctx.bulks.grown() => None,
            () = ctx.drained(), if ending.is_some() => return ending.unwrap_or(Outcome::Stopped),
        };
        match halt {
            None => {}
            // What was acknowledged is right; beyond that, nothing can be kept any more.
            Some(Halt::Store(error)) => return Outcome::StoreFailed(error),
            // What ended the run first is what it ended for.
            Some(_) if ending.is_some() => {}
            Some(halt) => {
                ctx.halt(after(ctx.now(), ctx.config.drain));
                drive.reading = None;
                ending = Some(halt.outcome());
            }
        }
    }
}

/// Resolves when the run is told to stop; never where nobody is left to tell it.
async fn told(stop: &mut tokio::sync::watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn next(reading: &mut Option<BoxFuture<'_, Result<Read, Halt>>>) -> Result<Read, Halt> {
    match reading {
        Some(page) => page.await,
        None => std::future::pending().await,
    }
}

impl<'c> Drive<'c, '_> {
    fn limit_is_reached(&self) -> bool {
        self.ctx.config.limit.is_some_and(|limit| self.worked + self.open >= limit)
    }

    /// Whether enough is in memory: two pages, or as many records as go out together.
    fn is_full(&self) -> bool {
        let batches = self.ctx.plan.targets.iter().filter_map(|target| target.batch.as_ref());
        let together = batches.map(|batch| batch.most as u64).max().unwrap_or(0);
        self.pages.len() >= PAGES && self.open >= together
    }

    fn start_reading(&mut self) {
        if self.reading.is_some() || self.drained || self.is_full() || self.limit_is_reached() {
            return;
        }
        let (ctx, feed, number, position) = (self.ctx, self.feed, self.number, self.position.clone());
        self.reading = Some(match self.waiting.clone() {
            Waiting::Behind(from) => Box::pin(async move {
                let (fed, next) = waiting::page(ctx, from.as_deref(), number)?;
                let next = next.map_or(Waiting::Done, |next| Waiting::Behind(Some(next)));
                Ok(Read { fed, waiting: Some(next) })
            }),
            Waiting::Done => Box::pin(async move {
                let fed = feed.read(ctx, position, number).await?;
                Ok(Read { fed, waiting: None })
            }),
        });
    }

    fn take_in(&mut self, read: Result<Read, Halt>) -> Option<Halt> {
        self.reading = None;
        let Read { fed: page, waiting } = match read {
            Ok(read) => read,
            Err(halt) => return Some(halt),
        };
        match waiting {
            Some(waiting) => self.waiting = waiting,
            None => {
                self.position = page.next.clone().or(self.position.take());
                self.drained = page.drained;
            }
        }
        self.pages.push_back(Page { number: self.number, next: page.next, waiting: page.jobs, unsettled: 0 });
        self.number += 1;
        None
    }

    /// Takes records up in the order of their arrival. How many of them are worked on at once is for their slots.
    fn take_up(&mut self) {
        while !self.limit_is_reached() {
            let Some(page) = self.pages.iter_mut().find(|page| !page.waiting.is_empty()) else { return };
            let Some(job) = page.waiting.pop_front() else { return };
            page.unsettled += 1;
            self.open += 1;
            if !matches!(self.feed, Feed::Groups(_)) {
                self.ctx.tally().counts.read += 1;
            }
            match self.lanes.get_mut(&job.key) {
                Some(lane) => lane.push_back(job),
                None => {
                    self.lanes.insert(job.key.clone(), VecDeque::new());
                    self.launch(job);
                }
            }
        }
    }

    fn launch(&mut self, job: Job) {
        let ctx = self.ctx;
        self.flight.push(Box::pin(async move {
            let (key, page) = (job.key.clone(), job.page);
            let settled = match ctx.begin().await {
                // Boxed, so that records that wait for a slot are small.
                Ok(mut slot) => Box::pin(record::process(ctx, &mut slot, job)).await,
                Err(halt) => Err(halt),
            };
            (key, page, settled)
        }));
    }

    fn finish(&mut self, (key, page, settled): Finished) -> Option<Halt> {
        self.open -= 1;
        let halt = match settled {
            Ok(how) => {
                if !matches!(how, Settled::Unchanged | Settled::Superseded) {
                    self.worked += 1;
                }
                if let Some(page) = self.pages.iter_mut().find(|other| other.number == page) {
                    page.unsettled -= 1;
                }
                None
            }
            // It stays unsettled, and the cursor before it.
            Err(Halt::Abandoned) => None,
            Err(halt) => Some(halt),
        };
        let follower = self.lanes.get_mut(&key).and_then(VecDeque::pop_front);
        match follower {
            Some(job) if halt.is_none() && !self.ctx.is_halted() => self.launch(job),
            Some(_) => {}
            None => {
                self.lanes.remove(&key);
            }
        }
        halt
    }

    /// Moves the cursor behind the last page of which every record, and every record before, is settled.
    async fn move_cursor(&mut self) -> Result<(), Halt> {
        let mut reached = None;
        while let Some(page) = self.pages.front()
            && page.waiting.is_empty()
            && page.unsettled == 0
        {
            reached = self.pages.pop_front().and_then(|page| page.next).or(reached);
        }
        let Some(position) = reached else { return Ok(()) };
        if !self.moves_cursor || self.stored.as_ref() == Some(&position) {
            return Ok(());
        }
        let mut batch = Batch::default();
        let entry = CursorEntry { position: position.clone(), at: self.ctx.now() };
        batch.put(key::join(&[&self.ctx.plan.flow]), &entry);
        self.ctx.commit(batch).await?;
        self.stored = Some(position.clone());
        self.ctx.emit(|| Event::Cursor { position });
        Ok(())
    }
}
