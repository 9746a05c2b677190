"""Tables of images and of readings: their columns, the OAI's names, manifests, reading and writing.

    columns.py     names, types, units and order of the columns; the words of the column status
    cells.py       a knee's record as one row
    oai.py         the names that the Osteoarthritis Initiative gives to columns
    read.py        CSV and Parquet → text, row by row or as whole columns
    manifest.py    tables that name images: path, subject, visit, side, spacing
    write.py       rows → CSV and Parquet;      parquet.py     Parquet, where pyarrow is installed

Names are loaded when they are first used (SPEC 1), pyarrow with them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
