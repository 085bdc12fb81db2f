"""Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from deployments.desk.counters import Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    """One line. `suffix` comes after the family's name: `_bucket`, `_sum`, `_count`."""

    value: float | Decimal
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name, its type (gauge, counter, histogram, summary), what it means, and its samples."""

    name: str
    kind: str
    help: str
    samples: tuple[Sample, ...]


def gauge(name: str, help_: str, *samples: Sample) -> Family:
    """A value that goes up and down."""
    return Family(name, "gauge", help_, samples)


def histogram(name: str, help_: str, found: Histogram) -> Family:
    """Observations by upper bound."""
    counts = found.cumulative()
    bounds = [*(str(bound) for bound in found.bounds), "+Inf"]
    buckets = [Sample(count, {"le": bound}, "_bucket") for bound, count in zip(bounds, counts, strict=True)]
    return Family(
        name, "histogram", help_, (*buckets, Sample(found.total, suffix="_sum"), Sample(counts[-1], suffix="_count"))
    )


def summary(name: str, help_: str, quantiles: Mapping[float, float]) -> Family:
    """Quantiles of a window of time. Without `_sum` and `_count`: those would have to grow for ever."""
    return Family(
        name, "summary", help_, tuple(Sample(v, {"quantile": f"{share:g}"}) for share, v in quantiles.items())
    )


def exposition(families: Iterable[Family]) -> str:
    """The text. A family without samples is left out."""
    return "".join(_block(family) for family in families if family.samples)


def _block(family: Family) -> str:
    help_ = family.help.replace("\\", r"\\").replace("\n", r"\n")
    head = f"# HELP {family.name} {help_}\n# TYPE {family.name} {family.kind}\n"
    return head + "".join(
        f"{family.name}{sample.suffix}{_labels(sample)} {sample.value}\n" for sample in family.samples
    )


def _labels(sample: Sample) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
