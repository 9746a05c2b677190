"""The public API: films from whatever is at hand, and results that show themselves."""

import io
import logging
import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from matplotlib.figure import Figure
from pydicom.dataset import Dataset

import kltool
from kltool import (
    KneeChange,
    Measure,
    NotMeasured,
    Radiograph,
    Side,
    SideSource,
    Timeline,
    Unread,
    Visit,
)
from kltool.errors import NotAnImage, SpacingError, Undecodable, UsageError
from kltool.report.record import reading_record
from kltool.tables.columns import COLUMNS
from kltool.tables.read import read_table
from kltool.values.length import Width
from kltool.weights import Models
from tests.conftest import ReadSample
from tests.schemas import CHANGE, READING, TIMELINE, problems

NORMAL, BILATERAL = "knee_right_normal.dcm", "bilateral.dcm"


@pytest.fixture(scope="module")
def change(read_sample: ReadSample, models: Models) -> KneeChange:
    (found,) = kltool.compare(read_sample("case/before.dcm"), read_sample("case/after.dcm"), models)
    return found


@pytest.fixture(scope="module")
def timeline(read_sample: ReadSample, models: Models) -> Timeline:
    days = {"case/before.dcm": date(2023, 4, 6), "case/after.dcm": date(2024, 4, 4)}
    (found,) = kltool.timelines([Visit(name, day, read_sample(name)) for name, day in days.items()], models)
    return found


class TestLoad:
    """One film, however it is given, is the same film."""

    def test_a_path_its_text_its_bytes_an_open_file_and_a_data_set_are_the_same_film(
        self, samples: Path
    ) -> None:
        path = samples / NORMAL
        expected = kltool.load(path)
        with path.open("rb") as file:
            file.read(1000)
            data = path.read_bytes()
            given: list[Any] = [str(path), data, bytearray(data), file, pydicom.dcmread(path)]
            films = [kltool.load(film) for film in given]
        assert all(replace(film, source=expected.source) == expected for film in films)
        assert [films[0].source, films[3].source, films[4].source] == [str(path)] * 3
        assert films[1].source == "bytes"

    def test_a_data_set_made_in_memory_needs_no_file_meta_information(self, samples: Path) -> None:
        stored = pydicom.dcmread(samples / NORMAL)
        made = Dataset()
        for element in stored:
            made.add(element)
        assert np.array_equal(kltool.load(made).pixels, kltool.load(samples / NORMAL).pixels)

    def test_a_data_set_that_cannot_be_written_is_refused_and_says_why(self, samples: Path) -> None:
        dataset = pydicom.dcmread(samples / NORMAL)
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"  # and the pixels are not compressed
        with pytest.raises(Undecodable, match="check its transfer syntax") as refused:
            kltool.load(dataset)
        assert refused.value.__cause__ is not None

    def test_a_file_opened_as_text_says_how_to_open_it(self) -> None:
        with pytest.raises(UsageError, match="mode 'rb'"):
            kltool.load(io.StringIO("text"))  # type: ignore[arg-type]

    @pytest.mark.parametrize("nothing", [None, 7, [], np.zeros((600, 500))])
    def test_what_is_no_film_is_refused_by_its_type(self, nothing: Any) -> None:
        with pytest.raises(UsageError, match=type(nothing).__name__):
            kltool.load(nothing)

    def test_a_side_in_words_is_a_side_and_another_word_is_refused(self, samples: Path) -> None:
        film = kltool.load(samples / NORMAL, side="right")
        assert (film.side, film.side_source) == (Side.RIGHT, SideSource.USER)
        with pytest.raises(UsageError, match="'right' or 'left' expected"):
            kltool.load(samples / NORMAL, side="R")

    def test_the_date_of_a_film_is_a_date(self, samples: Path) -> None:
        assert kltool.load(samples / NORMAL).study_date == date(2023, 3, 9)

    def test_the_cause_of_a_refusal_is_kept(self, samples: Path) -> None:
        cut = (samples / NORMAL).read_bytes()[:5000]
        with pytest.raises(Undecodable) as refused:
            kltool.load(cut)
        assert refused.value.__cause__ is not None


class TestFromArray:
    def test_the_pixels_of_a_file_give_the_reading_of_the_file(self, samples: Path, models: Models) -> None:
        film = kltool.load(samples / NORMAL)
        assert not isinstance(film.spacing, kltool.NoSpacing)
        array = Radiograph.from_array(film.pixels, film.spacing, "right")
        ours, theirs = kltool.read(array, models).knees[0], kltool.read(film, models).knees[0]
        assert ours.joint_space == theirs.joint_space
        assert ours.grade == theirs.grade
        assert array.pixels_sha256 == film.pixels_sha256

    @given(
        arrays(
            st.sampled_from(["u1", "u2", "i2", "f8"]),
            array_shapes(min_dims=2, max_dims=2),
            elements=st.integers(0, 100),
        )
    )
    def test_whatever_real_picture_is_given_it_is_copied_as_float32(self, pixels: Any) -> None:
        film = Radiograph.from_array(pixels, 0.2)
        assert film.pixels.dtype == np.float32
        assert np.array_equal(film.pixels, pixels)
        before = film.pixels.copy()
        pixels += 1
        assert np.array_equal(film.pixels, before)

    @pytest.mark.parametrize(
        "pixels",
        [
            np.zeros(5),
            np.zeros((5, 5, 3)),
            np.zeros((0, 5)),
            np.zeros((5, 5), complex),
            [["a"]],
            np.full((5, 5), np.nan),
        ],
    )
    def test_what_is_no_grey_picture_is_refused(self, pixels: Any) -> None:
        with pytest.raises(UsageError, match=r"found; .* expected: "):
            Radiograph.from_array(pixels)

    def test_without_a_spacing_there_are_no_millimetres(self, samples: Path, models: Models) -> None:
        film = Radiograph.from_array(kltool.load(samples / NORMAL).pixels, side=Side.RIGHT)
        minimum = kltool.read(film, models).knees[0].joint_space.medial.minimum
        assert isinstance(minimum, Width)
        assert isinstance(minimum.mm, NotMeasured)

    def test_the_spacing_of_a_dicom_element_and_an_array_are_spacings(self, samples: Path) -> None:
        element = pydicom.dcmread(samples / NORMAL)
        element.PixelSpacing = [0.2, 0.201]
        for pair in (element.PixelSpacing, np.array([0.2, 0.201]), [0.2, 0.201]):
            film = Radiograph.from_array(np.zeros((5, 5)), pair)
            assert film.spacing == kltool.Spacing(0.2, 0.201, kltool.Calibration.USER)

    def test_masked_values_are_refused(self) -> None:
        with pytest.raises(UsageError, match="masked"):
            Radiograph.from_array(np.ma.masked_greater(np.arange(25).reshape(5, 5), 20))

    @pytest.mark.parametrize("spacing", [0, 5.0, (0.2,), float("nan"), True])
    def test_an_impossible_spacing_is_refused(self, spacing: Any) -> None:
        with pytest.raises(SpacingError):
            Radiograph.from_array(np.zeros((5, 5)), spacing)


class TestRead:
    def test_a_path_is_read_with_the_installed_models(self, samples: Path, read_sample: ReadSample) -> None:
        assert kltool.read(str(samples / NORMAL)) == read_sample(NORMAL)

    def test_the_installed_models_are_loaded_once(self) -> None:
        assert kltool.default_models() is kltool.default_models()

    def test_a_side_beside_a_radiograph_that_has_its_own_is_refused(
        self, samples: Path, models: Models
    ) -> None:
        with pytest.raises(UsageError, match="which has its own"):
            kltool.read(kltool.load(samples / NORMAL), models, side="left")

    def test_settings_that_are_given_are_followed_and_recorded(self, samples: Path, models: Models) -> None:
        wide = kltool.Settings()
        narrow = replace(wide, widths=replace(wide.widths, medial_range=(0.22, 0.32)))
        ours, theirs = (
            kltool.read(samples / BILATERAL, models, settings=settings).knees[0]
            for settings in (narrow, wide)
        )
        assert ours.produced_by.settings["widths.medial_range"] == "(0.22, 0.32)"
        medial = [knee.joint_space.medial.minimum for knee in (ours, theirs)]
        assert all(isinstance(minimum, Width) for minimum in medial)
        assert medial[0].px > medial[1].px  # type: ignore[union-attr]
        assert ours.joint_space.lateral == theirs.joint_space.lateral

    def test_a_finder_that_asks_for_certainty_finds_nothing(self, samples: Path, models: Models) -> None:
        certain = replace(kltool.Settings(), finder=replace(kltool.Settings().finder, threshold=0.999999))
        with pytest.raises(kltool.errors.NoKnee):
            kltool.read(samples / NORMAL, models, settings=certain)

    def test_a_data_set_that_cannot_be_written_stops_no_other(self, samples: Path, models: Models) -> None:
        dataset = pydicom.dcmread(samples / NORMAL)
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"
        unread = kltool.read_source(dataset, models)
        assert isinstance(unread, Unread)
        assert unread.code == "undecodable"

    def test_one_of_many_that_cannot_be_read_has_its_provenance_and_its_cause_in_the_log(
        self, models: Models, caplog: pytest.LogCaptureFixture
    ) -> None:
        source = kltool.ImageSource.in_memory("cut.dcm", b"\0" * 128 + b"DICM" + b"cut")
        with caplog.at_level(logging.DEBUG, "kltool"):
            unread = kltool.read_source(source, models)
        assert isinstance(unread, Unread)
        assert problems(READING, unread.to_dict()) == []
        assert unread.to_dataframe()["code"].tolist() == [unread.code]
        assert unread.detached() == unread
        assert len(repr(unread)) < 300
        with pytest.raises(UsageError, match="nothing to draw"):
            unread.plot()
        assert "Traceback" in caplog.text
        caplog.clear()
        kltool.read_source(source, models)
        assert caplog.text == ""


class TestValue:
    """Two results are equal where all that they say is."""

    def test_the_same_film_read_twice_is_equal_whenever_it_was_read(self, read_sample: ReadSample) -> None:
        one = read_sample(NORMAL)
        later = replace(one, produced_by=replace(one.produced_by, utc="2099-01-01T00:00:00+00:00"))
        assert one == later
        assert hash(one) == hash(later)

    def test_another_pixel_another_setting_another_film_are_not_equal(self, read_sample: ReadSample) -> None:
        reading = read_sample(NORMAL)
        pixels = reading.film.pixels.copy()
        pixels[0, 0] += 1
        assert replace(reading.film, image=pixels) != reading.film
        assert replace(reading.produced_by, settings={}) != reading.produced_by
        assert reading != read_sample(BILATERAL)
        assert reading.film != reading

    @pytest.mark.parametrize("kind", ["reading", "knee", "change", "timeline", "film", "landmarks", "scale"])
    def test_every_result_can_be_compared_hashed_and_pickled(
        self, kind: str, read_sample: ReadSample, change: KneeChange, timeline: Timeline
    ) -> None:
        reading = read_sample(NORMAL)
        knee = reading.knees[0]
        result: Any = {
            "reading": reading,
            "knee": knee,
            "change": change,
            "timeline": timeline,
            "film": reading.film,
            "landmarks": knee.knee.landmarks,
            "scale": knee.knee.scale,
        }[kind]
        copy = pickle.loads(pickle.dumps(result))
        assert copy == result
        assert hash(copy) == hash(result)
        assert len({copy, result}) == 1

    def test_no_repr_holds_pixels_or_is_longer_than_a_page(
        self, read_sample: ReadSample, change: KneeChange, timeline: Timeline
    ) -> None:
        reading = read_sample(BILATERAL)
        shown = [
            repr(one) for one in (reading, reading.film, reading.knees[0], reading.knees[0].knee, change)
        ]
        assert all("array(" not in text and len(text) < 2000 for text in shown)
        assert "array(" not in repr(timeline)
        assert repr(reading.film).endswith(
            "720 x 1340 pixels, 0.264151 x 0.264151 mm (geometry), side not given)"
        )


class TestMistakes:
    """A wrong call says what was found and what is expected."""

    @pytest.mark.parametrize("kind", [one for one in vars(kltool.errors).values() if isinstance(one, type)])
    def test_every_error_can_be_sent_to_another_process(self, kind: Any) -> None:
        if not issubclass(kind, kltool.errors.KltoolError):
            return
        arguments = {"SpacingError": (1, 2), "WeightMismatch": ("finder", "ab", "cd")}.get(
            kind.__name__, (1.5,) if kind is kltool.errors.TimeLimitExceeded else ("why",)
        )
        error = kind(*arguments)
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy)) == (type(error), str(error))

    def test_models_settings_and_error_models_of_another_type_are_named(
        self, samples: Path, read_sample: ReadSample
    ) -> None:
        wrong: Any = "left"
        reading = read_sample("case/before.dcm")
        calls: list[tuple[Callable[[], Any], str]] = [
            (lambda: kltool.read(samples / NORMAL, wrong), "models of type str"),
            (lambda: kltool.read(samples / NORMAL, settings=wrong), "settings of type str"),
            (lambda: kltool.compare(reading, reading, wrong), "models of type str"),
            (lambda: kltool.compare(reading, reading, error_model=wrong), "error_model of type str"),
            (lambda: kltool.ErrorModel(wrong), "millimetres expected"),
        ]
        for call, told in calls:
            with pytest.raises(UsageError, match=told):
                call()

    def test_a_width_prints_with_its_interval_and_an_absent_one_with_its_reason(
        self, samples: Path, models: Models
    ) -> None:
        film = kltool.load(samples / NORMAL)
        in_mm, in_percent = (
            kltool.read(Radiograph.from_array(film.pixels, spacing, "right"), models).knees[0]
            for spacing in (0.2, None)
        )
        assert re.fullmatch(
            r"\d\.\d\d mm \(95% interval \d\.\d\d to \d\.\d\d\)", str(in_mm.joint_space.medial.minimum)
        )
        assert "% of the tibial width (95% interval" in str(in_percent.joint_space.medial.minimum)
        assert str(NotMeasured("metal")) == "not measured: metal"

    def test_what_is_no_reading_is_not_compared(self, read_sample: ReadSample, models: Models) -> None:
        knee: Any = read_sample(NORMAL).knees[0]
        with pytest.raises(UsageError, match="KneeReading found; two readings expected"):
            kltool.compare(knee, knee, models)

    def test_visits_of_two_people_are_no_timeline(self, read_sample: ReadSample, models: Models) -> None:
        days = (date(2023, 4, 6), date(2024, 4, 4))
        visits = [Visit("v", day, read_sample(NORMAL), name) for name, day in zip("AB", days, strict=True)]
        with pytest.raises(kltool.errors.NotComparable, match="2 subjects"):
            kltool.timelines(visits, models)

    @pytest.mark.parametrize("day", ["2024-04-04", None, datetime(2024, 4, 4)])
    def test_a_day_that_is_no_date_is_refused(self, day: Any, read_sample: ReadSample) -> None:
        with pytest.raises(UsageError, match=r"datetime\.date expected"):
            Visit("v", day, read_sample(NORMAL))

    def test_a_mistaken_side_is_no_failed_image(self, samples: Path, models: Models) -> None:
        with pytest.raises(UsageError, match="'right' or 'left'"):
            kltool.read_source(samples / NORMAL, models, side="R")
        with pytest.raises(SpacingError):
            kltool.read_source(samples / NORMAL, models, spacing_mm=5.0)

    def test_one_path_is_no_sequence_of_tables(self) -> None:
        with pytest.raises(UsageError, match="sequence of tables"):
            kltool.ratings_of("readers.csv")

    def test_a_batch_takes_paths_as_they_come(self, tmp_path: Path) -> None:
        batch = kltool.Batch(tmp_path, str(tmp_path / "out"))  # type: ignore[arg-type]
        assert (batch.sources, batch.out) == ((str(tmp_path),), tmp_path / "out")

    @pytest.mark.parametrize(
        "nonsense",
        [
            lambda: kltool.ErrorModel(0.45, "good films"),
            lambda: kltool.ErrorModel(linked_floor=-1.0),
            lambda: type(kltool.Settings().widths)(medial_range=(0.32, 0.13)),
            lambda: type(kltool.Settings().widths)(widest=-1.0),
            lambda: type(kltool.Settings().finder)(threshold=float("nan")),
        ],
    )
    def test_parameters_that_cannot_be_are_refused(self, nonsense: Callable[[], Any]) -> None:
        with pytest.raises(UsageError):
            nonsense()

    def test_a_repositioning_error_names_its_source(self) -> None:
        assert kltool.ErrorModel().source == "good films"
        assert kltool.ErrorModel(0.45).source == "between units"
        assert kltool.ErrorModel(0.21).source == "given by the user"

    def test_readings_made_differently_are_compared_with_caution(
        self, samples: Path, read_sample: ReadSample, models: Models
    ) -> None:
        settings = kltool.Settings()
        other = replace(settings, widths=replace(settings.widths, medial_range=(0.15, 0.32)))
        after = kltool.read(samples / "case" / "after.dcm", models, settings=other)
        (change,) = kltool.compare(read_sample("case/before.dcm"), after, models)
        assert change.comparability is kltool.Comparability.CAUTION
        assert any("different versions, models or settings" in reason for reason in change.reasons)


class TestDetached:
    """Without its pixels a reading is small, says the same, and is not drawn."""

    def test_it_is_not_the_same_value(self, read_sample: ReadSample) -> None:
        reading = read_sample(NORMAL)
        assert reading != reading.detached()
        assert reading.detached() == reading.detached()
        assert reading.film not in [reading.film.detached()]

    def test_it_says_the_same_and_takes_kilobytes(self, read_sample: ReadSample) -> None:
        reading = read_sample(BILATERAL)
        detached = reading.detached()
        assert detached.to_dict() == reading.to_dict()
        assert detached.to_dataframe().equals(reading.to_dataframe())
        assert len(pickle.dumps(detached)) < 100_000 < len(pickle.dumps(reading))

    def test_it_cannot_be_drawn_or_compared_and_says_what_to_do(
        self, read_sample: ReadSample, models: Models
    ) -> None:
        detached = read_sample(NORMAL).detached()
        for use in (
            detached.plot,
            detached.knees[0].plot,
            lambda: detached.knees[0].overlay,
            lambda: kltool.compare(detached, read_sample(NORMAL), models),
        ):
            with pytest.raises(UsageError, match="read the film again"):
                use()

    def test_a_change_and_a_timeline_keep_their_numbers(self, change: KneeChange, timeline: Timeline) -> None:
        assert change.detached().to_dict() == change.to_dict()
        assert timeline.detached().to_dict() == timeline.to_dict()
        assert len(pickle.dumps(timeline.detached())) < 200_000
        assert "improved" in change.detached()._repr_html_()


class TestRecord:
    def test_every_result_gives_the_record_of_the_command_line(
        self, read_sample: ReadSample, change: KneeChange, timeline: Timeline
    ) -> None:
        reading = read_sample(BILATERAL)
        assert problems(READING, reading.to_dict()) == []
        assert reading.to_dict() == reading_record(reading)
        assert problems(CHANGE, change.to_dict()) == []
        assert problems(TIMELINE, timeline.to_dict()) == []

    def test_a_knee_says_what_produced_it_and_what_it_is_not(self, read_sample: ReadSample) -> None:
        record = read_sample(NORMAL).knees[0].to_dict()
        assert record["produced_by"]["models"]
        assert "not a medical device" in record["disclaimer"]


class TestDataFrame:
    def test_a_reading_has_the_cells_of_a_batch(
        self, samples: Path, read_sample: ReadSample, tmp_path: Path
    ) -> None:
        kltool.run_batch(kltool.Batch((str(samples / BILATERAL),), tmp_path / "out", jobs=1))
        table = read_table(tmp_path / "out" / "readings.csv")
        frame = read_sample(BILATERAL).to_dataframe()
        assert list(frame.columns) == list(COLUMNS)
        ours = frame.drop(columns="path").to_csv(index=False, lineterminator="\n").replace("True", "true")
        theirs = tmp_path / "ours.csv"
        theirs.write_text(ours, encoding="utf-8")
        assert {name: cells for name, cells in table.columns.items() if name != "path"} == dict(
            read_table(theirs).columns
        )

    def test_a_change_has_a_row_for_each_width(self, change: KneeChange) -> None:
        frame = change.to_dataframe().set_index("measure")
        assert list(frame.index) == [str(measure) for measure in Measure]
        assert frame.loc["medial minimum", "change"] == change.widths[Measure.MEDIAL_MINIMUM].change  # type: ignore[union-attr]

    def test_tables_of_changes_have_the_same_types_whatever_was_measured(
        self, change: KneeChange, read_sample: ReadSample, models: Models
    ) -> None:
        (other,) = kltool.compare(read_sample("case/before.dcm"), read_sample(NORMAL), models)
        assert other.verdict is kltool.Verdict.NOT_COMPARABLE
        measured, not_measured = change.to_dataframe(), other.to_dataframe()
        assert measured.dtypes.equals(not_measured.dtypes)
        assert not_measured["change"].isna().all()
        assert not_measured["reason"].str.startswith("not comparable").all()

    def test_a_timeline_has_a_row_for_each_visit_and_width(self, timeline: Timeline) -> None:
        frame = timeline.to_dataframe()
        assert len(frame) == 2 * len(Measure)
        assert frame.groupby("visit").size().tolist() == [len(Measure)] * 2
        first = frame[frame.visit == "case/before.dcm"]
        assert set(first.reason) == {"first visit"}
        assert first.change.isna().all()


class TestPicture:
    @pytest.mark.parametrize("kind", ["reading", "knee", "change", "timeline"])
    def test_every_result_is_drawn_on_axes_that_are_given(
        self, kind: str, read_sample: ReadSample, change: KneeChange, timeline: Timeline
    ) -> None:
        reading = read_sample(BILATERAL)
        result: Any = {"reading": reading, "knee": reading.knees[0], "change": change, "timeline": timeline}[
            kind
        ]
        axes = Figure().subplots()
        assert result.plot(axes) is axes
        assert axes.has_data()

    def test_without_axes_there_is_a_new_figure(self, read_sample: ReadSample) -> None:
        matplotlib.use("agg")
        from matplotlib import pyplot

        axes = read_sample(NORMAL).plot()
        assert pyplot.get_fignums() == [axes.figure.number]  # type: ignore[union-attr]
        pyplot.close("all")

    def test_margins_lie_on_the_bones_of_a_left_knee_too(self, read_sample: ReadSample) -> None:
        """The yellow line of the medial minimum is where the film is: left of the middle on a left knee."""
        reading = read_sample("knee_left_moderate.dcm")
        axes = reading.plot(Figure().subplots())
        minima = [line.get_xydata() for line in axes.lines if len(line.get_xdata()) == 2]  # type: ignore[arg-type]
        truth = np.array([[point[::-1] for point in reading.knees[0].joint_space.medial.minimum.line]])  # type: ignore[union-attr]
        columns = reading.film.pixels.shape[1]
        expected = np.array([[columns - 1 - x, y] for x, y in truth[0]])
        assert any(np.allclose(line, expected) for line in minima)

    def test_the_overlay_is_the_picture_of_the_command_line(
        self, read_sample: ReadSample, tmp_path: Path
    ) -> None:
        import cv2

        from kltool.report.plots import write_overlay

        knee = read_sample(NORMAL).knees[0]
        write_overlay(knee, tmp_path / "knee.png")
        written = cv2.cvtColor(cv2.imread(str(tmp_path / "knee.png")), cv2.COLOR_BGR2RGB)
        assert np.array_equal(knee.overlay, written)


class TestNotebook:
    def test_a_reading_shows_picture_table_and_disclaimer_and_no_folder(
        self, read_sample: ReadSample
    ) -> None:
        html = read_sample(BILATERAL)._repr_html_()
        assert html.count("<img") == 2
        assert "not a medical device" in html
        assert "sample_images" not in html
        assert "<b>" not in html
        assert html.count("<tr>") == 3
        assert "1 (KL 0 or 1)" in html  # the left knee: probabilities of 0.35, 0.33 and 0.30

    def test_text_of_a_file_is_escaped(self, read_sample: ReadSample) -> None:
        reading = read_sample(NORMAL)
        hostile = replace(
            reading, film=replace(reading.film, source="<script>alert(1)</script>", notes=("<b>",))
        )
        assert "<script>" not in hostile._repr_html_()
        assert "<b>" not in hostile._repr_html_()

    @pytest.mark.parametrize("kind", ["change", "timeline"])
    def test_a_change_and_a_timeline_say_their_sentence(
        self, kind: str, change: KneeChange, timeline: Timeline
    ) -> None:
        result = {"change": change, "timeline": timeline}[kind]
        assert "improved; medial minimum joint space width" in result._repr_html_()


class TestPage:
    def test_changes_timelines_and_nothing_else_have_pages(
        self, change: KneeChange, timeline: Timeline, tmp_path: Path
    ) -> None:
        pages: list[tuple[Any, str]] = [
            (change, "Claim"),
            ([change], "Claim"),
            (timeline, "visit"),
            ((timeline,), "visit"),
        ]
        for result, word in pages:
            kltool.write_page(result, tmp_path / "page.html", claim=kltool.GradeClaim(3, 2))
            assert word.lower() in (tmp_path / "page.html").read_text("utf-8").lower()
        nothing: list[Any] = [[], [change, timeline], [1]]
        for wrong in nothing:
            with pytest.raises(UsageError, match="one kind a page"):
                kltool.write_page(wrong, tmp_path / "page.html")

    @pytest.mark.parametrize("grades", [(3, 5), (-1, 2)])
    def test_a_claim_of_what_is_no_grade_is_refused(self, grades: tuple[int, int]) -> None:
        with pytest.raises(UsageError, match="0 to 4"):
            kltool.GradeClaim(*grades)


def test_a_width_that_was_not_measured_is_not_the_same_as_films_that_cannot_be_compared(
    read_sample: ReadSample, models: Models
) -> None:
    before, after = read_sample("case/before.dcm"), read_sample("case/after.dcm")
    absent = NotMeasured("metal lies at the margin")
    knee = after.knees[0]
    space = replace(knee.joint_space, medial=replace(knee.joint_space.medial, minimum=absent))
    without = replace(after, knees=(replace(knee, joint_space=space),))
    (change,) = kltool.compare(before, without, models)
    assert change.verdict is kltool.Verdict.NOT_MEASURED
    assert change.sentence.startswith("Right knee: width not measured: after: metal lies at the margin")
    assert problems(CHANGE, change.to_dict()) == []
    (other,) = kltool.compare(before, read_sample(NORMAL), models)
    assert other.verdict is kltool.Verdict.NOT_COMPARABLE


def test_every_public_name_is_documented() -> None:
    undocumented = [
        name
        for name in kltool.__all__
        if name not in ("__version__", "REPOSITIONING_MM", "errors")
        and not (getattr(kltool, name).__doc__ or "").strip()
    ]
    assert undocumented == []
    members: list[tuple[str, Callable[..., Any]]] = [
        (f"{name}.{member}", function)
        for name in kltool.__all__
        if isinstance(getattr(kltool, name), type)
        for member, function in vars(getattr(kltool, name)).items()
        if not member.startswith("_") and (callable(function) or isinstance(function, property | classmethod))
    ]
    assert [name for name, function in members if not (function.__doc__ or "").strip()] == []


def test_a_reading_of_a_file_that_is_none_says_so(tmp_path: Path) -> None:
    file = tmp_path / "notes.dcm"
    file.write_text("no image")
    with pytest.raises(NotAnImage):
        kltool.read(file)
