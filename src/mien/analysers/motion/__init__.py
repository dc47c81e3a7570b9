"""The reader of moved faces: what a fit of landmarks answers beside rest, to Action Units.

    python -m mien.analysers.motion make FOLDER --count 900
    python -m mien.analysers.motion train FOLDER

`make` draws people at rest and in many expressions and finds their landmarks as in a clip; it can
be stopped and goes on where it was. `train` writes `weights/motion.safetensors`.
"""
