"""FieldVisit 走访通: the field-visit service of a wholesaler's marketing department."""

__version__ = "0.1.0"
