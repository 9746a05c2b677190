"""Values to what people and programs read: records, tables, pictures."""
