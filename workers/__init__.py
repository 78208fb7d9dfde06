"""Celery app, queues and schedule: one thin task per use case."""
