"""Argo's conditions, from text to steps."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

import pytest

from rollcast.expr import ConditionError, ConditionStep, parse_condition


def steps(text: str, *, scalar_result: bool = False) -> str:
    """The steps in one line: ``result 0 index 0.01 less``."""
    return " ".join(_shown(step) for step in parse_condition(text, scalar_result=scalar_result))


def _shown(step: ConditionStep) -> str:
    if step.op == "number":
        return f"{step.number:g}"
    if step.op == "truth":
        return "true" if step.number else "false"
    return f"{step.op}:{step.skip}" if step.skip else step.op


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("result[0] < 0.01", "result 0 index 0.01 less"),
        ("result[0]>=.95", "result 0 index 0.95 greater_equal"),
        ("len(result) == 0", "result length 0 equal"),
        ("isNaN(result[0])", "result 0 index is_nan"),
        ("default(result, 0) < 0.05", "result 0 default 0.05 less"),
        ("true", "true"),
        ("result != nil", "result nil not_equal"),
        ("asFloat(result[0]) * 100 <= 5", "result 0 index to_float 100 multiply 5 less_equal"),
        ("max(1, 2, 3) > min(4, 5)", "1 2 max 3 max 4 5 min greater"),
        ("abs(-1) == round(1.2)", "1 negate abs 1.2 round equal"),
    ],
)
def test_conditions_become_postfix(text: str, expected: str) -> None:
    assert steps(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "1 2 3 multiply add"),
        ("(1 + 2) * 3", "1 2 add 3 multiply"),
        ("8 - 4 - 2", "8 4 subtract 2 subtract"),  # to the left
        ("2 ** 3 ** 2", "2 3 2 power power"),  # to the right
        ("-2 ** 2", "2 2 power negate"),
        ("not true or false", "true not or:1 false"),
        ("!true == false", "true not false equal"),  # Expr's not binds more tightly than ==
        ("1 < 2 + 3", "1 2 3 add less"),
    ],
)
def test_operators_bind_as_in_expr(text: str, expected: str) -> None:
    assert steps(text) == expected


def test_and_and_or_say_how_much_they_skip() -> None:
    assert steps("true || false && true") == "true or:3 false and:1 true"
    assert steps("len(result) == 0 or result[0] < 1") == "result length 0 equal or:5 result 0 index 1 less"


def test_closures_over_the_result_come_down_to_its_one_element() -> None:
    expected = "result length 0 equal or:5 result 0 index 1 less"
    assert steps("all(result, # < 1)") == expected
    assert steps("all(result, {# < 1})") == expected
    assert steps("any(result, # < 1)") == "result length 0 not_equal and:5 result 0 index 1 less"
    assert steps("none(result, # < 1)") == "result length 0 not_equal and:5 result 0 index 1 less not"


def test_the_result_of_a_scalar_query_is_a_number() -> None:
    assert steps("result < 1", scalar_result=True) == "result 0 index 1 less"
    assert steps("default(result, 0) < 1", scalar_result=True) == "result 0 index 1 less"
    with pytest.raises(ConditionError, match=r"result\[\.\.\.\] fails; use result"):
        parse_condition("result[0] < 1", scalar_result=True)


@pytest.mark.parametrize(
    ("text", "message", "suggestion"),
    [
        ("", "at character 1: expected a number, result or a function, found the end", None),
        ("result[0] <", "at character 12: expected a number, result or a function, found the end", None),
        ("(result[0] < 1", 'at character 15: expected ")", found the end', None),
        ("resul[0] < 1", 'at character 1: the word "resul" is not supported in a condition', "result"),
        ("isNan(result)", 'at character 1: the function "isNan" is not supported in a condition', "isNaN"),
        ("result[0] = 1", 'at character 11: "=" means nothing here', "=="),
        ("result[0] < 1 2", 'at character 15: expected an operator such as "<" or "and", found "2"', None),
        ("result.rate < 1", "at character 7: fields are not supported: a result is a list of numbers, "
                            "so use result[0]", None),
        ('result[0] == "OK"', "at character 14: texts are not supported: the results of a forecast are numbers", None),
        ("true ? 1 : 2", 'at character 6: "?" is not supported: compare with < <= > >= == !=, join with '
                         "and, or, not", None),
        ("len(result, 1)", "at character 1: len() takes 1 argument, got 2", None),
        ("filter(result, # > 1)", 'at character 1: the function "filter" is not supported in a condition', None),
        ("(" * 200, "at character 101: is nested too deeply", None),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_its_place(
    text: str, message: str, suggestion: str | None
) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)
    assert str(caught.value) == message
    assert caught.value.suggestion == suggestion
