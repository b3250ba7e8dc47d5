"""The digest of many short texts, without OpenSSL, which hashlib loads and which takes longer than reading some logs."""

try:
    from _blake2 import blake2b  # type: ignore[import-not-found]
except ImportError:                    # private: not every Python has it
    from hashlib import blake2b

__all__ = ["blake2b"]
