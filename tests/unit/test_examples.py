"""The examples in docstrings are true, those below constants too."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil

import pytest

import khmertext

MODULES = sorted(
    ["khmertext", *(found.name for found in pkgutil.walk_packages(khmertext.__path__, "khmertext."))],
)


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_examples(name: str) -> None:
    # Read from the source: doctest itself does not see the text below a constant.
    module = importlib.import_module(name)
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            text = inspect.cleandoc(node.value.value)
            runner.run(parser.get_doctest(text, dict(vars(module)), name, module.__file__, node.lineno))
    assert runner.failures == 0
