from .cells import knee_cells
from .columns import COLUMNS
from .images import images_or_reason
from .manifest import ManifestRow, is_manifest, manifest_columns, manifest_rows, unused_columns
from .read import Table, read_table
from .write import table_names, write_tables

__all__ = [
    "COLUMNS",
    "ManifestRow",
    "Table",
    "images_or_reason",
    "is_manifest",
    "knee_cells",
    "manifest_columns",
    "manifest_rows",
    "read_table",
    "table_names",
    "unused_columns",
    "write_tables",
]
