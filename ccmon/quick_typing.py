"""What typing has, without loading it: that and making its generics was a tenth of what a call costs.

Its names are stand-ins but for type checkers: nobody asks for types at run time. `NamedTuple` is written and checked as that of
typing, which compiles a constructor for each class, 0.2 ms; here those with as many fields share their code.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import *  # noqa: F403
else:
    class _Name:
        """Whatever is made of it is the same."""

        def __getitem__(self, parameters: object) -> _Name:
            return self

        def __call__(self, *of_type_var: object, **bounds: object) -> _Name:
            return self

    class Protocol:
        """The base of what only type checkers read."""

    IO = Any = BinaryIO = Callable = Container = ContextManager = Deque = Dict = Final = FrozenSet = Generator = _Name()
    Iterable = Iterator = List = Mapping = Match = NoReturn = Optional = Pattern = Sequence = Set = TextIO = Tuple = Type = IO
    TypeVar = Union = IO

    from types import FunctionType
    try:
        from collections import _tuplegetter as field_of
    except ImportError:                # another Python: slower to read, and otherwise the same
        from operator import itemgetter

        def field_of(index: int, doc: str) -> property:
            """The descriptor of the field with that index."""
            return property(itemgetter(index), doc=doc)

    new = tuple.__new__
    _CONSTRUCTORS = dict(enumerate((
        lambda c: new(c, ()),
        lambda c, a: new(c, (a,)),
        lambda c, a, b: new(c, (a, b)),
        lambda c, a, b, d: new(c, (a, b, d)),
        lambda c, a, b, d, e: new(c, (a, b, d, e)),
        lambda c, a, b, d, e, f: new(c, (a, b, d, e, f)),
        lambda c, a, b, d, e, f, g: new(c, (a, b, d, e, f, g)),
        lambda c, a, b, d, e, f, g, h: new(c, (a, b, d, e, f, g, h)),
        lambda c, a, b, d, e, f, g, h, i: new(c, (a, b, d, e, f, g, h, i)),
        lambda c, a, b, d, e, f, g, h, i, j: new(c, (a, b, d, e, f, g, h, i, j)),
        lambda c, a, b, d, e, f, g, h, i, j, k: new(c, (a, b, d, e, f, g, h, i, j, k)),
        lambda c, a, b, d, e, f, g, h, i, j, k, m: new(c, (a, b, d, e, f, g, h, i, j, k, m)),
        lambda c, a, b, d, e, f, g, h, i, j, k, m, n: new(c, (a, b, d, e, f, g, h, i, j, k, m, n)),
        lambda c, a, b, d, e, f, g, h, i, j, k, m, n, o: new(c, (a, b, d, e, f, g, h, i, j, k, m, n, o)),
        lambda c, a, b, d, e, f, g, h, i, j, k, m, n, o, p: new(c, (a, b, d, e, f, g, h, i, j, k, m, n, o, p)),
        lambda c, a, b, d, e, f, g, h, i, j, k, m, n, o, p, q: new(c, (a, b, d, e, f, g, h, i, j, k, m, n, o, p, q)),
        lambda c, a, b, d, e, f, g, h, i, j, k, m, n, o, p, q, r: new(c, (a, b, d, e, f, g, h, i, j, k, m, n, o, p, q, r)),
    )))

    def _constructor(name: str, fields: Tuple[str, ...], defaults: Tuple[Any, ...]) -> FunctionType:
        model = _CONSTRUCTORS.get(len(fields))
        if model is None:
            made = _wide_constructor(fields, defaults)
        else:
            code = model.__code__.replace(co_varnames=("_cls", *fields), co_name="__new__")
            made = FunctionType(code, model.__globals__, "__new__", defaults)
        made.__qualname__ = f"{name}.__new__"
        return made

    def _wide_constructor(fields: Tuple[str, ...], defaults: Tuple[Any, ...]) -> FunctionType:
        """For classes of which few values are made: slower than the others."""
        usual, names = dict(zip(fields[len(fields) - len(defaults):], defaults)), frozenset(fields)

        def __new__(_cls: type, *values: Any, **named: Any) -> tuple:
            given = dict(zip(fields, values))
            if len(values) > len(fields) or not named.keys() <= names or given.keys() & named.keys():
                raise TypeError(f"unexpected arguments; the fields are {', '.join(fields)}")
            given = {**usual, **given, **named}
            if len(given) < len(fields):
                raise TypeError(f"missing arguments: {', '.join(field for field in fields if field not in given)}")
            return new(_cls, map(given.__getitem__, fields))
        return __new__

    class Values(tuple):
        """What all classes of named tuples have in common."""

        __slots__ = ()
        _fields = ()

        @classmethod
        def _make(cls, values: Iterable[Any]) -> Values:
            """The tuple with these values in their order. TypeError where they are too few or too many."""
            made = new(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **changed: Any) -> Values:
            """The same with other values in these fields. TypeError where there is no such field."""
            made = new(type(self), map(changed.pop, self._fields, self))
            if changed:
                raise TypeError(f"Got unexpected field names: {list(changed)!r}")
            return made

        __replace__ = _replace         # of copy.replace, since 3.13

        def _asdict(self) -> Dict[str, Any]:
            """Name of each field -> value."""
            return dict(zip(self._fields, self))

        def __repr__(self) -> str:
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in zip(self._fields, self))})"

        def __getnewargs__(self) -> tuple:
            return tuple(self)

    _RESERVED = {"__new__", "__init__", "__slots__", "__getnewargs__", "_fields", "_field_defaults", "_make",
                 "_replace", "_asdict"}

    class _Made(type):
        """Makes an ordinary class of what stands in the body of one."""

        def __new__(cls, name: str, bases: Tuple[type, ...], body: Dict[str, Any]) -> type:
            """TypeError for other bases, reserved names, and a field without a default behind one that has one."""
            fields = tuple(_annotations(body))
            reserved = [field for field in fields if field[0] == "_"] or sorted(_RESERVED & body.keys())
            if reserved or len(bases) > 1:
                raise TypeError(f"a named tuple has no {reserved[0]} of its own" if reserved else "NamedTuple is the only base")
            defaults = tuple(body[field] for field in fields if field in body)
            with_default = fields[len(fields) - len(defaults):]
            if any(field not in body for field in with_default):
                raise TypeError("a field without a default cannot follow one that has one")
            body.update({field: field_of(index, field) for index, field in enumerate(fields)})
            body.update(__new__=_constructor(name, fields, defaults), __slots__=(), _fields=fields, __match_args__=fields,
                        _field_defaults=dict(zip(with_default, defaults)))
            return type(name, (Values,), body)

    def _annotations(body: Dict[str, Any]) -> Dict[str, Any]:
        """Name -> type, as it is written. Newer Pythons than 3.13 have a function that makes them."""
        annotate = body.get("__annotate_func__") or body.get("__annotate__")
        return body.get("__annotations__") or (annotate(1) if annotate else {})

    def NamedTuple() -> None:
        """The base of a class whose annotations are the fields of a tuple."""

    NamedTuple.__mro_entries__ = lambda bases: (_BASE,)
    _BASE = type.__new__(_Made, "NamedTuple", (), {})
