from __future__ import annotations

import ast
import doctest
import importlib
import inspect

import pytest

MODULES = [
    *("khmertext", "khmertext.errors", "khmertext.text.clusters"),
    *("khmertext.script.classes", "khmertext.script.profiles", "khmertext.script.ucd"),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    # Read from the source: doctest itself does not see the text below a constant.
    module = importlib.import_module(name)
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            text = inspect.cleandoc(node.value.value)
            runner.run(parser.get_doctest(text, dict(vars(module)), name, module.__file__, node.lineno))
    assert runner.tries > 0
    assert runner.failures == 0
