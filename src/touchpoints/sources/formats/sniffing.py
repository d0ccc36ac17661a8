"""Tell how a text file is written."""

from __future__ import annotations

import os

from touchpoints._core.checks import public, require_path
from touchpoints.sources._shared.text_files.file_format import FileFormat
from touchpoints.sources._shared.text_files.sniffer import Given, sniffed


@public
def sniff(path: str | os.PathLike[str]) -> FileFormat:
    r"""Tell how a text file with separators is written, without reading it into memory.

    Parameters
    ----------
    path
        A text file, plain or compressed by gzip: CSV with commas, semicolons, tabs or vertical
        bars.

    Returns
    -------
    FileFormat
        The encoding, the separator, the quotes, the decimal mark, the columns and how their times
        are written, each with what tells it. What the file does not decide is listed in
        ``undecided`` with the argument that decides it.

    Raises
    ------
    NotFoundError
        When there is no such file.
    InvalidInputError
        When the file is empty, or its encoding or separator cannot be told.

    Notes
    -----
    The encoding is told from all bytes of the file. UTF-8 is what decodes as UTF-8; of the
    one-byte encodings only Windows-1252 is told, of which Latin-1 is a part. Others, such as
    Windows-1250 or Mac Roman, look the same and must be given. Separator, quotes and decimal mark
    are told from the first 250,000 characters. So are the formats of times, but for dates of which
    those do not tell whether day or month comes first: then all rows are looked at, until one
    number is above 12. Where none is, nothing is guessed.

    See Also
    --------
    touchpoints.sources.csv : Read the file; what is given there wins over what is told here.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import touchpoints as tp
    >>> path = pathlib.Path(tempfile.mkdtemp(), "visits.csv")
    >>> _ = path.write_text(
    ...     "id;at;what;paid\n7;03/02/2026 10:15;search;\n7;04/02/2026 9:05;buy;9,90\n"
    ... )
    >>> tp.sources.sniff(path)
    visits.csv: 2 rows looked at, all of them
      encoding   utf-8 (ASCII)
      separator  semicolon (4 cells in 100% of the rows looked at)
      quote      " (no quotes)
      decimal    ',' ('9,90')
      header     yes (no cell of the first row is a number or a time)
      columns    4: 'id', 'at', 'what', 'paid'
      time       'at': undecided, pass time_format='%d/%m/%Y %H:%M' or
      time_format='%m/%d/%Y %H:%M'; no zone, tz= names it
      (in all 2 values each number is at most 12)
    """
    require_path(path, mend='for example tp.sources.sniff("log.csv")')
    return sniffed(path, Given())
