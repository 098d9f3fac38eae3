"""Worlds: data, teachers and students that claims share. No claim is in them, and no figure."""
