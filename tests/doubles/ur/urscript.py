"""A small interpreter of URScript: one `def … end`, assignments, `if`/`elif`/`else`, `while`, lists, arithmetic, calls.

The text is parsed into Python closures. A statement that is a call of a function that takes time (servoj, stopj, sync) gives the
turn away until the controller's next period, and so does nothing else: `run` is a generator that yields once a period.
Everything else raises ScriptError with its line.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Value = bool | int | float | list["Value"]
Scope = dict[str, Value]
Function = Callable[..., Value]

TOKEN = re.compile(r"\s*(?:(\d+\.\d+(?:e-?\d+)?|\d+)|(==|!=|<=|>=|[-+*/%<>()\[\],:=])|([A-Za-z_]\w*))")
ROWS = re.compile(r"\s*\[((?:-?\d+(?:\.\d+)?,){64,}-?\d+(?:\.\d+)?)\]")
WORDS = {"def", "end", "if", "elif", "else", "while", "and", "or", "not", "True", "False"}
BINARY: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": lambda a, b: a + b,  # type: ignore[operator]
    "-": lambda a, b: a - b,  # type: ignore[operator]
    "*": lambda a, b: a * b,  # type: ignore[operator]
    "/": lambda a, b: a / b,  # type: ignore[operator]
    "<": lambda a, b: a < b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
LEVELS = (("==", "!=", "<", ">", "<=", ">="), ("+", "-"), ("*", "/"))
PURE: Mapping[str, Function] = {"norm": lambda x: abs(x), "floor": lambda x: math.floor(x)}


class ScriptError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    body: "Statement"

    def run(self, functions: Mapping[str, Function], blocking: Mapping[str, Function]) -> Iterator[None]:
        """Runs on until the next function that takes time, each time that it is asked to go on."""
        return self.body(Run({**PURE, **functions}, blocking, {}))


@dataclass(slots=True)
class Run:
    functions: Mapping[str, Function]
    blocking: Mapping[str, Function]
    names: Scope


Expression = Callable[[Run], Value]
Statement = Callable[[Run], Iterator[None]]


def is_whole(text: str) -> bool:
    """Whether a program that came over the wire is all there: an `end` at the margin."""
    return text.startswith("def ") and re.search(r"^end\n", text, re.MULTILINE) is not None


def parse(text: str) -> Script:
    """Raises ScriptError for whatever this does not know."""
    lines = [(number, line.split("#")[0].strip()) for number, line in enumerate(text.splitlines(), 1)]
    reader = _Lines([(number, line) for number, line in lines if line])
    number, line = reader.next()
    head = re.fullmatch(r"def (\w+)\(\):", line)
    if head is None:
        raise ScriptError(f"line {number}: expected `def name():`, got {line[:60]!r}")
    body = _block(reader, ("end",))
    reader.next()
    if reader.left:
        raise ScriptError(f"line {reader.left[0][0]}: something behind the program's end")
    return Script(head[1], body)


class _Lines:
    def __init__(self, left: list[tuple[int, str]]) -> None:
        self.left = left

    def next(self) -> tuple[int, str]:
        if not self.left:
            raise ScriptError("the program ends too early")
        return self.left.pop(0)

    @property
    def word(self) -> str:
        return re.split(r"\W", self.left[0][1], maxsplit=1)[0] if self.left else ""


def _block(lines: _Lines, ends: tuple[str, ...]) -> Statement:
    statements = []
    while lines.word not in ends:
        statements.append(_statement(lines))

    def run(r: Run) -> Iterator[None]:
        for statement in statements:
            yield from statement(r)

    return run


def _statement(lines: _Lines) -> Statement:
    word = lines.word
    number, line = lines.next()
    if word == "while":
        return _while(_expression(number, line, "while", ":"), lines)
    if word == "if":
        return _if(_expression(number, line, "if", ":"), lines)
    assigned = re.match(r"(\w+)\s*=(?!=)", line)
    if assigned is not None and assigned[1] not in WORDS:
        value = line[assigned.end() :]
        rows = ROWS.fullmatch(value)
        return _assign(assigned[1], _constant(rows[1]) if rows is not None else _Tokens(number, value).whole())
    called = re.match(r"(\w+)\(", line)
    if called is None or called[1] in WORDS:
        raise ScriptError(f"line {number}: what is {line[:60]!r}?")
    return _call_alone(number, line)


def _expression(number: int, line: str, first: str, last: str) -> Expression:
    if not line.endswith(last):
        raise ScriptError(f"line {number}: expected {last!r} at the end")
    return _Tokens(number, line[len(first) : -len(last)]).whole()


def _while(condition: Expression, lines: _Lines) -> Statement:
    body = _block(lines, ("end",))
    lines.next()

    def run(r: Run) -> Iterator[None]:
        while condition(r):
            yield from body(r)

    return run


def _if(condition: Expression, lines: _Lines) -> Statement:
    branches, otherwise = [(condition, _block(lines, ("end", "elif", "else")))], None
    while lines.word != "end":
        word = lines.word
        number, line = lines.next()
        if word == "elif":
            branches.append((_expression(number, line, "elif", ":"), _block(lines, ("end", "elif", "else"))))
        else:
            otherwise = _block(lines, ("end",))
    lines.next()

    def run(r: Run) -> Iterator[None]:
        for holds, body in branches:
            if holds(r):
                yield from body(r)
                return
        if otherwise is not None:
            yield from otherwise(r)

    return run


def _constant(rows: str) -> Expression:
    """The numbers of a trajectory, read once."""
    fixed: list[Value] = [float(number) for number in rows.split(",")]
    return lambda r: fixed


def _assign(name: str, value: Expression) -> Statement:
    def run(r: Run) -> Iterator[None]:
        r.names[name] = value(r)
        yield from ()

    return run


def _call_alone(number: int, line: str) -> Statement:
    name, arguments = _Tokens(number, line).call()

    def run(r: Run) -> Iterator[None]:
        given = [argument(r) for argument in arguments]
        if name in r.blocking:
            is_over = False
            while not is_over:
                is_over = bool(r.blocking[name](*given))
                yield
        elif name in r.functions:
            r.functions[name](*given)
        else:
            raise ScriptError(f"line {number}: no function {name}")

    return run


class _Tokens:
    """Expressions by descent: or, and, not, comparison, sum, product, sign, element."""

    def __init__(self, number: int, text: str) -> None:
        self.number, self.at = number, 0
        self.tokens: list[tuple[str, str]] = []
        position, text = 0, text.rstrip()
        while position < len(text):
            found = TOKEN.match(text, position)
            if found is None:
                raise ScriptError(f"line {number}: what is {text[position : position + 20]!r}?")
            kind = "number" if found[1] else "sign" if found[2] else "word" if found[3] in WORDS else "name"
            self.tokens.append((kind, found[1] or found[2] or found[3]))
            position = found.end()

    def whole(self) -> Expression:
        found = self._or()
        if self.at < len(self.tokens):
            raise ScriptError(f"line {self.number}: {self.tokens[self.at][1]!r} behind an expression")
        return found

    def call(self) -> tuple[str, list[Expression]]:
        _, name = self.tokens[0]
        self.at = 1
        arguments = self._listed("(", ")")
        if self.at < len(self.tokens):
            raise ScriptError(f"line {self.number}: something behind a call")
        return name, arguments

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _take(self, *signs: str) -> str | None:
        if self._peek() not in signs or not self._peek():
            return None
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _must(self, sign: str) -> None:
        if self._take(sign) is None:
            raise ScriptError(f"line {self.number}: expected {sign!r}, got {self._peek()!r}")

    def _listed(self, first: str, last: str) -> list[Expression]:
        self._must(first)
        found: list[Expression] = []
        while self._take(last) is None:
            if found:
                self._must(",")
            found.append(self._or())
        return found

    def _or(self) -> Expression:
        left = self._and()
        while self._take("or"):
            left = (lambda a, b: lambda r: a(r) or b(r))(left, self._and())
        return left

    def _and(self) -> Expression:
        left = self._not()
        while self._take("and"):
            left = (lambda a, b: lambda r: a(r) and b(r))(left, self._not())
        return left

    def _not(self) -> Expression:
        if self._take("not"):
            inner = self._not()
            return lambda r: not inner(r)
        return self._level(0)

    def _level(self, level: int) -> Expression:
        if level == len(LEVELS):
            return self._signed()
        left = self._level(level + 1)
        while (sign := self._take(*LEVELS[level])) is not None:
            left = (lambda f, a, b: lambda r: f(a(r), b(r)))(BINARY[sign], left, self._level(level + 1))
        return left

    def _signed(self) -> Expression:
        if self._take("-"):
            inner = self._signed()
            return lambda r: -inner(r)  # type: ignore[operator]
        found = self._atom()
        while self._peek() == "[":
            self._must("[")
            index = self._or()
            self._must("]")
            found = (lambda a, i: lambda r: a(r)[i(r)])(found, index)  # type: ignore[index]
        return found

    def _atom(self) -> Expression:
        if self.at >= len(self.tokens):
            raise ScriptError(f"line {self.number}: an expression ends too early")
        kind, text = self.tokens[self.at]
        if text == "[":
            items = self._listed("[", "]")
            return lambda r: [item(r) for item in items]
        if self._take("("):
            inner = self._or()
            self._must(")")
            return inner
        self.at += 1
        if kind == "number":
            number = float(text) if "." in text else int(text)
            return lambda r: number
        if text in ("True", "False"):
            return lambda r: text == "True"
        if kind != "name":
            raise ScriptError(f"line {self.number}: {text!r} is no value")
        return self._named(text)

    def _named(self, name: str) -> Expression:
        if self._peek() == "(":
            arguments = self._listed("(", ")")
            return lambda r: r.functions[name](*(argument(r) for argument in arguments))
        return lambda r: r.names[name]
