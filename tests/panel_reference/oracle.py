#!/usr/bin/env python3
"""The point-in-time panel of a study with [tables], slowly and obviously: every value from its definition.

    oracle.py STUDY.toml --out panel.csv

Nothing is shared with the program: no code, no data structure, no library beyond the standard one. For every account,
period and KPI the list of events is filtered by what was known, then aggregated.
"""
import argparse
import csv
import datetime as dt
import glob
import gzip
import math
import pathlib
import re
import tomllib
import zoneinfo

DAY = dt.timedelta(days=1)
NULLS = {"", "NA", "N/A", "null", "NaN", "NULL", "None", "-"}
TRUE = {"1", "true", "t", "yes", "y", "はい", "有"}
FALSE = {"0", "false", "f", "no", "n", "いいえ", "無"}
MONTHLY = {"monthly", "month", "1", "1mo", "m2m", "month-to-month", "月次", "月契約", "月額"}
ROLES = ["segment", "billing", "price", "tenure", "notice", "notice_periods", "renewal_in", "term", "disclosed_risk",
         "reasons", "owner", "weight", "controls", "phase", "incumbent"]


# ---- reading ------------------------------------------------------------------------------------------------------
def read(folder, path):
    """Rows as dictionaries of text, files in path order."""
    rows = []
    for name in sorted(glob.glob(str(folder / path))) or [str(folder / path)]:
        opened = gzip.open(name, "rt", encoding="utf-8-sig") if name.endswith(".gz") else open(name, encoding="utf-8-sig")
        with opened as file:
            rows.extend(csv.DictReader(file))
    return rows


def format_of(column, own, study):
    for formats in (own.get("date_format"), study.get("date_format")):
        if isinstance(formats, dict) and column in formats:
            return formats[column]
        if isinstance(formats, str):
            return formats
    return None


def moment(text, written, zone):
    """Day and instant of a cell; None where it is no date."""
    text = (text or "").strip()
    if written == "excel":
        try:
            number = float(text)
            return ((dt.datetime(1899, 12, 30) + dt.timedelta(days=number)).date(), number * 86400.0)
        except ValueError:
            pass
    elif written and "%" in written:
        try:
            stamp = dt.datetime.strptime(text, written)
            return (stamp.date(), stamp.timestamp())
        except ValueError:
            return None
    elif written:
        order = [part for _, part in sorted((written.index(part), part) for part in ("YYYY", "MM", "DD"))]
        match = re.match(r"^(\d+)\D(\d+)\D(\d+)", text)
        if match:
            parts = dict(zip(order, map(int, match.groups())))
            if parts["YYYY"] >= 1000:
                try:
                    day = dt.date(parts["YYYY"], parts["MM"], parts["DD"])
                    return (day, dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone.utc).timestamp())
                except ValueError:
                    return None
    match = re.match(r"^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[ T]\s*(\d\d):(\d\d)(?::(\d\d)(\.\d*)?)?\s*(Z|z|[+-]\d\d:?\d\d|[+-]\d\d)?)?$", text)
    if not match:
        return None
    year, _, month, day, hour, minute, second, part, offset = match.groups()
    try:
        wall = dt.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), min(int(second or 0), 59))
    except ValueError:
        return None
    seconds = float("0" + part) if part and len(part) > 1 else 0.0
    instant = wall.replace(tzinfo=dt.timezone.utc).timestamp() + seconds
    if offset:
        if offset in "Zz":
            shift = 0
        else:
            digits = offset[1:].replace(":", "").ljust(4, "0")
            shift = (int(digits[:2]) * 60 + int(digits[2:])) * 60 * (-1 if offset[0] == "-" else 1)
        instant -= shift
        if zone:
            return (dt.datetime.fromtimestamp(instant, zone).date(), instant)
    return (wall.date(), instant)


def zone_of(tables):
    name = tables.get("timezone")
    if not name:
        return None
    if name[0] in "+-":
        hours, minutes = map(int, name[1:].split(":"))
        return dt.timezone((1 if name[0] == "+" else -1) * dt.timedelta(hours=hours, minutes=minutes))
    return zoneinfo.ZoneInfo(name)


# ---- calendar -----------------------------------------------------------------------------------------------------
def first_day(period, day):
    if period == "1w":
        return day - dt.timedelta(days=day.weekday())
    if period == "1mo":
        return day.replace(day=1)
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def next_first(period, day):
    first = first_day(period, day)
    if period == "1w":
        return first + dt.timedelta(days=7)
    months = 1 if period == "1mo" else 3
    number = first.year * 12 + first.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def periods(period, start, end):
    first, found = first_day(period, start), []
    while True:
        last = next_first(period, first) - DAY
        if last > end:
            return found
        if first >= start:
            found.append((first, last))
        first = last + DAY


def number_of(period, day):
    """Numbers periods without gaps."""
    if period == "1w":
        return (day - dt.timedelta(days=day.weekday())).toordinal() // 7
    months = day.year * 12 + day.month - 1
    return months if period == "1mo" else months // 3


def minus(day, window):
    """The day that lies a window before; months clip to month ends."""
    count, unit = re.match(r"^(\d+)(d|w|mo|q|y)$", window).groups()
    count = int(count)
    if unit in "dw":
        return day - dt.timedelta(days=count * (7 if unit == "w" else 1))
    months = day.year * 12 + day.month - 1 - count * {"mo": 1, "q": 3, "y": 12}[unit]
    year, month = months // 12, months % 12 + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - DAY).day
    return dt.date(year, month, min(day.day, last))


def twice(window):
    count, unit = re.match(r"^(\d+)(\D+)$", window).groups()
    return f"{2 * int(count)}{unit}"


# ---- cells --------------------------------------------------------------------------------------------------------
def number(text):
    text = (text or "").strip()
    if text in NULLS or not re.match(r"^[+\-.0-9]", text):
        if text.lower() in TRUE - {"t"} | {"t"}:
            return 1.0
        return 0.0 if text.lower() in FALSE else None
    try:
        value = float(text)
        return value if math.isfinite(value) else None
    except ValueError:
        return None


def present(text):
    return text is not None and text.strip() not in NULLS


def equals(cell, wanted):
    if not present(cell):
        return False
    cell = cell.strip()
    if isinstance(wanted, bool):
        return cell.lower() in (TRUE if wanted else FALSE) or (number(cell) is not None and number(cell) != 0) == wanted and number(cell) is not None
    if isinstance(wanted, (int, float)):
        # Words other than true and false are no numbers here.
        plain = cell.lower() in ("true", "false") or cell[:1] in "+-.0123456789"
        return plain and number(cell) == float(wanted)
    if isinstance(wanted, dt.date):
        found = moment(cell, None, None)
        return found is not None and found[0] == wanted
    return cell == wanted.strip()


def show(value):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


# ---- aggregates ---------------------------------------------------------------------------------------------------
def aggregate(kpi, events, as_of, start):
    """Value of a KPI from all events of an account, as known on a day."""
    known = [e for e in events if max(e["day"], e["known"]) <= as_of]
    window = kpi.get("window")
    low = minus(as_of, window) if window else None
    inside = [e for e in known if low is None or low < e["day"]]
    column = kpi.get("value")
    numbers = [(e, number(e["row"].get(column))) for e in inside] if column else []
    numbers = [(e, x) for e, x in numbers if x is not None]
    agg = kpi["agg"]
    if agg == "count":
        return float(len(inside)) or None
    if agg == "distinct_days":
        return float(len({e["day"] for e in inside})) or None
    if agg == "distinct":
        return float(len({e["row"][column].strip() for e in inside if present(e["row"].get(column))})) or None
    if agg == "days_since":
        return float((as_of - max(e["day"] for e in inside)).days) if inside else None
    if agg == "change":
        earlier = []
        if window:
            far = minus(as_of, twice(window))
            earlier = [e for e in known if far < e["day"] <= low]
        if not column:
            return float(len(inside) - len(earlier))
        before = [x for x in (number(e["row"].get(column)) for e in earlier) if x is not None]
        if not numbers or not before:
            return None
        return sum(x for _, x in numbers) / len(numbers) - sum(before) / len(before)
    if not numbers:
        return None
    values = [x for _, x in numbers]
    if agg == "sum":
        return math.fsum(values)
    if agg == "mean":
        return math.fsum(values) / len(values)
    if agg == "min":
        return min(values)
    if agg == "max":
        return max(values)
    if agg == "last":
        return max(numbers, key=lambda pair: (pair[0]["stamp"], pair[0]["recorded"], pair[0]["place"]))[1]
    if agg == "trend":
        days = [e["day"].toordinal() for e, _ in numbers]
        if len(set(days)) < 2:
            return None
        middle, mean = math.fsum(days) / len(days), math.fsum(values) / len(values)
        above = math.fsum((t - middle) * (x - mean) for t, x in zip(days, values))
        return 30.0 * above / math.fsum((t - middle) ** 2 for t in days)
    raise SystemExit(f"aggregate {agg}")


def with_policy(kpi, values):
    policy = kpi.get("missing", "zero" if kpi["agg"] in ("count", "sum", "distinct", "distinct_days") else "unknown")
    if policy == "zero":
        return [0.0 if x is None else x for x in values]
    if policy == "unknown":
        return values
    filled = []
    for at, value in enumerate(values):
        back = [x for x in reversed(values[max(0, at - policy["carry"]):at + 1]) if x is not None]
        filled.append(back[0] if back else None)
    return filled


# ---- the panel ----------------------------------------------------------------------------------------------------
def build(study_path):
    study = tomllib.loads(study_path.read_text(encoding="utf-8"))
    folder, tables, roles = study_path.parent, study["tables"], study.get("roles", {})
    period, to, zone = tables["period"], tables["to"], zone_of(tables)
    tolerance = int(re.match(r"\d+", tables.get("renewal_tolerance", "31d")).group())
    if tables.get("renewal_tolerance", "31d").endswith("w"):
        tolerance *= 7
    calendar = periods(period, tables["from"], to)
    latest = dt.date(to.year + 10, to.month, min(to.day, 28 if to.month == 2 else to.day))

    def day_of(row, column, spec):
        found = moment(row.get(column), format_of(column, spec, tables), zone) if column else None
        return found[0] if found and dt.date(1990, 1, 1) <= found[0] <= latest else None

    spec_a, spec_c = tables["accounts"], tables["contracts"]
    rows_a, rows_c = read(folder, spec_a["path"]), read(folder, spec_c["path"])
    accounts = {}
    for row in rows_a:
        key = row[spec_a["account"]].strip()
        if key and key not in accounts:
            accounts[key] = {"row": row, "start": day_of(row, spec_a.get("start"), spec_a), "contracts": []}
    running = with_end = 0
    for place, row in enumerate(rows_c):
        key = row[spec_c["account"]].strip()
        start, end, notice = (day_of(row, spec_c.get(name), spec_c) for name in ("start", "end", "notice"))
        written = bool(spec_c.get("end")) and present(row.get(spec_c["end"]))
        if not key or start is None or (written and end is None) or (end and end < start):
            continue
        last = end or notice or dt.date.max
        contract = {"start": start, "end": end, "notice": notice, "last": last, "row": row, "place": place}
        if start <= to and last > to:
            running, with_end = running + 1, with_end + (end is not None)
        if key in accounts:
            accounts[key]["contracts"].append(contract)
    term = roles.get("term", "").split(".")[-1]
    by_contract = bool(term) and bool(rows_c) and term in rows_c[0]
    term_known = by_contract or (bool(term) and bool(rows_a) and term in rows_a[0])
    ends_are_terms = term_known or (running > 0 and 2 * with_end >= running)

    for account in accounts.values():
        contracts = sorted(account["contracts"], key=lambda c: (c["start"], c["place"]))
        if account["start"] is None and contracts:
            account["start"] = contracts[0]["start"]
        account["event"] = account["end"] = None
        spell = []
        for contract in contracts:
            far = max((c["last"] for c in spell), default=None)
            if far is not None and far != dt.date.max and contract["start"] > far + dt.timedelta(days=tolerance):
                break
            spell.append(contract)
        account["spell"] = spell
        if spell:
            last = max(c["last"] for c in spell)
            leaving = [c for c in spell if c["last"] == last]
            notices = [c["notice"] for c in leaving if c["notice"]]
            if notices and max(notices) <= to and max(notices) <= last:
                account["event"] = max(notices)
            elif last <= to:
                account["event"] = last
            ends = [c["end"] for c in leaving if c["end"]]
            if account["event"] and ends:
                account["end"] = max(ends)

    logs = {}
    for spec in tables.get("events", []):
        by_account, seen = {}, set()
        for place, row in enumerate(read(folder, spec["path"])):
            account = accounts.get((row[spec["account"]] or "").strip())
            found = moment(row.get(spec["at"]), format_of(spec["at"], spec, tables), zone)
            if account is None or account["start"] is None or not found or not dt.date(1990, 1, 1) <= found[0] <= latest:
                continue
            cells = tuple(sorted(row.items()))
            if not spec.get("keep_duplicates", False):
                if cells in seen:
                    continue
                seen.add(cells)
            if found[0] < account["start"] or (account["end"] and found[0] > account["end"]):
                continue
            recorded = found
            if "recorded_at" in spec:
                recorded = moment(row.get(spec["recorded_at"]), format_of(spec["recorded_at"], spec, tables), zone)
                if recorded is None:
                    continue
            event = {"day": found[0], "stamp": found[1], "known": max(found[0], recorded[0]), "recorded": recorded[1],
                     "place": place, "row": row}
            by_account.setdefault(row[spec["account"]].strip(), []).append(event)
        logs[spec["name"]] = by_account

    # Columns of roles and where they are.
    columns_of = {"accounts": list(rows_a[0]) if rows_a else [], "contracts": list(rows_c[0]) if rows_c else []}
    log_rows = {name: [e["row"] for events in log.values() for e in events] for name, log in logs.items()}
    for spec in tables.get("events", []):
        head = read(folder, spec["path"])
        columns_of[spec["name"]] = list(head[0]) if head else []
        log_rows[spec["name"]] = head

    def locate(written):
        for name, columns in columns_of.items():
            if written in columns:
                return name, written
        name, column = written.split(".", 1)
        return name, column

    def kind(cells, written, flags=False):
        cells = [c for c in cells if present(c)]
        if cells and all(c.strip().lower() in TRUE | FALSE for c in cells):
            # As attributes, words for yes and no stay words; only true and false are truths in a file.
            plain = all(c.strip().lower() in ("0", "1", "true", "false") for c in cells)
            return "flag" if flags or plain else "text"
        if cells and all(number(c) is not None for c in cells):
            return "number"
        if cells and all(moment(c, written, zone) for c in cells):
            return "date"
        return "text"

    def attribute(written):
        name, column = locate(written)
        if name in ("accounts", "contracts"):
            rows, spec = (rows_a, spec_a) if name == "accounts" else (rows_c, spec_c)
            how = format_of(column, spec, tables)
            what = kind([r[column] for r in rows], how)

            def value(key, account, first, last):
                row = account["row"] if name == "accounts" else (in_force(account, last) or {}).get("row", {})
                cell = row.get(column)
                if what == "date":
                    found = moment(cell, how, zone)
                    return float(found is not None and found[0] <= last)
                if not present(cell):
                    return None
                return number(cell) if what in ("number", "flag") else cell.strip()
            return column, value
        spec = next(s for s in tables["events"] if s["name"] == name)
        how = format_of(column, spec, tables)
        what = kind([r[column] for r in log_rows[name]], how, flags=True)

        def value(key, account, first, last):
            events = [e for e in logs[name].get(key, []) if e["known"] <= last and present(e["row"][column])]
            if what == "flag":
                return float(any(number(e["row"][column]) for e in events if e["known"] >= first))
            if what == "date":
                return float(any(moment(e["row"][column], how, zone)[0] <= last for e in events))
            if not events:
                return None
            event = max(events, key=lambda e: (e["stamp"], e["recorded"], e["place"]))
            cell = event["row"][column].strip()
            return number(cell) if what == "number" else cell
        return column, value

    def in_force(account, day):
        started = [c for c in account["spell"] if c["start"] <= day]
        running_now = [c for c in started if c["end"] is None or c["end"] >= day]
        if running_now:
            return max(running_now, key=lambda c: (c["start"], c["place"]))
        return max(started, key=lambda c: (c["end"], c["start"], c["place"]), default=None)

    def tenure(key, account, first, last):
        return float(number_of(period, last) - number_of(period, account["start"]))

    def notice(key, account, first, last):
        contract = in_force(account, last)
        return float(contract is not None and contract["notice"] is not None and contract["notice"] <= last)

    def renewal_in(key, account, first, last):
        running_now = [c for c in account["spell"] if c["start"] <= first <= c["last"]]
        if running_now:
            contract = max(running_now, key=lambda c: c["last"])
        else:
            contract = min((c for c in account["spell"] if first < c["start"] <= last), key=lambda c: c["start"], default=None)
        if contract is None or contract["end"] is None or not ends_are_terms:
            return 0.0
        holder = contract["row"] if by_contract else account["row"]
        if term_known and (holder.get(term) or "").strip().lower() in MONTHLY:
            return 0.0
        return float(max(0, number_of(period, contract["end"]) - number_of(period, last)))

    columns = []
    for role in ROLES:
        written = roles.get(role, [])
        for one in written if isinstance(written, list) else [written]:
            name, value = attribute(one)
            if name not in [n for n, _ in columns]:
                columns.append((name, value))
        if role == "tenure" and "tenure" not in roles:
            columns.append(("tenure", tenure))
        if role == "notice" and "notice" not in roles and "notice" in spec_c:
            columns.append(("notice", notice))
        if role == "renewal_in" and "renewal_in" not in roles and "end" in spec_c:
            columns.append(("renewal_in", renewal_in))
    for kpi in study["kpi"]:
        if "programme" in kpi:
            name, value = attribute(kpi["programme"]["column"])
            if name not in [n for n, _ in columns]:
                columns.append((name, value))

    head = ["account", "period", "outcome"] + [name for name, _ in columns] + [kpi["name"] for kpi in study["kpi"]]
    out = []
    for key in sorted(accounts, key=lambda k: k.encode()):
        account = accounts[key]
        start, event = account["start"], account["event"]
        if start is None:
            continue
        rows = [(first, last) for first, last in calendar if last >= start and (event is None or first <= event)]
        if event is not None and event < start:
            rows = []
        if event is not None and calendar and event < calendar[0][0]:
            rows = []
        series = []
        for kpi in study["kpi"]:
            events = [e for e in logs[kpi["from"]].get(key, []) if all(
                any(equals(e["row"].get(column), one) for one in (wanted if isinstance(wanted, list) else [wanted]))
                for column, wanted in kpi.get("where", {}).items())]
            series.append(with_policy(kpi, [aggregate(kpi, events, last, start) for _, last in rows]))
        for at, (first, last) in enumerate(rows):
            left = event is not None and first <= event <= last
            values = [value(key, account, first, last) for _, value in columns] + [s[at] for s in series]
            out.append([key, last.isoformat(), "1" if left else "0"] + [show(v) for v in values])
    return head, out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    head, rows = build(args.study)
    with open(args.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
