"""Plans and applies repairs: one file per strategy, the plan, the runner, the ledger.

A plan is a pure value; applying it never touches the raw batch.
"""
