"""The language: text to syntax tree, cell files to a cell model, an intent to a program. Pure: others read the files."""
