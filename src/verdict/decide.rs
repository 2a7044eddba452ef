//! Applies the rules to every KPI, then lets the strongest of near-copies speak for its group.

use crate::traps::{Copies, TestId};
use crate::words;
use crate::words::Words;

use super::facts::KpiFacts;
use super::rules::{PROGRAMME_ALONE, RULES};
use super::say;
use super::settle::settle;
use super::types::{Answer, Direction, KpiVerdict, Verdict};

/// Verdicts of all KPIs, in study order.
#[must_use]
pub fn decide(facts: &[KpiFacts<'_>], copies: &Copies) -> Vec<KpiVerdict> {
    let mut verdicts: Vec<KpiVerdict> = facts.iter().map(one).collect();
    for (index, fact) in facts.iter().enumerate() {
        let Some(speaker) = speaker(index, facts, copies) else { continue };
        let keeps = matches!(verdicts[index].verdict, Verdict::KgiDerived)
            || ["1a", "1b", "2l"].contains(&&*verdicts[index].rule);
        if keeps {
            continue;
        }
        if let Some(rival) = tie(index, speaker, facts, copies)
            && (speaker != index || (verdicts[index].verdict == Verdict::Validated && !fact.confirmed()))
            && matches!(verdicts[index].verdict, Verdict::Validated | Verdict::Promising)
        {
            verdicts[index] = undecided_between(&verdicts[index], fact, &facts[rival]);
            continue;
        }
        // Where neither stands out, the weaker keeps what was found about it.
        let open = matches!(verdicts[index].verdict, Verdict::CannotTell | Verdict::NoEvidence)
            && strength(&facts[speaker]) < strength(fact) + fact.limits.copy_margin_z;
        if speaker == index || open {
            continue;
        }
        let (other, r) = (facts[speaker].name, copies[index].iter().find(|(k, _)| *k == speaker).map_or(1.0, |c| c.1));
        let (own, theirs) = (strength(fact), strength(&facts[speaker]));
        verdicts[index] = KpiVerdict {
            verdict: Verdict::Redundant,
            rule: "15".to_owned(),
            trap: Some("near_copy".to_owned()),
            reason: words!(
                en: "a near-copy of `{other}` (r {r:.2}), which speaks for both (|z| {theirs:.1} against {own:.1})",
                ja: "`{other}`とほぼ同じKPIです（r {r:.2}）。より強い`{other}`が代表します（|z| {theirs:.1}対{own:.1}）",
            ),
            settle: None,
            other_kpi: Some(other.to_owned()),
            ..verdicts[index].clone()
        };
    }
    verdicts
}

/// How much a KPI says beside its near-copies: the smallest |z| beside one of them; |z(adj)| where that was not asked.
fn strength(fact: &KpiFacts<'_>) -> f64 {
    let beside = fact.dossier.all(TestId::BesideCopy).map(|(_, m)| m.z().abs()).min_by(f64::total_cmp);
    beside.unwrap_or_else(|| fact.z(TestId::Adj).abs())
}

/// The KPI that speaks for the near-copies of `index`: the strongest beside the others, ties by order.
fn speaker(index: usize, facts: &[KpiFacts<'_>], copies: &Copies) -> Option<usize> {
    let group = copies.get(index).filter(|list| !list.is_empty())?;
    let strength = |k: usize| strength(&facts[k]);
    let best = group.iter().map(|(k, _)| *k).filter(|&k| facts[k].leak.is_none()).fold(index, |best, k| {
        if strength(k) > strength(best) || (strength(k) >= strength(best) && k < best) { k } else { best }
    });
    Some(best)
}

/// The near-copy that `index` cannot be told from: its speaker, or, for the speaker, the strongest of the others. That one of
/// the two says nothing beside the other is seen sooner than which of them is the cause. Of two columns that are one but for
/// rounding either will do.
fn tie(index: usize, speaker: usize, facts: &[KpiFacts<'_>], copies: &Copies) -> Option<usize> {
    let rival = if speaker == index {
        let others = copies[index].iter().map(|(k, _)| *k).filter(|&k| facts[k].leak.is_none());
        others.max_by(|&a, &b| strength(&facts[a]).total_cmp(&strength(&facts[b])))?
    } else {
        speaker
    };
    let r = copies[index].iter().find(|(k, _)| *k == rival).map_or(1.0, |(_, r)| r.abs());
    if r > facts[index].limits.one_column {
        return None;
    }
    let limits = facts[index].limits;
    let apart = if speaker == index { limits.copy_lead_z } else { limits.copy_tie_z };
    ((strength(&facts[rival]) - strength(&facts[index])).abs() < apart).then_some(rival)
}

fn undecided_between(verdict: &KpiVerdict, fact: &KpiFacts<'_>, rival: &KpiFacts<'_>) -> KpiVerdict {
    let (full, z) = (fact.slope(TestId::Full).exp(), fact.z(TestId::Full));
    let (other, own, theirs) = (rival.name, strength(fact), strength(rival));
    KpiVerdict {
        verdict: Verdict::Promising,
        rule: "15b".to_owned(),
        trap: Some("near_copy".to_owned()),
        reason: if (own - theirs).abs() < fact.limits.copy_tie_z {
            words!(
                en: "odds ratio {full:.2} (z {z:.1}), but `{other}` is a near-copy and neither stands out beside the other (|z| {own:.1} and {theirs:.1}): one of the two may be the cause",
                ja: "オッズ比{full:.2}（z {z:.1}）ですが、`{other}`とほぼ同じKPIで、並べてもどちらが強いか決まりません（|z| {own:.1}と{theirs:.1}）。原因はどちらか一方かもしれません",
            )
        } else {
            words!(
                en: "odds ratio {full:.2} (z {z:.1}), but its near-copy `{other}`, which says less beside it (|z| {theirs:.1} against {own:.1}), may still be the cause",
                ja: "オッズ比{full:.2}（z {z:.1}）ですが、`{other}`とほぼ同じKPIです。並べると`{other}`のほうが弱いものの（|z| {own:.1}対{theirs:.1}）、原因でないとまでは言えません",
            )
        },
        settle: Some(words!(
            en: "move one of the two without the other, for accounts drawn by lot; until then track either, not both",
            ja: "無作為に選んだ顧客で、どちらか一方だけを動かして比べてください。それまでは片方だけを追えば足ります",
        )),
        other_kpi: Some(other.to_owned()),
        ..verdict.clone()
    }
}

fn one(fact: &KpiFacts<'_>) -> KpiVerdict {
    // The last rule always applies.
    let rule = RULES.iter().find(|rule| (rule.when)(fact)).unwrap_or(&RULES[RULES.len() - 1]);
    let verdict = rule.verdict;
    let reason = (rule.say)(fact);
    let worth = matches!(verdict, Verdict::Validated | Verdict::Promising);
    // Those two have the hope in their own sentence; what a programme alone has shown is as hoped.
    let says_so = ["9p", "9q", PROGRAMME_ALONE].contains(&rule.id);
    let against = worth && !says_so && fact.hoped_z(TestId::Full) < 0.0;
    let reason = if against { reason.and(say::against_hope(fact)) } else { reason };
    KpiVerdict {
        verdict,
        predicts: predicts(fact, verdict),
        direction: direction(fact, rule.id, verdict),
        rule: rule.id.to_owned(),
        trap: (!rule.trap.is_empty()).then(|| rule.trap.to_owned()),
        reason: without_negative_zero(reason),
        settle: settle(fact, rule.id),
        other_kpi: (verdict == Verdict::Mediated).then(|| fact.mediator().map(|(other, _)| other.to_owned())).flatten(),
        differs_by: (verdict == Verdict::SegmentDependent)
            .then(|| fact.opposite().map(|found| found.column.to_owned()))
            .flatten(),
    }
}

/// `-0.0` reads like a sign where there is none.
fn without_negative_zero(words: Words) -> Words {
    let tidy = |text: String| {
        let ends = |after: &str| !after.starts_with(|c: char| c.is_ascii_digit());
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find("-0.0") {
            let (before, after) = (&rest[..at], &rest[at + 4..]);
            out.push_str(before);
            out.push_str(if ends(after) { "0.0" } else { "-0.0" });
            rest = after;
        }
        out.push_str(rest);
        out
    };
    Words { en: tidy(words.en), ja: tidy(words.ja) }
}

/// Whether knowing it helps to tell who leaves, whatever the reason.
fn predicts(fact: &KpiFacts<'_>, verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Validated | Verdict::Promising | Verdict::Mediated | Verdict::SegmentDependent => Answer::Yes,
        Verdict::KgiDerived | Verdict::NoEvidence | Verdict::Fading | Verdict::Stale => Answer::No,
        Verdict::Lagging | Verdict::ReverseCausal | Verdict::Confounded | Verdict::Redundant => {
            let strongest =
                [TestId::Stat, TestId::Near, TestId::Raw].map(|t| fact.z(t).abs()).into_iter().fold(0.0, f64::max);
            if strongest > fact.limits.signal_z { Answer::Yes } else { Answer::Unclear }
        }
        Verdict::CannotTell => Answer::Unclear,
    }
}

/// |z| from which a slope has a sign.
const CLEAR_SIGN_Z: f64 = 1.96;

fn direction(fact: &KpiFacts<'_>, rule: &str, verdict: Verdict) -> Direction {
    let weak = fact.z(TestId::Full).abs() < CLEAR_SIGN_Z;
    let shown = match verdict {
        // What a programme alone has shown has the programme's sign, whatever the observed association.
        _ if rule == PROGRAMME_ALONE => TestId::Pushed,
        // Beside the later step nothing is left of an early one: its sign is that of the way through it.
        Verdict::Mediated => TestId::Adj,
        // The association that looked like something, where what is left of it has no clear sign.
        Verdict::Lagging | Verdict::ReverseCausal | Verdict::Confounded | Verdict::Redundant if weak => {
            let z = |test: &TestId| fact.z(*test).abs();
            let at_the_end = matches!(verdict, Verdict::Lagging | Verdict::ReverseCausal).then_some(TestId::AtEvent);
            let looked = [TestId::Near, TestId::Stat, TestId::Raw].into_iter().chain(at_the_end);
            looked.max_by(|a, b| z(a).total_cmp(&z(b))).unwrap_or(TestId::Raw)
        }
        Verdict::Fading if weak => TestId::Early,
        _ => TestId::Full,
    };
    let Some(full) = fact.get(shown) else { return Direction::None };
    match verdict {
        Verdict::SegmentDependent => Direction::Mixed,
        Verdict::NoEvidence | Verdict::CannotTell | Verdict::Stale if full.z().abs() < CLEAR_SIGN_Z => Direction::None,
        _ if full.estimate < 0.0 => Direction::Protective,
        _ => Direction::Harmful,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_zero_has_no_sign_and_a_small_number_keeps_its_own() {
        let words = Words::same("z -0.0, share -0.033, -0.0");
        assert_eq!(without_negative_zero(words).en, "z 0.0, share -0.033, 0.0");
    }
}
