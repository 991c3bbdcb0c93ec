"""No file names a package host, a path of somebody's machine, or a tool that is nobody's concern but its user's.

The words are spelled here in pieces, so that this file does not name them either.
"""

import re

from tests.architecture.tree import ROOT, repository_files

HOSTS = ("py" + "pi.org", "python" + "hosted", "npm" + "js", "artifact" + "ory", "proxy.go" + "lang", "crates" + ".io")
PATHS = ("/wo" + "rk/", "/tm" + "p/cw", "/ro" + "ot/", "/opt/py" + "pi")
TOOLS = ("cla" + "ude", "anth" + "ropic", "chat" + "gpt", "open" + "ai", "copi" + "lot")

# A path counts where it starts: `/wo…` at the beginning of a word, not the middle of `docs/wo…`.
FORBIDDEN = re.compile(
    "|".join(
        [*(re.escape(w) for w in HOSTS), *(r"(?<![\w.}])" + re.escape(w) for w in PATHS), *(rf"\b{re.escape(w)}" for w in TOOLS)]
    ),
    re.IGNORECASE,
)


def test_no_file_names_what_does_not_belong() -> None:
    found = []
    for path in repository_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if match := FORBIDDEN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match.group()}")
    assert found == []


def test_sees_each_forbidden_word() -> None:
    for word in (*HOSTS, *PATHS, *TOOLS):
        assert FORBIDDEN.search(f"see {word}main for it"), word
