"""Every error dqheal raises, one line of meaning each.

A message says where, what was observed, what was expected, and the next step.
"""

from __future__ import annotations


class DQHealError(Exception):
    """Raised when dqheal cannot do what it was asked; the base of all errors below.

    ``retryable`` tells a scheduler whether trying again later can help.
    """

    retryable: bool = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class ConfigError(DQHealError):
    """Raised when a setting, a policy file or a declared schema cannot be used."""


class UnknownDataset(DQHealError):
    """Raised when a data set has no accepted history under that name."""


class BatchUnreadable(DQHealError):
    """Raised when a batch is missing, empty, not in its declared format, or outside the allowed roots."""


class ProfileError(DQHealError):
    """Raised when a readable batch cannot be profiled."""


class ModelLoadError(DQHealError):
    """Raised when detector weights are missing, altered, or made for other features."""


class RegistryError(DQHealError):
    """Raised when two things register under one name, or a name is not registered."""


class RemediationRefused(DQHealError):
    """Raised when a step's precondition does not hold or its budget is exceeded."""


class ValidationFailed(DQHealError):
    """Raised when a batch that was not proven better is about to be published."""


class PublishError(DQHealError):
    """Raised when staged output cannot be promoted; the raw batch is untouched."""

    retryable = True


class NothingToUndo(DQHealError):
    """Raised when a batch was never published, or was undone already."""


class QuarantineError(DQHealError):
    """Raised when a row is not in quarantine, or what is said of it cannot be used."""


class StoreError(DQHealError):
    """Raised when the state store cannot be reached, migrated or written."""

    retryable = True


class MessageRejected(DQHealError):
    """Raised when a message is malformed, too large or of an unknown version."""


class BrokerUnavailable(DQHealError):
    """Raised when Kafka does not answer within its deadline."""

    retryable = True


class EmbeddedError(DQHealError):
    """Raised when a part of the embedded demo (broker, Airflow, service) cannot be started or stopped."""
