"""The version of khmertext; it is written into manifests, so that a build can be repeated."""

__version__ = "0.1.0"
