"""The live panel's other side: what moves while a slider or a face before the camera moves.

Reading order: frames (what goes over the wires), values (the controls and the face code they
make), head, photo and camera (what can be asked), performer (the process that does it), stage
(the studio's end of that process), socket (the browser's end). The page is in `panel`.
"""
