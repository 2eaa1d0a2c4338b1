"""What an article says in words: one file each, exposing WORDS."""
