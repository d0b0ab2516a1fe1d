//! Manners towards a server: at most so many requests a second, waiting when it asks for that, and time to come back when it
//! is restarted. Start at [`Mannerly`].
//!
//! Waiting takes real time, so this belongs around a target on the network, not around one with a clock of its own.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::header::{DATE, RETRY_AFTER};
use http::{Request, Response, StatusCode};
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tokio::time::Instant;

use super::{Conversation, SendError, Target, Together};

/// How a server is treated.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// The time between two requests: `None` for none. A few may go at once after a pause.
    pub interval: Option<Duration>,
    /// The longest time that is waited when the server asks for it (429, or 503 with `Retry-After`).
    pub longest_wait: Duration,
    /// How often a request is repeated for that.
    pub repeats: u32,
    /// For how long a server that once answered may refuse connections before it is given up.
    pub outage: Duration,
}

/// A target that is treated with manners.
#[derive(Debug)]
pub struct Mannerly<T> {
    target: T,
    manners: Manners,
    state: Mutex<State>,
}

/// What is known so far.
#[derive(Debug, Default)]
struct State {
    /// When the next request is due if the rate is kept to the letter.
    due: Option<Instant>,
    /// Before then, the server wants to hear nothing.
    quiet_until: Option<Instant>,
    origins: HashMap<String, Origin>,
    asked: u64,
    outages: u64,
    longest_outage: Duration,
}

/// A server.
#[derive(Debug, Default)]
struct Origin {
    has_answered: bool,
    down_since: Option<Instant>,
}

impl<T: Target> Mannerly<T> {
    /// Treats this target so.
    pub fn new(target: T, manners: Manners) -> Self {
        Self {
            target,
            manners,
            state: Mutex::default(),
        }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        let mut repeats = 0;
        loop {
            self.turn(&request).await;
            let answer = self.reached(&request).await;
            let Some(wait) = answer.as_ref().ok().and_then(wish) else {
                return answer;
            };
            self.state().asked += 1;
            let wait = wait.unwrap_or(DEFAULT_WAIT * 2_u32.pow(repeats.min(8)));
            if repeats == self.manners.repeats || wait > self.manners.longest_wait {
                return answer;
            }
            repeats += 1;
            let until = Instant::now() + wait;
            let quiet = &mut self.state().quiet_until;
            *quiet = Some(quiet.map_or(until, |before| before.max(until)));
        }
    }

    /// Ready when the request may go.
    async fn turn(&self, request: &Request<Bytes>) {
        loop {
            let quiet = self.state().quiet_until;
            match quiet.filter(|quiet| *quiet > Instant::now()) {
                Some(quiet) => tokio::time::sleep_until(quiet).await,
                None => break,
            }
        }
        let Some(interval) = self.manners.interval else {
            return;
        };
        let now = Instant::now();
        let due = {
            let mut state = self.state();
            let due = state.due.map_or(now, |due| due.max(now));
            state.due = Some(due + interval);
            due
        };
        // What is to arrive together is not torn apart; those after it wait the longer.
        if request.extensions().get::<Together>().is_none() {
            let may_go = due.checked_sub(interval * BURST).unwrap_or(now);
            tokio::time::sleep_until(may_go).await;
        }
    }

    /// Sends a request; again for a while where a server that once answered takes no connection.
    async fn reached(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, SendError> {
        let origin = request.uri().authority().map(ToString::to_string);
        let origin = origin.unwrap_or_default();
        let conversation = request.extensions().get::<Conversation>();
        // Whoever comes back may have forgotten what was said before.
        let forgotten = || Err(SendError::Unsendable(FORGOTTEN.to_owned()));
        let partner = conversation.and_then(Conversation::partner);
        if partner.is_some_and(|partner| partner != self.life()) {
            return forgotten();
        }
        loop {
            let answer = self.target.send(request.clone()).await;
            match &answer {
                Err(SendError::Connect(_)) if self.may_come_back(&origin) => {
                    if partner.is_some() {
                        return forgotten();
                    }
                    tokio::time::sleep(RECONNECT).await;
                }
                Ok(_) => {
                    self.is_there(&origin);
                    if let Some(conversation) = conversation {
                        conversation.is_with(self.life());
                    }
                    return answer;
                }
                Err(_) => return answer,
            }
        }
    }

    /// How often the target began to answer: once, and after each outage.
    fn life(&self) -> u64 {
        1 + self.state().outages
    }

    fn may_come_back(&self, origin: &str) -> bool {
        let mut state = self.state();
        let Some(origin) = state.origins.get_mut(origin) else {
            return false;
        };
        let since = *origin.down_since.get_or_insert_with(Instant::now);
        origin.has_answered && since.elapsed() < self.manners.outage
    }

    fn is_there(&self, name: &str) {
        let mut state = self.state();
        if !state.origins.contains_key(name) {
            state.origins.insert(name.to_owned(), Origin::default());
        }
        let Some(origin) = state.origins.get_mut(name) else {
            return;
        };
        origin.has_answered = true;
        if let Some(since) = origin.down_since.take() {
            state.outages += 1;
            state.longest_outage = state.longest_outage.max(since.elapsed());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Target> Target for Mannerly<T> {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
        self.exchange(request).boxed()
    }

    fn remarks(&self) -> Vec<String> {
        let state = self.state();
        let mut remarks = self.target.remarks();
        if state.asked > 0 {
            remarks.push(format!(
                "the target asked {} times to be sent less (429, or 503 with Retry-After); such an answer is no finding",
                state.asked
            ));
        }
        if state.outages > 0 {
            remarks.push(format!(
                "the target took no connection {} times, for {:.1} s at the longest, and came back",
                state.outages,
                state.longest_outage.as_secs_f64()
            ));
        }
        remarks
    }
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            interval: None,
            longest_wait: Duration::from_secs(60),
            repeats: 3,
            outage: Duration::from_secs(10),
        }
    }
}

/// Whether an answer asks to be patient, and for how long if it says so.
fn wish(answer: &Response<Bytes>) -> Option<Option<Duration>> {
    let text = |name| answer.headers().get(name)?.to_str().ok().map(str::trim);
    let after = text(RETRY_AFTER);
    let is_wish = match answer.status() {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::SERVICE_UNAVAILABLE => after.is_some(),
        _ => false,
    };
    let seconds = |text: &str| text.parse().ok().map(Duration::from_secs);
    // A date is compared with what the server itself takes for now.
    let date = |text: &str| {
        let until = moment(text)? - moment(answer.headers().get(DATE)?.to_str().ok()?)?;
        Some(until.try_into().unwrap_or(Duration::ZERO))
    };
    is_wish.then(|| after.and_then(|text| seconds(text).or_else(|| date(text))))
}

/// A date as it stands in a header (RFC 9110 §5.6.7, the form in use).
fn moment(text: &str) -> Option<PrimitiveDateTime> {
    const FORM: &[BorrowedFormatItem<'_>] = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    PrimitiveDateTime::parse(text, FORM).ok()
}

/// What is waited first when the server does not say how long.
const DEFAULT_WAIT: Duration = Duration::from_secs(1);

/// Why the rest of a case is not sent after an outage.
const FORGOTTEN: &str =
    "the target took no connection in the middle of the case, and may have forgotten its sessions";

/// The time between two attempts to connect.
const RECONNECT: Duration = Duration::from_millis(100);

/// How many requests may go at once after a pause.
const BURST: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)]) -> Response<Bytes> {
        let answer = Response::builder().status(status);
        let answer = headers
            .iter()
            .fold(answer, |answer, (name, value)| answer.header(*name, *value));
        answer.body(Bytes::new()).expect("an answer")
    }

    #[test]
    fn what_a_server_asks_for() {
        let after = |text| wish(&answer(429, &[("retry-after", text)]));
        assert_eq!(after("7"), Some(Some(Duration::from_secs(7))));
        assert_eq!(after("soon"), Some(None));
        assert_eq!(wish(&answer(429, &[])), Some(None));
        assert_eq!(wish(&answer(503, &[])), None);
        assert_eq!(wish(&answer(400, &[("retry-after", "7")])), None);
        let dated = answer(
            503,
            &[
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"),
            ],
        );
        assert_eq!(wish(&dated), Some(Some(Duration::from_secs(30))));
    }

    /// A target that plays back answers, and then takes no connection.
    struct Plays(Mutex<Vec<Result<Response<Bytes>, SendError>>>);

    impl Target for Plays {
        fn send(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
            let mut left = self.0.lock().expect("one at a time");
            let next = if left.is_empty() {
                refused()
            } else {
                left.remove(0)
            };
            std::future::ready(next).boxed()
        }
    }

    async fn send<T: Target>(target: &Mannerly<T>) -> Result<u16, SendError> {
        let request = Request::get("http://issuer.example/").body(Bytes::new());
        let answer = target.send(request.expect("a request")).await;
        answer.map(|answer| answer.status().as_u16())
    }

    fn playing(answers: Vec<Result<Response<Bytes>, SendError>>) -> Mannerly<Plays> {
        let manners = Manners {
            interval: Some(Duration::from_millis(10)),
            outage: Duration::from_millis(300),
            ..Manners::default()
        };
        Mannerly::new(Plays(Mutex::new(answers)), manners)
    }

    fn refused() -> Result<Response<Bytes>, SendError> {
        Err(SendError::Connect("refused".into()))
    }

    fn busy(after: &str) -> Result<Response<Bytes>, SendError> {
        Ok(answer(429, &[("retry-after", after)]))
    }

    fn good() -> Result<Response<Bytes>, SendError> {
        Ok(answer(200, &[]))
    }

    #[tokio::test]
    async fn a_server_that_asks_for_time_gets_it() {
        let target = playing(vec![busy("0"), busy("1"), good()]);
        let begun = Instant::now();
        assert_eq!(send(&target).await, Ok(200));
        assert!(begun.elapsed() >= Duration::from_secs(1));
        assert_eq!(target.remarks().len(), 1);
    }

    #[tokio::test]
    async fn patience_has_an_end() {
        assert_eq!(send(&playing(vec![busy("3600"), good()])).await, Ok(429));
        let always = (0..4).map(|_| busy("0")).chain([good()]).collect();
        assert_eq!(send(&playing(always)).await, Ok(429));
    }

    #[tokio::test]
    async fn a_server_may_come_back() {
        let target = playing(vec![good(), refused(), good()]);
        assert_eq!(send(&target).await, Ok(200));
        assert_eq!(send(&target).await, Ok(200));
        assert_eq!(target.remarks().len(), 1);
    }

    #[tokio::test]
    async fn one_that_stays_away_is_given_up() {
        let target = playing(vec![good()]);
        assert_eq!(send(&target).await, Ok(200));
        let begun = Instant::now();
        assert!(send(&target).await.is_err());
        assert!(begun.elapsed() >= Duration::from_millis(300));
        assert!(target.remarks().is_empty());
    }

    #[tokio::test]
    async fn one_that_never_was_there_is_not_waited_for() {
        let target = playing(vec![refused(), good()]);
        assert!(send(&target).await.is_err());
    }

    #[tokio::test]
    async fn the_rate_is_kept() {
        let target = playing((0..40).map(|_| good()).collect());
        let begun = Instant::now();
        for _ in 0..40 {
            assert_eq!(send(&target).await, Ok(200));
        }
        // Ten may go at once.
        assert!(begun.elapsed() >= Duration::from_millis(290));
    }
}
