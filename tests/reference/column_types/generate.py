"""Writes one small table with every common Arrow type as Parquet and as Feather (Arrow IPC)."""

import datetime as dt
import decimal

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

moments = [dt.datetime(2026, 1, 1), None, dt.datetime(2026, 1, 2, 20)]
table = pa.table(
    {
        "int64": pa.array([1, 2, None], pa.int64()),
        "text": pa.array(["007", None, "x"]),
        "date": pa.array([dt.date(2026, 1, 1), None, dt.date(2026, 1, 2)]),
        "stamp_s": pa.array(moments, pa.timestamp("s")),
        "stamp_ns": pa.array(moments, pa.timestamp("ns")),
        "stamp_utc": pa.array(moments, pa.timestamp("ms", "UTC")),
        "stamp_tokyo": pa.array(moments, pa.timestamp("us", "Asia/Tokyo")),
        "nothing": pa.nulls(3),
        "int8": pa.array([1, 2, None], pa.int8()),
        "category": pa.array(["a", "b", None]).dictionary_encode(),
        "decimal": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("2.25")], pa.decimal128(10, 2)),
        "struct": pa.array([{"a": 1}, None, {"a": 2}]),
        "list": pa.array([[1], None, [2]]),
        "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
        "time": pa.array([dt.time(1, 2), None, dt.time(3, 4)]),
        "duration": pa.array([dt.timedelta(1), None, dt.timedelta(2)]),
        "binary": pa.array([b"a", None, b"b"]),
    }
)
parquet.write_table(table, "types.parquet", write_statistics=False)
feather.write_feather(table, "types.feather", compression="zstd")
