"""Task group factories: the remediation of each issue type, and the whole loop for one batch."""
