"""Profiles: what a batch looks like, as mergeable statistics, the same whatever reads it.

One law holds for everything here: a Profile is a function of the multiset of rows.
"""
