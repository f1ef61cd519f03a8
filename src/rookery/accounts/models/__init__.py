from rookery.accounts.models.access import ApiToken, AuditEntry, OneTimeLink, SignInFailure
from rookery.accounts.models.people import Account, Membership, Team, TeamMember, User

__all__ = [
    "Account",
    "ApiToken",
    "AuditEntry",
    "Membership",
    "OneTimeLink",
    "SignInFailure",
    "Team",
    "TeamMember",
    "User",
]
