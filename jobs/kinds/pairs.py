"""A bank's row and a document of 1C that may be the same payment: the one rule, as SQL.

Nothing is marked when rows are written: two batches that are written at the same time do not see each
other. A pair is found when it is looked for, whichever of the two came last.
"""

NEAR_DAYS = 2

# ``f`` is the bank's row, ``o`` 1C's. A transfer between own accounts is a списание of the paying one in 1C.
SAME_MONEY = f"""
o.account = f.account AND o.amount = f.amount AND o.currency = f.currency AND f.account <> ''
AND (o.direction = f.direction OR (f.direction = 'transfer' AND o.direction = 'out'))
AND o.booked_on BETWEEN f.booked_on - {NEAR_DAYS} AND f.booked_on + {NEAR_DAYS}
"""
STORED = "f.data_version IS NULL AND NOT f.retracted AND o.data_version IS NOT NULL AND NOT o.retracted"
# A partner that 1C has taken back binds nobody.
UNPAIRED_F = """
NOT EXISTS (SELECT FROM duplicate_decision d JOIN bank_transaction p ON p.id = d.onec_id AND NOT p.retracted
            WHERE d.current AND d.decision = 'same' AND d.file_id = f.id)
"""
UNPAIRED_O = """
NOT EXISTS (SELECT FROM duplicate_decision d JOIN bank_transaction p ON p.id = d.file_id AND NOT p.retracted
            WHERE d.current AND d.decision = 'same' AND d.onec_id = o.id)
"""
UNDECIDED = """
NOT EXISTS (SELECT FROM duplicate_decision d WHERE d.current AND d.file_id = f.id AND d.onec_id = o.id)
"""
# Pairs that wait for a person.
OPEN_PAIRS = f"""
bank_transaction f JOIN bank_transaction o ON {SAME_MONEY}
WHERE {STORED} AND {UNDECIDED} AND {UNPAIRED_F} AND {UNPAIRED_O}
"""
