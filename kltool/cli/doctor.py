"""kltool doctor and kltool models: what is installed, and whether it is complete and unaltered."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.padding import Padding
from rich.table import Table

from kltool.errors import Exit, InstallationError
from kltool.intake import decoders
from kltool.intake.hashes import sha256_of_file
from kltool.qualification import Check, qualify
from kltool.report.files import writable
from kltool.report.html.page import save
from kltool.report.html.qualification import qualification_page
from kltool.report.terminal.console import Console, escape, print_table
from kltool.values.reading import DISCLAIMER
from kltool.weights import entries, load_entry

LIBRARIES = ("numpy", "opencv-python-headless", "onnxruntime", "pydicom", "matplotlib")


def examine() -> Exit:
    """Print every check; 5 where one of them would keep kltool from reading."""
    console = Console()
    console.print(f"kltool {version('kltool')}, Python {platform.python_version()}, {platform.platform()}")
    passed = [_libraries(console), _decoders(console), _models(console)]
    console.print(
        "[green]all checks passed[/]"
        if all(passed)
        else "[red]this installation is incomplete or altered: reinstall kltool[/]"
    )
    return Exit.OK if all(passed) else Exit.INSTALLATION


def qualify_into(out: Path) -> Exit:
    """Qualify this installation and write the report, as a page and as JSON; 5 where a check failed."""
    folder, console = writable(out, "--qualify"), Console()

    def shown(check: Check) -> None:
        colour = "green" if check.passed else "red"
        console.print(f"[{colour}]{check.outcome}[/] {check.name}: {escape(check.found)}")
        if not check.passed:
            for line in check.details:
                console.print(f"  {escape(line)}")

    result = qualify(shown)
    name = f"qualification-{result.utc.replace(':', '').replace('+0000', 'Z')}"
    record = result.to_dict()
    text = json.dumps(record, indent=2) + "\n"
    save(text, folder / f"{name}.json")
    save(qualification_page(record, sha256_of_file(text.encode())), folder / f"{name}.html")
    verdict = "[green]qualification passed[/]" if result.passed else "[red]qualification FAILED[/]"
    console.print(f"{verdict}; report: {escape(str(folder / name))}.html", soft_wrap=True)
    console.print(DISCLAIMER)
    return Exit.OK if result.passed else Exit.INSTALLATION


def list_models() -> Exit:
    """A paragraph a model: a hash stands on one line of 80 columns, whole."""
    console = Console()
    for entry in entries():
        console.print(f"[bold]{escape(entry.name)}[/], version {escape(entry.version)}")
        console.print(f"  sha256: {entry.sha256}")
        console.print(Padding(f"labels: {escape(', '.join(entry.labels))}", (0, 0, 0, 2)))
        console.print(Padding(f"trained on: {escape(entry.trained_on)}", (0, 0, 0, 2)))
    return Exit.OK


def _libraries(console: Console) -> bool:
    table = Table("library", "version", title="Runtime")
    passed = True
    for name in LIBRARIES:
        try:
            table.add_row(name, version(name))
        except PackageNotFoundError:
            table.add_row(name, "[red]missing[/]")
            passed = False
    print_table(table, console)
    return passed


def _decoders(console: Console) -> bool:
    table = Table("transfer syntax", "decoder", title="DICOM decoders")
    found = decoders()
    for syntax, plugins in found.items():
        table.add_row(syntax, ", ".join(plugins) or "[red]none[/]")
    print_table(table, console)
    return all(found.values())


def _models(console: Console) -> bool:
    table = Table("model", "version", "sha256", "verified", title="Models")
    passed, reasons = True, list[str]()
    for entry in entries():
        try:
            load_entry(entry)
            verdict = "[green]yes[/]"
        except InstallationError as error:
            verdict, passed = "[red]no[/]", False
            reasons.append(str(error))
        table.add_row(entry.name, entry.version, entry.sha256[:16], verdict)
    print_table(table, console)
    for reason in reasons:
        console.print(f"[red]{escape(reason)}[/]")
    return passed
