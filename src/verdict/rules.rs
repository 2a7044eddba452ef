//! The decision order: the first rule that applies gives the verdict. One table, to be read, reviewed and changed here.

use crate::study::KpiKind;
use crate::traps::TestId as T;
use crate::traps::leak::Leak;
use crate::words::Words;

use super::doubts::{Weak, Young};
use super::facts::{KpiFacts, ONE_SIDED};
use super::say;
use super::types::Verdict as V;

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Identifier, printed with the verdict.
    pub id: &'static str,
    /// Verdict it gives.
    pub verdict: V,
    /// Trap it detects, for people and machines; empty where it is none.
    pub trap: &'static str,
    /// When it applies.
    pub when: fn(&KpiFacts<'_>) -> bool,
    /// The numbers that decided, in words.
    pub say: fn(&KpiFacts<'_>) -> Words,
}

/// The rule that a programme fires alone.
pub(super) const PROGRAMME_ALONE: &str = "9n";

macro_rules! rules {
    ($($id:literal $verdict:ident $trap:literal when $when:expr, say $say:path;)*) => {
        /// All rules, in order.
        pub static RULES: &[Rule] = &[$(Rule {
            id: $id, verdict: V::$verdict, trap: $trap, when: $when, say: $say,
        }),*];
    };
}

rules! {
    "1a" CannotTell "" when |f| (f.n_events as f64) < f.limits.min_events, say say::few_events;
    "2" KgiDerived "leak" when |f| f.leak.is_some_and(|leak| !leak.late()) && !stretch_at_the_end(f), say say::leak;
    "2l" Lagging "measured_while_leaving" when |f| f.leak.is_some_and(Leak::late), say say::leak;
    "1b" CannotTell "" when |f| f.unusable.is_some(), say say::unusable;
    "3" Stale "stale_survey" when |f| {
        f.slope(T::Ceiling) > f.limits.ceiling && f.z(T::Full).abs() < f.limits.stale_z
    }, say say::stale;
    "4" SegmentDependent "opposite_signs" when |f| f.opposite().is_some(), say say::opposite;
    "5e" Promising "" when |f| {
        late(f) && (!f.is_action() || f.hoped_z(T::Full) >= 0.0 || f.set_off()) && perhaps_unmoved(f)
    }, say say::perhaps_unmoved;
    "5a" ReverseCausal "rescue_contact" when |f| {
        late(f) && f.is_action() && (f.hoped_z(T::Full) >= 0.0 || f.set_off())
    }, say say::leaky;
    "5b" Lagging "late_collapse" when |f| late(f) && !f.is_action(), say say::leaky;
    "5c" ReverseCausal "rescue_contact" when |f| {
        f.is_action() && f.z(T::Hint) > f.limits.lead_z && !(sound(f) && f.hoped_z(T::Full) > 0.0)
    }, say say::follows_hint;
    "5d" Lagging "late_collapse" when driven, say say::driven;
    "6a" ReverseCausal "rescue_contact" when |f| {
        explained_away(f) && f.is_action() && f.hoped_z(T::Raw) < 0.0 && f.set_off()
    }, say say::explained;
    "6b" Confounded "selection" when explained_away, say say::explained;
    "7" Mediated "earlier_step" when |f| {
        // Of what is ours to do the whole effect counts, whatever it runs through.
        !f.is_action()
            && f.hoped_z(T::Adj) > f.limits.mediated_z
            && f.hoped_z(T::Full) < f.limits.gone_z
            && f.mediator().is_some()
    }, say say::mediated;
    "8" Promising "" when |f| f.snapshot && f.signal(), say say::snapshot_signal;
    "9a" Fading "fading" when |f| sound(f) && fades(f), say say::fading;
    "9b" ReverseCausal "rescue_contact" when |f| sound(f) && harms_at_the_event(f) && !unmoved(f), say say::rescue;
    "9c" Fading "gamed_target" when |f| sound(f) && f.gamed(), say say::gamed;
    "9d" Confounded "symptom" when |f| sound(f) && symptom(f), say say::symptom;
    "9e" Promising "" when |f| {
        sound(f) && follows_risk(f)
    }, say say::follows_risk;
    "9f" Confounded "programme_refutes" when |f| {
        sound(f) && f.programme_against().is_some_and(|apart| apart > f.limits.pushed_apart)
    }, say say::refuted;
    "9s" Promising "" when |f| {
        sound(f) && f.programme_against().is_some_and(|apart| apart > f.limits.pushed_doubt)
    }, say say::programme_in_doubt;
    "9o" Promising "" when |f| sound(f) && target_in_doubt(f) && f.hoped_z(T::Pushed) <= f.limits.pushed_z, say say::target_in_doubt;
    "9g" Promising "" when |f| {
        let weak = Weak::of(f);
        sound(f) && weak.any() && f.hoped_z(T::Pushed) <= f.limits.pushed_z && (weak.weaker || !f.borne_out())
    }, say say::weak;
    "9h" Promising "" when |f| sound(f) && f.unsafe_data, say say::unsafe_data;
    "9i" Validated "" when |f| sound(f) && f.confirmed(), say say::confirmed;
    "9j" Promising "" when |f| {
        sound(f) && f.hidden_health_would_do() && !f.borne_out()
    }, say say::no_health_trace;
    "9k" Promising "" when |f| sound(f) && says_what_it_feels(f), say say::perception;
    "9l" Promising "" when |f| sound(f) && Young::of(f).any(), say say::short_lived;
    "9p" Promising "" when |f| sound(f) && answers_the_risk(f), say say::answers_the_risk;
    "9q" Promising "" when |f| sound(f) && harms_at_the_event(f), say say::harms_unmoved;
    "9r" Promising "" when |f| sound(f) && fades_with_age(f), say say::fades_with_age;
    "9t" Promising "" when |f| sound(f) && f.outweighed(), say say::outweighed;
    "9m" Validated "" when sound, say say::validated;
    "9n" Validated "" when |f| f.hoped_z(T::Pushed) > f.limits.pushed_z && !f.unsafe_data, say say::programme_alone;
    "10" ReverseCausal "rescue_contact" when |f| f.rescue(), say say::rescue;
    "10b" ReverseCausal "rescue_contact" when surges, say say::rescue;
    "11" Lagging "late_collapse" when |f| f.jump(), say say::jump;
    "12" Fading "fading" when |f| f.signal() && fades_alone(f), say say::fading;
    "12b" Confounded "selection" when settled_before, say say::settled_before;
    "12c" Confounded "symptom" when goes_along, say say::goes_along;
    "13" NoEvidence "" when |f| {
        !f.signal() && f.quiet() && f.surely_small()
    }, say say::no_evidence;
    "13b" Validated "" when borne_out_alone, say say::borne_out;
    "14" CannotTell "" when |_| true, say say::undecided;
}

/// Some leavers stand beyond every stayer, but only in the last period: that is what people do who leave.
fn stretch_at_the_end(f: &KpiFacts<'_>) -> bool {
    matches!(f.leak, Some(Leak::PureStretch(_))) && collapsed(f)
}

/// Moves with the decision.
fn late(f: &KpiFacts<'_>) -> bool {
    collapsed(f) && !unmoved(f)
}

/// Gone one step before the last period, or strongest at the event and weaker the older.
fn collapsed(f: &KpiFacts<'_>) -> bool {
    f.leaky() || f.collapses()
}

/// What a decision to leave brings down follows the risk. Enough have left to see that it does not, and it has the shape of a
/// lever with a short memory.
fn unmoved(f: &KpiFacts<'_>) -> bool {
    let sign = f.slope(T::Near).signum();
    f.n_events as f64 >= f.limits.unmoved_events
        && f.get(T::Lead).is_some_and(|lead| {
            let most = lead.estimate * sign + ONE_SIDED * lead.std_error.unwrap_or(f64::INFINITY);
            most < f.limits.unmoved_size
        })
        && short_memory(f)
}

/// It has that shape, and nothing shows that the risk moves it.
fn perhaps_unmoved(f: &KpiFacts<'_>) -> bool {
    f.leak.is_none()
        && f.get(T::Lead).is_some()
        && f.z(T::Lead) * f.slope(T::Near).signum() < f.limits.unmoved_lead_z
        && short_memory(f)
}

/// Hardly stronger at the event, and who has always had it leaves as those do whose value moved.
fn short_memory(f: &KpiFacts<'_>) -> bool {
    let near = f.slope(T::Near);
    let sign = f.slope(T::Full).signum();
    f.z(T::Hint) * near.signum() < f.limits.lead_z
        && f.slope(T::AtEvent) * near.signum() < f.limits.unmoved_at_event * near.abs()
        && f.slope(T::Level) * sign > f.limits.unmoved_level * f.slope(T::Change) * sign
}

/// The risk drives it, strongly, and its slope is mostly gone one step before the last period: leaving had begun.
fn driven(f: &KpiFacts<'_>) -> bool {
    let (near, near2) = (f.slope(T::Near), f.get(T::Near2).map(|m| m.estimate));
    !f.is_action()
        && f.slope(T::Lead) * near.signum() > f.limits.driven_size
        && f.z(T::Lead) * near.signum() > f.limits.lead_z
        && f.z(T::Near).abs() > f.limits.leaky_z
        && near2.is_some_and(|near2| near2 * near.signum() < f.limits.collapse_near2 * near.abs())
}

/// An action of which nothing shows that it helps, and that risk sets off or that surges with the event, against the hope.
fn surges(f: &KpiFacts<'_>) -> bool {
    let share = f.slope(T::AtEvent) / f.slope(T::Near);
    let surge = -f.hoped_z(T::AtEvent) > f.limits.rescue_at_event_z && share > f.limits.set_off_at_event;
    f.is_action() && f.hoped_z(T::Full) < f.limits.helps_z && (f.z(T::Lead) > f.limits.lead_z || surge)
}

/// A signal that level and change agree on.
fn sound(f: &KpiFacts<'_>) -> bool {
    f.signal() && f.coherent()
}

fn explained_away(f: &KpiFacts<'_>) -> bool {
    (f.explained(T::Raw, T::Stat) || f.explained(T::Stat, T::Adj)) && !f.coherent()
}

/// With few decisions the halves are too small to tell weaker from chance.
fn fades(f: &KpiFacts<'_>) -> bool {
    let (early, late) = (f.slope(T::Early), f.slope(T::Late));
    f.n_events as f64 >= f.limits.many_events
        && f.z(T::EarlyLate) * early.signum() > f.limits.fading_difference_z
        && f.z(T::Early).abs() > f.limits.fading_early_z
        && late * early.signum() < f.limits.fading_left * early.abs()
}

fn fades_alone(f: &KpiFacts<'_>) -> bool {
    f.n_events as f64 >= f.limits.many_events
        && f.z(T::Early).abs() > f.limits.fading_alone_z
        && f.z(T::Late) * f.slope(T::Early).signum() < f.limits.level_z
        && f.z(T::EarlyLate) * f.slope(T::Early).signum() > f.limits.fading_difference_z
}

/// It hardly moves within a customer, its level goes with leaving and what little change there is does not: who has it was
/// decided beforehand. Where a KPI does move, a level without a change may be noise in what is measured, and is left open.
fn settled_before(f: &KpiFacts<'_>) -> bool {
    let error = |test| f.get(test).and_then(|m| m.std_error);
    let (Some(level), Some(change)) = (error(T::Level), error(T::Change)) else { return false };
    let sign = f.slope(T::Level).signum();
    f.z(T::Level).abs() > f.limits.settled_level_z
        && f.z(T::Change) * sign < f.limits.change_z
        && change > f.limits.settled_error * level
}

/// Strong in the last period and no weaker at the event, as what mirrors the state that a customer is in; it shows between
/// customers and not when it moves within one, and a part of it is that of what else is recorded. A lever whose months are noise
/// has such a level, too, but is stronger before the event than at it, or keeps its size in the full model.
fn goes_along(f: &KpiFacts<'_>) -> bool {
    let (near, raw) = (f.slope(T::Near), f.slope(T::Raw));
    let sign = near.signum();
    !f.is_action()
        && f.z(T::Near).abs() > f.limits.shared_near_z
        && f.slope(T::AtEvent) * sign >= near.abs()
        && f.z(T::Level) * sign > f.limits.settled_level_z
        && f.z(T::Change) * sign < f.limits.change_z
        && f.get(T::Change).is_some()
        && f.get(T::Full).is_some_and(|full| full.estimate.abs() < f.limits.shared_left * raw.abs())
}

/// Last period's risk moves it the way a symptom would go, and its own effect is not large. It shares its slope with whatever
/// else shows the state that a customer is in, or is no weaker at the event.
fn symptom(f: &KpiFacts<'_>) -> bool {
    let sign = f.slope(T::Full).signum();
    let lead = f.slope(T::Lead) * sign;
    let keeps = f.get(T::Raw).is_some_and(|raw| f.slope(T::Full) * sign > f.limits.symptom_left * raw.estimate * sign);
    let weaker = f.get(T::AtEvent).is_some_and(|at| at.estimate * sign < f.slope(T::Near) * sign);
    f.kind != KpiKind::Action
        && !(keeps && weaker)
        && f.along_full(T::Lead) > f.limits.lead_z
        && lead > f.limits.lead_size
        && f.slope(T::Full).abs() < f.limits.symptom_below
}

/// With few decisions a collapse is not told from a lever that works quickly by how much is left of it before: what is
/// strongest at the event and weaker the older waits.
fn fades_with_age(f: &KpiFacts<'_>) -> bool {
    let near = f.slope(T::Near);
    let along = |test| f.get(test).map(|m| m.estimate * near.signum());
    !f.is_action()
        && (f.n_events as f64) < f.limits.many_events
        && along(T::AtEvent).is_some_and(|at| at > f.limits.faded_at_event * near.abs())
        && along(T::Near2).is_some_and(|near2| near2 < f.limits.faded_near2 * near.abs())
        && along(T::Near4).is_none_or(|near4| near4 < f.limits.faded_near4 * near.abs())
}

/// An action that seems to do harm, as one does that risk sets off or that jumps with the event.
fn harms_at_the_event(f: &KpiFacts<'_>) -> bool {
    f.rescue() && f.hoped_z(T::Full) < 0.0
}

/// An action that seems to do harm, less of it once everything else is in the model, and the more the nearer the event: so does
/// one that people take because they see a risk coming. What harms loses nothing by that.
fn answers_the_risk(f: &KpiFacts<'_>) -> bool {
    let (Some(event), Some(earlier)) = (f.get(T::AtEvent), f.get(T::Near2)) else { return false };
    let sign = f.slope(T::Full).signum();
    f.is_action()
        && f.hoped_z(T::Full) < 0.0
        && f.slope(T::Full) * sign < f.limits.answers_left * f.slope(T::Raw) * sign
        && earlier.estimate * sign < event.estimate * sign
}

/// Risk or a hint moves it.
fn follows_risk(f: &KpiFacts<'_>) -> bool {
    f.along_full(T::Lead) > f.limits.follows_lead_z || f.along_full(T::Hint) > f.limits.follows_hint_z
}

/// What customers say of themselves, not strong enough or moved by risk.
fn says_what_it_feels(f: &KpiFacts<'_>) -> bool {
    f.kind == KpiKind::Perception
        && (f.e_value_limit() < f.limits.perception_e || f.along_full(T::Lead) > f.limits.perception_lead_z)
}

/// A signal whose level and change agree too little to be sound, but that all tests together bear out; whatever holds back a
/// sound one holds it back as well.
fn borne_out_alone(f: &KpiFacts<'_>) -> bool {
    f.signal()
        && f.borne_out()
        && !f.unsafe_data
        && !follows_risk(f)
        && f.programme_against().is_none_or(|apart| apart <= f.limits.pushed_doubt)
        && !target_in_doubt(f)
        && !says_what_it_feels(f)
        && !Weak::of(f).weaker
        && !Young::of(f).any()
        && !answers_the_risk(f)
        && !harms_at_the_event(f)
        && !fades_with_age(f)
}

/// People are measured by it, and nothing shows that it means the same since.
fn target_in_doubt(f: &KpiFacts<'_>) -> bool {
    let weak = f.along_full(T::AfterTarget) < f.limits.target_after_z || f.target_break_z() > f.limits.target_doubt_z;
    f.untested(T::AfterTarget) || (f.get(T::AfterTarget).is_some() && weak)
}
