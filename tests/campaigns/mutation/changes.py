"""Small wrong changes to a module's source, one at a time.

May live here: what is changed, and how a mutant is named. May not be known here: who judges it.
"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Final

import attrs

SOURCE: Final = Path(__file__).parents[3] / "src" / "versionchain"

_COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_COUNTED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@attrs.frozen
class Mutant:
    """One wrong change.

    Attributes:
        module: the file's name in the package, without its ending.
        function: in which function or class it is, dotted; "" for the module's own lines.
        change: the code before and after it, as `before -> after`; no line numbers, so that the
            name stays when the file grows.
        source: the module with it.
    """

    module: str
    function: str
    change: str
    source: str = attrs.field(repr=False)

    def __str__(self) -> str:
        """A name that is good for a list."""
        return f"{self.module}.{self.function}: {self.change}"


def mutants(module: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines; equal changes in a function once."""
    tree = ast.parse((SOURCE / f"{module}.py").read_text(encoding="utf-8"))
    found: dict[str, Mutant] = {}
    for function, node in _inside(tree):
        for change in _changes(node):
            made = _made(tree, node, change)
            before, after = ast.unparse(_shown(node)), ast.unparse(_shown(change(deepcopy(node))))
            mutant = Mutant(module, function, f"{before} -> {after}", made)
            found.setdefault(str(mutant), mutant)
    return list(found.values())


Change = Callable[[ast.AST], ast.AST]


def _inside(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node that runs and decides something, with the name of where it is."""

    def walk(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "type_comment", "keywords_docs"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST) or _silent(child, node):
                    continue
                named = isinstance(child, ast.FunctionDef | ast.ClassDef)
                inner = f"{name}.{child.name}".lstrip(".") if named else name
                yield inner, child
                yield from walk(child, inner)

    yield from walk(tree, "")


def _silent(node: ast.AST, parent: ast.AST) -> bool:
    """What says nothing when it runs: docstrings, imports, names for others, types, f-strings."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        name = target.id if isinstance(target, ast.Name) else ""
        return name == "__all__" or name.endswith(("T", "Clock", "Source", "Interval"))
    return isinstance(parent, ast.If) and "TYPE_CHECKING" in ast.dump(parent.test)


def _made(tree: ast.Module, node: ast.AST, change: Change) -> str:
    """The module's source with one node changed."""

    class Swap(ast.NodeTransformer):
        def visit(self, each: ast.AST) -> ast.AST:
            if getattr(each, "_mark", None) == id(node):
                return change(each)
            return self.generic_visit(each)

    node._mark = id(node)  # type: ignore[attr-defined]
    copy = deepcopy(tree)
    del node._mark  # type: ignore[attr-defined]
    return ast.unparse(ast.fix_missing_locations(Swap().visit(copy)))


def _shown(node: ast.AST) -> ast.AST:
    """The part of a statement that a name needs: its first line's."""
    if isinstance(node, ast.If | ast.While):
        return node.test
    return node


def _changes(node: ast.AST) -> list[Change]:
    """What can be done to a node."""
    return _to_operator(node) or _to_constant(node) or _to_flow(node)


def _to_operator(node: ast.AST) -> list[Change]:
    match node:
        case ast.Compare(ops=[op]):
            return [_set("ops", [_COMPARED[type(op)]()])]
        case ast.BoolOp():
            return [_set("op", ast.Or() if isinstance(node.op, ast.And) else ast.And())]
        case ast.UnaryOp(op=ast.Not()):
            return [lambda each: each.operand]  # type: ignore[attr-defined]
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _COUNTED:
            return [_set("op", _COUNTED[type(node.op)]())]
    return []


def _to_constant(node: ast.AST) -> list[Change]:
    match node:
        case ast.Constant(value=bool() as value):
            return [_set("value", not value)]
        case ast.Constant(value=int() as value):
            return [_set("value", value + 1), _set("value", value - 1)]
        case ast.Constant(value=str() as value) if value:
            return [_set("value", f"XX{value}")]
    return []


def _to_flow(node: ast.AST) -> list[Change]:
    match node:
        case ast.If() | ast.IfExp():
            return [_set("test", ast.Constant(True)), _set("test", ast.Constant(False))]
        case ast.Return(value=value) if value is not None:
            return [_set("value", ast.Constant(None))]
        case ast.Raise() | ast.Expr(value=ast.Call()):
            return [lambda _: ast.Pass()]
        case ast.Break():
            return [lambda _: ast.Continue()]
        case ast.Continue():
            return [lambda _: ast.Break()]
    return []


def _set(name: str, value: object) -> Change:
    def change(node: ast.AST) -> ast.AST:
        setattr(node, name, value)
        return node

    return change
