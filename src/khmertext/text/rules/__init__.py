"""What is rewritten, one module for each family of rule.

Each rule is a function from the parts of a syllable to whether it changed them, with a stable name. The order of
application stands in one place, :data:`khmertext.text.mending.RULES`; it is run to a fixed point.
"""
