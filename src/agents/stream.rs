//! Activities that leave rows in a log: how often they happen, and what drives them.

/// The tables of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Log {
    Usage,
    Logins,
    Contacts,
    Tickets,
    Surveys,
    Admin,
    Outcomes,
}

impl Log {
    pub(super) const ALL: [Self; 7] =
        [Self::Usage, Self::Logins, Self::Contacts, Self::Tickets, Self::Surveys, Self::Admin, Self::Outcomes];
}

/// Something that makes an activity more or less frequent, beside the customer's own habit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Drive {
    /// A manager worried by a hint comes so many times more often.
    Worry(f64),
    /// Those who bought for the feature, and later adopters, do it so many times more often.
    Special(f64),
    /// By the log-odds of leaving of the segment, in units of their spread: factor exp(size × units).
    Segment(f64),
    /// Factor exp(size × mood).
    Mood(f64),
    /// While a project is cancelled, this share of it stops.
    Project(f64),
    /// After the decision this share of it stops, within so many weeks.
    Stops { share: f64, weeks: f64 },
    /// After the decision, and until the end, so many a week happen.
    Clears(f64),
    /// In proportion to a power of what was lately experienced of another stream.
    Follows { stream: usize, power: f64 },
    /// Factor exp(size × maturity), a trait that use and results share.
    Maturity(f64),
    /// Factor exp(size × skill of the manager).
    Skill(f64),
    /// So many rows for each event of another stream in the same week.
    Copies { stream: usize, each: f64 },
    /// From this day on so many sham rows are written for each real one.
    Gamed { from: i32, times: f64 },
}

/// What people answer in a survey.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Answer {
    /// 9 or 10, hardly ever 8.
    High,
    /// Follows the mood, with noise.
    Mood,
    /// Follows nothing.
    Noise,
}

/// When a survey is sent and who answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Survey {
    pub(super) every_weeks: usize,
    /// Chance of an answer at average mood.
    pub(super) answered: f64,
    /// The chance grows by exp(size × mood).
    pub(super) by_mood: f64,
    pub(super) answer: Answer,
}

/// An activity of customers or managers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stream {
    pub(super) log: Log,
    /// Position in the log's vocabulary.
    pub(super) topic: usize,
    /// Median events per week.
    pub(super) rate: f64,
    /// Standard deviation, in the logarithm, of what lasts.
    pub(super) lasting: f64,
    /// The same for what changes.
    pub(super) moving: f64,
    /// Correlation of the changing part with the week before.
    pub(super) persistence: f64,
    /// Standard deviation, in the logarithm, of the amount of one event.
    pub(super) spread: f64,
    /// Customers feel the amount, not the number.
    pub(super) by_amount: bool,
    /// The vendor's managers begin it.
    pub(super) vendor: bool,
    /// Role of the person met: 0 decision maker, 1 champion, 2 user.
    pub(super) role: usize,
    pub(super) drives: Vec<Drive>,
    pub(super) survey: Option<Survey>,
}

/// How the experience of an activity turns into log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    Log,
    Linear,
    /// Half of the effect at this multiple of the typical experience.
    Saturating(f64),
    /// Nothing above this multiple of the typical experience.
    Below(f64),
}

impl Form {
    /// The shape at an experience in multiples of the typical one.
    pub(super) fn of(self, m: f64) -> f64 {
        match self {
            Self::Log => (0.25 + m).ln(),
            Self::Linear => m.min(6.0),
            Self::Saturating(half) => m / (m + half),
            Self::Below(knee) => m.min(knee),
        }
    }
}

/// A real effect of an activity on the decision.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lever {
    pub(super) stream: usize,
    /// Planned change of the log-odds when the KPI is one standard deviation higher.
    pub(super) target: f64,
    pub(super) form: Form,
    /// Weeks over which experience is remembered.
    pub(super) memory: f64,
    /// Factors on the flat, metered and seat plan.
    pub(super) by_plan: [f64; 3],
    /// Last day of the effect.
    pub(super) until: Option<i32>,
    /// Works by lifting or lowering the mood and not directly.
    pub(super) through_mood: bool,
}
