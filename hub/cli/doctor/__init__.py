"""`dolen doctor`: every setting and component looked at, and what to do about each fault."""
