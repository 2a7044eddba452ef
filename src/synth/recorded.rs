//! Random companies of which everything that drives leaving is recorded, with the true probability of every row.
//!
//! ```text
//! z_k(t) = √s_k b_k + √(1-s_k) a_k(t),   a_k(t) = ρ_k a_k(t-1) + √(1-ρ_k²) ε        b, ε standard normal
//! logit P(leave in t+1) = a + segment + plan + price + Σ_k β_k z_k(t)                 β_k = 0 for most KPIs
//! logit P(a hint is recorded in t) = -4 + 0.8 Σ_k β_k z_k(t)                         seen by people, moves nothing
//! ```
//!
//! No trap is in them: they do not judge verdicts but what is stated afterwards, probabilities, their intervals and lists.

use std::fmt::Write;

use super::latent::{Luck, expit};

/// KPIs of a company.
const KPIS: usize = 10;
/// Halvings of the interval in which the level is looked for.
const STEPS: usize = 30;

/// A company whose true probabilities are known.
#[derive(Debug, Clone)]
pub struct Recorded {
    seed: u64,
    accounts: Vec<Account>,
    /// Log-odds for one more standard deviation, by KPI.
    pub effects: Vec<f64>,
    /// Accounts that left.
    pub events: usize,
    /// Account-months.
    pub rows: usize,
}

#[derive(Debug, Clone)]
struct Account {
    start: usize,
    segment: usize,
    plan: usize,
    price: f64,
    /// KPI values by month.
    z: Vec<[f64; KPIS]>,
    /// Log-odds of leaving in the month after, without the level of the company.
    eta: Vec<f64>,
    luck: Vec<f64>,
    hints: Vec<bool>,
    /// Months in the panel.
    months: usize,
    left: bool,
}

/// Draws a company. The same seed gives the same bytes.
///
/// # Example
/// ```
/// let company = fuellamp::synth::recorded(7);
/// assert_eq!(company.effects.len(), 10);
/// ```
#[must_use]
pub fn recorded(seed: u64) -> Recorded {
    let luck = &mut Luck::of(seed, "recorded company", 0);
    let months = luck.whole(18, 36) as usize;
    let target = luck.log_between(400.0, 900.0);
    let n_accounts = (target * luck.between(1.5, 3.0)) as usize;
    let n_levers = luck.whole(3, 5) as usize;
    let mut kpis: Vec<(f64, f64, f64)> = (0..KPIS)
        .map(|k| {
            let size = luck.log_between(0.2, 0.7) * if luck.chance(0.5) { 1.0 } else { -1.0 };
            (if k < n_levers { size } else { 0.0 }, luck.between(0.1, 0.6), luck.between(0.2, 0.85))
        })
        .collect();
    luck.shuffle(&mut kpis);
    let groups = [[0.0, luck.between(-0.6, 0.6), luck.between(-0.6, 0.6)], [0.0, luck.between(-0.4, 0.4), 0.0]];
    let price_effect = luck.between(-0.3, 0.3);
    let veterans = luck.between(0.4, 0.9);
    let mut accounts: Vec<Account> = (0..n_accounts)
        .map(|index| Account::draw(seed, index, (months, veterans), &kpis, &groups, price_effect))
        .collect();
    let (mut low, mut high) = (-12.0, 2.0);
    for _ in 0..STEPS {
        let level = 0.5 * (low + high);
        let leavers = accounts.iter().filter(|account| account.leaves(level).is_some()).count();
        if (leavers as f64) < target {
            low = level;
        } else {
            high = level;
        }
    }
    for account in &mut accounts {
        account.live(high);
    }
    Recorded {
        seed,
        effects: kpis.iter().map(|(size, _, _)| *size).collect(),
        events: accounts.iter().filter(|account| account.left).count(),
        rows: accounts.iter().map(|account| account.months).sum(),
        accounts,
    }
}

impl Account {
    fn draw(
        seed: u64,
        index: usize,
        (months, veterans): (usize, f64),
        kpis: &[(f64, f64, f64)],
        groups: &[[f64; 3]; 2],
        price_effect: f64,
    ) -> Self {
        let luck = &mut Luck::of(seed, "recorded account", index);
        let start = if luck.chance(veterans) { 0 } else { luck.whole(1, months as i32 - 3) as usize };
        let (segment, plan) = (luck.weighted(&[0.5, 0.3, 0.2]), luck.weighted(&[0.6, 0.4]));
        let price = luck.normal();
        let fixed = groups[0][segment] + groups[1][plan] + price_effect * price;
        let between: Vec<f64> = kpis.iter().map(|_| luck.normal()).collect();
        let mut within: Vec<f64> = kpis.iter().map(|_| luck.normal()).collect();
        let (mut z, mut eta, mut hints) = (Vec::new(), Vec::new(), Vec::new());
        for _ in start..months {
            let mut now = [0.0; KPIS];
            for (k, (_, share, rho)) in kpis.iter().enumerate() {
                within[k] = rho * within[k] + (1.0 - rho * rho).sqrt() * luck.normal();
                now[k] = share.sqrt() * between[k] + (1.0 - share).sqrt() * within[k];
            }
            let danger = kpis.iter().zip(&now).map(|((size, _, _), z)| size * z).sum::<f64>();
            eta.push(fixed + danger);
            hints.push(luck.chance(expit(0.8 * danger - 4.0)));
            z.push(now);
        }
        let chances = z.iter().map(|_| luck.unit()).collect();
        Self { start, segment, plan, price, z, eta, luck: chances, hints, months: 0, left: false }
    }

    /// Months until it leaves at this level, counted from its start.
    fn leaves(&self, level: f64) -> Option<usize> {
        let last = self.z.len().saturating_sub(1);
        (0..last).find(|&t| self.luck[t] < expit(level + self.eta[t])).map(|t| t + 1)
    }

    fn live(&mut self, level: f64) {
        let leaves = self.leaves(level);
        self.left = leaves.is_some();
        self.months = leaves.unwrap_or(self.z.len() - 1) + 1;
        self.eta.iter_mut().for_each(|eta| *eta += level);
    }
}

impl Recorded {
    /// Name and bytes of every file: `panel.csv`, `study.toml` and `hazards.csv` with the true probability, as of each
    /// month of an account, that it leaves in the next.
    #[must_use]
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut panel = String::from("account_id,month,churn,segment,plan,price,hint");
        for k in 0..KPIS {
            let _ = write!(panel, ",kpi_{k}");
        }
        panel.push('\n');
        let mut hazards = String::from("account_id,month,probability\n");
        for (index, account) in self.accounts.iter().enumerate() {
            for t in 0..account.months {
                let month = account.start + t;
                let churn = account.left && t + 1 == account.months;
                let price = (600.0 * (0.6 * account.price).exp()).round();
                let _ = write!(panel, "c{index:05},{month},{},s{},p{}", u8::from(churn), account.segment, account.plan);
                let _ = write!(panel, ",{price},{}", u8::from(account.hints[t]));
                for z in account.z[t] {
                    let _ = write!(panel, ",{:.4}", 50.0 + 10.0 * z);
                }
                panel.push('\n');
                if !churn {
                    let _ = writeln!(hazards, "c{index:05},{month},{:.9}", expit(account.eta[t]));
                }
            }
        }
        let study = self.study().into_bytes();
        vec![
            ("panel.csv".to_owned(), panel.into_bytes()),
            ("study.toml".to_owned(), study),
            ("hazards.csv".to_owned(), hazards.into_bytes()),
        ]
    }

    fn study(&self) -> String {
        let mut text = format!(
            "# Study of a simulated company; the true probabilities are in hazards.csv.\nschema = 1\n\n[study]\n\
             name = \"recorded-{}\"\npurpose = \"which KPIs to act on\"\nseed = {}\n\n[kgi]\noutcome = \"churn\"\n\
             horizon = 1\n\n[panel]\npath = \"panel.csv\"\naccount = \"account_id\"\nperiod = \"month\"\n\
             outcome = \"churn\"\n\n[roles]\nsegment = [\"segment\"]\nbilling = \"plan\"\nprice = \"price\"\n\
             disclosed_risk = \"hint\"\n\n",
            self.seed,
            // TOML integers end where signed 64-bit numbers do.
            self.seed & u64::MAX >> 1,
        );
        for (k, effect) in self.effects.iter().enumerate() {
            let hoped = if *effect > 0.0 { "less" } else { "more" };
            let _ = writeln!(text, "[[kpi]]\nname = \"kpi_{k}\"\nkind = \"behaviour\"\nhoped = \"{hoped}\"\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_leave_as_the_stated_probabilities_say() {
        let (mut expected, mut variance, mut events) = (0.0, 0.0, 0.0);
        for seed in 1..=4 {
            let company = recorded(seed);
            events += company.events as f64;
            for account in &company.accounts {
                // The last month of those who stayed is asked by nobody.
                for eta in &account.eta[..account.months - 1] {
                    expected += expit(*eta);
                    variance += expit(*eta) * (1.0 - expit(*eta));
                }
            }
            assert!((300..1000).contains(&company.events), "{}", company.events);
        }
        assert!((events - expected).abs() < 4.0 * variance.sqrt(), "{events} {expected}");
    }

    #[test]
    fn hazards_lie_beside_every_row_from_which_somebody_could_leave() {
        let company = recorded(3);
        let files = company.files();
        let lines = |name: &str| {
            let (_, bytes) = files.iter().find(|(file, _)| file == name).unwrap();
            String::from_utf8(bytes.clone()).unwrap().lines().count() - 1
        };
        assert_eq!(lines("panel.csv"), company.rows);
        assert_eq!(lines("hazards.csv"), company.rows - company.events);
    }
}
