"""Lists as clients ask for them: filters, orders and pages of the contract over the domain's guarded reads."""
