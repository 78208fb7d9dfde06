"""What is true of a learner besides consent: bars, overrides, objections, live ties, age and level of need."""
