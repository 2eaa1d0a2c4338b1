"""What a paper or an article says: its numbers as printed, each with the sentence it stands in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from timezero.model.protocol import TimeUnit

CLAIM_SCHEMA = "timezero/claim/1"

Group = Literal["all", "late", "never"]
Comparison = Literal[
    "ever_treated", "own_clocks", "waiting_excluded", "landmark", "randomised", "not_stated"
]
SourceKind = Literal["paper", "press release", "news", "computed from data", "simulated"]
MAXIMUM_TEXT = 200_000
Text = Annotated[str, Field(max_length=MAXIMUM_TEXT)]
Words = Annotated[str, Field(max_length=2_000)]
Digits = Annotated[str, Field(min_length=1, max_length=200)]
Time = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def _as_table(value: Any) -> Any:
    """Let a bare text or number stand for a table with nothing but what was printed."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    return {"printed": str(value)}


class PrintedNumber(_Part):
    """One number as it was printed, and the sentence it stands in."""

    printed: Digits = Field(
        description="As printed: '27.2', 'almost thirty', '18 or 21', '< .001', 'not reached'."
    )
    sentence: Words = Field(default="", description="The sentence it stands in.")
    unit: TimeUnit | None = Field(
        default=None, description="Its unit of time, where it is not the claim's."
    )
    interval: tuple[float, float] | None = Field(
        default=None,
        description="What values it can stand for; by default what its digits or words say.",
    )
    lower: Digits | None = Field(
        default=None, description="Lower limit of its confidence interval, as printed."
    )
    upper: Digits | None = Field(
        default=None, description="Upper limit of its confidence interval, as printed."
    )
    level: Annotated[float, Field(gt=0.5, lt=1)] = Field(
        default=0.95, description="Coverage of that interval."
    )

    @model_validator(mode="after")
    def _interval_is_ordered(self) -> PrintedNumber:
        if self.interval is not None and not self.interval[0] <= self.interval[1]:
            msg = "the first number of an interval is the smaller one"
            raise ValueError(msg)
        return self

    @model_validator(mode="before")
    @classmethod
    def _from_bare(cls, value: Any) -> Any:
        return _as_table(value)


class GroupNumber(PrintedNumber):
    """A number of one group: how many, or how much, in all, the late treated, or the never."""

    group: Group = Field(description="all, late (ever treated) or never (never treated).")


class NumberAtTime(GroupNumber):
    """A number of one group at one time: survival, number at risk, or mean time lived."""

    time: Time = Field(description="The time, in the claim's unit.")


class NumberAtShare(GroupNumber):
    """The time by which a share of one group had died: the quartiles of a survival curve."""

    share: Annotated[float, Field(gt=0, lt=1)] = Field(description="0.25 for the first quartile.")


class CurveFile(_Part):
    """Points read off one printed survival curve, in a CSV file beside the claim."""

    group: Group
    file: Words = Field(description="CSV with columns time and survival (0 to 1, or 0 to 100).")


class Source(_Part):
    """Where the claim was printed."""

    citation: Words = Field(default="", description="The paper or article.")
    kind: SourceKind = Field(default="paper", description="What kind of text it is.")
    doi: Words = Field(default="", description="Digital object identifier, without address.")
    url: Words = Field(default="", description="Address, where there is no DOI.")
    date: Words = Field(default="", description="When it was printed.")
    authors_caution: Words = Field(
        default="", description="What the authors themselves said against their comparison."
    )
    conflicts: Words = Field(default="", description="Interests that the text declares.")
    facts_from: Words = Field(
        default="", description="Which part was read: the abstract, the whole paper, a table."
    )
    simulated: bool = Field(default=False, description="True when the patients are not real.")


class Asked(_Part):
    """Who was compared with whom, from when."""

    time_zero: Words = Field(default="", description="What time is counted from; empty: not said.")
    treatment: Words = Field(default="the late treatment", description="The late treatment.")
    trigger: Words = Field(
        default="", description="What makes a patient a candidate; empty: nothing was said."
    )
    outcome: Words = Field(default="death from any cause", description="The event.")
    patients: Words = Field(default="patients", description="Who was studied, in the plural.")
    unit: TimeUnit = Field(default="months", description="Unit of the times.")
    comparison: Comparison = Field(
        default="not_stated",
        description="ever_treated: ever against never, both from time zero; own_clocks: each from "
        "its own procedure; waiting_excluded: waiting thrown away; landmark: groups fixed at a "
        "stated time; randomised: assigned at time zero; not_stated is read as ever_treated.",
    )
    landmark: Time | None = Field(default=None, description="The landmark, if there is one.")
    classified_until: Time | None = Field(
        default=None, description="Until when patients could join the treated group."
    )
    early_deaths_excluded: Time | None = Field(
        default=None, description="Deaths before this time were left out."
    )
    test: Words = Field(default="", description="The test behind the p-value, as named.")


class Numbers(_Part):
    """Every number that was printed; what was not printed is left out."""

    n: PrintedNumber | None = Field(default=None, description="Patients in all.")
    n_late: PrintedNumber | None = Field(default=None, description="Of these, ever treated late.")
    n_never: PrintedNumber | None = Field(default=None, description="Of these, never treated late.")
    n_triggered: PrintedNumber | None = Field(
        default=None, description="Patients who became candidates (such as by a recurrence)."
    )
    share_late: PrintedNumber | None = Field(
        default=None, description="Share ever treated late, as a percentage or share."
    )
    never_eligible: PrintedNumber | None = Field(
        default=None, description="Share who could never have had the late treatment."
    )
    deaths: PrintedNumber | None = Field(default=None, description="Deaths in all.")
    deaths_late: PrintedNumber | None = Field(default=None, description="Deaths, ever treated.")
    deaths_never: PrintedNumber | None = Field(default=None, description="Deaths, never treated.")
    median: PrintedNumber | None = Field(default=None, description="Median survival of all.")
    median_late: PrintedNumber | None = Field(default=None, description="Median, ever treated.")
    median_never: PrintedNumber | None = Field(default=None, description="Median, never treated.")
    mean: PrintedNumber | None = Field(default=None, description="Mean survival of all.")
    mean_late: PrintedNumber | None = Field(default=None, description="Mean, ever treated.")
    mean_never: PrintedNumber | None = Field(default=None, description="Mean, never treated.")
    times_as_long: PrintedNumber | None = Field(
        default=None, description="How many times as long the treated lived, as printed."
    )
    hazard_ratio: PrintedNumber | None = Field(
        default=None, description="Hazard ratio, ever against never treated."
    )
    p_value: PrintedNumber | None = Field(default=None, description="P of that comparison.")
    accrual: PrintedNumber | None = Field(
        default=None, description="Length of the time in which patients entered."
    )
    follow_up: PrintedNumber | None = Field(default=None, description="Median follow-up.")
    follow_up_end: PrintedNumber | None = Field(
        default=None, description="Longest possible follow-up, from first entry to analysis."
    )
    wait: PrintedNumber | None = Field(
        default=None, description="Median time from time zero to the late treatment."
    )
    wait_lower_quartile: PrintedNumber | None = Field(default=None, description="Its quartile.")
    wait_upper_quartile: PrintedNumber | None = Field(default=None, description="Its quartile.")
    wait_shortest: PrintedNumber | None = Field(default=None, description="Its smallest value.")
    wait_longest: PrintedNumber | None = Field(default=None, description="Its largest value.")
    wait_mean: PrintedNumber | None = Field(default=None, description="Its mean.")
    trigger_time: PrintedNumber | None = Field(
        default=None, description="Median time from time zero to the trigger."
    )
    survival: tuple[NumberAtTime, ...] = Field(
        default=(), description="Survival of a group at a time, as a percentage or share."
    )
    quantiles: tuple[NumberAtShare, ...] = Field(
        default=(), description="Times by which a share of a group had died."
    )
    rmst: tuple[NumberAtTime, ...] = Field(
        default=(), description="Mean time lived up to a horizon."
    )
    at_risk: tuple[NumberAtTime, ...] = Field(
        default=(), description="Numbers at risk under a printed curve."
    )
    curves: tuple[CurveFile, ...] = Field(
        default=(), description="Points read off printed survival curves."
    )


Limits = tuple[
    Annotated[float, Field(allow_inf_nan=False)], Annotated[float, Field(allow_inf_nan=False)]
]


class Assumptions(_Part):
    """Ranges of what nobody printed; all of them can be overridden, and all are in the report."""

    accrual: Limits | None = Field(
        default=None, description="Length of accrual; from the printed one if there is one."
    )
    after_accrual: Limits | None = Field(
        default=None, description="Follow-up after accrual ended; by rule if not said."
    )
    lost_by_median: Limits = Field(
        default=(0.0, 0.3), description="Share lost to follow-up by the pooled median survival."
    )
    never_eligible: Limits | None = Field(
        default=None,
        description="Share who could never have the late treatment; up to the share never treated "
        "if not said.",
    )
    wait: Limits | None = Field(
        default=None,
        description="Median wait of the treated where it is not printed, from other studies.",
    )
    waiting_shape: Limits = Field(
        default=(0.5, 6.0),
        description="Weibull shape of the waiting time: 1 is a constant rate, above 1 it rises.",
    )
    cure: Limits = Field(
        default=(0.0, 0.4), description="Share who never have the event, where there is such."
    )
    frailty_law: Literal["gamma", "log_normal", "both"] = Field(
        default="both", description="How patients differ in ways that nobody measured."
    )
    hazard_ratio: Limits = Field(
        default=(0.01, 100.0), description="True effects that are tried, evenly on the log scale."
    )
    harm_window: Time | None = Field(
        default=None, description="Length of a peri-operative window with an effect of its own."
    )
    harm_ratio: Limits = Field(
        default=(1.0, 5.0), description="Hazard ratio inside that window, evenly on the log scale."
    )
    trigger: bool | None = Field(
        default=None,
        description="Whether the treatment needs the trigger first; yes if trigger numbers are "
        "printed.",
    )
    trigger_hazard_ratio: Limits = Field(
        default=(1.0, 6.0), description="Death rate after the trigger against before it."
    )

    @model_validator(mode="after")
    def _ranges_are_ordered(self) -> Assumptions:
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, tuple) and not value[0] <= value[1]:
                msg = f"{name}: the first number of a range is the smaller one"
                raise ValueError(msg)
        return self


class Claim(_Part):
    """One published comparison: the question, the numbers as printed, and what is assumed."""

    schema_: Literal["timezero/claim/1"] = Field(default=CLAIM_SCHEMA, alias="schema")
    title: Words = Field(default="", description="What the claim is called in the report.")
    text: Text = Field(default="", description="The passage that was read, for the report.")
    source: Source = Field(default_factory=Source)
    question: Asked = Field(default_factory=Asked)
    numbers: Numbers = Field(default_factory=Numbers)
    assumptions: Assumptions = Field(default_factory=Assumptions)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
