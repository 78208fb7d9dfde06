"""The project's own files, read once: what git tracks or would track, and every module as a syntax tree."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("hub", "consent", "policies", "connectors", "workers")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its path from the root of the project, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Dotted name, `hub.sealing.opening`."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def module(path: str, text: str) -> Module:
    """A module from its text; tests use it to show that a rule sees a planted fault."""
    return Module(path, text, ast.parse(text, path))


@cache
def files() -> tuple[str, ...]:
    """Every file that is tracked or would be with the next `git add`, as paths from the root."""
    answer = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = {name for name in answer.stdout.decode().split("\0") if name}
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every module under these top-level folders; without an argument, of the five rooms."""
    wanted = folders or ROOMS
    return tuple(
        module(name, (ROOT / name).read_text(encoding="utf-8"))
        for name in files()
        if name.endswith(".py") and name.split("/")[0] in wanted
    )


@cache
def pages() -> tuple[str, ...]:
    """Every Markdown page of the project."""
    return tuple(name for name in files() if name.endswith(".md"))


def imports(tree: ast.AST, package: str = "") -> Iterator[tuple[str, str]]:
    """Every import as (module, name); `import x.y` gives ("x.y", ""). Relative ones are resolved in `package`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *([base] if base else [])])
            yield from ((base, alias.name) for alias in node.names)


def package_of(one: Module) -> str:
    """The package that relative imports of this module start from."""
    return one.name if one.path.endswith("/__init__.py") else one.name.rpartition(".")[0]


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Every function by its qualified name, a method as `Class.method`; one inside a function belongs to the outer."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, Function):
                    yield f"{node.name}.{inner.name}", inner


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute chain, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
