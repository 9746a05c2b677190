"""How many knees of one table were found in another, and how many were not."""

from collections.abc import Collection, Sequence

from kltool.agreement.raters import Key, RaterRows
from kltool.agreement.ratings import Join
from kltool.tables.read import Table


def joins_of(
    tables: Sequence[Table], raters: Sequence[RaterRows], knees: Sequence[Collection[Key]]
) -> tuple[Join, ...]:
    """The first table with each of the others. knees: of each rater, those that a row identifies."""
    by_table = [
        {knee for rater, own in zip(raters, knees, strict=True) if rater.table == number for knee in own}
        for number in range(len(tables))
    ]
    return tuple(
        Join(
            tables[0].file,
            table.file,
            len(by_table[0] & own),
            len(by_table[0] - own),
            len(own - by_table[0]),
        )
        for table, own in zip(tables[1:], by_table[1:], strict=True)
    )
