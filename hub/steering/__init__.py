"""The life of a protocol: proposing, signing, putting in force, suspending, warning; and trying a draft on what was."""
