"""Running a connector: admission, matching, batches, quarantine, row report."""
