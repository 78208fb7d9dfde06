"""Celery app, queues, schedule, the embedded worker thread, the supervised sequencer and sweep."""
