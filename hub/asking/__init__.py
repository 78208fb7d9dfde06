"""What people ask: requests for withheld fields, and objections to a public task."""
