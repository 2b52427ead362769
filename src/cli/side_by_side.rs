//! The same work for many files, with as many threads as there are processors. What comes of it is told in the order of
//! the files, so nobody sees which was done first.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How much stack a thread has: what compiles a flow is nested, and a thread's usual stack is smaller than the program's.
const STACK: usize = 8 << 20;

/// Does the work for each item. The results are in the order of the items.
pub(super) fn each<I: Sync, T: Send>(items: &[I], work: &(dyn Fn(&I) -> T + Sync)) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(items.len()));
    let some = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return };
            let result = work(item);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Where there can be no more threads, fewer do all of it.
            drop(std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, some));
        }
        some();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..200).collect();
        let doubled = super::each(&items, &|item| {
            // The first of them take longest.
            (0..(200 - item) * 100).for_each(|n| assert!(std::hint::black_box(n) < 20_000));
            item * 2
        });
        assert_eq!(doubled, (0..400).step_by(2).collect::<Vec<usize>>());
        assert!(super::each(&[] as &[usize], &|item| *item).is_empty());
    }
}
