"""The status service: a FastAPI application, a WebSocket hub and the built dashboard.

It shows what the store knows and holds no state of its own: it can be stopped and started at any time.
"""
