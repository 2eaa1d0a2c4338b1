"""Files and tables to a validated cohort."""
