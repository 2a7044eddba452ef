//! Data that can be used and that hardly anybody means.

use crate::notice::{Notice, Severity};
use crate::panel::Panel;
use crate::study::Study;
use crate::words;

use super::PipelineError;

/// Revenue below zero, and a company of which every customer has left.
pub(super) fn oddities(study: &Study, panel: &Panel) -> Result<Vec<Notice>, PipelineError> {
    let mut found = Vec::new();
    if let Some(column) = &study.roles.weight {
        found.extend(negative(column, &panel.numbers(column)?, panel));
    }
    found.extend(nobody_is_left(panel));
    Ok(found)
}

fn negative(column: &str, values: &[f64], panel: &Panel) -> Option<Notice> {
    let rows = || (0..panel.n_rows()).filter(|&row| values[row] < 0.0);
    let (n, first) = (rows().count(), rows().next()?);
    let account = &panel.accounts()[panel.account()[first] as usize];
    let (all, value, label) = (panel.n_rows(), values[first], panel.periods().label(panel.period()[first]));
    let place = if panel.is_snapshot() { String::new() } else { format!(", {label}") };
    let what = words!(
        en: "`{column}`, by which accounts are weighted, is negative in {n} of {all} rows, for example {value} for `{account}`{place}",
        ja: "顧客の重みに使う`{column}`が{all}行のうち{n}行で負の値です（例：`{account}`{place}で{value}）",
    );
    Some(Notice::new(Severity::Warning, "negative_weight", what).help(words!(
        en: "credit notes belong to the period that they correct; sums of revenue per band are wrong until they are",
        ja: "返金や値引きは、対象の期の金額に含めてください。直すまで、色ごとの売上合計は正しくありません",
    )))
}

fn nobody_is_left(panel: &Panel) -> Option<Notice> {
    let last = panel.periods().last();
    let active = (0..panel.n_rows()).any(|row| panel.period()[row] == last && !panel.event()[row]);
    (!active && panel.n_rows() > 0).then(|| {
        Notice::new(
            Severity::Warning,
            "nobody_active",
            words!(
                en: "no account is a customer at the end of the data: there is nobody to score",
                ja: "データの終わりに契約中の顧客がいないため、スコアをつける相手がいません",
            ),
        )
        .help(words!(
            en: "keep the customers that stay in the export, and check the outcome column and `positive`",
            ja: "継続中の顧客も含めて出力し、結果の列と`positive`を確認してください",
        ))
    })
}
