"""Kafka: topics, message schemas, producer, at-least-once consumer, dead letters; confluent_kafka on use."""
