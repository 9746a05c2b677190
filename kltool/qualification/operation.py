"""Whether this installation reads as the release does: the sample films against truth and release."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from kltool.batch import Batch, run_batch
from kltool.comparison import compare
from kltool.errors import NoKnee
from kltool.qualification.checks import OPERATION, Check, WidthCheck
from kltool.qualification.release import (
    CASE,
    SD_TOLERANCE,
    TOLERANCE,
    comparable,
    differences,
    numbers,
    release_records,
)
from kltool.reading import read
from kltool.report.record import change_record, reading_record
from kltool.samples import NAMES as SAMPLES
from kltool.samples import sample_path, samples_folder
from kltool.tables.cells import knee_cells
from kltool.tables.columns import PATH, SIDE
from kltool.tables.read import read_table
from kltool.tables.write import CSV
from kltool.typing import Record
from kltool.values.decimals import beside, decimal, signed, signed_from_to
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment, Measure
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading, Reading
from kltool.values.width_change import WidthChange
from kltool.weights import Models, load_models

FARTHEST_SD: Final = 3.29  # an error beyond it has a probability of 0.1%; docs/choices.md#qualification
LARGEST_MEAN_ERROR_MM: Final = 0.20  # of the minima; docs/choices.md#qualification
FEWEST_WITHIN: Final = 0.90  # of the widths within their 95% interval; docs/choices.md#qualification
TRUE_CHANGE_MM: Final = 1.5  # of the medial minimum of the sample case
MOST_DETAILS: Final = 20
JOBS: Final = 2


@dataclass(frozen=True, slots=True)
class SampleReadings:
    """Every sample, read here, and its record."""

    readings: Mapping[str, Reading]
    records: Mapping[str, Record]


class Operation:
    """What the checks share, read when the first of them needs it."""

    @cached_property
    def models(self) -> Models:
        return load_models()

    @cached_property
    def release(self) -> Record:
        return release_records()

    @cached_property
    def samples(self) -> SampleReadings:
        return read_samples(self.models)

    @cached_property
    def widths(self) -> tuple[WidthCheck, ...]:
        return width_checks(self.samples, self.release)

    @cached_property
    def change(self) -> tuple[Record, Check]:
        return case_change(self.samples, self.models)

    def widths_if_read(self) -> tuple[WidthCheck, ...]:
        """Those of the checks; none where a sample could not be read."""
        widths: tuple[WidthCheck, ...] = vars(self).get("widths", ())
        return widths


def read_samples(models: Models) -> SampleReadings:
    readings = {name: read(sample_path(name), models) for name in SAMPLES}
    return SampleReadings(readings, {name: reading_record(one) for name, one in readings.items()})


def width_checks(samples: SampleReadings, release: Record) -> tuple[WidthCheck, ...]:
    """Every width in millimetres of every sample, with its truth and the release's."""
    return tuple(
        width
        for name, reading in samples.readings.items()
        for number, knee in enumerate(reading.knees)
        for width in _widths_of(
            f"{name}, {knee.side}", knee, _truth(name)[knee.side], release[name]["knees"][number]
        )
    )


def _truth(name: str) -> dict[str, Record]:
    """Of each knee of a sample, by its side."""
    text = sample_path(name).with_suffix(".truth.json").read_text("utf-8")
    return {knee["side"]: knee for knee in json.loads(text)["knees"]}


def _widths_of(title: str, knee: KneeReading, truth: Record, released: Record) -> Iterator[WidthCheck]:
    for compartment in Compartment:
        space, record = knee.joint_space.of(compartment), released["joint_space"][compartment]
        named = {
            Measure.minimum(compartment): (
                space.minimum,
                truth[compartment]["minimum_mm"],
                record["minimum_mm"],
            )
        }
        for x, width in space.fixed_widths.items():
            key = decimal(x, 3)
            named[Measure.at(compartment, x)] = width, truth["widths_mm"].get(key), record["at_mm"][key]
        for measure, (width, true, release) in named.items():
            if isinstance(width, NotMeasured) or true is None or not isinstance(release, float):
                continue
            if not isinstance(width.mm, NotMeasured) and not isinstance(width.sd_mm, NotMeasured):
                yield WidthCheck(title, str(measure), true, width.mm, width.sd_mm, release)


def truth_check(widths: tuple[WidthCheck, ...]) -> Check:
    """The widths against the simulated truth, by their stated error."""
    errors = np.array([width.error for width in widths])
    sd = np.array([width.sd for width in widths])
    minima = np.array([width.measure.endswith("minimum") for width in widths])
    mean, within = float(np.abs(errors[minima]).mean()), float((np.abs(errors) <= 1.96 * sd).mean())
    far = [width for width in widths if abs(width.error) > FARTHEST_SD * width.sd]
    return Check(
        OPERATION,
        "widths against the simulated truth",
        f"mean absolute error of the minima at most {decimal(LARGEST_MEAN_ERROR_MM)} mm, at least "
        f"{decimal(100 * FEWEST_WITHIN, 0)}% of the widths within their 95% interval",
        f"{beside(mean, LARGEST_MEAN_ERROR_MM, 3)} mm; "
        f"{beside(100 * within, 100 * FEWEST_WITHIN, 0)}% of {len(widths)}",
        mean <= LARGEST_MEAN_ERROR_MM and within >= FEWEST_WITHIN,
        tuple(
            f"{width.knee}, {width.measure}: {decimal(width.found)} mm, truth {decimal(width.truth)} mm, "
            f"more than {FARTHEST_SD} standard deviations of {decimal(width.sd)} mm apart"
            for width in far[:MOST_DETAILS]
        ),
    )


def release_check(samples: SampleReadings, change: Record, release: Record) -> Check:
    """Every field of every record against the release's."""
    here = {**samples.records, "change": change}
    different = [
        f"{name}: {line}"
        for name, record in here.items()
        for line in differences(comparable(record), comparable(release[name]))
    ]
    found = {name: list(numbers(comparable(record))) for name, record in here.items()}
    expected = {name: list(numbers(comparable(release[name]))) for name in here}
    count = sum(map(len, found.values()))
    same = "all bit for bit" if found == expected else "some differ in their last digits"
    return Check(
        OPERATION,
        "numbers against those of the release",
        f"every field equal, every number within {TOLERANCE}, absolute or relative "
        f"(standard deviations: {SD_TOLERANCE})",
        f"{count:,} numbers, {len(different)} fields beyond the tolerance, {same}",
        not different,
        tuple(different[:MOST_DETAILS]),
    )


def repeat_check(samples: SampleReadings, models: Models) -> Check:
    """The same film read again."""
    name = SAMPLES[0]
    again = read(sample_path(name), models)
    same = again == samples.readings[name]
    return Check(
        OPERATION,
        "the same film twice",
        "equal in every bit",
        "equal" if same else "different",
        same,
        (name,),
    )


def case_change(samples: SampleReadings, models: Models) -> tuple[Record, Check]:
    """The sample case compared, and its change against the truth."""
    before, after = (samples.readings[name] for name in CASE)
    (change,) = compare(before, after, models)
    medial = change.widths[Measure.MEDIAL_MINIMUM]
    within = isinstance(medial, WidthChange) and medial.interval[0] <= TRUE_CHANGE_MM <= medial.interval[1]
    check = Check(
        OPERATION,
        "change of the sample case",
        f"its 95% interval contains the simulated {signed(TRUE_CHANGE_MM)} mm",
        _told(medial),
        within,
    )
    return change_record(change), check


def _told(medial: WidthChange | NotMeasured) -> str:
    if isinstance(medial, NotMeasured):
        return f"not measured: {medial.reason}"
    return f"{signed(medial.change)} {medial.unit} ({signed_from_to(medial.interval)})"


def refusal_check(models: Models) -> Check:
    """A picture of noise is refused."""
    noise = np.random.default_rng(1).normal(1000, 50, (600, 500))
    try:
        read(Radiograph.from_array(noise, source="noise"), models)
        found = "read"
    except NoKnee:
        found = NoKnee.code
    return Check(OPERATION, "a picture without a knee", NoKnee.code, found, found == NoKnee.code)


def batch_check(samples: SampleReadings) -> Check:
    """A batch by worker processes: every number in its table is that of the readings."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "batch"
        run_batch(Batch((str(samples_folder()),), out, jobs=JOBS))
        table = read_table(out / CSV)
    found = {
        (path, side): row
        for row, (path, side) in enumerate(zip(table.cells(PATH), table.cells(SIDE), strict=True))
    }
    expected = {
        (str(sample_path(name)), knee["side"]): knee_cells(knee)
        for name, record in samples.records.items()
        for knee in record["knees"]
    }
    different = [
        f"{Path(path).name}, {side}: {column}"
        for (path, side), cells in expected.items()
        for column, value in cells.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
        if (path, side) not in found or table.cells(column)[found[path, side]] != str(value)
    ]
    return Check(
        OPERATION,
        f"a batch by {JOBS} worker processes",
        f"{len(expected)} knees, with the numbers of the readings",
        f"{len(found)} knees, {len(different)} other numbers",
        found.keys() == expected.keys() and not different,
        tuple(different[:MOST_DETAILS]),
    )


OPERATION_CHECKS: Final[Mapping[str, Callable[[Operation], Check]]] = {
    "widths against the simulated truth": lambda made: truth_check(made.widths),
    "change of the sample case": lambda made: made.change[1],
    "numbers against those of the release": lambda made: release_check(
        made.samples, made.change[0], made.release
    ),
    "the same film twice": lambda made: repeat_check(made.samples, made.models),
    "a picture without a knee": lambda made: refusal_check(made.models),
    f"a batch by {JOBS} worker processes": lambda made: batch_check(made.samples),
}
