"""What Khmer script is: facts without behaviour.

- ``ucd``: generated rows of the Unicode Character Database.
- ``classes``: the classes of UTN #61 (Base, Coeng, Robat …) and the strength of consonants, over those rows.
- ``grammar``: the productions of UTN #61 and of clusters as regular expressions, in named pieces.
- ``profiles``: the languages written in Khmer script, and which production each uses.

Sources: Unicode Technical Note #61, *Khmer Encoding Structure* (Martin Hosken, 2024), and the Unicode Standard,
section 16.4. Where the two name a thing differently, it goes by UTN #61's name.
"""
