"""How much a table may be. What is beyond is refused by name, whatever the file says of itself."""

# Excel has 16,384 columns; nobody fills more than some hundred, and each costs memory in every row.
MOST_COLUMNS = 1_024
HEADER_ROWS = 30
# Excel's own limit of a cell; CSV has none.
MOST_TEXT = 32_767
# The longest header and title that are looked at: what is longer is a text.
MOST_HEADER, MOST_TITLE = 120, 300
# What is kept of the first rows for a person to look at: cells of a row, characters of a cell.
SHOWN_CELLS, SHOWN_TEXT = 40, 80
