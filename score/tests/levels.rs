//! The table of levels in `README.md`, row by row: what scorers in other languages are written from.

#[cfg(test)]
mod levels {
    use fuellamp_score::{
        CategoryRecipe, Fallback, Field, LevelField, MissingNumber, NumberRecipe, Recipe, Shape, Transform, Used,
        Value, Within,
    };
    use serde_json::Value as Json;

    /// One example: levels, value, and what is found.
    struct Example {
        levels: Vec<String>,
        value: Json,
        found: String,
    }

    fn examples() -> Vec<Example> {
        let page = include_str!("../README.md");
        let code = |cell: &str| cell.trim().trim_matches('`').to_owned();
        page.lines()
            .filter(|line| line.starts_with("| `["))
            .map(|line| {
                let cells: Vec<&str> = line.split('|').collect();
                assert_eq!(cells.len(), 6, "{line}");
                Example {
                    levels: serde_json::from_str(&code(cells[1])).unwrap(),
                    value: serde_json::from_str(&code(cells[2])).unwrap(),
                    found: code(cells[3]),
                }
            })
            .collect()
    }

    fn expanded(recipe: &Recipe, value: &Json, within: &Json) -> (Vec<f64>, Option<Used>) {
        let mut fields = Vec::new();
        let used = recipe.expand(Value::from_json(value), Value::from_json(within), &mut fields).unwrap();
        (fields, used)
    }

    /// The only field that is not 0, by name.
    fn lit(recipe: &Recipe, fields: &[f64]) -> Option<String> {
        let mut names = recipe.terms().into_iter().zip(fields).filter(|(_, x)| **x > 0.0).map(|(name, _)| name);
        let name = names.next();
        assert_eq!(names.next(), None);
        name
    }

    #[test]
    fn categories_find_what_the_page_says() {
        let examples = examples();
        assert!(examples.len() > 25, "{} rows were read", examples.len());
        for Example { levels, value, found } in examples {
            // Every level is the base once: it is found as the others are, and has no field.
            for base in &levels {
                let own = |level: &String| LevelField { level: level.clone(), term: level.clone() };
                let recipe = Recipe::Category(CategoryRecipe {
                    column: "code".into(),
                    base: base.clone(),
                    levels: levels.iter().filter(|level| *level != base).map(own).collect(),
                    other: Fallback::Term("unseen".into()),
                    missing: Fallback::Term("missing".into()),
                });
                let (fields, _) = expanded(&recipe, &value, &Json::Null);
                let got = lit(&recipe, &fields).unwrap_or_else(|| base.clone());
                assert_eq!(got, found, "{value} among {levels:?}, base {base}");
            }
        }
    }

    #[test]
    fn slopes_of_their_own_find_what_the_page_says() {
        for Example { levels, value, found } in examples() {
            let recipe = Recipe::Number(NumberRecipe {
                column: "use".into(),
                missing: MissingNumber::Refuse,
                clip: None,
                transform: Transform::Identity,
                centre: 0.0,
                scale: 1.0,
                fields: vec![Field { term: "use".into(), shape: Shape::Linear }],
                within: Some(Within { column: "code".into(), levels: levels.clone() }),
            });
            let (fields, used) = expanded(&recipe, &Json::from(1.0), &value);
            let wanted = match found.as_str() {
                "unseen" => (None, Some(Used::Unseen)),
                "missing" => (None, Some(Used::Missing)),
                level => (Some(format!("use:{level}")), None),
            };
            assert_eq!((lit(&recipe, &fields), used), wanted, "{value} within {levels:?}");
        }
    }
}
