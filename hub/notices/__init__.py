"""Notice rows: kinds and the writing of them; nothing is sent from here."""
