//! Work that several threads share.

/// Does `work` with every job: the first on this thread, each other one on a thread of its own. All are done
/// when it returns; a panic in one of them is one here.
pub fn at_once<J: Send>(jobs: impl IntoIterator<Item = J>, work: impl Fn(J) + Sync) {
    std::thread::scope(|scope| {
        let work = &work;
        let mut jobs = jobs.into_iter();
        let first = jobs.next();
        for job in jobs {
            scope.spawn(move || work(job));
        }
        if let Some(job) = first {
            work(job);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_jobs_are_done() {
        let mut numbers = [1, 2, 3];
        at_once(&mut numbers, |number| *number *= 2);
        assert_eq!(numbers, [2, 4, 6]);
        at_once(Vec::<usize>::new(), |_| unreachable!());
    }

    /// Nobody waits for a thread that will not come.
    #[test]
    fn a_panic_of_one_is_a_panic_of_all() {
        for which in 0..3 {
            let broken = || at_once(0..3, |job| assert_ne!(job, which));
            assert!(std::panic::catch_unwind(broken).is_err(), "{which}");
        }
    }
}
