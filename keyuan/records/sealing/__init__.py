"""The seal over history: what was written is sealed each second, and verification names what no longer fits.

How and why stands in docs/decisions/0015-audit-seal.md.
"""
