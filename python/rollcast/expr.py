"""Argo's success and failure conditions, from text to the program that the engine evaluates.

The language is the part of Expr (expr-lang/expr) that conditions on a metric use. A forecast's results have
at most one element, so ``all``, ``any`` and ``none`` come down to that element.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from rollcast.errors import nearest

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)"
    r"|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<mark>\*\*|&&|\|\||==|!=|<=|>=|\?\?|\.\.|[-+*/%^()\[\],<>!#{}?:.|'\"`])"
    r"|(?P<bad>\S))"
)

# (how tightly it binds, operation); Expr's own table
_BINARY = {
    "or": (10, "or"), "||": (10, "or"), "and": (15, "and"), "&&": (15, "and"),
    "==": (20, "equal"), "!=": (20, "not_equal"), "<": (20, "less"), "<=": (20, "less_equal"),
    ">": (20, "greater"), ">=": (20, "greater_equal"),
    "+": (30, "add"), "-": (30, "subtract"), "*": (60, "multiply"), "/": (60, "divide"), "%": (60, "modulo"),
    "**": (100, "power"), "^": (100, "power"),
}  # fmt: skip
_UNARY = {"not": (50, "not"), "!": (50, "not"), "-": (90, "negate"), "+": (90, "")}

# functions of one argument
_FUNCTIONS = {
    "len": "length", "isNaN": "is_nan", "isInf": "is_inf", "isNil": "is_nil",
    "asInt": "to_int", "int": "to_int", "asFloat": "to_float", "float": "to_float",
    "abs": "abs", "floor": "floor", "ceil": "ceil", "round": "round",
}  # fmt: skip
_FOLDED = {"min": "min", "max": "max"}  # of two or more
_CLOSURES = ("all", "any", "none")
_WORDS = ("result", "true", "false", "nil", "default", *_FUNCTIONS, *_FOLDED, *_CLOSURES)


@dataclass(frozen=True)
class ConditionStep:
    """One step in postfix order; the names are those of ``_core.ConditionOp``."""

    op: str
    number: float = 0
    skip: int = 0


class ConditionError(ValueError):
    """A condition that cannot be read; ``column`` counts from 1 within the condition."""

    def __init__(self, message: str, column: int, suggestion: str | None = None) -> None:
        super().__init__(f"at character {column}: {message}")
        self.suggestion = suggestion


@dataclass(frozen=True)
class _Token:
    kind: str  # number, word, mark, end
    text: str
    column: int


Steps = list[ConditionStep]


@functools.lru_cache(maxsize=256)
def parse_condition(text: str, *, scalar_result: bool = False) -> Steps:
    """Reads a condition. ``scalar_result``: the query gives a number, no vector; it is ``result``."""
    parser = _Parser(_tokens(text), scalar_result)
    steps = parser.expression(0)
    if parser.token.kind != "end":
        raise parser.error(f'expected an operator such as "<" or "and", found "{parser.token.text}"')
    return steps


def _tokens(text: str) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        column = match.start(kind) + 1
        if kind == "bad":
            bad = match.group(kind)
            raise ConditionError(f'"{bad}" means nothing here', column, "==" if bad == "=" else None)
        if match.group(kind) in ("'", '"', "`"):
            raise ConditionError("texts are not supported: the results of a forecast are numbers", column)
        tokens.append(_Token(kind, match.group(kind), column))
    return [*tokens, _Token("end", "the end", len(text) + 1)]


class _Parser:
    """A Pratt parser that emits postfix steps."""

    def __init__(self, tokens: list[_Token], scalar_result: bool) -> None:
        self._tokens = tokens
        self._index = 0
        self._scalar = scalar_result
        self._in_closure = False
        self._depth = 0

    @property
    def token(self) -> _Token:
        return self._tokens[self._index]

    def error(
        self, message: str, token: _Token | None = None, suggestion: str | None = None
    ) -> ConditionError:
        return ConditionError(message, (token or self.token).column, suggestion)

    def _next(self) -> _Token:
        token = self.token
        self._index += 1
        return token

    def _accept(self, text: str) -> bool:
        if self.token.kind != "end" and self.token.text == text:
            self._index += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self.error(f'expected "{text}", found {self._found()}')

    def _found(self) -> str:
        return "the end" if self.token.kind == "end" else f'"{self.token.text}"'

    def expression(self, least: int) -> Steps:
        self._depth += 1
        if self._depth > 100:
            raise self.error("is nested too deeply")
        left = self._unary()
        while (found := _BINARY.get(self.token.text)) and found[0] >= least and self.token.kind != "end":
            precedence, op = found
            self._next()
            right = self.expression(precedence if op == "power" else precedence + 1)
            if op in ("and", "or"):
                left = [*left, ConditionStep(op, skip=len(right)), *right]
            else:
                left = [*left, *right, ConditionStep(op)]
        if self.token.text in (
            "?",
            "??",
            "..",
            "|",
            "in",
            "matches",
            "contains",
            "startsWith",
            "endsWith",
            "let",
        ):
            raise self.error(
                f'"{self.token.text}" is not supported: compare with < <= > >= == !=, join with and, or, not'
            )
        self._depth -= 1
        return left

    def _unary(self) -> Steps:
        found = _UNARY.get(self.token.text)
        if found is None:
            return self._postfix(self._primary())
        precedence, op = found
        self._next()
        operand = self.expression(precedence)
        return [*operand, ConditionStep(op)] if op else operand

    def _postfix(self, steps: Steps) -> Steps:
        while True:
            if self._accept("["):
                index = self.expression(0)
                self._expect("]")
                steps = [*steps, *index, ConditionStep("index")]
            elif self.token.text == ".":
                raise self.error("fields are not supported: a result is a list of numbers, so use result[0]")
            else:
                return steps

    def _primary(self) -> Steps:
        token = self._next()
        if token.kind == "number":
            return [ConditionStep("number", float(token.text))]
        if token.text == "(":
            steps = self.expression(0)
            self._expect(")")
            return steps
        if token.text == "#" and self._in_closure:
            return self._element()
        if token.kind == "word":
            return self._word(token)
        self._index -= 1
        raise self.error(f"expected a number, result or a function, found {self._found()}")

    def _element(self) -> Steps:
        """The one element of the result."""
        return [ConditionStep("result"), ConditionStep("number", 0), ConditionStep("index")]

    def _word(self, token: _Token) -> Steps:
        name = token.text
        if name in ("true", "false"):
            return [ConditionStep("truth", float(name == "true"))]
        if name == "nil":
            return [ConditionStep("nil")]
        if name == "result":
            if not self._scalar:
                return [ConditionStep("result")]
            if self.token.text == "[":
                raise self.error(
                    "the query gives a plain number, not a vector, so result[...] fails; use result"
                )
            return self._element()
        if name == "default":
            if self._scalar:  # Argo looks at the result, which is never nil, whatever the arguments are
                self._arguments(token, 2, 2)
                return self._element()
            return [*self._arguments(token, 2, 2), ConditionStep("default")]
        if name in _FUNCTIONS:
            return [*self._arguments(token, 1, 1), ConditionStep(_FUNCTIONS[name])]
        if name in _FOLDED:
            return self._fold(token, _FOLDED[name])
        if name in _CLOSURES:
            return self._closure(token)
        what = "function" if self.token.text == "(" else "word"
        raise self.error(f'the {what} "{name}" is not supported in a condition', token, nearest(name, _WORDS))

    def _argument_lists(self, token: _Token, least: int, most: int | None) -> list[Steps]:
        self._expect("(")
        arguments: list[Steps] = []
        while not self._accept(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.expression(0))
        if len(arguments) < least or (most is not None and len(arguments) > most):
            wanted = f"{least}" if least == most else f"at least {least}"
            raise self.error(
                f"{token.text}() takes {wanted} argument{'s' * (least != 1)}, got {len(arguments)}", token
            )
        return arguments

    def _arguments(self, token: _Token, least: int, most: int | None) -> Steps:
        return [step for argument in self._argument_lists(token, least, most) for step in argument]

    def _fold(self, token: _Token, op: str) -> Steps:
        first, *others = self._argument_lists(token, 2, None)
        return [*first, *(step for other in others for step in (*other, ConditionStep(op)))]

    def _closure(self, token: _Token) -> Steps:
        """all(result, # < 1) is len(result) == 0 or result[0] < 1; any() likewise with != and and."""
        self._expect("(")
        if self._scalar or self.token.text != "result" or self._in_closure:
            raise self.error(
                f"{token.text}() is supported over result only, and over a query that gives a vector"
            )
        self._next()
        self._expect(",")
        braces = self._accept("{")
        self._in_closure = True
        inner = self.expression(0)
        self._in_closure = False
        if braces:
            self._expect("}")
        self._expect(")")
        op, join = ("equal", "or") if token.text == "all" else ("not_equal", "and")
        steps = [
            ConditionStep("result"),
            ConditionStep("length"),
            ConditionStep("number", 0),
            ConditionStep(op),
        ]
        steps += [ConditionStep(join, skip=len(inner)), *inner]
        return [*steps, ConditionStep("not")] if token.text == "none" else steps
