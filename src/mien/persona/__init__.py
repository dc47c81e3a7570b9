"""Where `head` and `face` meet: photos become codes, and codes move photos."""
