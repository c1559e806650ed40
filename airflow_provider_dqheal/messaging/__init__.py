"""Kafka: topics, versioned messages, a producer, an at-least-once consumer, the dead-letter topic."""
