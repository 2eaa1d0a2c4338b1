"""What the study record knows about the analyses of a registry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRecord:
    """How often these data were analysed, as the study record has it.

    Parameters
    ----------
    run : str
        Name of this analysis in the record.
    number : int
        This is the how many-th analysis of these data, from 1.
    n_protocols : int
        How many different study files were used on them.
    prespecified : bool
        This study file was registered before the first analysis of these data.
    """

    run: str
    number: int
    n_protocols: int
    prespecified: bool
