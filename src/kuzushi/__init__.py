"""A laboratory for small neural networks: train them, draw every hidden unit, say what they have learned."""

__version__ = "0.1.0"
