-- accounts, their risk set and the calendar
CREATE TEMP TABLE life AS
SELECT (row_number() OVER (ORDER BY a.account_id) - 1)::INTEGER AS id, a.account_id, a.signup AS first_day,
       c."end" AS left_on, least(coalesce(c."end", DATE '9999-12-31'), DATE '2026-09-30') AS last_day
FROM read_csv('{DIR}/accounts.csv', columns = {'account_id': 'VARCHAR', 'signup': 'DATE', 'segment': 'VARCHAR'}) a
JOIN read_csv('{DIR}/contracts.csv', columns = {'account_id': 'VARCHAR', 'start': 'DATE', 'end': 'DATE'}) c USING (account_id);

-- month: months since 2000-01; as_of: its last day
CREATE TEMP TABLE calendar AS
SELECT month, last_day(DATE '2000-01-01' + to_months(month)) AS as_of,
       last_day(DATE '2000-01-01' + to_months(month + 1)) AS as_of_1,
       last_day(DATE '2000-01-01' + to_months(month + 2)) AS as_of_2,
       last_day(DATE '2000-01-01' + to_months(month + 3)) AS as_of_3,
       last_day(DATE '2000-01-01' + to_months(month + 5)) AS as_of_5
FROM (SELECT unnest(range(0, 600))::INTEGER AS month);

-- day -> month and which windows of later months the day is in
CREATE TEMP TABLE days AS
SELECT day, month, (1 << (day - date_trunc('month', day)::DATE)::INTEGER)::UINTEGER AS bit,
       day > as_of - 30 AS in_30_0, day > as_of_1 - 30 AS in_30_1, day > as_of_1 - 60 AS in_60_1, day > as_of_2 - 60 AS in_60_2,
       day > as_of_2 - 90 AS in_90_2, day > as_of_3 - 90 AS in_90_3, day > as_of_5 - 180 AS in_180_5
FROM (SELECT (DATE '2000-01-01' + d)::DATE AS day FROM (SELECT unnest(range(0, 18000))::INTEGER AS d))
JOIN calendar ON month = (year(day) - 2000) * 12 + month(day) - 1;

CREATE TEMP VIEW log AS
SELECT id, e."at"::DATE AS day, kind, minutes
FROM {EVENTS} e JOIN life USING (account_id)
WHERE e."at"::DATE BETWEEN first_day AND last_day;
CREATE TEMP TABLE agg AS
SELECT id, month, count(*) AS n,
       count(*) FILTER (in_30_0) AS n_30_0, count(*) FILTER (in_30_1) AS n_30_1,
       count(*) FILTER (in_60_1) AS n_60_1, count(*) FILTER (in_60_2) AS n_60_2,
       count(*) FILTER (kind = 'login') AS l,
       count(*) FILTER (kind = 'login' AND in_90_2) AS l_90_2, count(*) FILTER (kind = 'login' AND in_90_3) AS l_90_3,
       sum(minutes) AS s, sum(minutes) FILTER (in_90_2) AS s_90_2, sum(minutes) FILTER (in_90_3) AS s_90_3,
       sum(minutes) FILTER (in_180_5) AS s_180_5,
       count(minutes) AS m, count(minutes) FILTER (in_90_2) AS m_90_2, count(minutes) FILTER (in_90_3) AS m_90_3,
       count(minutes) FILTER (in_180_5) AS m_180_5,
       sum(minutes) FILTER (in_30_0 AND kind IN ('report', 'export')) AS r_30_0,
       sum(minutes) FILTER (in_30_1 AND kind IN ('report', 'export')) AS r_30_1,
       bit_or(bit) AS bits, max(day) AS newest, max(day) FILTER (kind = 'report') AS newest_report
FROM log JOIN days USING (day)
GROUP BY id, month;

CREATE TEMP VIEW grid AS
SELECT id, month
FROM (
    SELECT id, unnest(range((year(first_day) - 2000) * 12 + month(first_day) - 1, (year(last_day) - 2000) * 12 + month(last_day)))::INTEGER AS month
    FROM life
);

-- which days of months back the windows of a month still hold
CREATE TEMP TABLE masks AS
SELECT month, coalesce(bit_or(bit) FILTER (lag = 0 AND in_30), 0)::UINTEGER AS mask_30_0, coalesce(bit_or(bit) FILTER (lag = 1 AND in_30), 0)::UINTEGER AS mask_30_1,
       coalesce(bit_or(bit) FILTER (lag = 2 AND in_90), 0)::UINTEGER AS mask_90_2, coalesce(bit_or(bit) FILTER (lag = 3 AND in_90), 0)::UINTEGER AS mask_90_3
FROM (
    SELECT c.month, c.month - d.month AS lag, bit, day > as_of - 30 AS in_30, day > as_of - 90 AS in_90
    FROM calendar c JOIN days d ON d.day > c.as_of - 100 AND d.day <= c.as_of
) GROUP BY month;

COPY (
    WITH wide AS (
        SELECT id, month,
               coalesce(n_30_0, 0) + coalesce(lag(n_30_1) OVER w, 0) AS n_30,
               coalesce(n, 0) + coalesce(lag(n_60_1) OVER w, 0) + coalesce(lag(n_60_2, 2) OVER w, 0) AS n_60,
               coalesce(l, 0) + coalesce(lag(l) OVER w, 0) + coalesce(lag(l_90_2, 2) OVER w, 0) + coalesce(lag(l_90_3, 3) OVER w, 0) AS l_90,
               coalesce(s, 0) + coalesce(lag(s) OVER w, 0) + coalesce(lag(s_90_2, 2) OVER w, 0) + coalesce(lag(s_90_3, 3) OVER w, 0) AS s_90,
               coalesce(m, 0) + coalesce(lag(m) OVER w, 0) + coalesce(lag(m_90_2, 2) OVER w, 0) + coalesce(lag(m_90_3, 3) OVER w, 0) AS m_90,
               coalesce(lag(s, 2) OVER w, 0) - coalesce(lag(s_90_2, 2) OVER w, 0) + coalesce(lag(s, 3) OVER w, 0) - coalesce(lag(s_90_3, 3) OVER w, 0)
                   + coalesce(lag(s, 4) OVER w, 0) + coalesce(lag(s_180_5, 5) OVER w, 0) AS s_before,
               coalesce(lag(m, 2) OVER w, 0) - coalesce(lag(m_90_2, 2) OVER w, 0) + coalesce(lag(m, 3) OVER w, 0) - coalesce(lag(m_90_3, 3) OVER w, 0)
                   + coalesce(lag(m, 4) OVER w, 0) + coalesce(lag(m_180_5, 5) OVER w, 0) AS m_before,
               coalesce(r_30_0, 0) + coalesce(lag(r_30_1) OVER w, 0) AS r_30,
               coalesce(bits, 0) AS bits_0, coalesce(lag(bits) OVER w, 0) AS bits_1, coalesce(lag(bits, 2) OVER w, 0) AS bits_2, coalesce(lag(bits, 3) OVER w, 0) AS bits_3,
               max(newest) OVER w AS newest, max(newest_report) OVER w AS newest_report
        FROM grid LEFT JOIN agg USING (id, month)
        WINDOW w AS (PARTITION BY id ORDER BY month)
    )
    SELECT account_id AS account, as_of AS period, coalesce(left_on >= date_trunc('month', as_of) AND left_on <= as_of, false)::TINYINT AS outcome,
           n_30 AS events_30d, l_90 AS logins_90d, s_90 AS minutes_90d, r_30 AS report_minutes_30d,
           bit_count(bits_0 & mask_30_0) + bit_count(bits_1 & mask_30_1) AS days_30d,
           bit_count(bits_0) + bit_count(bits_1) + bit_count(bits_2 & mask_90_2) + bit_count(bits_3 & mask_90_3) AS days_90d,
           as_of - newest AS since_any, as_of - newest_report AS since_report,
           n_30 - (n_60 - n_30) AS change_events_30d,
           CASE WHEN m_90 > 0 AND m_before > 0 THEN s_90 / m_90 - s_before / m_before END AS change_minutes_90d
    FROM wide JOIN calendar USING (month) JOIN masks USING (month) JOIN life USING (id)
    WHERE as_of >= DATE '2023-10-01'
    ORDER BY id, month
) TO '{OUT}' (FORMAT parquet);
