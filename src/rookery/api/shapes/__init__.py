"""Rows as the contract's shapes. Every key of the contract is there; additions are marked in `schemas`."""
