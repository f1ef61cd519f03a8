"""What the gateway's generations have in common: shapes that look alike in all of them. Dialects build on these."""
