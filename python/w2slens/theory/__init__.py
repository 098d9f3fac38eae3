"""Laws and bounds about weak-to-strong training, as functions: one module per law."""
