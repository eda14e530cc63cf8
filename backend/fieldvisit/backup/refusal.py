"""Why a backup or a restore is not done."""


class Refused(ValueError):
    """Nothing was changed; its text is a sentence without its full stop."""
