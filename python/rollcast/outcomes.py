"""The table of outcomes: one row a replication, each column with its unit and meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rollcast.wording import quantity

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

VERDICTS = ("promoted", "rolled back", "stuck", "timed out", "aborted")
DEFECTS = (
    "none",
    "error rate",
    "latency",
    "crash on start",
    "crash hazard",
    "crash on request",
    "memory leak",
    "slow leak",
    "descriptor leak",
    "capacity",
    "wrong answers",
)

COLUMNS: dict[str, tuple[str, str]] = {
    "replication": ("", "ordinal of the replication; replay it with this number"),
    "truth": ("", "which kind of truth about the release was drawn"),
    "defect": ("", "kind of the defect; none for a good release"),
    "severity": (
        "by kind",
        "error rate: added probability of failure; latency: factor on the service time; "
        "crash on start: probability per start; crash hazard: crashes per instance and hour; "
        "crash on request: probability per request; memory leak: requests until a process dies; "
        "slow leak: seconds until then; descriptor leak: requests until it fails all others; "
        "capacity: share of the slots that is gone; wrong answers: probability that one is wrong",
    ),
    "verdict": ("", "how the rollout ended"),
    "duration": ("s", "from the start to the end of the rollout; the horizon where it did not end"),
    "active": ("s", "part of the duration in which instances or traffic moved"),
    "paused": ("s", "part of the duration spent in pauses"),
    "baking": ("s", "part of the duration spent waiting for an analysis"),
    "detection": (
        "s",
        "from the first request that a bad version served to the decision to go back; NaN: none",
    ),
    "recovery": ("s", "from that decision to the old version's having all traffic again; NaN: none"),
    "requests": ("requests", "that arrived in the window"),
    "failed": ("requests", "of these, that failed within the window"),
    "slow": ("requests", "answered, but slower than the service calls slow"),
    "failed_background": ("requests", "failed, as they would have on a good version"),
    "failed_defect": ("requests", "failed by the release's defect"),
    "failed_hand_over": ("requests", "refused or cut off by an instance on its way out or in"),
    "failed_capacity": ("requests", "met a full queue or no instance, or waited beyond the timeout"),
    "baseline_failed": ("requests", "failed in the same replication without the rollout"),
    "baseline_slow": ("requests", "slow in the same replication without the rollout"),
    "attributable": (
        "requests",
        "failed minus baseline_failed: the failures because of the rollout; noisy in one row",
    ),
    "exposure": ("requests", "sent to the new version"),
    "blast_radius": ("fraction", "largest share of the traffic that a bad version had; 0 for a good one"),
    "locations_exposed": (
        "fraction",
        "locations in which the new version was sent a request, of all; with one location 0 or 1",
    ),
    "budget_spent": (
        "fraction",
        "failed requests as a share of the error budget of the objective's whole period",
    ),
    "min_headroom": ("fraction", "smallest ratio of ready instances to instances needed then, minus 1"),
    "extra_instance_seconds": (
        "s",
        "instances beyond the replicas (with an autoscaler, beyond those without the rollout), integrated "
        "over the window; may be negative",
    ),
    "alarms_true": ("analyses", "that failed on a bad release"),
    "alarms_false": ("analyses", "that failed on a good release"),
    "restarts": ("restarts", "of processes"),
    "decisions": ("decisions", "of the controller that changed something"),
}
_CODES = {"verdict": VERDICTS, "defect": DEFECTS}


def severity_in_words(defect: str, severity: float) -> str:
    """What is wrong, and how badly; "" for a good release."""
    return {
        "none": "",
        "error rate": f"{quantity(severity, 'probability')} more errors",
        "latency": f"service time \N{MULTIPLICATION SIGN} {severity:.2f}",
        "crash on start": f"{quantity(severity, 'probability')} of starts crash",
        "crash hazard": f"{severity:.3g} crashes per instance and hour",
        "crash on request": f"{quantity(severity, 'probability')} of requests kill their process",
        "memory leak": f"processes die after {severity:,.0f} requests",
        "slow leak": f"processes die after {quantity(severity, 's')}",
        "descriptor leak": f"processes fail every request after {severity:,.0f}",
        "capacity": f"{quantity(severity, 'fraction')} of the slots are gone",
        "wrong answers": f"{quantity(severity, 'probability')} of answers are wrong",
    }[defect]


def to_table(columns: Mapping[str, np.ndarray], truths: Sequence[str]) -> pa.Table:
    """Wraps the engine's columns, without a copy but for the dictionary codes."""
    import numpy as np
    import pyarrow as pa

    words = {**_CODES, "truth": tuple(truths)}
    arrays, fields = [], []
    for name, (unit, meaning) in COLUMNS.items():
        column = columns[name]
        array = (
            pa.DictionaryArray.from_arrays(pa.array(column.astype(np.int32)), pa.array(words[name]))
            if name in words
            else pa.array(column)
        )
        arrays.append(array)
        fields.append(pa.field(name, array.type, metadata={"unit": unit, "meaning": meaning}))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def to_parquet(table: pa.Table) -> bytes:
    """The table as a Parquet file, with units and meanings in the fields' metadata."""
    import pyarrow as pa
    from pyarrow import parquet

    buffer = pa.BufferOutputStream()
    parquet.write_table(table, buffer)
    return bytes(buffer.getvalue())
