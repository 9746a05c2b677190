"""Tables of images and of readings: their columns, the OAI's names, manifests, reading and writing.

    columns.py     names, types, units and order of the columns; the words of the column status
    cells.py       a knee's record as one row
    oai.py         the names that the Osteoarthritis Initiative gives to columns
    words.py       single cells: absence, numbers, sides;      headings.py  known headings in any spelling
    dialect.py     text → rows of cells: encoding, delimiter
    read.py        CSV and Parquet → text, row by row or as whole columns; every table is read here
    manifest.py    tables that name images: path, subject, visit, side, spacing
    images.py      a path in a table → its images, however it is spelled
    write.py       rows → CSV and Parquet;      parquet.py     Parquet, where pyarrow is installed

Names are loaded when they are first used (SPEC 1), pyarrow with them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
