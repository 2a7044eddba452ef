//! The balance of evidence: one number from what the single tests say together, for a signal that no trap explains.
//!
//! `balance = 1 / (1 + exp(-(w₀ + Σ wᵢ xᵢ)))`, ten measures of a KPI's evidence, each held within limits so that none can carry a
//! verdict alone. The weights are a logistic regression of lever against trap over the simulated companies that rules are tuned
//! on, every generator with the same weight (`tune --weigh`); each has the sign that its reason gives it. It says how alike the
//! evidence is to that of levers there, not how probable a cause is here.

use crate::traps::TestId as T;
use crate::words::Words;

use super::facts::KpiFacts;
use super::thresholds::Thresholds;

/// One measure: the name of its weight among the thresholds, its value, the limits it is held within, what it is among levers,
/// and what is said of it where it pulls the balance down.
struct Measure {
    weight: fn(&Thresholds) -> f64,
    value: fn(&KpiFacts<'_>) -> f64,
    within: (f64, f64),
    typical: f64,
    little: fn(&KpiFacts<'_>, f64) -> Option<Words>,
}

macro_rules! measures {
    ($($weight:ident $low:literal to $high:literal, typically $typical:literal, $value:expr, $little:ident;)*) => {
        /// Names of the weights, in the order of [`KpiFacts::measures`].
        pub const WEIGHTS: &[&str] = &[$(stringify!($weight)),*];

        const MEASURES: &[Measure] = &[$(Measure {
            weight: |limits| limits.$weight,
            value: $value,
            within: ($low, $high),
            typical: $typical,
            little: little::$little,
        }),*];
    };
}

// What is typical: the median among the unexplained levers of simulated companies (`tune --weigh` prints it).
measures! {
    balance_level -1.0 to 5.0, typically 4.7, |f| f.along_full(T::Level), level;
    balance_both_halves -1.0 to 4.0, typically 3.1, |f| f.along_full(T::Early).min(f.along_full(T::Late)), halves;
    balance_late -1.0 to 5.0, typically 3.7, |f| f.along_full(T::Late), late;
    balance_at_event -1.0 to 5.0, typically 2.8, |f| f.along_full(T::AtEvent), at_event;
    balance_lead 0.0 to 4.0, typically 0.0, |f| f.along_full(T::Lead), lead;
    balance_still 0.5 to 3.0, typically 1.0, |f| f.std_error(T::Change) / f.std_error(T::Level), still;
    balance_action 0.0 to 1.0, typically 0.0, |f| f64::from(u8::from(f.is_action())), nothing;
    balance_copy 0.0 to 1.0, typically 0.0, |f| f64::from(u8::from(f.get(T::NearCopy).is_some())), copy;
    balance_left 0.0 to 2.0, typically 1.1, |f| f.slope(T::Full) / f.slope(T::Raw), left;
    balance_earlier 0.0 to 1.5, typically 1.0, |f| f.slope(T::Near2) / f.slope(T::Near), earlier;
}

/// Log-odds by which a measure must pull the balance down to be named.
const NAMED: f64 = 0.1;
/// Share of the strongest pull from which a second one is named beside it.
const BESIDE: f64 = 0.5;

impl Measure {
    fn held(&self, f: &KpiFacts<'_>) -> f64 {
        let (low, high) = self.within;
        let value = (self.value)(f);
        if value.is_finite() { value.clamp(low, high) } else { 0.0_f64.clamp(low, high) }
    }

    /// Log-odds by which it moves the balance compared with a lever on which the measure is what it typically is.
    fn pull(&self, f: &KpiFacts<'_>) -> f64 {
        (self.weight)(f.limits) * (self.held(f) - self.typical)
    }
}

impl KpiFacts<'_> {
    /// The measures of the balance, each within its limits (0, or the limit next to it, where a test did not run); `None` where
    /// level, change or one of the halves is missing.
    #[must_use]
    pub fn measures(&self) -> Option<Vec<f64>> {
        if [T::Full, T::Level, T::Change, T::Early, T::Late].into_iter().any(|test| self.get(test).is_none()) {
            return None;
        }
        Some(MEASURES.iter().map(|measure| measure.held(self)).collect())
    }

    /// The balance of evidence, 0 to 1; `None` where the measures are missing.
    #[must_use]
    pub fn balance(&self) -> Option<f64> {
        let weighed = MEASURES.iter().zip(self.measures()?).map(|(measure, x)| (measure.weight)(self.limits) * x);
        let sum = self.limits.balance_start + weighed.sum::<f64>();
        Some(1.0 / (1.0 + (-sum).exp()))
    }

    /// Together the tests speak for a lever, though one of them alone would hold it back.
    pub(super) fn borne_out(&self) -> bool {
        !self.snapshot && self.balance().is_some_and(|balance| balance > self.limits.balance_bears)
    }

    /// Together the tests say too little, though none of them alone holds it back, and a hidden cause need not be strong.
    pub(super) fn outweighed(&self) -> bool {
        self.balance().is_some_and(|balance| balance < self.limits.balance_doubt)
            && self.e_value_limit() < self.limits.balance_e
    }

    fn std_error(&self, test: T) -> f64 {
        self.get(test).and_then(|m| m.std_error).unwrap_or(f64::NAN)
    }
}

/// The balance in words.
pub(super) fn say(f: &KpiFacts<'_>) -> Words {
    let balance = f.balance().unwrap_or(0.0);
    crate::words!(en: "balance of all tests {balance:.2}", ja: "全検定の総合評価{balance:.2}")
}

/// The one or two measures that pull the balance down most, compared with a typical lever, in words; `None` where none does so
/// by more than a little. That a KPI is no action is not named: it is no finding of a test.
pub(super) fn weighs_most(f: &KpiFacts<'_>) -> Option<Words> {
    let said = MEASURES.iter().filter_map(|measure| Some((measure.pull(f), (measure.little)(f, (measure.value)(f))?)));
    let mut down: Vec<(f64, Words)> = Vec::new();
    // What is said in the same words is one thing.
    for (pull, words) in said {
        match down.iter_mut().find(|(_, other)| *other == words) {
            Some((sum, _)) => *sum += pull,
            None => down.push((pull, words)),
        }
    }
    down.retain(|(pull, _)| *pull < -NAMED);
    down.sort_by(|a, b| a.0.total_cmp(&b.0));
    let strongest = down.first()?.0;
    let named = down.into_iter().take(2).filter(|(pull, _)| *pull < BESIDE * strongest);
    let (en, ja): (Vec<String>, Vec<String>) = named.map(|(_, words)| (words.en, words.ja)).unzip();
    Some(Words { en: en.join(" and "), ja: ja.join("、") })
}

/// What is said of a measure that pulls the balance down, from its value before it is held within limits.
mod little {
    use super::{KpiFacts, T, Words};
    use crate::words;

    pub(super) fn level(_: &KpiFacts<'_>, z: f64) -> Option<Words> {
        Some(words!(en: "its lasting level tells little (z {z:.1})", ja: "長期の水準の関連が弱い（z {z:.1}）"))
    }

    /// The weaker half: where it is the late one, what is said of that.
    pub(super) fn halves(f: &KpiFacts<'_>, z: f64) -> Option<Words> {
        if f.along_full(T::Late) <= f.along_full(T::Early) {
            return late(f, z);
        }
        Some(words!(en: "its slope in the early half is weak (z {z:.1})", ja: "期間の前半の傾きが弱い（z {z:.1}）"))
    }

    pub(super) fn late(_: &KpiFacts<'_>, z: f64) -> Option<Words> {
        Some(words!(en: "its slope in the late half is weak (z {z:.1})", ja: "期間の後半の傾きが弱い（z {z:.1}）"))
    }

    pub(super) fn at_event(_: &KpiFacts<'_>, z: f64) -> Option<Words> {
        Some(words!(
            en: "it shows strongly in leaving itself (z {z:.1} at the event)",
            ja: "離反そのものに強く表れている（離反時点のz {z:.1}）",
        ))
    }

    pub(super) fn lead(_: &KpiFacts<'_>, z: f64) -> Option<Words> {
        Some(words!(
            en: "last period's risk moves it (z {z:.1})",
            ja: "前期のリスクに動かされている疑いがある（z {z:.1}）",
        ))
    }

    pub(super) fn still(_: &KpiFacts<'_>, ratio: f64) -> Option<Words> {
        ratio.is_finite().then(|| {
            words!(
                en: "it moves little within a customer (standard error of the change {ratio:.1} times that of the level)",
                ja: "同じ顧客の中であまり動かない（変化の標準誤差が水準の{ratio:.1}倍）",
            )
        })
    }

    pub(super) fn nothing(_: &KpiFacts<'_>, _: f64) -> Option<Words> {
        None
    }

    pub(super) fn copy(_: &KpiFacts<'_>, _: f64) -> Option<Words> {
        Some(words!(en: "it has a near-copy among the KPIs", ja: "よく似たKPIがほかにある"))
    }

    pub(super) fn left(_: &KpiFacts<'_>, share: f64) -> Option<Words> {
        let share = 100.0 * share;
        share.is_finite().then(|| {
            words!(
                en: "{share:.0} % of its raw slope is left once everything else is in the model",
                ja: "ほかの要因を加えると傾きが{share:.0}%になる",
            )
        })
    }

    pub(super) fn earlier(_: &KpiFacts<'_>, share: f64) -> Option<Words> {
        let share = 100.0 * share;
        share.is_finite().then(|| {
            words!(
                en: "one step before the last period its slope is {share:.0} % of what it is then",
                ja: "直前期の1段階前の傾きが直前期の{share:.0}%しかない",
            )
        })
    }
}
