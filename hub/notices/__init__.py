"""Notice rows: kinds and the writing of them, in the transaction of what happened; nothing is sent from here."""
