"""Pure functions on the text of cells: parsing, spelling, slips, dependencies, whole-column transforms."""
