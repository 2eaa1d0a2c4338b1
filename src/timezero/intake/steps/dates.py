"""Dates written as text, as numbers, in parts, in other calendars: read, asked or refused."""

from __future__ import annotations

from timezero.intake.dates.reading import read_dates
from timezero.intake.step import Step

STEP = Step(order=400, title="Dates", run=read_dates)
