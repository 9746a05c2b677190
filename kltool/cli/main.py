"""kltool: read, compare, batch, agreement, calibrate, doctor, models.

Each command imports its module when it runs, so that `--help` and `--version` load no heavy library.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kltool.cli.commands import EscapingCommands
from kltool.cli.pipe import ends_with_its_reader
from kltool.cli.sides import RequireSide, SideOption, side_of
from kltool.errors import Exit, KltoolError
from kltool.escaping import complain, say
from kltool.logs import LOG, log_causes, log_warnings
from kltool.memory import MEMORY_MB, limit_memory
from kltool.native_messages import native_messages
from kltool.time_limit import LIMIT_S
from kltool.version import __version__

if TYPE_CHECKING:
    from kltool.intake.sources import Access

app = typer.Typer(
    cls=EscapingCommands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Measures the knee joint space and grades osteoarthritis (Kellgren-Lawrence) on plain radiographs. "
        "Research software, not a medical device.\n\n"
        "Exit codes: 0 all read; 2 bad usage; 3 some refused, or not comparable; 4 some failed; "
        "5 bad installation; 130 stopped by the user."
    ),
)

SpacingOption = Annotated[
    float | None, typer.Option(help="Pixel spacing in mm; overrides the tags, and is recorded.")
]
SphereOption = Annotated[
    float | None,
    typer.Option(
        help="Diameter in mm of the calibration sphere beside the leg; where it is found, millimetres are "
        "those of the sphere.",
        metavar="MM",
    ),
]
SiteOption = Annotated[
    Path | None,
    typer.Option(
        "--site",
        help="Site file of kltool calibrate: the grade as this site's reader gives it.",
        metavar="SITE.toml",
        dir_okay=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per line instead of a table.")]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        help="Log the causes of errors on standard error; they may quote a file's content, names included.",
        callback=lambda on: log_causes() if on else None,
    ),
]
AllowHttp = Annotated[
    bool, typer.Option("--allow-http", help="Open http:// and https:// addresses of manifests and sources.")
]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        help="A host that is opened although it is private, or that a redirect may lead to; repeatable.",
        metavar="HOST",
    ),
]
Root = Annotated[
    Path | None,
    typer.Option(help="Folder that every path must lie in, links resolved.", file_okay=False, exists=True),
]
TimeLimit = Annotated[float, typer.Option(help="Seconds an image may take.")]
Overlay = Annotated[Path | None, typer.Option(help="Folder for a picture of each knee.", file_okay=False)]


@app.callback()
def main(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", is_eager=True, callback=lambda on: _version(on)
        ),
    ] = False,
) -> None:
    log_warnings()


@app.command()
def read(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files, folders, zip or tar archives or a DICOMDIR.", metavar="PATH...", show_default=False
        ),
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="CSV with the columns path and, as needed, side and spacing_mm.")
    ] = None,
    side: SideOption = None,
    spacing: SpacingOption = None,
    require_side: RequireSide = False,
    sphere: SphereOption = None,
    site: SiteOption = None,
    as_json: Json = False,
    overlay: Overlay = None,
    allow_http: AllowHttp = False,
    allow_host: AllowHost = None,
    root: Root = None,
    time_limit: TimeLimit = LIMIT_S,
    verbose: Verbose = False,
) -> None:
    """Read every knee of the radiographs: joint space and KL grade."""
    from kltool.cli.read import ReadOptions, read_all
    from kltool.cli.sources import Stated
    from kltool.reading import settings_of, site_of

    limit_memory(MEMORY_MB)
    access = _access(allow_http, allow_host, root)
    stated, settings = Stated(side_of(side), spacing, sphere), settings_of(require_side, site_of(site))
    options = ReadOptions(stated, as_json, overlay, access, time_limit, settings)
    with native_messages():
        raise typer.Exit(read_all(paths or [], manifest, options))


@app.command()
def compare(
    before: Annotated[Path | None, typer.Argument(help="The earlier radiograph.", show_default=False)] = None,
    after: Annotated[Path | None, typer.Argument(help="The later radiograph.", show_default=False)] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(
            help="CSV of any number of visits instead of two films: the columns path and visit and, as "
            "needed, subject, date (YYYY-MM-DD), side and spacing_mm."
        ),
    ] = None,
    claim: Annotated[
        str | None, typer.Option(help="A claimed change of grade, as 3:2; its probability is reported.")
    ] = None,
    repositioning: Annotated[
        str,
        typer.Option(
            help="Repositioning error (SD): volunteers (0.10 mm), good films (0.25), all films (0.32), "
            "between units (0.45), or millimetres from your own repeat films."
        ),
    ] = "good films",
    threshold: Annotated[
        float, typer.Option(help="The relevant change in mm, as your protocol defines it.")
    ] = 0.5,
    side: SideOption = None,
    spacing: SpacingOption = None,
    require_side: RequireSide = False,
    sphere: SphereOption = None,
    site: SiteOption = None,
    as_json: Json = False,
    overlay: Overlay = None,
    report: Annotated[
        Path | None,
        typer.Option(help="File for a self-contained page (.html) with images, numbers and verdict."),
    ] = None,
    tables: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the timelines of a manifest as tables: visits (a row a knee and visit) and "
            "changes (a row a knee, later visit and width), CSV and Parquet.",
            file_okay=False,
        ),
    ] = None,
    allow_http: AllowHttp = False,
    allow_host: AllowHost = None,
    root: Root = None,
    time_limit: TimeLimit = LIMIT_S,
    verbose: Verbose = False,
) -> None:
    """Compare two radiographs of a knee, or a series: change of width and grade, with its error."""
    from kltool.cli.compare import CompareOptions, claim_of, compare_files, compare_visits, error_model
    from kltool.cli.sources import Stated
    from kltool.reading import settings_of, site_of

    limit_memory(MEMORY_MB)
    model = error_model(repositioning, threshold)
    access = _access(allow_http, allow_host, root)
    options = CompareOptions(
        Stated(side_of(side), spacing, sphere),
        claim_of(claim),
        model,
        as_json,
        overlay,
        report,
        access,
        time_limit,
        tables,
        settings_of(require_side, site_of(site)),
    )
    if manifest is not None and before is None:
        with native_messages():
            raise typer.Exit(compare_visits(manifest, options))
    if manifest is not None or before is None or after is None:
        raise typer.BadParameter("two radiographs, BEFORE and AFTER, or --manifest expected")
    with native_messages():
        raise typer.Exit(compare_files(before, after, options))


@app.command()
def batch(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, zip or tar archives, a DICOMDIR, manifests (CSV or Parquet with the column "
            "path and, as needed, subject, visit, side, spacing_mm; other columns are copied), addresses "
            "(s3://..., gs://..., az://...), or - for paths on the standard input.",
            metavar="SOURCE...",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder of the tables; the same command continues a run that was stopped.", file_okay=False
        ),
    ],
    jobs: Annotated[int | None, typer.Option(help="Worker processes; one per core by default.")] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Address of a Dask scheduler (tcp://...) whose workers read, or local for one here."
        ),
    ] = None,
    time_limit: TimeLimit = LIMIT_S,
    memory: Annotated[
        int, typer.Option(help="MB a worker may use above what it maps when it is idle (Linux).")
    ] = MEMORY_MB,
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Write a picture of each knee to OUT/overlays.")
    ] = False,
    oai_names: Annotated[
        bool,
        typer.Option("--oai-names", help="Name columns as the OAI does: ID, SIDE, XRKL, MCMJSW, JSW250 ..."),
    ] = False,
    require_side: RequireSide = False,
    sphere: SphereOption = None,
    site: SiteOption = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Read images again whose reading failed.")
    ] = False,
    pseudonyms: Annotated[
        Path | None,
        typer.Option(help="File with a secret key; subjects are replaced by pseudonyms.", dir_okay=False),
    ] = None,
    allow_http: AllowHttp = False,
    allow_host: AllowHost = None,
    root: Root = None,
    verbose: Verbose = False,
) -> None:
    """Read many images into one table; the same command continues a run that was stopped."""
    from kltool.batch import Batch, pseudonyms_of
    from kltool.batch.settings import cores
    from kltool.cli.batch import batch_all
    from kltool.reading import site_of

    settings = Batch(
        sources=tuple(sources),
        out=out,
        jobs=cores() if jobs is None else jobs,
        scheduler=scheduler or "",
        limit_s=time_limit,
        memory_mb=memory,
        overlays=overlay,
        oai_names=oai_names,
        require_side=require_side,
        site=site_of(site),
        sphere_mm=sphere,
        retry_failed=retry_failed,
        access=_access(allow_http, allow_host, root),
        pseudonyms=pseudonyms_of(pseudonyms),
    )
    raise typer.Exit(batch_all(settings))


@app.command()
def agreement(
    tables: Annotated[
        list[Path],
        typer.Argument(
            help="Tables (CSV or Parquet), one for each rater or with a column reader. Columns: path, or "
            "subject, visit, side; kl, medial_mjsw_mm and others. The table of a batch is enough if its "
            "manifest had kl.",
            metavar="TABLE...",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the page, tables and pictures.", file_okay=False)],
    repeat: Annotated[
        bool, typer.Option("--repeat", help="Several rows of a knee in the table are repeat readings.")
    ] = False,
    on: Annotated[str | None, typer.Option(help="Columns by which rows are matched, as path,side.")] = None,
    reference: Annotated[
        str | None, typer.Option(help="The rater used as reference; the last by default.")
    ] = None,
    missing: Annotated[
        str | None,
        typer.Option(help="Numbers that stand for a missing grade or width, as 99 or 99,88."),
    ] = None,
    replicates: Annotated[
        int, typer.Option(help="Bootstrap replicates (of participants) for the confidence intervals.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 1,
    draws: Annotated[int | None, typer.Option(hidden=True)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    verbose: Verbose = False,
) -> None:
    """Agreement of readings with readers, of readers with each other, or of repeats, with intervals."""
    from kltool.agreement import MatchOptions, Resampling
    from kltool.cli.agreeing import agree, codes_of, columns_of, replicates_of

    resampling = Resampling(replicates_of(replicates, draws), seed)
    options = MatchOptions(repeat, columns_of(on), reference, codes_of(missing))
    raise typer.Exit(agree(tables, out, options, resampling, as_json))


@app.command()
def calibrate(
    tables: Annotated[
        list[Path],
        typer.Argument(
            help="The table of a batch whose manifest had kl; or that of a batch and those of the readers, "
            "as for kltool agreement; or a manifest with path and kl, whose films are read first.",
            metavar="TABLE...",
        ),
    ],
    out: Annotated[Path, typer.Option(help="The site file (.toml) to be written.", dir_okay=False)],
    page: Annotated[
        Path | None, typer.Option(help="The page (.html); beside the site file by default.", dir_okay=False)
    ] = None,
    reader: Annotated[
        str, typer.Option(help="The reader whose grades count; by default the mean of all.")
    ] = "mean",
    on: Annotated[str | None, typer.Option(help="Columns by which rows are matched, as path,side.")] = None,
    missing: Annotated[
        str | None, typer.Option(help="Numbers that stand for a missing grade, as 99 or 99,88.")
    ] = None,
    replicates: Annotated[
        int, typer.Option(help="Bootstrap replicates (of participants) for the confidence intervals.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 1,
    verbose: Verbose = False,
) -> None:
    """Calibrate the grade for one site by the grades of its readers: a file for --site, and a page."""
    from kltool.agreement import MatchOptions, Resampling
    from kltool.cli.agreeing import codes_of, columns_of
    from kltool.cli.calibrating import CalibrateOptions
    from kltool.cli.calibrating import calibrate as calibrate_site

    matching = MatchOptions(on=columns_of(on), missing=codes_of(missing))
    options = CalibrateOptions(out, page, reader, matching, Resampling(replicates, seed))
    raise typer.Exit(calibrate_site(tables, options))


@app.command()
def doctor(
    qualify: Annotated[
        Path | None,
        typer.Option(
            help="Folder for a dated report: the installation is checked, the sample films are read, and "
            "every number is compared with the truth and with the release.",
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Check this installation: libraries, decoders, models and their hashes."""
    from kltool.cli.doctor import examine, qualify_into

    raise typer.Exit(examine() if qualify is None else qualify_into(qualify))


@app.command()
def models() -> None:
    """List the models with their hashes and what they were trained on."""
    from kltool.cli.doctor import list_models

    raise typer.Exit(list_models())


def run() -> None:
    """The console entry: the one place where errors become a message and an exit code."""
    try:
        with ends_with_its_reader():
            app()
    except KltoolError as error:
        LOG.debug("stopped", exc_info=error)
        complain(f"kltool: {error}")
        raise SystemExit(error.exit) from error
    except Exception as error:  # its text is withheld: it may hold a patient's name
        LOG.debug("stopped", exc_info=error)
        complain(f"kltool: unexpected {type(error).__name__}; please report it")
        raise SystemExit(Exit.FAILED) from error


def _access(http: bool, hosts: list[str] | None, root: Path | None) -> "Access":
    from kltool.intake.sources import Access

    return Access(http, tuple(host.lower() for host in hosts or ()), "" if root is None else str(root))


def _version(requested: bool) -> None:
    if requested:
        say(f"kltool {__version__}")
        raise typer.Exit
