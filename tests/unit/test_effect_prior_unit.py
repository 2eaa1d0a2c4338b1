"""What is tried of life without the treatment, where the treatment may have an effect."""

from __future__ import annotations

from timezero.audit.evidence import evidence_of
from timezero.audit.unknowns import make_prior
from timezero.model.claim import Claim


def test_an_unknown_effect_widens_what_life_without_it_can_be() -> None:
    """With most patients treated, the printed medians say little of the untreated."""
    numbers = {"n": "137", "n_late": "120", "median": "641", "median_late": "781"}
    evidence = evidence_of(Claim.model_validate({"numbers": numbers}))
    without, with_effect = (
        make_prior(evidence, effect=effect).coordinates[0] for effect in (False, True)
    )
    assert without.name == with_effect.name == "location"
    assert with_effect.lower == without.lower / 8.0
    assert with_effect.upper == without.upper * 8.0
