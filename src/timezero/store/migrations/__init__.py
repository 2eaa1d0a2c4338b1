"""The steps that tables of the store have taken; run by timezero itself, forward only."""
