//! Gut feeling: a rating by the people who look after the accounts, beside what the data alone predicts.
//!
//! A rating is an input like any other. It is tested on accounts that the model has not seen, and where it contradicts the
//! data both are shown with what came of it. Nothing here changes a score.

mod agreement;
mod disagreement;
mod say;

pub use agreement::{Agreement, Cell, MAX_LEVELS, RatingGroup, agreement};
pub use disagreement::{DISAGREE, Past, Share, Side, latest, lean, past};
pub use say::{say_added, say_past};

use super::paired::{auc_difference, log_loss_difference};
use crate::stats::wald::WaldTerm;

/// A gain or loss in AUC that changes no list of accounts to call.
pub const NEGLIGIBLE: f64 = 0.005;

/// What a rating adds to the data on held-out accounts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Added {
    /// AUC of the data alone.
    pub auc_without: f64,
    /// AUC of data and rating.
    pub auc_with: f64,
    /// `with - without`, clustered by account; above 0 the rating helps.
    pub auc: WaldTerm,
    /// Mean negative log-likelihood of the data alone.
    pub log_loss_without: f64,
    /// The same of data and rating.
    pub log_loss_with: f64,
    /// `with - without`, clustered by account; below 0 the rating helps.
    pub log_loss: WaldTerm,
}

/// What the intervals allow to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The interval of the AUC's gain lies above 0.
    Adds,
    /// It lies within [`NEGLIGIBLE`] of 0.
    Nothing,
    /// It lies below 0.
    Harms,
    /// None of these.
    CannotTell,
}

impl Added {
    /// The reading of the AUC's interval.
    #[must_use]
    pub fn reading(&self) -> Reading {
        let (low, high) = (self.auc.ci_low, self.auc.ci_high);
        if low >= -NEGLIGIBLE && high <= NEGLIGIBLE {
            Reading::Nothing
        } else if low > 0.0 {
            Reading::Adds
        } else if high < 0.0 {
            Reading::Harms
        } else {
            Reading::CannotTell
        }
    }
}

/// Compares held-out log-odds without and with the rating.
///
/// # Shapes and units
/// `without`, `with` (n) log-odds, `y` (n) 0 or 1, `account` (n) labels below G. `None` where one class is absent, or with
/// one account.
///
/// # Assumes
/// Accounts independent; both predictions made for accounts that their models had not seen, on the same folds. The interval
/// does not hold the noise of fitting the models anew.
#[must_use]
pub fn added_value(without: &[f64], with: &[f64], y: &[f64], account: &[u32]) -> Option<Added> {
    let auc = auc_difference(with, without, y, account)?;
    let log_loss = log_loss_difference(with, without, y, account)?;
    Some(Added {
        auc_without: auc.second,
        auc_with: auc.first,
        auc: auc.difference,
        log_loss_without: log_loss.second,
        log_loss_with: log_loss.first,
        log_loss: log_loss.difference,
    })
}

#[cfg(test)]
mod tests;
