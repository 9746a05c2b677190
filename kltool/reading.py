"""From one image to its reading: the pipeline of the package, and its loop step for many images."""

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from kltool.errors import InstallationError, StorageFull, UsageError
from kltool.grading import (
    SiteSettings,
    WideningSettings,
    familiarity_warnings,
    grade,
    read_site,
    require_grader,
)
from kltool.intake import Film, load, source_of
from kltool.jointspace import (
    ErrorSettings,
    ExpectedErrorSettings,
    MetalSettings,
    QualityCriteria,
    TraceSettings,
    WidthSettings,
    assess_quality,
    expected_error,
    inflate_errors,
    measure_joint_space,
    trace_margins,
    with_other_orientation,
)
from kltool.localize import FinderSettings, SideSettings, SphereSettings, find_knees
from kltool.values.joint_space import JointSpace
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph, Side
from kltool.values.reading import KneeReading, Provenance, Reading, Unread
from kltool.values.spacing import user_spacing
from kltool.version import __version__
from kltool.weights import Models, chosen_models, entry_of


@dataclass(frozen=True, slots=True)
class Settings:
    """Every parameter of a reading; each is recorded with it.

    The figures of ``docs/results`` hold for the defaults.

    Attributes
    ----------
    finder : FinderSettings
        Detection of joints.
    sides : SideSettings
        When the side of a knee counts as known, and whether it has to be.
    margins : TraceSettings
        Tracing of the margins.
    widths : WidthSettings
        Ranges of the minimum, and limits of a valid width.
    metal : MetalSettings
        From which probability on metal counts as found.
    errors : ErrorSettings
        Standard deviation of each width.
    expected : ExpectedErrorSettings
        Expected absolute error of a minimum width.
    quality : QualityCriteria
        Limits of good and of usable quality.
    widening : WideningSettings
        Of the grade's prediction set and interval where the quality is less than good.
    sphere : SphereSettings
        The calibration sphere beside the leg; by default none is stated.
    site : SiteSettings
        Calibration of the grade for one site, as `read_site` reads it; by default that which is shipped.

    Examples
    --------
    >>> from dataclasses import replace
    >>> settings = Settings()
    >>> replace(settings, widths=replace(settings.widths, medial_range=(0.15, 0.30))).widths.medial_range
    (0.15, 0.3)
    """

    finder: FinderSettings = field(default_factory=FinderSettings)
    sides: SideSettings = field(default_factory=SideSettings)
    margins: TraceSettings = field(default_factory=TraceSettings)
    widths: WidthSettings = field(default_factory=WidthSettings)
    metal: MetalSettings = field(default_factory=MetalSettings)
    errors: ErrorSettings = field(default_factory=ErrorSettings)
    expected: ExpectedErrorSettings = field(default_factory=ExpectedErrorSettings)
    quality: QualityCriteria = field(default_factory=QualityCriteria)
    widening: WideningSettings = field(default_factory=WideningSettings)
    sphere: SphereSettings = field(default_factory=SphereSettings)
    site: SiteSettings = field(default_factory=SiteSettings)

    def to_dict(self) -> dict[str, float | str]:
        """Every parameter of every stage by name; constants go with the version."""
        return {
            f"{stage}.{name}": value if isinstance(value, float | str) else _shown(value)
            for stage, parameters in asdict(self).items()
            for name, value in parameters.items()
        }


DEFAULT = Settings()


def settings_of(require_side: bool, site: SiteSettings = DEFAULT.site) -> Settings:
    """The defaults; require_side: whether a knee whose side is unknown is refused. site: of its grade."""
    return replace(DEFAULT, sides=replace(DEFAULT.sides, required=require_side), site=site)


def site_of(file: Path | None) -> SiteSettings:
    """The calibration of a site file for the installed grader; without a file, that which is shipped.

    Raises UsageError, also where the file is one of another grader, and InstallationError.
    """
    if file is None:
        return DEFAULT.site
    site, grader = read_site(file), entry_of("grader")
    require_grader(site, grader.identity, grader.sha256)
    return site


def read(
    film: Radiograph | Film,
    models: Models | None = None,
    *,
    side: Side | str | None = None,
    spacing_mm: float | tuple[float, float] | None = None,
    sphere_mm: float | None = None,
    settings: Settings | None = None,
) -> Reading:
    """Find, measure and grade every knee of a film.

    Parameters
    ----------
    film : Radiograph, str, path, bytes, binary file or pydicom.Dataset
        The film, or whatever `load` takes.
    models : Models, optional
        By default those that are installed, which are loaded once in a process.
    side, spacing_mm : optional
        As in `load`, of a film that is not loaded yet.
    sphere_mm : float, optional
        Diameter of the calibration sphere beside the leg, 5 to 60: where its disc is found, millimetres are
        those of the sphere (`Calibration.SPHERE`) and not of the tags; otherwise a note says why not.
    settings : Settings, optional
        Parameters of the stages.

    Returns
    -------
    Reading
        The knees that were read, and those that were refused with their reason.

    Raises
    ------
    NoKnee, TooCoarse
        Where the film shows no knee that can be read.
    SideUnknown
        Where the settings require a side and there is none.
    Refusal, UsageError, SpacingError, InstallationError
        As `load`, of a film that is not loaded yet; UsageError also where side or spacing_mm is given with a
        Radiograph, which has its own, or sphere_mm together with spacing_mm, or a site's calibration that
        was fitted with another grader.

    See Also
    --------
    read_source : the same for one image of many; a bad one stops no other.

    Examples
    --------
    >>> reading = read(kltool.sample_path("knee_right_normal.dcm"))
    >>> knee = reading.knees[0]
    >>> knee.side, knee.quality
    (<Side.RIGHT: 'right'>, <Quality.GOOD: 'good'>)
    >>> low, high = knee.joint_space.medial.minimum.interval_mm
    >>> low < 4.6 < high  # the simulated truth
    True
    """
    parameters = settings_with(settings, sphere_mm, spacing_mm)
    radiograph = _radiograph(film, side, spacing_mm)
    chosen = _models_for(parameters, models)
    found = find_knees(radiograph, chosen, parameters.finder, parameters.sides, parameters.sphere)
    made = provenance(chosen, parameters, radiograph)
    knees = tuple(read_knee(knee, chosen, parameters, made) for knee in found.knees)
    return Reading(found.film.with_notes(*found.notes), knees, found.refused, made)


def read_source(
    source: Film,
    models: Models | None = None,
    *,
    side: Side | str | None = None,
    spacing_mm: float | tuple[float, float] | None = None,
    sphere_mm: float | None = None,
    settings: Settings | None = None,
) -> Reading | Unread:
    """Read one image of many: a bad one is a result with its reason and stops no other.

    Parameters
    ----------
    source : ImageSource, str, path, bytes, binary file or pydicom.Dataset
        As `find_images` yields it, or whatever else `load` takes.
    models, settings : optional
        As in `read`.
    side, spacing_mm : optional
        As in `load`.
    sphere_mm : float, optional
        As in `read`.

    Returns
    -------
    Reading or Unread
        The reading, or the reason why there is none.

    Raises
    ------
    InstallationError, StorageFull, UsageError, SpacingError
        Only what concerns every image: the installation, and a side, spacing or sphere that cannot be.

    Examples
    --------
    >>> folder = kltool.sample_path("knee_right_normal.dcm").parent
    >>> outcomes = [read_source(source).detached() for source in kltool.find_images(folder)]
    >>> [len(outcome.knees) for outcome in outcomes if isinstance(outcome, kltool.Reading)]
    [2, 1, 1, 1, 1, 1]
    """
    image = source_of(source)
    parameters = settings_with(settings, sphere_mm, spacing_mm)
    chosen = _models_for(parameters, models)
    stated = None if side is None else Side.given(side)
    if spacing_mm is not None:
        user_spacing(spacing_mm)
    film = None
    try:
        film = load(image, spacing_mm=spacing_mm, side=stated)
        return read(film, chosen, settings=parameters)
    except (InstallationError, StorageFull):
        raise
    except Exception as error:  # unexpected errors too: their class is the code
        return Unread.from_error(image.name, error, film, provenance(chosen, parameters, film))


def read_knee(knee: Knee, models: Models, settings: Settings, made: Provenance) -> KneeReading:
    """made: by which the reading is produced."""
    space = _measured(knee, models, settings)
    expected = expected_error(knee, space, settings.expected, settings.quality)
    quality, warnings = assess_quality(knee, space, expected, settings.quality)
    graded = settings.metal.in_joint(knee.metal) or grade(
        knee, models.grader, settings.widening.of(quality), settings.site
    )
    return KneeReading(
        knee,
        inflate_errors(space, quality, settings.errors),
        expected,
        graded,
        quality,
        (*warnings, *familiarity_warnings(graded, settings.site)),
        made,
    )


def _models_for(settings: Settings, given: Models | None) -> Models:
    """Raises UsageError where the settings have a site's calibration of another grader."""
    chosen = chosen_models(given)
    require_grader(settings.site, chosen.grader.entry.identity, chosen.grader.entry.sha256)
    return chosen


def _measured(knee: Knee, models: Models, settings: Settings) -> JointSpace:
    """By the knee's own orientation; where the side is unknown, errors count the other one."""
    space, *other = (
        measure_joint_space(
            one,
            trace_margins(one, models.margins, settings.margins),
            settings.widths,
            settings.errors,
            settings.metal,
        )
        for one in knee.orientations
    )
    if not other:
        return space
    return with_other_orientation(space, other[0], knee.side_probability, settings.errors)


def settings_with(
    settings: Settings | None,
    sphere_mm: float | None,
    spacing_mm: float | tuple[float, float] | None = None,
) -> Settings:
    """The settings, or the defaults, with the sphere that the user states. Raises UsageError."""
    chosen = _chosen_settings(settings)
    if sphere_mm is not None:
        chosen = replace(chosen, sphere=SphereSettings(sphere_mm))
    if spacing_mm is not None and chosen.sphere.diameter_mm is not None:
        raise UsageError(
            "a pixel spacing and a sphere found, one of them expected; the sphere measures the spacing: give "
            "sphere_mm (--sphere), or spacing_mm (--spacing)"
        )
    return chosen


def _shown(value: object) -> str:
    """A parameter that is no number, as it is recorded."""
    return "not stated" if value is None else repr(value)


def _chosen_settings(given: Settings | None) -> Settings:
    if given is None:
        return DEFAULT
    if not isinstance(given, Settings):
        raise UsageError(f"settings of type {type(given).__name__} found; kltool.Settings expected")
    return given


def _radiograph(
    film: Radiograph | Film, side: Side | str | None, spacing_mm: float | tuple[float, float] | None
) -> Radiograph:
    if not isinstance(film, Radiograph):
        return load(film, side=side, spacing_mm=spacing_mm)
    if side is not None or spacing_mm is not None:
        raise UsageError(
            "side or spacing_mm found with a Radiograph, which has its own; a path, bytes, file or data set "
            "expected; give them to load() or Radiograph.from_array()"
        )
    return film


def provenance(models: Models, settings: Settings, film: Radiograph | None) -> Provenance:
    """What produces a reading; only the time differs from run to run."""
    return Provenance(
        __version__,
        models.hashes,
        settings.to_dict(),
        film.file_sha256 if film else "",
        film.pixels_sha256 if film else "",
        datetime.now(UTC).isoformat(timespec="seconds"),
    )
