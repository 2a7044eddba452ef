//! Every number on the score card of three accounts, by plain arithmetic from the text of `weights.json`: nothing of the
//! scoring crate is used here.

#[cfg(test)]
mod score_card {
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::process::Command;

    use serde_json::Value;

    type Row = BTreeMap<String, String>;

    fn fuellamp(arguments: &[&str], folder: &Path) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_fuellamp")).args(arguments).current_dir(folder).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn read(text: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.unwrap();
            rows.push(header.iter().zip(&record).map(|(k, v)| (k.to_owned(), v.to_owned())).collect());
        }
        rows
    }

    fn number(value: &Value) -> f64 {
        value.as_f64().unwrap()
    }

    fn text(value: &Value) -> &str {
        value.as_str().unwrap()
    }

    fn list(value: &Value) -> &[Value] {
        value.as_array().map_or(&[], Vec::as_slice)
    }

    /// The fields of one recipe, and the name of the policy that stepped in.
    fn fields(recipe: &Value, row: &Row) -> (Vec<f64>, Option<&'static str>) {
        let cell = row[text(&recipe["column"])].trim();
        let flag = |on: bool| f64::from(u8::from(on));
        let mut out = Vec::new();
        let mut used = None;
        if recipe["kind"] == "category" {
            let levels = list(&recipe["levels"]);
            let known = cell == recipe["base"] || levels.iter().any(|l| cell == l["level"]);
            out.extend(levels.iter().map(|l| flag(cell == l["level"])));
            if recipe["other"].get("term").is_some() {
                out.push(flag(!cell.is_empty() && !known));
            }
            if recipe["missing"].get("term").is_some() {
                out.push(flag(cell.is_empty()));
            }
            used = if cell.is_empty() { Some("missing") } else { (!known).then_some("unseen") }.or(used);
            return (out, used);
        }
        let fill = &recipe["missing"]["fill"];
        let mut x = if cell.is_empty() { number(&fill["value"]) } else { cell.parse().unwrap() };
        if let Some(clip) = recipe.get("clip") {
            let within = f64::min(f64::max(x, number(&clip["low"])), number(&clip["high"]));
            used = ((within - x).abs() > 0.0).then_some("clipped");
            x = within;
        }
        used = if cell.is_empty() { Some("missing") } else { used };
        if recipe["transform"] == "log1p" {
            x = (1.0 + x.max(0.0)).ln();
        }
        let z = (x - number(&recipe["centre"])) / number(&recipe["scale"]);
        for field in list(&recipe["fields"]) {
            assert_eq!(field["shape"], "linear", "the demo has no other shape");
            match recipe.get("within") {
                None => out.push(z),
                Some(within) => {
                    let here = row[text(&within["column"])].trim();
                    out.extend(list(&within["levels"]).iter().map(|level| z * flag(here == level)));
                }
            }
        }
        if fill.get("indicator").is_some() {
            out.push(flag(cell.is_empty()));
        }
        (out, used)
    }

    #[track_caller]
    fn close(got: &str, want: f64) {
        let got: f64 = got.parse().unwrap();
        assert!((got - want).abs() <= 1e-11 * want.abs().max(1.0), "{got} is not {want}");
    }

    #[test]
    fn three_accounts_are_reproduced_number_by_number_from_the_weights_file() {
        let folder = tempfile::tempdir().unwrap();
        fuellamp(&["demo", "--out", "demo", "--lang", "en"], folder.path());
        let at = |name: &str| std::fs::read_to_string(folder.path().join("demo").join(name)).unwrap();
        let weights: Value = serde_json::from_str(&at("weights.json")).unwrap();
        let panel = at("panel.csv");
        let account = text(&weights["study"]["account"]);
        let period = text(&weights["study"]["period"]);
        let scores = read(&at("scores.csv"));
        // Lowest, middle and highest, and where it is none of these, one with a value outside the training range.
        let mut cards: Vec<&Row> = [0, scores.len() / 2, scores.len() - 1].iter().map(|&i| &scores[i]).collect();
        if cards.iter().all(|card| card["used_policies"].is_empty()) {
            cards[1] = scores.iter().find(|card| !card["used_policies"].is_empty()).unwrap_or(cards[1]);
        }
        let rows = read(&panel);
        let inputs: Vec<&Row> = cards
            .iter()
            .map(|card| rows.iter().find(|r| r[account] == card["account"] && r[period] == card["as_of"]).unwrap())
            .collect();
        let columns: Vec<&String> = inputs[0].keys().collect();
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(&columns).unwrap();
        for row in &inputs {
            table.write_record(columns.iter().map(|column| &row[*column])).unwrap();
        }
        std::fs::write(folder.path().join("today.csv"), table.into_inner().unwrap()).unwrap();
        let arguments = ["score", "demo/weights.json", "today.csv", "--explain", "--allow-draft"];
        let explained = read(&fuellamp(&arguments, folder.path()));
        assert_eq!(explained.len(), 3);

        let mapping = &weights["score"];
        let (offset, slope) = (number(&mapping["offset"]), number(&mapping["slope"]));
        let score = |eta: f64| (offset - slope * eta).max(number(&mapping["low"])).min(number(&mapping["high"]));
        let probability = |eta: f64| 1.0 / (1.0 + (-eta).exp());
        let covariance = list(&weights["covariance"]);
        for ((card, row), explained) in cards.iter().zip(&inputs).zip(&explained) {
            let mut x = vec![1.0];
            let mut eta = number(&weights["intercept"]["coefficient"]);
            let mut points: Vec<(&str, f64)> = Vec::new();
            let mut policies = Vec::new();
            let mut terms = list(&weights["terms"]).iter();
            for recipe in list(&weights["recipes"]) {
                let column = text(&recipe["column"]);
                let (fields, used) = fields(recipe, row);
                let part: f64 = fields.iter().map(|f| f * number(&terms.next().unwrap()["coefficient"])).sum();
                eta += part;
                x.extend(fields);
                policies.extend(used.map(|used| format!("{column}:{used}")));
                let reason = list(&weights["reasons"]).iter().find(|r| r["column"] == column).unwrap();
                points.push((column, -slope * (part - number(&reason["baseline"]))));
            }
            assert!(terms.next().is_none());
            let mut variance = 0.0;
            for (i, cells) in covariance.iter().enumerate() {
                for (j, v) in list(cells).iter().enumerate() {
                    variance += if i == j { 1.0 } else { 2.0 } * (x[i] * x[j] * number(v));
                }
            }
            let half = 1.959_963_984_540_054 * variance.sqrt();
            let p = probability(eta);
            let band = list(&weights["bands"]).iter().find(|b| p >= number(&b["at_least"])).unwrap();

            close(&explained["log_odds"], eta);
            for one in [*card, explained] {
                close(&one["score"], score(eta));
                close(&one["probability"], p);
                close(&one["probability_low"], probability(eta - half));
                close(&one["probability_high"], probability(eta + half));
                assert_eq!(one["band"], text(&band["name"]));
                assert_eq!(one["used_policies"], policies.join("; "));
            }
            assert!(half > 0.0 && half < 3.0, "{half}");
            let apart: f64 = points.iter().map(|(_, points)| points).sum();
            let baseline: f64 = explained["points_baseline"].parse().unwrap();
            assert!(((baseline + apart).clamp(0.0, 100.0) - score(eta)).abs() < 1e-9, "{baseline} + {apart}");
            for (column, points) in &points {
                close(&explained[&format!("points_{column}")], *points);
            }
            // The three worst, as people read them.
            points.sort_by(|a, b| a.1.total_cmp(&b.1));
            let shown = points.iter().filter(|(_, points)| *points < -0.05).take(3).map(|(column, points)| {
                let reason = list(&weights["reasons"]).iter().find(|r| r["column"] == *column).unwrap();
                format!("{} ({points:+.1})", text(&reason["label"]["en"]))
            });
            assert_eq!(card["reasons_en"], shown.collect::<Vec<_>>().join("; "));
        }
    }

    #[test]
    fn who_cannot_leave_yet_is_neither_lit_nor_counted_as_red() {
        let folder = tempfile::tempdir().unwrap();
        fuellamp(&["demo", "--out", "demo", "--quiet", "--lang", "en"], folder.path());
        let at = |name: &str| std::fs::read_to_string(folder.path().join("demo").join(name)).unwrap();
        let scores = read(&at("scores.csv"));
        let panel = read(&at("panel.csv"));
        let (mut red, mut locked) = (0, 0);
        for account in &scores {
            let row =
                panel.iter().find(|r| r["account_id"] == account["account"] && r["month"] == account["as_of"]).unwrap();
            // Notice can be given in the month in which the column is 0; a score of this month speaks of the next one.
            let left: u32 = row["months_to_term_end"].parse().unwrap();
            let wait = if row["term"] == "annual" { (left + 11) % 12 } else { 0 };
            assert_eq!(account["locked_for"], wait.to_string(), "{}", account["account"]);
            assert!(wait == 0 || account["lamp"] == "off", "{}", account["account"]);
            red += usize::from(wait == 0 && account["band"] == "red");
            locked += usize::from(wait > 0);
        }
        // The team can act on forty accounts a month.
        assert!((38..=40).contains(&red), "{red}");
        assert!(locked > 300, "{locked}");
        let page = at("leadership.html");
        assert!(
            page.contains(&format!("<b>{red}</b>red")) && page.contains(&format!("<b>{locked}</b>contract runs on"))
        );
    }
}
