//! What agents do, seen from inside.

use super::cast::Cast;
use super::life::{Fate, Life, Stage};
use super::mechanism::Mechanism;
use super::*;

/// Companies that have a mechanism, with the positions of its stream.
fn with(family: Family, mechanism: Mechanism, seeds: std::ops::Range<u64>) -> Vec<(Company, usize)> {
    seeds
        .filter(|&seed| Cast::draw(&World::draw(family, seed)).kpis.iter().any(|kpi| kpi.mechanism == mechanism))
        .map(|seed| company(family, seed))
        .filter_map(|company| {
            let kpi = company.cast.kpis.iter().find(|kpi| kpi.mechanism == mechanism)?;
            let stream = kpi.stream;
            Some((company, stream))
        })
        .take(3)
        .collect()
}

/// Events of a stream per week within some weeks after a day, and per week elsewhere.
fn after(life: &Life, stream: usize, day: i32, weeks: i32) -> (f64, f64) {
    life.counts[stream].iter().enumerate().fold((0.0, 0.0), |sum, (at, &count)| {
        let start = 7 * (life.first + at) as i32;
        let inside = start >= day && start < day + 7 * weeks;
        if inside { (sum.0 + f64::from(count), sum.1) } else { (sum.0, sum.1 + f64::from(count)) }
    })
}

#[test]
fn contact_rises_after_hints() {
    let companies = with(Family::Easy, Mechanism::T1, 0..20);
    assert!(!companies.is_empty());
    for (company, stream) in companies {
        let (mut near, mut weeks, mut all, mut all_weeks) = (0.0, 0.0, 0.0, 0.0);
        for life in &company.lives {
            for hint in &life.hints {
                near += after(life, stream, hint.heard, 4).0;
                weeks += 4.0;
            }
            all += life.counts[stream].iter().map(|&n| f64::from(n)).sum::<f64>();
            all_weeks += life.counts[stream].len() as f64;
        }
        assert!(near / weeks > 1.5 * all / all_weeks, "{} against {}", near / weeks, all / all_weeks);
    }
}

#[test]
fn exports_come_after_the_decision_and_use_that_winds_down_goes() {
    for (mechanism, more) in [(Mechanism::T5x, true), (Mechanism::T5, false)] {
        let companies = with(Family::Easy, mechanism, 0..30);
        assert!(!companies.is_empty());
        for (company, stream) in companies {
            let (mut inside, mut inside_weeks, mut outside, mut outside_weeks) = (0.0, 0.0, 0.0, 0.0);
            for life in &company.lives {
                let Some(review) = life.leaving() else { continue };
                for (at, &count) in life.counts[stream].iter().enumerate() {
                    let day = 7 * (life.first + at) as i32;
                    if day > review.day {
                        (inside, inside_weeks) = (inside + f64::from(count), inside_weeks + 1.0);
                    } else {
                        (outside, outside_weeks) = (outside + f64::from(count), outside_weeks + 1.0);
                    }
                }
            }
            let ratio = (inside / inside_weeks) / (outside / outside_weeks);
            assert!(if more { ratio > 3.0 } else { ratio < 0.6 }, "{mechanism:?} {ratio}");
        }
    }
}

#[test]
fn nobody_acts_before_the_start_or_after_the_end() {
    let company = company(Family::Medium, 3);
    for (customer, life) in company.customers.iter().zip(&company.lives) {
        assert!(7 * life.first as i32 + 6 >= customer.start.max(0));
        if let Some(review) = life.leaving() {
            assert!(review.day <= review.notice && review.notice <= review.end);
            assert!(7 * (life.first + life.counts[0].len()) as i32 <= review.end + 7);
        }
    }
}

#[test]
fn a_push_leaves_all_other_luck_alone() {
    let company = company(Family::Medium, 2);
    let stage = Stage { world: &company.world, cast: &company.cast, tuning: &company.tuning };
    // An activity that nothing follows.
    let alone = (0..company.cast.streams.len()).find(|&stream| {
        let copied = company.cast.streams.iter().any(|other| {
            other
                .drives
                .iter()
                .any(|drive| matches!(drive, stream::Drive::Copies { stream: from, .. } if *from == stream))
        });
        !copied && !company.cast.matters(stream) && company.cast.streams[stream].survey.is_none()
    });
    let push = life::Push { stream: alone.unwrap(), times: 3.0, shift: 0.0, sham_from: None };
    for (customer, life) in company.customers.iter().zip(&company.lives).take(30) {
        let pushed = stage.live(customer, Some(push), Fate::As(life.decision), false);
        assert_eq!(pushed.held, life.held);
        for (stream, (before, after)) in life.counts.iter().zip(&pushed.counts).enumerate() {
            if stream == push.stream {
                assert!(before.iter().zip(after).all(|(before, after)| before <= after));
            } else {
                assert_eq!(before, after);
            }
        }
    }
}
