"""Fails where a file, a function or a nesting is longer than the house allows (docs/architecture.md, Sizes)."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 60
NESTING = 4  # the function's own body is 1
NESTS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)


def depth(node: ast.AST, level: int = 1) -> int:
    """How deep blocks stand in blocks; an `elif` is no deeper than its `if`."""
    deepest = level
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        nests = isinstance(child, NESTS) and not is_elif
        deepest = max(deepest, depth(child, level + 1 if nests else level))
    return deepest


def complaints(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{path}: {lines} lines (at most {FILE_LINES})"
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        long = (node.end_lineno or node.lineno) - node.lineno + 1
        if long > FUNCTION_LINES:
            yield f"{path}:{node.lineno}: {node.name} has {long} lines (at most {FUNCTION_LINES})"
        if depth(node) > NESTING:
            yield f"{path}:{node.lineno}: {node.name} nests {depth(node) - 1} deep (at most {NESTING - 1})"


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"], capture_output=True, text=True, check=True
    )
    files = [Path(name) for name in listed.stdout.split() if Path(name).exists()]
    found = [line for path in files for line in complaints(path)]
    print("\n".join(found) if found else f"sizes: {len(files)} files within the limits")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
