"""Lines of a client-bank file → documents and account sections, whatever the bank left out."""

from domain.errors import UnsupportedFormat
from jobs.formats.client_bank import keys
from jobs.formats.client_bank.sections import AccountSection

RawRow = dict[str, str]

# Characters of one document; a real one has 900 to 2,500. Longer ones are rejected, cut short.
MAX_DOCUMENT = 1 << 18
MAX_SECTIONS = 100_000
_KEPT_FIELDS = 100
_KEPT_VALUE = 1000


class Machine:
    """Reads line by line. Whatever begins ends what was before it, because banks forget the ends.

    ``rows`` are the documents that are complete so far; who reads them empties the list.
    """

    def __init__(self) -> None:
        self.rows: list[RawRow] = []
        self.sections: list[AccountSection] = []
        self._document: RawRow | None = None
        self._last = ""
        self._continued: list[str] = []
        self._size = 0
        self._section: dict[str, str] | None = None
        self._account = ""

    def line(self, text: str) -> None:
        if not text:
            return
        key, equals, value = text.partition("=")
        name = keys.canonical(key)
        if name in keys.STRUCTURE:
            self._structure(name, value)
        elif self._document is not None:
            self._size += len(text) + 1
            if self._size > MAX_DOCUMENT:
                self._cut_short(self._document)
            elif name and equals:
                self._field(self._document, name, value, text)
            else:
                self._continue(text)
        elif name and equals:
            self._outside(name, value.strip())

    def end_of_file(self) -> None:
        """A document that is still open was cut off: nobody knows what its last field should say."""
        if self._document is not None:
            self._document.setdefault(keys.DEFECT, keys.TRUNCATED)
        self.close_open()

    def close_open(self) -> None:
        """End the document or the section that is being read."""
        document, self._document = self._document, None
        if document is not None:
            self._end_value(document)
            if keys.DEFECT not in document and _shows_nul(document):
                document[keys.DEFECT] = keys.NUL
            self.rows.append(document)
        section, self._section = self._section, None
        if section and not keys.BALANCES.isdisjoint(section):
            section.setdefault(keys.OWN_ACCOUNT, self._account)
            self.sections.append(AccountSection.read(section))
            if len(self.sections) > MAX_SECTIONS:
                raise UnsupportedFormat("too_many_sections", limit=MAX_SECTIONS)

    def _structure(self, name: str, value: str) -> None:
        if name == keys.ACCOUNT_END and self._document is not None:
            return
        self.close_open()
        if name == keys.DOCUMENT:
            self._document, self._last = {keys.DOCUMENT: value}, keys.DOCUMENT
            self._size = len(value)
            if self._size > MAX_DOCUMENT:
                self._cut_short(self._document)
        elif name == keys.ACCOUNT:
            self._section = {}

    def _outside(self, name: str, value: str) -> None:
        if name == keys.OWN_ACCOUNT:
            self._account = value
            if self._section is not None and name in self._section:
                self.close_open()
                self._section = {}
        elif self._section is None and name in keys.BALANCES:
            # The line СекцияРасчСчет is missing: the account is the one named last.
            self._section = {keys.OWN_ACCOUNT: self._account}
        if self._section is not None and name in keys.SECTION_FIELDS:
            self._section.setdefault(name, value[:_KEPT_VALUE])

    def _field(self, document: RawRow, name: str, value: str, text: str) -> None:
        before = document.get(name, "")
        if not before.strip() and not (name == self._last and self._continued):
            self._end_value(document)
            document[name] = value
            self._last = name
        elif self._last.startswith(keys.PURPOSE) and value != before:
            # A document has each key once: this is a line of the purpose that looks like one.
            self._continue(text)

    def _continue(self, text: str) -> None:
        # Joined when the value ends: appending each of 100,000 short lines would take minutes.
        if text.strip():
            self._continued.append(text)

    def _end_value(self, document: RawRow) -> None:
        if self._continued:
            document[self._last] = "\n".join((document[self._last], *self._continued))
            self._continued.clear()

    def _cut_short(self, document: RawRow) -> None:
        if keys.DEFECT not in document:
            self._end_value(document)
            kept = {name: value[:_KEPT_VALUE] for name, value in list(document.items())[:_KEPT_FIELDS]}
            document.clear()
            document.update(kept)
            document[keys.DEFECT] = keys.TOO_LONG


def _shows_nul(document: RawRow) -> bool:
    return any(keys.NUL_SHOWN in text for pair in document.items() for text in pair)
