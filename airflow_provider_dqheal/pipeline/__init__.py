"""The stages of the loop as plain functions, one file a stage.

Operators, the API, the command line and the stream wrap these; they hold no logic of their own.
"""
