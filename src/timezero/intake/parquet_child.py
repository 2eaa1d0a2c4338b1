"""Reading a Parquet file to its end in a process of its own, which a damaged one may break."""

from __future__ import annotations

import sys

from timezero.intake.read_apart import limit_memory


def main() -> None:
    """Read the file named on the command line; whoever reads it next is safe from it."""
    import polars as pl

    limit_memory()
    pl.read_parquet(sys.argv[1])


if __name__ == "__main__":
    main()
