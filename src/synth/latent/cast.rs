//! Draws the KPIs of a company: what each is made of, and how it is written down.

use super::Family;
use super::kpi::{After, Form, Kpi, Lever, Loads, Picked, Programme, Recording, Rescue, Trigger};
use super::luck::Luck;
use super::mechanism::Mechanism;
use super::mechanism::Mechanism::{T1, T2, T2o, T3, T4, T5, T5b, T5c, T5x, T6m, T6r, T6z, T7, T8, T9, T11, T12, T13};
use super::mechanism::Mechanism::{T10, T13g, T14, T15, T16};
use super::world::World;
use crate::words::Words;

/// All KPIs in study order. Their mechanisms are in random order already, and names are drawn apart from them.
pub(super) fn cast(world: &World) -> Vec<Kpi> {
    let names = names(world);
    let mut kpis: Vec<Kpi> = world
        .mechanisms
        .iter()
        .zip(names)
        .enumerate()
        .map(|(at, (&mechanism, (name, label)))| {
            kpi(world, mechanism, name, label, &mut Luck::of(world.seed, "kpi", at))
        })
        .collect();
    let luck = &mut Luck::of(world.seed, "relations", 0);
    for at in 0..kpis.len() {
        relate(world, &mut kpis, at, luck);
    }
    if world.programme {
        programmes(world, &mut kpis, luck);
    }
    kpis
}

/// Names that say nothing, in an order that says nothing.
fn names(world: &World) -> Vec<(String, Words)> {
    let luck = &mut Luck::of(world.seed, "names", 0);
    let mut words: Vec<(&str, &str)> = vec![
        ("index", "指数"),
        ("gauge", "ゲージ"),
        ("reading", "測定値"),
        ("measure", "尺度"),
        ("figure", "数値"),
        ("signal", "信号"),
    ];
    luck.shuffle(&mut words);
    words.truncate(luck.whole(1, 3) as usize);
    let digits = luck.chance(0.5);
    let mut numbers: Vec<i32> = (1..=26).collect();
    luck.shuffle(&mut numbers);
    numbers
        .into_iter()
        .map(|number| {
            let (en, ja) = luck.choose(&words.iter().map(|&word| (word, 1.0)).collect::<Vec<_>>());
            let tag = if digits { format!("{number:02}") } else { char::from(b'a' + number as u8 - 1).to_string() };
            let capital = en[..1].to_uppercase() + &en[1..];
            let label =
                Words { en: format!("{capital} {}", tag.to_uppercase()), ja: format!("{ja}{}", tag.to_uppercase()) };
            (format!("{en}_{tag}"), label)
        })
        .collect()
}

fn kpi(world: &World, mechanism: Mechanism, name: String, label: Words, luck: &mut Luck) -> Kpi {
    let kind = kind(world, mechanism, luck);
    let form = form(mechanism, kind, luck);
    let recording = recording(world, mechanism, kind, form, luck);
    let (loads, up) = loads(world, mechanism, form, luck);
    let hoped = if luck.chance(if mechanism == T16 && kind == "action" { 0.3 } else { 0.07 }) != (up > 0.0) {
        "more"
    } else {
        "less"
    };
    let third = f64::from(world.months) / 3.0;
    let until = match mechanism {
        T13 => Some(world.change),
        T13g => Some((third + luck.unit() * third) as i32),
        _ => None,
    };
    Kpi {
        name,
        label,
        mechanism,
        kind,
        hoped,
        turned: up < 0.0,
        form,
        loads,
        rescue: rescue(world, mechanism, luck),
        after: match mechanism {
            T5 => Some(After::Collapse(luck.between(0.4, 2.5), luck.between(1.5, 3.0))),
            T5x => Some(After::Leak(luck.between(2.0, 4.0), luck.whole(1, 3))),
            _ => None,
        },
        lever: lever(world, mechanism, form, luck),
        parent: None,
        follows: 0.0,
        copy: false,
        hidden: mechanism == T14,
        until,
        gamed: mechanism == T13g,
        became_target: match mechanism {
            T13g => until,
            // A target that nobody games.
            T10 | T12 | T7 if world.records.dates && luck.chance(0.06) => Some(world.change),
            _ => None,
        },
        recording,
        programme: None,
    }
}

/// Records a KPI as an amount of the same latent value.
pub(super) fn smooth(kpi: &mut Kpi) {
    kpi.form = Form::Amount { median: 60.0, slope: 0.7 };
    if let Some(lever) = &mut kpi.lever {
        lever.via_health *= 0.5;
    }
}

fn kind(world: &World, mechanism: Mechanism, luck: &mut Luck) -> &'static str {
    let kind = luck.choose(mechanism.kinds());
    // Without trace: nothing that customers say and that lives with them.
    if kind == "perception" && world.family == Family::Untraced && mechanism != T4 { "behaviour" } else { kind }
}

fn recording(world: &World, mechanism: Mechanism, kind: &str, form: Form, luck: &mut Luck) -> Recording {
    let survey = match mechanism {
        T4 => true,
        T5c | T7 => kind == "perception" && luck.chance(0.6),
        T6r | T10 => kind == "perception" && luck.chance(0.2),
        _ => false,
    };
    // Surveys ask once; windows smooth what is logged all the time.
    let window = if survey || luck.chance(0.6) { 1 } else { luck.whole(2, 3) };
    Recording {
        window,
        sum: luck.chance(0.6) && matches!(form, Form::Count { .. } | Form::Amount { .. } | Form::Flag { .. }),
        survey: survey.then(|| (luck.whole(3, 6), luck.between(0.35, 0.85))),
        missing: if luck.chance(0.5) { world.records.missing * luck.between(0.3, 1.0) } else { 0.0 },
        blackout: luck.chance(0.3),
    }
}

fn form(mechanism: Mechanism, kind: &str, luck: &mut Luck) -> Form {
    let rating = |luck: &mut Luck| {
        let (low, top) = luck.choose(&[((1.0, 5.0), 1.0), ((0.0, 10.0), 1.0)]);
        let range: f64 = top - low;
        Form::Rating { low, top, centre: low + range * luck.between(0.5, 0.8), slope: range * luck.between(0.16, 0.3) }
    };
    match mechanism {
        T4 => {
            let (low, top) = luck.choose(&[((1.0, 5.0), 1.0), ((0.0, 10.0), 1.0)]);
            return Form::Rating { low, top, centre: top - luck.between(0.0, 0.3), slope: luck.between(0.3, 0.5) };
        }
        T5x => {
            let shape = luck.chance(0.4).then(|| luck.between(0.7, 2.0));
            return Form::Count { mean: luck.log_between(0.05, 0.6), slope: luck.between(0.7, 1.0), shape, zeros: 0.0 };
        }
        // A copy has to resemble what it copies.
        T8 => return Form::Amount { median: luck.log_between(5.0, 500.0), slope: luck.between(0.4, 0.9) },
        _ => {}
    }
    let any = luck.chance(0.15);
    match kind {
        "perception" if !any => rating(luck),
        "outcome" if luck.chance(0.3) => rating(luck),
        _ => {
            let busy: f64 = if kind == "behaviour" { 20.0 } else { 6.0 };
            // Below a threshold there must be room.
            let mean = luck.log_between(if mechanism == T12 { 4.0 } else { 0.7 }, busy.max(8.0));
            let slope = luck.between(0.4, 0.9);
            let shape = luck.between(0.8, 3.0);
            let rough = if mechanism == T12 { 0.0 } else { 1.0 };
            match luck.weighted(&[2.0, 1.3 * rough, 0.8 * rough, 1.6, 0.5 * rough, 0.9, 0.7]) {
                0 => Form::Count { mean, slope, shape: None, zeros: 0.0 },
                1 => Form::Count { mean, slope, shape: Some(shape), zeros: 0.0 },
                2 => Form::Count { mean: mean + 1.0, slope, shape: None, zeros: luck.between(0.15, 0.45) },
                3 => Form::Amount { median: luck.log_between(3.0, 3000.0), slope: luck.between(0.4, 1.0) },
                4 => Form::Flag { cut: luck.between(-0.6, 0.9) },
                5 => Form::Share { centre: luck.between(-1.2, 1.8), slope: luck.between(0.5, 1.1) },
                _ => Form::Days { median: luck.log_between(6.0, 60.0), slope: luck.between(0.4, 0.9) },
            }
        }
    }
}

/// The loads, and +1 where more looks good, -1 where more looks bad.
fn loads(world: &World, mechanism: Mechanism, form: Form, luck: &mut Luck) -> (Loads, f64) {
    // Days since something good are bad; elsewhere some KPIs count what goes wrong.
    let turned = match form {
        Form::Days { .. } => luck.chance(0.7),
        _ => luck.chance(0.15),
    };
    let up = match mechanism {
        T11 => {
            if luck.chance(0.25) {
                1.0
            } else {
                -1.0
            }
        }
        T16 => -1.0,
        T5x => {
            if luck.chance(0.4) {
                1.0
            } else {
                -1.0
            }
        }
        T2 | T5 | T5b | T5c | T7 | T9 if turned => -1.0,
        _ => 1.0,
    };
    let mut loads = Loads::default();
    match mechanism {
        T2 if luck.chance(0.75) => loads.special = up * luck.between(1.2, 2.0),
        T2 => loads.fit = up * luck.between(0.5, 0.8),
        T2o => loads.owner = luck.between(0.55, 0.8),
        T5b => loads.intent = -up * luck.between(1.2, 2.5),
        T5c => loads.health = up * luck.between(0.5, 0.85),
        T6r | T6z if world.mechanisms.contains(&T6z) => loads.maturity = luck.between(0.6, 0.85),
        T9 => loads.segment = -up * luck.between(0.6, 0.85),
        _ => {}
    }
    // All but noise may differ by season, size and segment; real levers follow the health in some companies.
    if !matches!(mechanism, T7 | T4 | T8) {
        if luck.chance(0.3) {
            loads.season = luck.between(0.1, 0.4);
        }
        if luck.chance(0.3) {
            loads.price = luck.between(-0.35, 0.35);
        }
        if luck.chance(0.3) && mechanism != T9 {
            loads.segment = luck.between(-0.3, 0.3);
        }
        let lever = !mechanism.is_trap();
        if lever && !matches!(mechanism, T14 | T16) && luck.chance(0.6) {
            // More of a good thing in healthy accounts.
            loads.health = -mechanism.sign() * world.levers_follow * luck.between(0.5, 1.0);
        }
    }
    own_parts(&mut loads, if mechanism == T5c { 0.6 } else { 1.0 }, luck);
    (loads, up)
}

/// Own parts that bring the variance to 1: a lasting level, a slow part and a monthly part.
fn own_parts(loads: &mut Loads, steady: f64, luck: &mut Luck) {
    let left = (1.0 - loads.shared()).max(0.2);
    let shares = [steady * luck.between(0.1, 0.5), luck.between(0.2, 0.6), luck.between(0.1, 0.4)];
    let total: f64 = shares.iter().sum();
    let part = |share: f64| (left * share / total).sqrt();
    (loads.level, loads.slow, loads.monthly) = (part(shares[0]), part(shares[1]), part(shares[2]));
    loads.persistence = luck.between(0.5, 0.95);
}

fn rescue(world: &World, mechanism: Mechanism, luck: &mut Luck) -> Option<Rescue> {
    let size = match mechanism {
        T1 => luck.between(1.2, 2.6),
        T15 => luck.between(0.8, 1.6),
        _ => return None,
    };
    // Where signs are written down, people mostly act on what is written.
    let sign = if world.records.risk.is_some() { 2.0 } else { 1.0 };
    let trigger = luck.choose(&[(Trigger::Sign, sign), (Trigger::Sense, 1.0), (Trigger::Both, 1.0)]);
    Some(Rescue { trigger, size, delay: luck.whole(0, 2), lasting: luck.whole(1, 2) })
}

fn lever(world: &World, mechanism: Mechanism, form: Form, luck: &mut Luck) -> Option<Lever> {
    let real = matches!(mechanism, T3 | T6r | T10 | T11 | T12 | T13 | T13g | T14 | T15 | T16);
    if !real {
        return None;
    }
    let target = mechanism.sign() * world.family.effect(luck);
    let memory = match luck.weighted(&[0.3, 0.35, 0.35]) {
        0 => 1,
        1 => luck.whole(2, 4),
        _ => luck.whole(6, 12),
    };
    // Months of nothing weigh too much for a decision that remembers one month only.
    let memory = if form.is_rough() { memory.max(4) } else { memory };
    let slow = matches!(mechanism, T10 | T11 | T6r) && world.hidden.health >= 0.25 && luck.chance(0.2);
    // Health itself shall not rise by much more than its own standard deviation.
    let most = (0.8 * world.hidden.health / target.abs()).min(1.0);
    Some(Lever {
        target,
        memory: memory as usize,
        via_health: if slow { most * luck.between(0.5, 1.0) } else { 0.0 },
        knee: (mechanism == T12).then(|| luck.between(-0.4, 0.1)),
        plans: match mechanism {
            T3 => [1.0, -luck.between(0.7, 1.2), if luck.chance(0.5) { 1.0 } else { 0.0 }],
            _ => [1.0; 3],
        },
    })
}

/// Copies, chains, and what hides a lever.
fn relate(world: &World, kpis: &mut [Kpi], at: usize, luck: &mut Luck) {
    let all = |kpis: &[Kpi], wanted: &[Mechanism]| {
        let mut found: Vec<usize> =
            (0..kpis.len()).filter(|&other| other != at && wanted.contains(&kpis[other].mechanism)).collect();
        Luck::of(world.seed, "parent", at).shuffle(&mut found);
        found.first().copied()
    };
    match kpis[at].mechanism {
        T6r => {
            kpis[at].parent = all(kpis, &[T6m]).or(all(kpis, &[T6z]));
            if all(kpis, &[T6m]).is_some() {
                kpis[at].follows = luck.between(0.5, 0.75);
                let loads = &mut kpis[at].loads;
                for part in [&mut loads.level, &mut loads.slow, &mut loads.monthly] {
                    *part *= 0.75;
                }
            }
        }
        T6m | T6z => kpis[at].parent = all(kpis, &[T6r]),
        T8 => {
            let parent = all(kpis, &[T10, T11, T6r, T12]).or(all(kpis, &[T5, T5c, T7, T16, T15, T14, T1]));
            kpis[at].parent = parent;
            let Some(parent) = parent.map(|parent| kpis[parent].clone()) else { return };
            let copy = &mut kpis[at];
            (copy.copy, copy.follows, copy.kind, copy.hoped) = (true, 1.0, parent.kind, parent.hoped);
            copy.loads = Loads { monthly: luck.between(0.1, 0.35), ..Loads::default() };
            copy.recording =
                Recording { missing: copy.recording.missing, blackout: copy.recording.blackout, ..parent.recording };
        }
        T14 => {
            let parent = all(kpis, &[T10, T11]);
            match parent.filter(|_| luck.chance(0.45)) {
                Some(parent) => {
                    kpis[at].parent = Some(parent);
                    // Given to those who lack the other one.
                    kpis[at].follows = kpis[parent].mechanism.sign() * luck.between(0.45, 0.7);
                }
                None if luck.chance(0.3) => kpis[at].loads.segment = luck.between(0.45, 0.7),
                None => kpis[at].loads.health = -luck.between(0.35, 0.6),
            }
        }
        _ => {}
    }
}

fn programmes(world: &World, kpis: &mut [Kpi], luck: &mut Luck) {
    let (share_of_kpis, by_lot) = (luck.between(0.2, 0.8), luck.chance(0.6));
    for kpi in kpis.iter_mut() {
        if kpi.mechanism == T4 || !luck.chance(share_of_kpis) {
            continue;
        }
        let start = luck.whole(3, world.months / 2);
        let picked = match luck.unit() {
            _ if by_lot => Picked::ByLot,
            draw if draw < 0.6 => Picked::Risky,
            _ => Picked::Big,
        };
        kpi.programme = Some(Programme {
            start,
            waves: luck.whole(1, 3),
            apart: luck.whole(1, 4),
            size: luck.between(0.3, 1.0),
            share: luck.between(0.25, 0.5),
            picked,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_copies_have_a_parent() {
        for seed in 0..40 {
            let world = World::draw(Family::ALL[seed as usize % 6], seed);
            let kpis = cast(&world);
            assert!((6..=14).contains(&kpis.len()), "{}", kpis.len());
            let mut names: Vec<&str> = kpis.iter().map(|kpi| kpi.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), kpis.len());
            for kpi in kpis.iter().filter(|kpi| matches!(kpi.mechanism, T8 | T6m | T6z | T6r)) {
                assert!(kpi.parent.is_some(), "{seed} {:?}", kpi.mechanism);
            }
            if world.family == Family::Untraced {
                assert!(kpis.iter().all(|kpi| kpi.kind != "perception" || kpi.mechanism == T4));
            }
        }
    }
}
