//! How early the KPIs of the sample speak, what moves them, and which steps they cover.

use crate::artifact::{
    ChainRecord, HighUseAccount, HighUseRecord, LagRecord, LinkRecord, RenewalRecord, ResponseRecord, StageRecord,
    TimingRecord,
};
use crate::verdict::Verdict;
use crate::words;

pub(super) fn timing(verdict: Verdict) -> Option<TimingRecord> {
    let lead_periods = match verdict {
        Verdict::NoEvidence | Verdict::Stale | Verdict::CannotTell => return None,
        Verdict::Lagging | Verdict::KgiDerived => 1,
        Verdict::ReverseCausal => 2,
        _ => 6,
    };
    Some(TimingRecord {
        lead_periods,
        from_periods: 1,
        farthest: 8,
        at_least: false,
        room: lead_periods,
        to_notice_due: false,
        renewal: Some(RenewalRecord { column: "months_to_term_end".into(), n_running: 310, n_in_window: 142 }),
    })
}

pub(super) fn response(verdict: Verdict) -> Option<ResponseRecord> {
    let status = match verdict {
        Verdict::ReverseCausal => return None,
        Verdict::Validated | Verdict::Redundant => "responsive",
        Verdict::Stale => "not_applicable",
        _ => "not_responsive",
    };
    let why_not = words!(en: "only 12 rows have four periods in a row", ja: "4期続けて値のある行が12行しかありません");
    Some(ResponseRecord { status: status.into(), why_not: (status == "not_applicable").then_some(why_not) })
}

pub(super) fn link(verdict: Verdict) -> Option<LinkRecord> {
    let response = response(verdict)?;
    let (moves, tested) = (response.status == "responsive", response.status != "not_applicable");
    let slope = |lag: u32| {
        let estimate = if moves { 0.24 / f64::from(lag) } else { 0.01 };
        LagRecord {
            lag,
            estimate,
            std_error: Some(0.02),
            ci_low: Some(estimate - 0.04),
            ci_high: Some(estimate + 0.04),
            p: Some(if moves { 0.000_1 } else { 0.6 }),
        }
    };
    Some(LinkRecord {
        action: "kpi_reverse_causal".into(),
        programme: false,
        kpi: format!("kpi_{}", verdict.name()),
        status: response.status,
        why_not: response.why_not,
        first_lag: moves.then_some(1),
        q: tested.then_some(if moves { 0.000_6 } else { 0.8 }),
        shown: tested.then(|| slope(1)),
        lags: if tested { (1..=3).map(slope).collect() } else { Vec::new() },
        n_rows: 9_120,
    })
}

pub(super) fn chain() -> ChainRecord {
    let all = |stage: &str| -> Vec<String> {
        let of = |v: &&Verdict| (**v != Verdict::Stale) == (stage == "use");
        Verdict::ALL.iter().filter(of).map(|v| format!("kpi_{}", v.name())).collect()
    };
    ChainRecord {
        stages: vec![
            StageRecord { stage: Some("use".into()), kpis: all("use") },
            StageRecord { stage: Some("result".into()), kpis: Vec::new() },
            StageRecord { stage: Some("recognised".into()), kpis: all("recognised") },
        ],
        high_use: vec![HighUseRecord {
            kpi: "kpi_validated".into(),
            threshold: 31.5,
            n_accounts: 1_010,
            n_left: 398,
            n_high: 253,
            n_high_left: 61,
            left: (0..12_u8)
                .map(|i| HighUseAccount {
                    account: format!("A-{:04}", 2_000 + u16::from(i)),
                    value: 80.0 - 3.0 * f64::from(i),
                    left_in: Some("2026-03".into()),
                })
                .collect(),
        }],
    }
}
