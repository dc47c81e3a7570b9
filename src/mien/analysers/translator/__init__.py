"""The one-shot translator: landmarks and identity descriptor of a face to identity sliders.

    python -m mien.analysers.translator make FOLDER --count 30000
    python -m mien.analysers.translator train FOLDER

`make` draws random people and analyses the pictures; it can be stopped and goes on where it was.
`train` writes `weights/character-translator.safetensors`: the network, how well it knows each
slider, the landmark detector's bias and noise, and the statistics of sampled people.
"""
