#!/usr/bin/env python3
"""Writes study folders for the comparison with oracle.py: prepare.py SHARED OUT

From real data sets (see DATASETS.md beside them): oulad, contributors, apparel, cdnow. And companies made up here,
`company_1` ..., which hold every difficulty of the contract: late and unproven records, duplicates, unknown accounts,
withdrawn notices, returns, overlapping contracts, young accounts, dates in several forms, stamps with offsets.
"""
import csv
import datetime as dt
import gzip
import pathlib
import random
import sys

HEAD = 'schema = 1\n[study]\nname = "{name}"\npurpose = "comparison with the reference"\n[kgi]\noutcome = "left"\n'


def rows(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if str(path).endswith(".gz") else open(path, encoding="utf-8")
    with opened as file:
        return list(csv.DictReader(file))


def write(path, head, lines):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(lines)


def kpi(name, source, agg, value=None, window=None, where=None, missing=None):
    text = f'[[kpi]]\nname = "{name}"\nkind = "behaviour"\nhoped = "more"\nreason = "comparison"\nfrom = "{source}"\nagg = "{agg}"\n'
    text += f'value = "{value}"\n' if value else ""
    text += f'window = "{window}"\n' if window else ""
    text += f"where = {where}\n" if where else ""
    text += f"missing = {missing}\n" if missing else ""
    return text


def study(folder, name, tables, roles, kpis):
    (folder / "study.toml").write_text(HEAD.format(name=name) + tables + roles + "".join(kpis), encoding="utf-8")


def day(text):
    return dt.date.fromisoformat(text[:10])


def oulad(data, out):
    """Contracts are enrolments, events submissions. Students repeat: the student is the account."""
    enrolments = rows(data / "enrolments.csv")
    person = "student_id"
    contracts, people = [], {}
    for row in enrolments:
        # The presentation begins for all on one day; who registered later begins then.
        start = max(filter(None, [row["course_start_date"], row["registered_date"]]))
        contracts.append([row[person], start, row["unregistered_date"]])
        people.setdefault(row[person], [row[person], row.get("gender", ""), row.get("age_band", ""), row.get("highest_education", "")])
    write(out / "contracts.csv", ["student", "start", "end"], contracts)
    write(out / "accounts.csv", ["student", "gender", "age", "education"], people.values())
    events = rows(data / "submissions.csv.gz")
    # Submissions name the enrolment, which ends with the student.
    columns = [c for c in events[0] if c != "enrolment_id"]
    write(out / "submissions.csv", ["student", *columns], [[row["enrolment_id"].rsplit("_", 1)[1], *(row[c] for c in columns)] for row in events])
    tables = f'''[tables]
period = "1mo"
from = 2013-02-01
to = 2014-10-31
accounts = {{ path = "accounts.csv", account = "student" }}
contracts = {{ path = "contracts.csv", account = "student", start = "start", end = "end" }}
[[tables.events]]
name = "work"
path = "submissions.csv"
account = "student"
at = "event_date"
'''
    roles = '[roles]\nsegment = ["gender", "age"]\ncontrols = ["education"]\n'
    study(out, "oulad", tables, roles, [
        kpi("n", "work", "count"), kpi("n_30", "work", "count", window="30d"), kpi("score", "work", "mean", "score", "3mo"),
        kpi("score_last", "work", "last", "score", missing="{ carry = 3 }"), kpi("score_trend", "work", "trend", "score"),
        kpi("score_change", "work", "change", "score", "60d"), kpi("n_change", "work", "change", window="1mo"),
        kpi("late_max", "work", "max", "days_late", "1q"), kpi("late_min", "work", "min", "days_late"),
        kpi("weight_sum", "work", "sum", "weight", "90d"), kpi("days", "work", "distinct_days", window="8w"),
        kpi("scores", "work", "distinct", "score"), kpi("since", "work", "days_since"),
        kpi("real", "work", "count", where="{ is_banked = false }", window="1y", missing='"unknown"'),
        kpi("banked", "work", "count", where='{ is_banked = [1, true] }'),
    ])


def silent(events, to, days):
    """First and last day of each account, and whether it fell silent long before the end."""
    spans = {}
    for key, when in events:
        first, last = spans.get(key, (when, when))
        spans[key] = (min(first, when), max(last, when))
    return {key: (first, last, (to - last).days > days) for key, (first, last) in spans.items()}


def contributors(data, out):
    commits = [row for row in rows(data / "commits.csv.gz") if row["is_bot"].strip().lower() in ("0", "false")]
    to = max(day(row["committed_at"]) for row in commits)
    spans = silent([(row["contributor_id"], day(row["authored_at"])) for row in commits], to, 180)
    late = sum((day(r["committed_at"]) - day(r["authored_at"])).days > 30 for r in commits)
    print(f"contributors: {late} commits of humans landed more than 30 days after they were written")
    write(out / "accounts.csv", ["id", "first"], [[k, first] for k, (first, _, _) in spans.items()])
    write(out / "contracts.csv", ["id", "start", "end"], [[k, first, last + dt.timedelta(days=180) if gone else ""] for k, (first, last, gone) in spans.items()])
    columns = list(commits[0])
    write(out / "commits.csv", columns, [[row[c] for c in columns] for row in commits])
    tables = f'''[tables]
period = "1q"
from = 2018-01-01
to = {to}
timezone = "Asia/Tokyo"
accounts = {{ path = "accounts.csv", account = "id", start = "first" }}
contracts = {{ path = "contracts.csv", account = "id", start = "start", end = "end" }}
[[tables.events]]
name = "commits"
path = "commits.csv"
account = "contributor_id"
at = "authored_at"
recorded_at = "committed_at"
'''
    study(out, "contributors", tables, '[roles]\nphase = "main_area"\n', [
        kpi("n", "commits", "count", window="1q"), kpi("n_all", "commits", "count"),
        kpi("files", "commits", "sum", "n_files", "90d"), kpi("files_mean", "commits", "mean", "n_files", "1y"),
        kpi("areas", "commits", "distinct", "main_area", "6mo"), kpi("days", "commits", "distinct_days", window="90d"),
        kpi("last_files", "commits", "last", "n_files"), kpi("since", "commits", "days_since", window="2y"),
        kpi("trend", "commits", "trend", "n_files", "1y"), kpi("change", "commits", "change", window="1q"),
        kpi("change_files", "commits", "change", "n_files", "1q"), kpi("biggest", "commits", "max", "n_files", "52w"),
        kpi("merges", "commits", "count", where="{ is_merge = true }", window="1y"),
        kpi("subject", "commits", "min", "subject_chars", "1q", missing="{ carry = 2 }"),
    ])


def apparel(data, out):
    deals = rows(data / "transactions.csv")
    key = next(c for c in deals[0] if c.lower() in ("id", "cust", "customer_id"))
    when = next(c for c in deals[0] if "date" in c.lower())
    price = next((c for c in deals[0] if "price" in c.lower()), None)
    to = dt.date(2007, 12, 30)
    spans = silent([(r[key], day(r[when])) for r in deals], dt.date(2010, 12, 20), 600)
    static = rows(data / "static_covariates.csv")
    own = next(c for c in static[0] if c.lower() in ("id", "cust", "customer_id"))
    others = [c for c in static[0] if c != own]
    known = {r[own]: r for r in static}
    write(out / "accounts.csv", ["id", *others], [[k, *(known.get(k, {}).get(c, "") for c in others)] for k in spans])
    write(out / "contracts.csv", ["id", "start", "end"], [[k, first, last if gone else ""] for k, (first, last, gone) in spans.items()])
    write(out / "deals.csv", list(deals[0]), [list(r.values()) for r in deals])
    weekly = [r for r in rows(data / "weekly_covariates.csv.gz") if next(r[c] for c in r if "date" in c.lower()) < "2008"]
    week_key = next(c for c in weekly[0] if c.lower() in ("id", "cust", "customer_id"))
    week_day = next(c for c in weekly[0] if "date" in c.lower())
    season = next(c for c in weekly[0] if "season" in c.lower())
    write(out / "weeks.csv", [week_key, week_day, "season"], [[r[week_key], r[week_day], r[season]] for r in weekly])
    tables = f'''[tables]
period = "1w"
from = 2005-01-03
to = {to}
accounts = {{ path = "accounts.csv", account = "id" }}
contracts = {{ path = "contracts.csv", account = "id", start = "start", end = "end" }}
[[tables.events]]
name = "deals"
path = "deals.csv"
account = "{key}"
at = "{when}"
keep_duplicates = true
[[tables.events]]
name = "weeks"
path = "weeks.csv"
account = "{week_key}"
at = "{week_day}"
'''
    value = price or "1"
    study(out, "apparel", tables, "[roles]\nsegment = [" + ", ".join(f'"{c}"' for c in others[:2]) + "]\n", [
        kpi("n", "deals", "count", window="26w"), kpi("n_change", "deals", "change", window="13w"),
        kpi("since", "deals", "days_since"), kpi("season", "weeks", "last", "season"),
        kpi("season_sum", "weeks", "sum", "season", "4w"), kpi("season_mean", "weeks", "mean", "season", "1q"),
        kpi("high", "weeks", "count", where="{ season = 1 }", window="8w"),
    ] + ([kpi("paid", "deals", "sum", value, "1y"), kpi("paid_trend", "deals", "trend", value), kpi("paid_last", "deals", "last", value, missing="{ carry = 8 }")] if price else []))


def cdnow(data, out):
    deals = rows(data / "cdnow_transactions.csv")
    spans = silent([(r["customer_id"], day(r["date"])) for r in deals], dt.date(1998, 6, 30), 120)
    write(out / "accounts.csv", ["customer_id", "first"], [[k, f] for k, (f, _, _) in spans.items()])
    write(out / "contracts.csv", ["customer_id", "start", "end"], [[k, f, l + dt.timedelta(days=120) if gone else ""] for k, (f, l, gone) in spans.items()])
    write(out / "deals.csv", list(deals[0]), [list(r.values()) for r in deals])
    tables = '''[tables]
period = "1mo"
from = 1997-01-01
to = 1998-06-30
accounts = { path = "accounts.csv", account = "customer_id", start = "first" }
contracts = { path = "contracts.csv", account = "customer_id", start = "start", end = "end" }
[[tables.events]]
name = "deals"
path = "deals.csv"
account = "customer_id"
at = "date"
keep_duplicates = true
'''
    study(out, "cdnow", tables, "", [
        kpi("n", "deals", "count", window="3mo"), kpi("cds", "deals", "sum", "n_cds", "6mo"),
        kpi("dollars", "deals", "mean", "dollars"), kpi("since", "deals", "days_since"),
        kpi("biggest", "deals", "max", "dollars", "1y"), kpi("days", "deals", "distinct_days"),
        kpi("trend", "deals", "trend", "dollars"), kpi("change", "deals", "change", window="2mo"),
        kpi("last", "deals", "last", "dollars", missing='"unknown"'),
    ])


def company(out, seed):
    """Everything that can go wrong in an export, at random."""
    rng = random.Random(seed)
    begin, to = dt.date(2023, 11, 1), dt.date(2025, 3, rng.choice([17, 31]))
    span = (to - begin).days
    some = lambda low, high: begin + dt.timedelta(days=rng.randint(low, high))
    period = ["1mo", "1w", "1q"][seed % 3]
    ids = [f"{n:05d}" for n in range(120)]
    accounts, contracts = [], []
    terms = seed % 2 == 0
    for key in ids:
        start = some(-200, span - 20)
        risk = some(0, span) if rng.random() < 0.3 else ""
        accounts.append([key, start if rng.random() < 0.9 else "", rng.choice(["SMB", "ENT", ""]), risk, rng.choice(["yes", "no"]), rng.randint(0, 1), rng.choice(["monthly", "annual", ""])])
        begins = start
        for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
            length = rng.choice([30, 89, 365, 400])
            end = begins + dt.timedelta(days=length)
            open_end = rng.random() < (0.1 if terms else 0.6)
            notice = begins + dt.timedelta(days=rng.randint(1, length + 20)) if rng.random() < 0.35 else ""
            contracts.append([key, begins, "" if open_end else end, notice, rng.choice(["annual", "monthly", "年契約"]), rng.randint(10, 99), rng.choice(["2024-05-01", "", "2024-11-11"])])
            begins = end + dt.timedelta(days=rng.choice([-40, 0, 1, 31, 32, 60]))
    contracts.append(["99999", begin, "", "", "annual", 1, ""])
    contracts.append([ids[0], "2024-13-01", "", "", "annual", 1, ""])
    contracts.append([ids[1], "2024-05-01", "2024-04-01", "", "annual", 1, ""])
    rng.shuffle(contracts)
    write(out / "accounts.csv", ["id", "signup", "segment", "risk", "vip", "pushed", "paid"], accounts + [accounts[3]])
    write(out / "contracts.csv", ["id", "start", "end", "notice", "term", "price", "audit"], contracts)

    def form(when, hour):
        return rng.choice([f"{when}", f"{when:%Y/%m/%d}", f"{when} {hour:02d}:15", f"{when}T{hour:02d}:15:30.250Z", f"{when} {hour:02d}:15:00+09:00", f"{when}T{hour:02d}:00:00-0500"])

    contacts = []
    for _ in range(4000):
        when, hour = some(-100, span + 60), rng.randint(0, 23)
        recorded = when + dt.timedelta(days=rng.choice([0, 0, 0, 1, 15, 40, -3]))
        contacts.append([rng.choice(ids + ["777"]), form(when, hour), rng.choice([form(recorded, hour)] * 20 + ["", "soon"]),
                         rng.choice(["dm", "user", " dm ", ""]), rng.choice(["1", "0", "true", "no", ""]),
                         rng.choice([str(rng.randint(0, 60)), f"{rng.random() * 50:.3f}", "NA", "", "-"]), rng.choice(["a", "b", "c", ""])])
    contacts += contacts[:150] + [[ids[5], "never", "2024-01-01", "dm", "1", "3", "a"], [ids[6], "1950-01-01", "2024-01-01", "dm", "1", "3", "a"]]
    write(out / "contacts.csv", ["id", "at", "synced", "role", "first", "minutes", "topic"], contacts)
    excel = lambda when: (when - dt.date(1899, 12, 30)).days
    scores = [[rng.choice(ids), excel(some(0, span)) + rng.choice([0, 0.25]), rng.choice([str(rng.randint(0, 10)), ""]), rng.choice(["0", "1", ""]), rng.choice(["basic", "pro", ""])] for _ in range(1500)]
    write(out / "scores.csv", ["id", "day", "nps", "flag", "plan"], scores)
    tickets = [[rng.choice(ids), f"{some(-50, span):%d/%m/%Y}", rng.randint(1, 5)] for _ in range(2500)]
    for part in (0, 1):
        write(out / f"tickets_{part}.csv", ["id", "opened", "grade"], tickets[part::2])
    zone = ['timezone = "Asia/Tokyo"', 'timezone = "America/New_York"', "", 'timezone = "+05:30"'][seed % 4]
    tables = f'''[tables]
period = "{period}"
from = 2024-01-01
to = {to}
{zone}
renewal_tolerance = "{rng.choice(["31d", "0d", "5w"])}"
accounts = {{ path = "accounts.csv", account = "id", start = "signup" }}
contracts = {{ path = "contracts.csv", account = "id", start = "start", end = "end", notice = "notice" }}
[[tables.events]]
name = "contacts"
path = "contacts.csv"
account = "id"
at = "at"
recorded_at = "synced"
[[tables.events]]
name = "scores"
path = "scores.csv"
account = "id"
at = "day"
keep_duplicates = true
date_format = {{ day = "excel" }}
[[tables.events]]
name = "tickets"
path = "tickets_*.csv"
account = "id"
at = "opened"
date_format = "DD/MM/YYYY"
'''
    roles = '[roles]\nsegment = ["segment", "vip"]\nprice = "price"\ndisclosed_risk = "risk"\nreasons = ["audit", "flag"]\nincumbent = "nps"\nphase = "plan"\n'
    roles += 'term = "term"\n' if terms else 'term = "paid"\n' if seed % 4 == 1 else ""
    windows = ["30d", "90d", "1mo", "2mo", "1q", "1y", "4w", None]
    numeric = ["sum", "mean", "min", "max", "last", "trend", "change", "distinct"]
    kpis = []
    for n in range(26):
        source = rng.choice(["contacts", "contacts", "scores", "tickets"])
        value = {"contacts": "minutes", "scores": "nps", "tickets": "grade"}[source]
        agg = rng.choice(["count", "distinct_days", "days_since", "change"] + numeric)
        column = value if agg in numeric and not (agg == "change" and rng.random() < 0.5) else None
        window = rng.choice(windows)
        if agg == "change" and window is None:
            window = "60d"
        where = rng.choice([None, None, '{ role = "dm" }', '{ first = true }', '{ role = ["dm", "user"], topic = "a" }', '{ first = 0 }']) if source == "contacts" else rng.choice([None, "{ grade = [1, 2, 5] }"]) if source == "tickets" else None
        missing = rng.choice([None, '"unknown"', '"zero"', "{ carry = 2 }"])
        if agg == "days_since" and missing == '"zero"':
            missing = None
        kpis.append(kpi(f"k{n:02d}_{agg}", source, agg, column, window, where, missing))
    kpis[3] += 'programme = { column = "pushed", assignment = "chosen" }\n'
    study(out, f"company {seed}", tables, roles, kpis)


def main():
    shared, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    made = {"oulad": ("oulad_2013_2014B", oulad), "contributors": ("contributors_rust_analyzer", contributors),
            "apparel": ("apparel_clv", apparel), "cdnow": ("cdnow", cdnow)}
    for name, (data, make) in made.items():
        if not (shared / "data" / data).is_dir():
            print(f"SKIPPED {name}: {data} is not there")
            continue
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        make(shared / "data" / data, folder)
    for seed in range(1, 13):
        folder = out / f"company_{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        company(folder, seed)


if __name__ == "__main__":
    main()
