//! A fixed number of threads that speak: the most urgent utterance first, and a door that closes.
//!
//! One utterance keeps one thread busy: two at once give nearly twice the sound, where two threads
//! on one utterance do not. Whoever asks gets a [`Ticket`] and waits for the sound with it; a
//! dropped ticket withdraws the wish. A voice that crashes costs the one utterance, and so does one
//! that never ends: its thread is given up and another takes its place.

use std::any::Any;
use std::collections::{BinaryHeap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::domain::job::Urgency;

/// Utterances that may wait at once. A listener may fill all of it, an editor three quarters and
/// the backlog half: those who are in a hurry always find the door open a little longer.
pub const QUEUE_MAX: usize = 256;

/// Threads that may be lost in a voice that never ends, before no more are put in their place.
const LOST_MAX: usize = 4;

/// Why there is no sound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unspoken<E> {
    #[error("too many utterances are waiting to be spoken; try again in a moment")]
    Busy,
    #[error("the voice did not finish within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("the voice crashed: {0}")]
    Crashed(String),
    #[error("the program is stopping")]
    Closed,
    #[error(transparent)]
    Voice(E),
}

impl<E> Unspoken<E> {
    /// Whether asking again a little later may help.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Busy | Self::TimedOut(_) | Self::Closed => true,
            Self::Crashed(_) | Self::Voice(_) => false,
        }
    }
}

/// Tells a voice that nobody waits for its sound any more. Long syntheses look at it now and then.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn is_asked_for(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The threads, and what waits for them. They end with the pool.
pub struct Pool<T, E> {
    shared: Arc<Shared<T, E>>,
}

/// The right to the sound of one utterance. Dropping it withdraws the wish.
#[derive(Debug)]
pub struct Ticket<T, E> {
    answer: mpsc::Receiver<Result<T, Unspoken<E>>>,
    stop: Stop,
}

type Speak<T, E> = Box<dyn FnOnce(&Stop) -> Result<T, E> + Send>;

struct Task<T, E> {
    urgency: Urgency,
    /// In the order of asking.
    number: u64,
    limit: Duration,
    speak: Speak<T, E>,
    listener: Listener<T, E>,
}

/// Where the sound goes.
struct Listener<T, E> {
    answer: mpsc::Sender<Result<T, Unspoken<E>>>,
    stop: Stop,
}

struct Running<T, E> {
    listener: Listener<T, E>,
    deadline: Instant,
    limit: Duration,
}

struct State<T, E> {
    waiting: BinaryHeap<Task<T, E>>,
    running: HashMap<u64, Running<T, E>>,
    asked: u64,
    /// Threads that work or wait for work, and those that are lost in a voice.
    threads: usize,
    lost: usize,
    closed: bool,
}

struct Shared<T, E> {
    state: Mutex<State<T, E>>,
    /// Something waits, or the pool was closed.
    work: Condvar,
    /// A deadline has come into being, or the pool was closed.
    watch: Condvar,
    threads: usize,
}

impl<T: Send + 'static, E: Send + 'static> Pool<T, E> {
    /// Starts `threads` threads (at least one), and one that watches over them.
    pub fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                waiting: BinaryHeap::new(),
                running: HashMap::new(),
                asked: 0,
                threads: 0,
                lost: 0,
                closed: false,
            }),
            work: Condvar::new(),
            watch: Condvar::new(),
            threads: threads.max(1),
        });
        fill(&shared, &mut shared.lock());
        let watched = shared.clone();
        thread::spawn(move || watched.watch_over());
        Self { shared }
    }

    /// How many utterances are spoken at once.
    pub fn threads(&self) -> usize {
        self.shared.threads
    }

    /// Asks for an utterance; `speak` runs on a thread of the pool, at most for `limit`.
    ///
    /// # Errors
    /// [`Unspoken::Busy`] when so many wait already that this one would only wait too.
    pub fn ask(
        &self,
        urgency: Urgency,
        limit: Duration,
        speak: impl FnOnce(&Stop) -> Result<T, E> + Send + 'static,
    ) -> Result<Ticket<T, E>, Unspoken<E>> {
        let (sender, answer) = mpsc::channel();
        let stop = Stop::default();
        let listener = Listener { answer: sender, stop: stop.clone() };
        let mut state = self.shared.lock();
        if state.waiting.len() >= door(urgency) {
            // Who went away does not keep others out.
            state.waiting.retain(|task| !task.listener.stop.is_asked_for());
            if state.waiting.len() >= door(urgency) {
                return Err(Unspoken::Busy);
            }
        }
        state.asked += 1;
        let number = state.asked;
        state.waiting.push(Task { urgency, number, limit, speak: Box::new(speak), listener });
        drop(state);
        self.shared.work.notify_one();
        Ok(Ticket { answer, stop })
    }
}

/// How many may wait before those of this urgency are sent away.
fn door(urgency: Urgency) -> usize {
    match urgency {
        Urgency::Listener => QUEUE_MAX,
        Urgency::Editor => QUEUE_MAX * 3 / 4,
        Urgency::Backlog => QUEUE_MAX / 2,
    }
}

impl<T, E> Drop for Pool<T, E> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closed = true;
        // Their tickets learn that there is nobody who could speak.
        state.waiting.clear();
        for running in state.running.values() {
            running.listener.stop.ask();
        }
        drop(state);
        self.shared.work.notify_all();
        self.shared.watch.notify_all();
    }
}

impl<T, E> Ticket<T, E> {
    /// Waits for the sound: at most for as long as those before it and its own limit take.
    pub fn wait(self) -> Result<T, Unspoken<E>> {
        self.answer.recv().unwrap_or(Err(Unspoken::Closed))
    }
}

impl<T, E> Drop for Ticket<T, E> {
    fn drop(&mut self) {
        self.stop.ask();
    }
}

impl<T, E> Shared<T, E> {
    /// No thread panics while it holds the lock, so what it guards is whole.
    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts as many threads as are missing.
fn fill<T: Send + 'static, E: Send + 'static>(shared: &Arc<Shared<T, E>>, state: &mut State<T, E>) {
    while state.threads < shared.threads && state.lost <= LOST_MAX && !state.closed {
        state.threads += 1;
        let shared = shared.clone();
        thread::spawn(move || while shared.speak_next() {});
    }
}

impl<T: Send + 'static, E: Send + 'static> Shared<T, E> {
    /// Waits for an utterance and speaks it. False when this thread is needed no more.
    fn speak_next(&self) -> bool {
        let Some(task) = self.next() else { return false };
        let Task { number, limit, speak, listener, .. } = task;
        let stop = listener.stop.clone();
        let deadline = Instant::now() + limit;
        self.lock().running.insert(number, Running { listener, deadline, limit });
        self.watch.notify_one();
        let spoken = catch_unwind(AssertUnwindSafe(|| speak(&stop)));
        let answer = match spoken {
            Ok(Ok(sound)) => Ok(sound),
            Ok(Err(error)) => Err(Unspoken::Voice(error)),
            Err(panic) => Err(Unspoken::Crashed(words(panic.as_ref()))),
        };
        let mut state = self.lock();
        if let Some(running) = state.running.remove(&number) {
            // Whoever asked may have gone away: then nobody misses it.
            let _ = running.listener.answer.send(answer);
            return true;
        }
        // It was given up, and comes back after all.
        state.lost -= 1;
        if state.threads < self.threads {
            state.threads += 1;
            return true;
        }
        false
    }

    /// The most urgent task, of those the first; `None` when the pool is closed.
    fn next(&self) -> Option<Task<T, E>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                state.threads -= 1;
                return None;
            }
            match state.waiting.pop() {
                Some(task) if task.listener.stop.is_asked_for() => {}
                Some(task) => return Some(task),
                None => state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Gives up whoever is past the deadline, until the pool is closed.
    fn watch_over(self: Arc<Self>) {
        let mut state = self.lock();
        while !state.closed {
            let now = Instant::now();
            let over = |running: &Running<T, E>| running.deadline <= now;
            let late: Vec<u64> = state
                .running
                .iter()
                .filter(|(_, one)| over(one))
                .map(|(number, _)| *number)
                .collect();
            for number in late {
                let Some(running) = state.running.remove(&number) else { continue };
                running.listener.stop.ask();
                let _ = running.listener.answer.send(Err(Unspoken::TimedOut(running.limit)));
                state.threads -= 1;
                state.lost += 1;
            }
            fill(&self, &mut state);
            let next = state.running.values().map(|running| running.deadline).min();
            state = match next {
                Some(deadline) => {
                    let wait = deadline.saturating_duration_since(now);
                    let waited = self.watch.wait_timeout(state, wait);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.watch.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

impl<T, E> Ord for Task<T, E> {
    /// The greatest is spoken next.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.urgency.cmp(&other.urgency).then(other.number.cmp(&self.number))
    }
}

impl<T, E> PartialOrd for Task<T, E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T, E> PartialEq for Task<T, E> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T, E> Eq for Task<T, E> {}

impl<T, E> std::fmt::Debug for Pool<T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("threads", &self.shared.threads).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Words = Pool<&'static str, String>;

    const LONG: Duration = Duration::from_secs(60);

    /// Keeps a thread of the pool busy until the sender is dropped.
    fn occupy(pool: &Words) -> (mpsc::Sender<()>, Ticket<&'static str, String>) {
        let (release, held) = mpsc::channel::<()>();
        let (begun, begins) = mpsc::channel();
        let ticket = pool.ask(Urgency::Listener, LONG, move |_| {
            begun.send(()).unwrap();
            let _ = held.recv();
            Ok("held")
        });
        begins.recv().unwrap();
        (release, ticket.unwrap())
    }

    #[test]
    fn the_most_urgent_is_spoken_first_and_of_those_the_first() {
        let pool = Words::new(1);
        let (release, held) = occupy(&pool);
        let (order, heard) = mpsc::channel();
        let ask = |urgency, name: &'static str| {
            let order = order.clone();
            let speak = move |_: &Stop| {
                order.send(name).unwrap();
                Ok(name)
            };
            pool.ask(urgency, LONG, speak).unwrap()
        };
        let tickets = [
            ask(Urgency::Backlog, "backlog"),
            ask(Urgency::Editor, "editor 1"),
            ask(Urgency::Listener, "listener"),
            ask(Urgency::Editor, "editor 2"),
        ];
        drop(release);
        assert_eq!(held.wait(), Ok("held"));
        for ticket in tickets {
            ticket.wait().unwrap();
        }
        drop(order);
        let heard: Vec<_> = heard.iter().take(4).collect();
        assert_eq!(heard, ["listener", "editor 1", "editor 2", "backlog"]);
    }

    #[test]
    fn a_crash_and_an_error_cost_one_utterance() {
        let pool = Words::new(1);
        let crash = pool.ask(Urgency::Editor, LONG, |_| panic!("tensor {}", 7)).unwrap();
        assert_eq!(crash.wait(), Err(Unspoken::Crashed("tensor 7".into())));
        let failed = pool.ask(Urgency::Editor, LONG, |_| Err("no".into())).unwrap();
        assert_eq!(failed.wait(), Err(Unspoken::Voice("no".into())));
        let next = pool.ask(Urgency::Editor, LONG, |_| Ok("next")).unwrap();
        assert_eq!(next.wait(), Ok("next"));
    }

    #[test]
    fn a_voice_that_never_ends_is_given_up_and_replaced() {
        let pool = Words::new(1);
        let (release, held) = mpsc::channel::<()>();
        let short = Duration::from_millis(20);
        let endless = pool.ask(Urgency::Editor, short, move |_| {
            let _ = held.recv();
            Ok("at last")
        });
        assert_eq!(endless.unwrap().wait(), Err(Unspoken::TimedOut(short)));
        let next = pool.ask(Urgency::Editor, LONG, |_| Ok("next")).unwrap();
        assert_eq!(next.wait(), Ok("next"));
        drop(release);
    }

    #[test]
    fn the_service_outlives_more_endless_voices_than_are_replaced() {
        let pool = Words::new(1);
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let short = Duration::from_millis(5);
        for _ in 0..=LOST_MAX {
            let held = held.clone();
            let endless = pool.ask(Urgency::Editor, short, move |_| {
                let _ = held.lock().unwrap().recv();
                Ok("at last")
            });
            assert_eq!(endless.unwrap().wait(), Err(Unspoken::TimedOut(short)));
        }
        // All threads are lost. When the voices end after all, one of them works on.
        let next = pool.ask(Urgency::Editor, LONG, |_| Ok("next")).unwrap();
        drop(release);
        assert_eq!(next.wait(), Ok("next"));
    }

    #[test]
    fn whoever_is_in_a_hurry_finds_the_door_open_longer() {
        let pool = Words::new(1);
        let (release, _held) = occupy(&pool);
        let ask = |urgency| pool.ask(urgency, LONG, |_| Ok("spoken"));
        let backlog: Vec<_> = (0..QUEUE_MAX).map_while(|_| ask(Urgency::Backlog).ok()).collect();
        assert_eq!(backlog.len(), QUEUE_MAX / 2);
        assert_eq!(ask(Urgency::Backlog).err(), Some(Unspoken::Busy));
        let editor: Vec<_> = (0..QUEUE_MAX).map_while(|_| ask(Urgency::Editor).ok()).collect();
        assert_eq!(editor.len(), QUEUE_MAX / 4);
        assert!(ask(Urgency::Listener).is_ok());
        // Those who leave make room at once.
        drop(backlog);
        assert!(ask(Urgency::Backlog).is_ok());
        drop(release);
    }

    #[test]
    fn a_withdrawn_wish_is_not_spoken() {
        let pool = Words::new(1);
        let (release, held) = occupy(&pool);
        let (spoken, heard) = mpsc::channel();
        let unwanted = pool.ask(Urgency::Editor, LONG, move |_| {
            spoken.send(()).unwrap();
            Ok("unwanted")
        });
        drop(unwanted);
        drop(release);
        assert_eq!(held.wait(), Ok("held"));
        assert_eq!(pool.ask(Urgency::Editor, LONG, |_| Ok("next")).unwrap().wait(), Ok("next"));
        assert!(heard.recv().is_err());
    }

    #[test]
    fn a_closed_pool_leaves_nobody_waiting() {
        let pool = Words::new(1);
        let (release, _held) = occupy(&pool);
        let waiting = pool.ask(Urgency::Editor, LONG, |_| Ok("never")).unwrap();
        drop(pool);
        assert_eq!(waiting.wait(), Err(Unspoken::Closed));
        drop(release);
    }
}
