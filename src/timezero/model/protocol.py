"""The question as a target trial: one TOML file, one object."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

PROTOCOL_SCHEMA = "timezero/protocol/1"

TimeUnit = Literal["days", "weeks", "months", "years"]
Profile = Literal["own", "publish", "cms"]
SMALLEST_SHOWN: Final = {"own": 1, "publish": 5, "cms": 11}
PositiveTime = Annotated[float, Field(gt=0, allow_inf_nan=False)]
LandmarkTime = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class DataPart(_Part):
    """Which file, which columns, and how its cells are to be read."""

    file: str | None = Field(
        default=None, description="The registry file; relative to the study file."
    )
    sheet: str | None = Field(
        default=None, description="The sheet of a workbook; the first if not said."
    )
    name: str = Field(default="", description="What the registry is called in the report.")
    simulated: bool = Field(default=False, description="True when the patients are not real.")
    id: str | None = Field(default=None, description="Column with the patient identifier.")
    time_zero: str | None = Field(
        default=None,
        description="Column with the date from which all is counted, when times are dates.",
    )
    entry: str | None = Field(
        default=None, description="Column: start of observation (delayed entry)."
    )
    initiation: str | None = Field(
        default=None, description="Column: when the late treatment began; empty = never."
    )
    trigger: str | None = Field(
        default=None, description="Column: when the patient became a candidate; empty = never."
    )
    exit: str | None = Field(default=None, description="Column: last time under observation.")
    event: str | None = Field(default=None, description="Column: how observation ended.")
    event_value: tuple[str, ...] = Field(
        default=(), description="Values that mean the event happened."
    )
    censored_value: tuple[str, ...] = Field(
        default=(),
        description="Values that mean it did not; may be left out when only one other exists.",
    )
    covariates: tuple[str, ...] = Field(
        default=(), description="Columns known at time zero, to adjust."
    )
    covariate_dates: dict[str, str] = Field(
        default_factory=dict,
        description="For a covariate, the column with the date on which it was measured.",
    )
    competing_value: tuple[str, ...] = Field(
        default=(),
        description="Values that mean a competing event, after which the event is impossible.",
    )
    layout: Literal["one_row_per_patient", "counting_process"] = Field(
        default="one_row_per_patient",
        description="counting_process: several rows a patient, each on (entry, exit], with 0 or 1 "
        "in the column `treated` and values that may change from row to row.",
    )
    treated: str | None = Field(
        default=None, description="Counting-process rows: column with 1 while on treatment, else 0."
    )
    centre: str | None = Field(default=None, description="Column: where the patient was treated.")
    negative_control: str | None = Field(
        default=None,
        description="Column: when an outcome happened that the treatment cannot change; "
        "empty = never.",
    )
    history_file: str | None = Field(
        default=None,
        description="A second table with values measured after time zero, one row a measurement; "
        "relative to the study file.",
    )
    history_id: str | None = Field(
        default=None, description="There: column with the patient; as in the registry if not said."
    )
    history_time: str | None = Field(
        default=None, description="There: column with the date or time of the measurement."
    )
    history: tuple[str, ...] = Field(
        default=(),
        description="Columns with values that change: of that table, or of counting-process rows.",
    )
    maximum_age: dict[str, PositiveTime] = Field(
        default_factory=dict,
        description="How long a value of `history` is carried forward; for ever if not said.",
    )
    unit: TimeUnit = Field(default="months", description="Unit of the times, and of all results.")
    date_format: str | None = Field(
        default=None, description="Format of dates stored as text, such as %d/%m/%Y; never guessed."
    )
    missing: tuple[str, ...] = Field(
        default=("", "NA", "N/A", "n/a", "NaN", "nan", "."),
        description="Cells that mean: not recorded.",
    )
    decimal_comma: bool = Field(default=False, description="Numbers are written 3,5.")
    recipe: str | None = Field(
        default=None,
        description="The recipe: how the cells of the registry are to be read; relative to the "
        "study file.",
    )
    death: str | None = Field(
        default=None,
        description="Column with the date of death; empty = not known to have died. Observation "
        "then ends at death, else at `exit` (the last contact).",
    )
    birth: str | None = Field(default=None, description="Column with the date of birth.")
    age: str | None = Field(default=None, description="Column with the age at time zero, in years.")
    sex: str | None = Field(default=None, description="Column with the sex; used to check rows.")
    diagnosis: str | None = Field(default=None, description="Column with the date of diagnosis.")
    further: tuple[str, ...] = Field(
        default=(), description="Columns with later treatments than `initiation`, in their order."
    )
    stated_time: str | None = Field(
        default=None,
        description="Column with the length of follow-up as somebody worked it out; compared with "
        "the dates, never used.",
    )
    perfusion_file: str | None = Field(
        default=None,
        description="A table with the course of each perfusion, one row a moment; relative to the "
        "study file.",
    )


class QuestionPart(_Part):
    """The question in words, as they are printed."""

    title: str = Field(default="", description="Title of the report.")
    time_zero: str = Field(default="time zero", description="What time zero is, in words.")
    treatment: str = Field(
        default="the late treatment", description="The late treatment, in words."
    )
    trigger: str = Field(
        default="the trigger", description="What makes a patient a candidate, in words."
    )
    outcome: str = Field(default="death from any cause", description="The event, in words.")
    eligibility: str = Field(default="", description="Who could be in the study.")
    published_claim: str = Field(default="", description="The claim that is looked at again.")
    published_error: Literal["ever_treated", "clock_reset", "waiting_excluded"] = Field(
        default="ever_treated", description="How the published comparison was made."
    )


class RulesPart(_Part):
    """Named rules for what the calendar cannot decide."""

    same_day: Literal["after", "half_before"] = Field(
        default="after",
        description="Treatment and exit on the same day: treatment counts after the exit (C4), "
        "or half a unit of the recorded resolution before it.",
    )
    zero_exit: Literal["half", "keep"] = Field(
        default="half",
        description="Exit at time zero, where treatment depends on time: half a unit of the "
        "recorded resolution after zero, or kept at zero.",
    )
    first_day: Literal[0, 1] = Field(
        default=0,
        description="Dates: the day of time zero is day 0, or day 1 (all times one day longer).",
    )
    resolution: PositiveTime | None = Field(
        default=None, description="Smallest step in which times were recorded; one day if not said."
    )
    data_cut: str | None = Field(
        default=None,
        description="Last day on which anything can be known, as 2024-12-31; no date may be later. "
        "Today if not said.",
    )
    contact_after_death: Literal["death", "contact"] | None = Field(
        default=None,
        description="Where a last contact is later than the death: the death is right, or the "
        "contact is (and the patient did not die on that day).",
    )
    status_against_date: Literal["date", "status"] | None = Field(
        default=None,
        description="Where status and date of death contradict each other, which of them is right.",
    )
    event_coding_confirmed: bool = Field(
        default=False,
        description="The values that mean the event were looked at again and are right, although "
        "they look like those of the living.",
    )
    repeat_on_first_day: Literal["same_operation", "treated_at_zero"] | None = Field(
        default=None,
        description="A repeat on the day of the first treatment is the same operation written "
        "twice (no repeat), or a treatment at time zero.",
    )
    late_entry: Literal["left_truncation", "from_time_zero"] | None = Field(
        default=None,
        description="Patients who came under observation after time zero: counted from then on, or "
        "(which credits them with the time before) from time zero.",
    )
    stated_time_against_dates: Literal["dates", "refuse"] | None = Field(
        default=None,
        description="Where the stated length of follow-up disagrees with the dates: the dates are "
        "used, or nothing is analysed.",
    )
    near_ties: Literal["merge", "keep"] = Field(
        default="merge",
        description="Times closer than a relative 1e-9 are one time (C5); keep only for times "
        "that were drawn by a computer to more digits than that.",
    )


class AnalysisPart(_Part):
    """What is estimated, and how."""

    horizons: tuple[PositiveTime, ...] = Field(
        default=(),
        description="Times for RMST and survival differences; chosen by rule if not said.",
    )
    landmarks: tuple[LandmarkTime, ...] = Field(
        default=(), description="Landmarks; quartiles of the time to initiation if not said."
    )
    landmark_window: PositiveTime | None = Field(
        default=None,
        description="Follow-up after a landmark in the supermodel; the last horizon if unset.",
    )
    strata: tuple[str, ...] = Field(
        default=(), description="Covariates whose levels are strata of the Mantel-Byar test."
    )
    ties: Literal["efron", "breslow"] = Field(
        default="efron", description="Ties in Cox models (C9)."
    )
    level: Annotated[float, Field(gt=0.5, lt=1)] = Field(
        default=0.95, description="Interval coverage."
    )
    seed: Annotated[int, Field(ge=0)] = Field(
        default=20131025, description="Seed of all random draws."
    )
    redeals: Annotated[int, Field(ge=0)] = Field(
        default=10_000, description="Draws of the re-randomisation test."
    )
    bootstrap: Annotated[int, Field(ge=0)] = Field(
        default=2_000, description="Bootstrap replicates of patients."
    )
    minimum_at_risk: Annotated[int, Field(ge=1)] = Field(
        default=10,
        description="A state-specific curve starts when so many are at risk in its state.",
    )
    early_window: PositiveTime | None = Field(
        default=None,
        description="Length of the peri-operative window after initiation; 3 months if unset.",
    )
    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        default=2, description="Threads; results do not depend on it."
    )


class FitnessPart(_Part):
    """How those who were treated are made comparable with those who could have been."""

    counted_from: Literal["trigger", "time_zero"] | None = Field(
        default=None,
        description="From when the strategies are compared; the trigger if one is recorded.",
    )
    grace_period: PositiveTime | None = Field(
        default=None,
        description="Treatment within this time counts as the strategy `treat`; the third quartile "
        "of the observed waits if not said.",
    )
    grace_periods: tuple[PositiveTime, ...] = Field(
        default=(),
        description="Grace periods to sweep over; 2/3, 1 and 3/2 of the grace period if not said.",
    )
    grace: Literal["natural", "uniform"] = Field(
        default="natural",
        description="When within the grace period the strategy `treat` treats: as was done, or "
        "evenly spread over the grace period.",
    )
    period: PositiveTime | None = Field(
        default=None,
        description="Width of the periods of discrete-time methods; by a stated rule if not said.",
    )
    event_order: Literal["treatment_first", "event_first"] = Field(
        default="treatment_first",
        description="Within a period: treatment that begins in it counts for an event in it, or "
        "only from the next period.",
    )
    weight_model: Literal["cox", "pooled_logistic"] = Field(
        default="pooled_logistic",
        description="Model of the censoring weights of clone-censor-weight.",
    )
    hazard_at: Literal["before", "through"] = Field(
        default="before",
        description="Censoring weights at a time use the hazard before it, or through it.",
    )
    truncate: Annotated[float, Field(gt=0.5, le=1)] = Field(
        default=1.0,
        description="Weights above this quantile are set to it in the main analysis; 1 = none. A "
        "sweep over 1, 0.995, 0.99 and 0.95 is always shown.",
    )
    matches: Annotated[int, Field(ge=1, le=10)] = Field(
        default=1, description="Patients matched to each who begins treatment."
    )
    match_exactly: tuple[str, ...] = Field(
        default=(), description="Covariates that matched patients must share."
    )
    caliper: PositiveTime = Field(
        default=0.2,
        description="Largest distance of a match, in standard deviations of the linear score.",
    )
    replicates: Annotated[int, Field(ge=0)] = Field(
        default=1_000, description="Bootstrap replicates of patients for these methods."
    )
    variance: Literal["automatic", "sandwich", "person_bootstrap", "lef_bootstrap"] = Field(
        default="automatic",
        description="How standard errors are found; automatic: by size, with the reason printed.",
    )
    simulated_patients: Annotated[int, Field(ge=100)] = Field(
        default=10_000, description="Patients simulated by the g-formula."
    )
    centre: Literal["cluster", "stratum", "ignore"] = Field(
        default="cluster",
        description="What the centre is: whose patients are alike, or who has its own hazard.",
    )


class ReportPart(_Part):
    """Who the report is for."""

    profile: Profile = Field(
        default="publish",
        description="own: nothing hidden; publish: counts below 5 hidden; cms: counts below 11.",
    )
    smallest_cell: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Hide counts below this; not lower than the profile's own."
    )

    @model_validator(mode="after")
    def _never_lower_than_the_profile(self) -> ReportPart:
        least = SMALLEST_SHOWN[self.profile]
        if self.smallest_cell is not None and self.smallest_cell < least:
            msg = (
                f"smallest_cell is {self.smallest_cell}, but the profile {self.profile} hides "
                f"counts below {least}: raise it, or leave it out"
            )
            raise ValueError(msg)
        return self

    @property
    def smallest_shown(self) -> int:
        """The smallest count that is printed; 1 in one's own report, where nothing is hidden."""
        if self.profile == "own":
            return 1
        return max(SMALLEST_SHOWN[self.profile], self.smallest_cell or 1)


class Protocol(_Part):
    """The question, the data, the rules and the analyses of one study.

    A protocol is frozen; ``model_copy(update=...)`` makes a changed one. Every part that was not
    set has a visible default.
    """

    schema_: Literal["timezero/protocol/1"] = Field(default=PROTOCOL_SCHEMA, alias="schema")
    data: DataPart = Field(default_factory=DataPart)
    question: QuestionPart = Field(default_factory=QuestionPart)
    rules: RulesPart = Field(default_factory=RulesPart)
    analysis: AnalysisPart = Field(default_factory=AnalysisPart)
    fitness: FitnessPart = Field(default_factory=FitnessPart)
    report: ReportPart = Field(default_factory=ReportPart)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="after")
    def _ages_belong_to_histories(self) -> Protocol:
        unknown = sorted(set(self.data.maximum_age) - set(self.data.history))
        if unknown:
            msg = f"maximum_age names {', '.join(unknown)}, not listed under history"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _dates_belong_to_covariates(self) -> Protocol:
        unknown = sorted(set(self.data.covariate_dates) - set(self.data.covariates))
        if unknown:
            listed = ", ".join(unknown)
            msg = f"covariate_dates names {listed}, not listed under covariates"
            raise ValueError(msg)
        return self
