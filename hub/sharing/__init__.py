"""The one door: facts, decision, opening, recording, answer."""
