"""Analysis of any picture: where its faces are, their points, pose, identity and colours."""
