"""What can go wrong with a provider, and what may be done about it.

    ProviderError
    ├── Unparsable             an event that is not what the dialect speaks: park it
    ├── BadMediaPath           a path that leaves the media folder
    ├── ConfigProblem          what an administrator must put right, in words for them
    ├── NotSent                known: nothing went out
    │   ├── Unreachable        no connection, or the request was not fully written        retry
    │   ├── NotReady           the gateway gave up before sending                         retry
    │   ├── Interrupted        a download or question was cut off                         retry
    │   └── Rejected           asking again gives the same answer
    │       ├── NotOnWhatsApp
    │       ├── TooLarge
    │       ├── NotAvailable   the file or thing is not there (now)
    │       ├── TemplatesUnsupported
    │       ├── Paused         WhatsApp wants us to slow down; `new_chats_paused` stops new chats only
    │       └── OutOfService   our credentials, our slot or its session; again when the number is back
    └── OutcomeUnknown         it may have gone out: never again by itself, wait for evidence

Callers look at the attributes, never at texts:

`retry`         another try by itself may help
`certain`       we know that it did NOT go out; only `retry and certain` is sent again by itself
`when_back`     try again when the number is connected and logged in again
`row_possible`  of an unknown outcome: the gateway's record will show it if it went out
`code`, `params`  stable name and its values, to store; `SENTENCES[code]` is the English sentence to translate
`public`        that sentence, for the agent
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from rookery.providers.sentences import SENTENCES

Param = str | int


class ProviderError(Exception):
    """Base of all. `code` must be a key of SENTENCES; `params` fill its `%(name)s`."""

    retry: ClassVar[bool] = False
    certain: ClassVar[bool] = True
    when_back: ClassVar[bool] = False
    row_possible: bool = False
    code: str = "gateway_error"

    def __init__(self, code: str | None = None, **params: Param) -> None:
        self.code = code or type(self).code
        self.params: Mapping[str, Param] = params
        super().__init__(self.public)

    @property
    def public(self) -> str:
        """The sentence for the agent, in English and filled in; presenters translate it from `code`."""
        return sentence(self.code, self.params)


class Unparsable(ProviderError):
    code = "unparsable"


class BadMediaPath(ProviderError):
    code = "bad_media_path"


class ConfigProblem(ProviderError):
    code = "config_unreachable"


class NotSent(ProviderError):
    code = "not_sent"


class Unreachable(NotSent):
    retry = True
    code = "unreachable"


class NotReady(NotSent):
    retry = True
    code = "whatsapp_not_ready"


class Interrupted(NotSent):
    retry = True
    code = "interrupted"


class Rejected(NotSent):
    code = "rejected"


class NotOnWhatsApp(Rejected):
    code = "not_on_whatsapp"


class TooLarge(Rejected):
    code = "too_large"


class NotAvailable(Rejected):
    code = "not_available"


class TemplatesUnsupported(Rejected):
    code = "templates_unsupported"


class Paused(Rejected):
    code = "rate_limited"


class OutOfService(Rejected):
    when_back = True
    code = "not_logged_in"


class OutcomeUnknown(ProviderError):
    """`row_possible` False: the gateway writes its record only after success, so no row will ever come."""

    certain = False
    row_possible = True
    code = "gateway_error"

    def __init__(self, code: str | None = None, *, row_possible: bool = True, **params: Param) -> None:
        super().__init__(code, **params)
        self.row_possible = row_possible


def sentence(code: str, params: Mapping[str, Param]) -> str:
    """The English sentence of a code, filled in; of an unknown code the sentence for any other error."""
    text = SENTENCES.get(code, SENTENCES["gateway_error"])
    return text % _Missing(params)


class _Missing(dict[str, Param]):
    """A value that an old row does not hold must not stop a page."""

    def __missing__(self, key: str) -> str:
        return "?"


CONFIG_CODES: Final = tuple(code for code in SENTENCES if code.startswith("config_"))
