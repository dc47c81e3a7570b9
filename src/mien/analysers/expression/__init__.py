"""The network for Action Units and gaze; its pictures are those of the landmarks."""
