"""What is fuzzed: every reader of the folder, the steps behind them, and the small text files."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bad_inputs.case import all_cases
from bad_inputs.clean import DATA, as_text, clean_rows
from timezero.intake.cohort import read_cohort
from timezero.intake.look import look
from timezero.intake.protocol_file import read_protocol, validated, write_protocol
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.recipe_file import read_recipe, write_recipe
from timezero.intake.redcap_dictionary import read_redcap_dictionary
from timezero.intake.sources import HEAD, read_grid
from timezero.model.protocol import Protocol
from timezero.model.recipe import Recipe, TableRecipe
from timezero.registry import discover

LARGEST_SEED = 60_000
ROOT = Path(__file__).resolve().parents[2]
RECIPE = {
    "tables": {
        "registry": {
            "delimiter": ";",
            "encoding": "windows-1252",
            "header_rows": [1],
            "columns": {"first_crs": {"date_format": "%d/%m/%Y", "missing": ["99"]}},
            "same_patient": {"P 1": "P1"},
        }
    },
    "shape": {"kind": "one_row_per_patient"},
}
DICTIONARY = """"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",\
"Choices, Calculations, OR Slider Labels","Field Note","Text Validation Type OR Show Slider Number"
record_id,patient,,text,Record,,,
sex,patient,Person,radio,Sex,"1, female | 2, male",,
crs,patient,,text,"The ""first"" CRS",,,date_ymd
drugs,patient,,checkbox,Drugs,"1, mitomycin | 2, cisplatin",,
"""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One thing to be fuzzed: undamaged files, and what is done with a damaged one."""

    name: str
    seeds: tuple[bytes, ...]
    run: Callable[[Path], Any]


def all_targets() -> dict[str, Target]:
    """Return the targets by name; each reader is one, as it reads and with all steps behind it."""
    seeds = table_seeds()
    found: list[Target] = []
    for words, files in sorted(seeds.items()):
        found.append(Target(name=f"{words}: cells", seeds=tuple(files), run=_cells))
        found.append(Target(name=f"{words}: cohort", seeds=tuple(files), run=_cohort))
    found += [
        Target(name="look", seeds=tuple(seeds["delimited text"]), run=look),
        Target(name="study file", seeds=_study_files(), run=read_protocol),
        Target(name="recipe", seeds=_recipes(), run=read_recipe),
        Target(
            name="REDCap data dictionary",
            seeds=(DICTIONARY.encode(), DICTIONARY.encode("utf-16")),
            run=read_redcap_dictionary,
        ),
    ]
    return {target.name: target for target in found}


def _cells(path: Path) -> None:
    read_grid(path, TableRecipe())


def _cohort(path: Path) -> None:
    read_cohort(path, validated({"data": DATA}))


def _study_files() -> tuple[bytes, ...]:
    written = write_protocol(validated({"data": DATA}))
    bundled = sorted((ROOT / "src" / "timezero" / "data").glob("*/study.toml"))
    return (written.encode(), *(path.read_bytes() for path in bundled))


def _recipes() -> tuple[bytes, ...]:
    return (
        write_recipe(Recipe.model_validate(RECIPE)).encode(),
        write_recipe(Recipe()).encode(),
        write_protocol(Protocol()).encode(),
    )


def table_seeds() -> dict[str, list[bytes]]:
    """Return undamaged and awkward tables, by the words of the reader that recognises them."""
    readers: list[Reader] = sorted(
        discover("timezero.intake.readers", "READER").values(), key=lambda reader: reader.order
    )
    by_reader: dict[str, list[bytes]] = {reader.words: [] for reader in readers}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for raw in dict.fromkeys([*_made(folder), *_awkward(folder)]):
            path = folder / "seed"
            path.write_bytes(raw)
            if raw and len(raw) <= LARGEST_SEED:
                by_reader[_reader(readers, path).words].append(raw)
    return {words: files for words, files in by_reader.items() if files}


def _reader(readers: list[Reader], path: Path) -> Reader:
    raw = path.read_bytes()
    given = FileGiven(
        path=path, name="seed", head=raw[:HEAD], size=len(raw), recipe=TableRecipe(), key="registry"
    )
    return next(reader for reader in readers if reader.recognises(given))


def _made(folder: Path) -> list[bytes]:
    import polars as pl
    import pyreadstat

    text = as_text(clean_rows())
    frame = pl.DataFrame(clean_rows())
    frames = {
        "a.parquet": frame.write_parquet,
        "a.sav": lambda path: pyreadstat.write_sav(frame.to_pandas(), path),
        "a.dta": lambda path: pyreadstat.write_dta(frame.to_pandas(), path),
        "a.xpt": lambda path: pyreadstat.write_xport(
            frame.rename({name: name[:8] for name in frame.columns}).to_pandas(), path
        ),
    }
    for name, write in frames.items():
        write(str(folder / name))
    noted = io.StringIO()
    rows = [{**row, "note": 'said "no"\nleft, then right'} for row in clean_rows()]
    csv.DictWriter(noted, list(rows[0]), quoting=csv.QUOTE_ALL).writerows(rows)
    return [
        text.encode(),
        text.replace("North", "Köln").encode("cp1252"),
        text.encode("utf-16"),
        as_text(clean_rows(), ";").replace("-", "/").encode(),
        (",".join(rows[0]) + "\n" + noted.getvalue()).encode(),
        gzip.compress(text.encode(), mtime=0),
        *(path.read_bytes() for name in frames if (path := folder / name)),
    ]


def _awkward(folder: Path) -> list[bytes]:
    """Return the files of the acceptance cases that are small enough."""
    found: list[bytes] = []
    for number, case in all_cases().items():
        if number.startswith("B91"):
            continue
        own = folder / f"case {len(found)}"
        own.mkdir(exist_ok=True)
        source = case.make(own).source
        if isinstance(source, Path) and source.stat().st_size <= LARGEST_SEED:
            found.append(source.read_bytes())
    return found
