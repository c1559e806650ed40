"""The repair bench: known faults in known tables, healed by the whole loop and counted cell by cell."""
