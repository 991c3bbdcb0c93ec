"""The language: text to syntax tree, cell files to a cell model, an intent to a program. Pure; files are read by whoever calls."""
