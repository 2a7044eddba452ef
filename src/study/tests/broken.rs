//! Every slip is named with its place, in both languages.

use super::*;

/// What to change in which correct study (`p`anel or `t`ables), and the problems that follow: `line:column message`.
const BROKEN: &[(char, &str, &str, &[&str])] = &[
    ('p', "schema = 1\n", "", &["1:1 the study file needs `schema`"]),
    ('p', "schema = 1\n", "schema = 2\n", &["1:10 this program reads `schema = 1`, and the file says `schema = 2`"]),
    (
        'p',
        "schema = 1\n",
        "schema = \"1\"\n",
        &["1:10 this program reads `schema = 1`, and the file says `schema = \"1\"`"],
    ),
    ('p', "purpose = \"find accounts to call before renewal\"\n", "", &["2:1 [study] needs `purpose`"]),
    (
        'p',
        "purpose = \"find accounts to call before renewal\"\n",
        "purpose = \"  \"\n",
        &["4:11 [study] needs `purpose`"],
    ),
    (
        'p',
        "[study]\nname = \"2026Q3\"\npurpose = \"find accounts to call before renewal\"\n",
        "",
        &["1:1 the study file needs [study]"],
    ),
    ('p', "horizon = 1", "horizn = 1", &["6:1 unknown key `horizn` in [kgi]"]),
    ('p', "horizon = 1", "horizon = 0", &["6:11 `horizon` in [kgi] is 0; it must be between 1 and 1000 periods"]),
    ('p', "horizon = 1", "horizon = 1.5", &["6:11 `horizon` in [kgi] must be a whole number, not a decimal number"]),
    ('p', "horizon = 1", "horizon = 1\ngap = -1", &["7:7 `gap` in [kgi] is -1; it must be between 0 and 1000 periods"]),
    ('p', "horizon = 1", "accounts_per_period = 1", &["6:1 unknown key `accounts_per_period` in [kgi]"]),
    ('p', "[kgi]", "[kgy]", &["5:2 unknown key `kgy` in the study file"]),
    (
        'p',
        "kind = \"behaviour\"",
        "kind = \"behaviour\"\nmeasured = \"while_leaving\"",
        &["20:12 KPI `logins`: `measured` has no meaning under [panel]"],
    ),
    ('p', "[panel]", "[snapshot]", &["10:1 unknown key `period` in [snapshot]"]),
    (
        'p',
        "[roles]",
        "[snapshot]\npath = \"a\"\naccount = \"b\"\noutcome = \"c\"\n[roles]",
        &["12:1 [snapshot] is a second source: line 7 already has [panel]"],
    ),
    (
        'p',
        "[panel]\npath = \"panel.csv\"\naccount = \"account_id\"\nperiod = \"month\"\noutcome = \"churn\"\n",
        "",
        &["1:1 the study names no data: none of [snapshot], [panel] and [tables] is there"],
    ),
    ('p', "period = \"month\"\n", "", &["7:1 [panel] needs `period`"]),
    (
        'p',
        "period = \"month\"\n",
        "period = \"account_id\"\n",
        &["10:10 column `account_id` cannot be both `account` and `period`"],
    ),
    (
        'p',
        "segment = [\"segment\"]",
        "segment = 3",
        &["13:11 `segment` in [roles] must be text or a list of texts, not a whole number"],
    ),
    (
        'p',
        "segment = [\"segment\"]",
        "segment = [\"a\", 3, \"a\"]",
        &[
            "13:17 `segment` in [roles] must be text or a list of texts, not a whole number",
            "13:20 `segment` in [roles] names `a` twice",
        ],
    ),
    (
        'p',
        "tenure = \"tenure\"",
        "tenure = \"churn\"",
        &["14:10 `tenure` uses column `churn`, which is the outcome of the data"],
    ),
    (
        'p',
        "tenure = \"tenure\"",
        "tenure = \"t\"\nnotice = \"t\"",
        &["15:10 column `t` cannot be both `tenure` and `notice`"],
    ),
    (
        'p',
        "tenure = \"tenure\"",
        "controls = [\"onboarding\", \"logins\"]",
        &["18:8 column `logins` cannot be both `controls` and KPI `logins`"],
    ),
    (
        'p',
        "red = 0.10, yellow = 0.04",
        "red = 0.04, yellow = 0.04",
        &["16:17 `red` (0.04) must be above `yellow` (0.04): both are churn probabilities"],
    ),
    (
        'p',
        "red = 0.10, yellow = 0.04",
        "red = 1.5",
        &[
            "16:9 `bands` needs `yellow`",
            "16:17 `red` in `bands` is 1.5; it must be a churn probability above 0 and below 1",
        ],
    ),
    (
        'p',
        "red = 0.10, yellow = 0.04",
        "red = nan, yellow = 0",
        &[
            "16:17 `red` in `bands` is nan; it must be a churn probability above 0 and below 1",
            "16:31 `yellow` in `bands` is 0; it must be a churn probability above 0 and below 1",
        ],
    ),
    ('p', "name = \"tickets\"", "name = \"logins\"", &["23:8 [[kpi]] `logins` is there twice, first on line 18"]),
    (
        'p',
        "name = \"tickets\"",
        "name = \" tickets\"",
        &["23:8 `name` in [[kpi]] is ` tickets`: it begins or ends with white space"],
    ),
    (
        'p',
        "name = \"tickets\"",
        "name = \"(intercept)\"",
        &["23:8 `name` in [[kpi]] is `(intercept)`: the program uses this name itself"],
    ),
    (
        'p',
        "name = \"tickets\"",
        "name = \"a\\nb\"",
        &["23:8 `name` in [[kpi]] is `a\\nb`: it holds a line break or control character"],
    ),
    (
        'p',
        "name = \"tickets\"",
        "name = \"tickets\"\ncolumn = \"churn\"",
        &["24:10 KPI `tickets` uses column `churn`, which is the outcome of the data"],
    ),
    (
        'p',
        "name = \"tickets\"",
        "name = \"tickets\"\nfrom = \"contacts\"\nagg = \"count\"\nwindow = \"90d\"\nwhere = {}",
        &[
            "24:8 KPI `tickets`: `from` has no meaning under [panel]",
            "25:7 KPI `tickets`: `agg` has no meaning under [panel]",
            "26:10 KPI `tickets`: `window` has no meaning under [panel]",
            "27:9 KPI `tickets`: `where` has no meaning under [panel]",
        ],
    ),
    (
        'p',
        "kind = \"friction\"",
        "kind = \"behavior\"",
        &["24:8 `kind` in [[kpi]] is `behavior`; it must be one of action, behaviour, perception, outcome, friction"],
    ),
    ('p', "kind = \"friction\"\nhoped = \"less\"\n", "", &["22:1 [[kpi]] needs `kind`", "22:1 [[kpi]] needs `hoped`"]),
    (
        'p',
        "reason = \"they cost time\"",
        "became_target = 2025-04-01T10:00:00\ndefinition_changed = \"2025-02-30\"",
        &[
            "26:17 `became_target` in [[kpi]] is `2025-04-01T10:00:00`: a date without a time of day is wanted",
            "27:22 `definition_changed` in [[kpi]] is `2025-02-30`: no such date",
        ],
    ),
    (
        'p',
        "reason = \"they cost time\"",
        "missing = \"carry\"",
        &["26:11 `missing` in [[kpi]] is `carry`; it must be one of zero, unknown, { carry = 3 }"],
    ),
    (
        'p',
        "reason = \"they cost time\"",
        "missing = { carry = 0 }",
        &["26:21 `carry` in `missing` is 0; it must be between 1 and 1000 periods"],
    ),
    (
        'p',
        "reason = \"they cost time\"",
        "action = { owner = \"x\" }\nprogramme = { column = \"tickets\", assignment = \"lot\" }",
        &[
            "26:10 `action` needs `name`",
            "27:13 column `tickets` cannot be both KPI `tickets` and the programme of KPI `tickets`",
            "27:48 `assignment` in `programme` is `lot`; it must be one of random, chosen",
        ],
    ),
    (
        'p',
        "reason = \"they cost time\"",
        "label = { jp = \"チケット\" }\ncost = -1",
        &["26:11 unknown key `jp` in `label`", "27:8 `cost` in [[kpi]] is -1; it must be a number of hours, 0 or more"],
    ),
    ('p', "reason = \"they cost time\"", "budget = 7", &["26:1 unknown key `budget` in [[kpi]]"]),
    (
        'p',
        "reason = \"they cost time\"\n",
        "reason = \"they cost time\n[[x]\n",
        &[
            "26:25 this is not valid TOML: invalid basic string, expected `\"`",
            "27:5 this is not valid TOML: unclosed array table, expected `]`",
        ],
    ),
    (
        'p',
        "[[kpi]]\nname = \"tickets\"",
        "[[kpi]]\nname = \"tickets\"\nname = \"t\"",
        &["24:1 this is not valid TOML: duplicate key"],
    ),
    ('t', "period = \"1mo\"", "period = \"1m\"", &["6:10 `period` in [tables] is `1m`; it must be one of 1w, 1mo, 1q"]),
    ('t', "from = 2024-01-01", "from = 2027-01-01", &["7:8 `from` (2027-01-01) is after `to` (2026-09-30)"]),
    (
        't',
        "from = 2024-01-01",
        "from = 2024-02-30",
        &["7:8 this is not valid TOML: invalid date, expected day between 01 and 29"],
    ),
    (
        't',
        "to = 2026-09-30",
        "to = 20260930\nrenewal_tolerance = \"1mo\"\ntimezone = \"JST\"\ndate_format = \"iso\"",
        &[
            "8:6 `to` in [tables] must be a date like 2026-09-30, not a whole number",
            "9:21 `renewal_tolerance` in [tables] is `1mo`: not a number of days",
            "10:12 `timezone` in [tables] is `JST`: neither a time zone nor an offset",
            "11:15 `date_format` in [tables] is `iso`: not a way to write dates",
        ],
    ),
    (
        't',
        "end = \"end\", notice = \"notice_date\"",
        "ends = \"end\"",
        &[
            "10:13 `contracts` has neither `end` nor `notice`, so nobody could ever leave",
            "10:80 unknown key `ends` in `contracts`",
        ],
    ),
    (
        't',
        "name = \"contacts\"",
        "name = \"accounts\"",
        &[
            "12:8 `name` in [[tables.events]] is `accounts`: the program uses this name itself",
            "22:8 KPI `contacts_90d`: no event table is named `contacts`",
        ],
    ),
    (
        't',
        "recorded_at = \"synced\"",
        "recordedat = \"synced\"\nkeep_duplicates = \"yes\"",
        &[
            "16:1 unknown key `recordedat` in [[tables.events]]",
            "17:19 `keep_duplicates` in [[tables.events]] must be true or false, not text",
        ],
    ),
    (
        't',
        "recorded_at = \"synced\"",
        "[[tables.events]]\nname = \"contacts\"",
        &[
            "16:1 [[tables.events]] needs `path`",
            "16:1 [[tables.events]] needs `account`",
            "16:1 [[tables.events]] needs `at`",
            "17:8 [[tables.events]] `contacts` is there twice, first on line 12",
        ],
    ),
    ('t', "from = \"contacts\"", "from = \"contact\"", &["22:8 KPI `contacts_90d`: no event table is named `contact`"]),
    (
        't',
        "from = \"contacts\"\n",
        "column = \"x\"\n",
        &["17:1 [[kpi]] needs `from`", "22:10 KPI `contacts_90d`: `column` has no meaning under [tables]"],
    ),
    (
        't',
        "agg = \"count\"",
        "agg = \"sum\"",
        &["23:7 KPI `contacts_90d`: `agg = \"sum\"` needs `value`, the column to aggregate"],
    ),
    (
        't',
        "agg = \"count\"",
        "agg = \"count\"\nvalue = \"minutes\"",
        &["24:9 KPI `contacts_90d`: `agg = \"count\"` does not use `value`"],
    ),
    (
        't',
        "agg = \"count\"",
        "agg = \"days_since\"",
        &[
            "26:11 KPI `contacts_90d`: `missing = \"zero\"` with `agg = \"days_since\"` would say that it happened today",
        ],
    ),
    (
        't',
        "agg = \"count\"\nwindow = \"90d\"",
        "agg = \"change\"",
        &["23:7 KPI `contacts_90d`: `agg = \"change\"` compares two windows, and no `window` is given"],
    ),
    (
        't',
        "window = \"90d\"",
        "window = \"90 days\"",
        &["24:10 `window` in [[kpi]] is `90 days`: not a length of time"],
    ),
    ('t', "role = \"decision_maker\"", "role = []", &["25:18 `where.role` in [[kpi]] is an empty list"]),
    (
        't',
        "role = \"decision_maker\"",
        "role = { a = 1 }",
        &[
            "25:18 `where.role` in [[kpi]] must be text, a number, true/false or a date, or a list of these, not a table",
        ],
    ),
    (
        't',
        "name = \"contacts_90d\"",
        "name = \"period\"",
        &["18:8 `name` in [[kpi]] is `period`: the program uses this name itself"],
    ),
];

fn broken(base: char, from: &str, to: &str) -> String {
    changed(if base == 'p' { PANEL } else { TABLES }, from, to)
}

#[test]
fn every_slip_is_named_with_its_line_and_column() {
    for (base, from, to, expected) in BROKEN {
        assert_eq!(problems(&broken(*base, from, to)), *expected, "`{from}` -> `{to}`");
    }
}

#[test]
fn every_problem_speaks_japanese_too() {
    let is_japanese = |text: &str| text.chars().any(|c| ('\u{3040}'..='\u{9fff}').contains(&c));
    for (base, from, to, _) in BROKEN {
        let found = parse_study(&broken(*base, from, to), "study.toml").unwrap_err();
        assert!(is_japanese(&found.ja()));
        for problem in found.problems {
            assert!(is_japanese(&problem.ja()), "{problem}");
            let place = problem.place().unwrap();
            assert!(place.ja.contains("行目") && place.en.contains(" line "), "{place:?}");
            assert!(problem.help().is_none_or(|help| is_japanese(&help.ja) && !help.en.is_empty()), "{problem}");
        }
    }
}

#[test]
fn unknown_keys_name_the_nearest_key_and_the_table_they_belong_in() {
    let help = |to: &str| helps(&changed(PANEL, "horizon = 1", to)).join("|");
    assert_eq!(help("horizn = 1"), "did you mean `horizon`?");
    assert_eq!(help("max_kpis = 7"), "it belongs in [budget]");
    assert_eq!(help("outcomes = 1"), "did you mean `outcome`?");
    assert_eq!(help("stage = 1"), "it belongs in [[kpi]]");
    assert_eq!(help("xyzzy = 1"), "its keys are outcome, horizon, gap");
    assert_eq!(help("end = 1"), "it belongs in `contracts`");
    let both = helps(&changed(PANEL, "segment = [\"segment\"]", "reason = \"x\""));
    assert_eq!(both, ["it belongs in [[kpi]]; or did you mean `reasons`?"]);
    let value = helps(&changed(PANEL, "kind = \"friction\"", "kind = \"behavior\""));
    assert_eq!(value, ["did you mean `behaviour`?"]);
    let single = PANEL.split("[[kpi]]").next().unwrap().to_owned() + "[kpi]\nname = \"logins\"\n";
    assert_eq!(helps(&single), ["begin each one with `[[kpi]]`"]);
}

#[test]
fn all_problems_are_reported_at_once_in_file_order() {
    let text = PANEL.replace("schema = 1", "schema = 3").replace("horizon", "horizn").replace("less", "fewer");
    assert_eq!(
        problems(&text),
        [
            "1:10 this program reads `schema = 1`, and the file says `schema = 3`",
            "6:1 unknown key `horizn` in [kgi]",
            "25:9 `hoped` in [[kpi]] is `fewer`; it must be one of more, less",
        ]
    );
    let found = parse_study(&text, "q3/study.toml").unwrap_err();
    assert_eq!(found.to_string(), "the study file q3/study.toml has 3 problems");
    assert_eq!(found.problems[1].place().unwrap().en, "q3/study.toml line 6, column 1");
    assert_eq!(found.problems[1].place().unwrap().ja, "q3/study.toml 6行目 1文字目");
}

#[test]
fn a_study_without_a_kpi_is_refused() {
    let none = PANEL.split("[[kpi]]").next().unwrap();
    assert_eq!(problems(none), ["1:1 the study has no KPI to test"]);
    let empty = format!("kpi = []\n{none}");
    assert_eq!(problems(&empty), ["1:7 the study has no KPI to test"]);
    assert_eq!(
        problems(""),
        [
            "1:1 the study file needs `schema`",
            "1:1 the study file needs [study]",
            "1:1 the study names no data: none of [snapshot], [panel] and [tables] is there",
            "1:1 the study has no KPI to test",
        ]
    );
}

#[test]
fn problems_behind_a_missing_source_are_reported_too() {
    let text = PANEL.replace("[panel]", "[panels]").replace("0.10", "10").replace("\"tickets\"", "\"logins\"");
    assert_eq!(
        problems(&text),
        [
            "1:1 the study names no data: none of [snapshot], [panel] and [tables] is there",
            "7:2 unknown key `panels` in the study file",
            "16:17 `red` in `bands` is 10; it must be a churn probability above 0 and below 1",
            "23:8 [[kpi]] `logins` is there twice, first on line 18",
        ]
    );
    let text = format!("panel = 3\n{}", PANEL.split("[panel]").next().unwrap());
    assert_eq!(
        problems(&text),
        ["1:1 the study has no KPI to test", "1:9 `panel` in the study file must be a table, not a whole number"]
    );
}

#[test]
fn columns_count_characters_behind_byte_order_marks_and_windows_line_ends() {
    let slip = PANEL.replace("\"they cost time\"", "\"時間\"\nhuh = 1").replace('\n', "\r\n");
    assert_eq!(problems(&format!("\u{feff}{slip}")), ["27:1 unknown key `huh` in [[kpi]]"]);
    let text = changed(PANEL, "reason = \"they cost time\"", "action = { name = \"訪問\", whom = \"x\" }");
    assert_eq!(problems(&text), ["26:25 unknown key `whom` in `action`"]);
    assert_eq!(problems("\u{feff}x = 1").first().unwrap(), "1:1 unknown key `x` in the study file");
}

#[test]
fn costs_of_acting_need_each_other_and_a_value() {
    let with = |keys: &str| PANEL.replace("[lamp]\n", &format!("[lamp]\n{keys}\n"));
    assert_eq!(problems(&with("cost_of_action = 50")), ["15:1 [lamp] needs `saves`", "15:1 [lamp] needs `value`"]);
    assert_eq!(problems(&with("value = 50")), ["15:1 [lamp] needs `cost_of_action`", "15:1 [lamp] needs `saves`"]);
    assert!(helps(&with("cost_of_action = 50\nsaves = 0.3"))[0].contains("`weight` in [roles]"));
    assert_eq!(
        problems(&with("cost_of_action = 0\nsaves = 1.5\nvalue = 9")),
        [
            "16:18 `cost_of_action` in [lamp] is 0; it must be a number above 0",
            "17:9 `saves` in [lamp] is 1.5; it must be a share above 0 and at most 1"
        ]
    );
    let own = with("cost_of_action = 50\nsaves = 0.3").replace("[roles]\n", "[roles]\nweight = \"mrr\"\n");
    assert_eq!(study(&own).0.lamp.costs.map(|costs| (costs.value, costs.value_periods)), Some((None, 1.0)));
}
