"""What a command says when it cannot do what was asked."""

from __future__ import annotations


class Failure(Exception):
    """One line for the person at the keyboard; what is wrong and, if possible, what to type. Exit code `code`."""

    def __init__(self, words: str, code: int = 1) -> None:
        super().__init__(words)
        self.code = code
