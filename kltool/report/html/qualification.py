"""The report of a qualification as one self-contained page."""

from typing import Final

from kltool.report.html.page import render
from kltool.typing import Record
from kltool.values.decimals import signed

TEMPLATE: Final = "qualification.html.j2"


def qualification_page(record: Record, json_sha256: str) -> str:
    """record: of kltool.qualification.Qualification. json_sha256: of the file that holds it."""
    widths = [{**width, "error_text": signed(width["found"] - width["truth"])} for width in record["widths"]]
    return render(
        TEMPLATE,
        version=record["kltool"],
        utc=record["utc"],
        passed=record["passed"],
        environment=record["environment"],
        checks=record["checks"],
        widths=widths,
        json_sha256=json_sha256,
    )
