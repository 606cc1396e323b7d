"""One module for each thing measured. Each says its goal and gives its rows of the table."""
