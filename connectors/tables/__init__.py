"""Tables in CSV files, as census and return connectors read them."""
