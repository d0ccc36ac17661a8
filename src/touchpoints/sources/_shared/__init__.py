"""What the readers of formats share: files, records, columns that grow, skipped rows, the end."""
