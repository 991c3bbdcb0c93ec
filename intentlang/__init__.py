"""From a text to an IntentProgram: parse, then check. Pure, apart from the language server."""
