"""Rules as data: conditions on fields, and what follows from them."""
