"""Tables of somebody's own: the roles of their columns, saved mappings, tables of databases."""
