"""The hair style classifier: masks of hair to the head's styles.

    python -m mien.analysers.hair_style make FOLDER --count 8000
    python -m mien.analysers.hair_style train FOLDER

Needs the translator's weights, whose errors tell how wrong the fitted heads under the masks are.
"""
