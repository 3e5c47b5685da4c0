"""What can go wrong, for a person to read: every message is one sentence that says what to do."""


class TunegridError(Exception):
    """The root of every error that tunegrid raises on purpose."""


class SpecError(TunegridError):
    """A study, an option or a configuration asks for something that cannot be."""


class DataError(TunegridError):
    """A data set is missing, incomplete or not the one that it claims to be."""


class DataMissingError(DataError):
    """A data set is nowhere to be found, and could not be downloaded."""


class RunError(TunegridError):
    """Training cannot start or cannot go on."""


class StoreError(TunegridError):
    """A store cannot be read or written, or was written by a newer version."""


class DamagedStoreError(StoreError):
    """A store's file is not whole: `repair_store` may bring back what can be read of it."""


class BridgeError(TunegridError):
    """R cannot be reached from here, or would not do what it was asked."""
