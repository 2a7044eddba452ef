//! The cast of KPIs: which trap each one is, which verdicts are right for it, and how its own level moves.

/// The KPIs of the simulated company, in study order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kpi {
    ExecContacts,
    SpecialFeatureDays,
    UsageHours,
    NpsScore,
    Logins,
    AutomationsLive,
    AutomationRuns,
    ReviewMinutes,
    GoalsRecognised,
    TicketDays,
    TemplateUses,
    DataExports,
    WebinarVisits,
    PulseScore,
}

/// How a KPI's own standardised level moves: a lasting part of the account and a part that changes from month to month.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Motion {
    /// Share of the variance that lasts.
    pub(crate) lasting: f64,
    /// Correlation of the changing part with its own month before.
    pub(crate) persistence: f64,
}

impl Kpi {
    /// Every KPI, in study order.
    pub(crate) const ALL: [Self; 14] = [
        Self::ExecContacts,
        Self::SpecialFeatureDays,
        Self::UsageHours,
        Self::NpsScore,
        Self::Logins,
        Self::AutomationsLive,
        Self::AutomationRuns,
        Self::ReviewMinutes,
        Self::GoalsRecognised,
        Self::TicketDays,
        Self::TemplateUses,
        Self::DataExports,
        Self::WebinarVisits,
        Self::PulseScore,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ExecContacts => "exec_contacts",
            Self::SpecialFeatureDays => "special_feature_days",
            Self::UsageHours => "usage_hours",
            Self::NpsScore => "nps_score",
            Self::Logins => "logins",
            Self::AutomationsLive => "automations_live",
            Self::AutomationRuns => "automation_runs",
            Self::ReviewMinutes => "review_minutes",
            Self::GoalsRecognised => "goals_recognised",
            Self::TicketDays => "ticket_days_open",
            Self::TemplateUses => "template_uses",
            Self::DataExports => "data_exports",
            Self::WebinarVisits => "webinar_visits",
            Self::PulseScore => "pulse_score",
        }
    }

    /// Trap identifier as in the method's list.
    pub(crate) fn trap_id(self) -> &'static str {
        match self {
            Self::ExecContacts => "T1",
            Self::SpecialFeatureDays => "T2",
            Self::UsageHours => "T3",
            Self::NpsScore => "T4",
            Self::Logins => "T6m",
            Self::AutomationsLive | Self::ReviewMinutes => "T10",
            Self::AutomationRuns => "T8",
            Self::GoalsRecognised => "T6r",
            Self::TicketDays => "T11",
            Self::TemplateUses => "T13",
            Self::DataExports => "T5x",
            Self::WebinarVisits => "T7",
            Self::PulseScore => "T5c",
        }
    }

    /// Whether a team that acts on it is fooled.
    pub(crate) fn is_trap(self) -> bool {
        !matches!(
            self,
            Self::Logins | Self::AutomationsLive | Self::ReviewMinutes | Self::GoalsRecognised | Self::TicketDays
        )
    }

    /// Verdicts that are right.
    pub(crate) fn accepted(self) -> &'static [&'static str] {
        match self {
            Self::ExecContacts => &["reverse_causal", "lagging"],
            Self::SpecialFeatureDays => &["confounded"],
            Self::UsageHours => &["segment_dependent"],
            Self::NpsScore => &["stale", "no_evidence"],
            Self::Logins => &["mediated"],
            Self::AutomationsLive | Self::ReviewMinutes | Self::GoalsRecognised | Self::TicketDays => &["validated"],
            Self::AutomationRuns => &["redundant"],
            Self::TemplateUses => &["fading"],
            Self::DataExports => &["lagging"],
            Self::WebinarVisits => &["no_evidence"],
            Self::PulseScore => &["confounded", "lagging", "mediated"],
        }
    }

    /// The KPI of which it is a copy, or through which it works.
    pub(crate) fn parent(self) -> Option<Self> {
        match self {
            Self::Logins | Self::AutomationRuns => Some(Self::AutomationsLive),
            _ => None,
        }
    }

    pub(crate) fn motion(self) -> Motion {
        let (lasting, persistence) = match self {
            Self::UsageHours | Self::AutomationsLive | Self::Logins => (0.4, 0.85),
            Self::SpecialFeatureDays => (0.3, 0.7),
            Self::TicketDays => (0.35, 0.8),
            Self::ReviewMinutes | Self::GoalsRecognised | Self::TemplateUses => (0.4, 0.8),
            Self::AutomationRuns => (0.3, 0.8),
            Self::ExecContacts | Self::WebinarVisits | Self::NpsScore | Self::DataExports => (0.4, 0.6),
            Self::PulseScore => (0.6, 0.3),
        };
        Motion { lasting, persistence }
    }

    /// Decimals with which it is recorded; 0 is a whole number.
    pub(crate) fn decimals(self) -> u32 {
        match self {
            Self::UsageHours | Self::GoalsRecognised | Self::TicketDays => 1,
            _ => 0,
        }
    }

    /// Share of months in which the record was lost, not counting surveys that were not answered.
    pub(crate) fn lost_share(self) -> f64 {
        match self {
            Self::UsageHours | Self::Logins | Self::AutomationRuns => 0.05,
            Self::AutomationsLive | Self::TicketDays | Self::GoalsRecognised => 0.04,
            _ => 0.0,
        }
    }

    /// Position in [`Kpi::ALL`].
    pub(crate) fn position(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_names_are_unique_and_in_order() {
        let positions: Vec<usize> = Kpi::ALL.iter().map(|kpi| kpi.position()).collect();
        assert_eq!(positions, (0..Kpi::ALL.len()).collect::<Vec<_>>());
        let names: std::collections::BTreeSet<&str> = Kpi::ALL.iter().map(|kpi| kpi.name()).collect();
        assert_eq!(names.len(), Kpi::ALL.len());
    }
}
