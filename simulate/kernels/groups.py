"""Groups of arrays that kernels take by one pointer.

Numba passes a named tuple of arrays as seven numbers an array, some three hundred for all that a
quarter needs, and unpacks and packs them at every call: that was what compilation took longest for.
A group lies in memory, and is read field by field where a field is named.
"""

from hashlib import blake2s
from typing import Any, TypeVar

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)

NamedArrays = TypeVar("NamedArrays", bound=type)


class Group(types.Type):
    """The type of a named tuple that kernels take by its place in memory."""

    def __init__(self, name: str, fields: tuple[tuple[str, types.Type], ...]) -> None:
        self.fields = fields
        described = ", ".join(f"{key}: {kind}" for key, kind in fields)
        # Short, since it is part of the name of every kernel that takes it.
        super().__init__(name=f"{name}{blake2s(described.encode(), digest_size=4).hexdigest()}")

    def place(self, field: str) -> int:
        """Return which field it is, counted from 0."""
        return [key for key, _ in self.fields].index(field)


def group(named: NamedArrays) -> NamedArrays:
    """Let kernels take a class of named tuples by its place in memory."""

    @typeof_impl.register(named)
    def type_of(value: Any, context: Any) -> Group:
        return Group(
            named.__name__,
            tuple(
                (key, typeof_impl(field, context))
                for key, field in zip(value._fields, value, strict=True)
            ),
        )

    return named


@register_model(Group)
class _GroupModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Group) -> None:
        super().__init__(manager, kind, _memory(manager, kind).as_pointer())


def _memory(manager: Any, kind: types.Type) -> ir.Type:
    """Return how a field lies in memory; a group within another lies in it as a whole."""
    if isinstance(kind, Group):
        return ir.LiteralStructType([_memory(manager, field) for _, field in kind.fields])
    return manager.lookup(kind).get_data_type()


@infer_getattr
class _GroupAttributes(AttributeTemplate):
    key = Group

    def generic_resolve(self, kind: Group, attribute: str) -> types.Type | None:
        return dict(kind.fields).get(attribute)


@lower_getattr_generic(Group)
def _get_field(context: Any, builder: Any, kind: Group, group: Any, field: str) -> Any:
    place = kind.place(field)
    pointer = cgutils.gep_inbounds(builder, group, 0, place)
    _, field_kind = kind.fields[place]
    if isinstance(field_kind, Group):
        return pointer
    before = len(builder.block.instructions)
    value = context.data_model_manager[field_kind].load_from_data_pointer(builder, pointer)
    # A group's fields don't change while a kernel runs.
    unchanging = builder.module.add_metadata([])
    for instruction in builder.block.instructions[before:]:
        if isinstance(instruction, ir.LoadInstr):
            instruction.set_metadata("invariant.load", unchanging)
    return value


@unbox(Group)
def _unbox_group(kind: Group, obj: Any, c: Any) -> NativeValue:
    memory = cgutils.alloca_once(c.builder, _memory(c.context.data_model_manager, kind))
    failed = _fill(kind, obj, memory, c)
    return NativeValue(memory, is_error=failed)


def _fill(kind: Group, obj: Any, memory: Any, c: Any) -> Any:
    """Write a group's fields to memory; return whether one of them failed."""
    failed = cgutils.false_bit
    for place, (field, field_kind) in enumerate(kind.fields):
        pointer = cgutils.gep_inbounds(c.builder, memory, 0, place)
        value = c.pyapi.object_getattr_string(obj, field)
        if isinstance(field_kind, Group):
            failed = c.builder.or_(failed, _fill(field_kind, value, pointer, c))
        else:
            native = c.unbox(field_kind, value)
            data = c.context.data_model_manager[field_kind].as_data(c.builder, native.value)
            c.builder.store(data, pointer)
            failed = c.builder.or_(failed, native.is_error)
        # The group holds what was read, as long as the kernel runs.
        c.pyapi.decref(value)
    return failed
