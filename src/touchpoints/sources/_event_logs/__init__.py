"""What the readers and writers of event logs (XES, OCEL) share: XML, typed columns, round trips."""
