"""How kernels are compiled: all that an entry calls as one library, optimised once.

Numba makes machine code of every function, though a kernel's is only ever used within another's,
and prepares each for all of Python. These functions are loops over numbers: they pass through the
steps that such loops need (docs/decisions/0029-compilation.md).
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, cast

import numba
from numba import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.typed_passes import (
    AnnotateTypes,
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.typing.context import Context
from numba.core.untyped_passes import (
    FixupArgs,
    IRProcessing,
    ReconstructSSA,
    RewriteSemanticConstants,
    TranslateByteCode,
)

from .cache import SourceKeyedCache, find_cache

# `reassoc` is left out: it folds away the rounding trick of `vector_math.exp`. With `contract` or
# `arcp` the digits would depend on the processor (docs/decisions/0011-the-same-digits.md).
FAST_MATH = {"nsz", "nnan", "ninf"}

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function that kernels call."""
    return _for_kernels(_compiled(function, _KernelCompiler, no_cpython_wrapper=True))


def exact_kernel(function: Function) -> Function:
    """Compile a function that kernels call, in which a number may be NaN or infinite."""
    return _for_kernels(
        _compiled(function, _KernelCompiler, no_cpython_wrapper=True, fastmath={"nsz"})
    )


def inlined(function: Function) -> Function:
    """Compile a function into the kernels that call it, as a formula of one lane in their loops."""
    return _for_kernels(
        _compiled(function, _KernelCompiler, no_cpython_wrapper=True, forceinline=True)
    )


def callable_kernel(function: Function) -> Function:
    """Compile a function that Python calls: unpacking its arguments takes long to compile."""
    return _compiled(function, _EntryCompiler)


def entry_kernel(function: Function) -> Function:
    """Compile a function that Python calls, and keep its machine code between processes."""
    dispatcher: Any = callable_kernel(function)
    if find_cache().folder is not None:
        dispatcher._cache = SourceKeyedCache(dispatcher.py_func)
    return cast(Function, dispatcher)


def _compiled(function: Function, compiler: "type[_Compiler]", **options: Any) -> Function:
    # Kernels allocate nothing, so they need no reference counts (`_nrt`), which cost a third.
    compile_: Any = numba.njit(  # pyright: ignore[reportCallIssue]
        _nrt=False,
        nogil=True,
        error_model="numpy",
        no_cfunc_wrapper=True,
        pipeline_class=compiler,
        **({"fastmath": FAST_MATH} | options),
    )
    return cast(Function, compile_(function))


def _for_kernels(function: Function) -> Function:
    """Refuse calls from Python, which would jump to a wrapper that isn't there."""
    dispatcher: Any = function

    def refuse(*_: object, **__: object) -> None:
        raise TypeError(f"{dispatcher.py_func.__name__} is a kernel that only kernels call")

    # Without overloads that Python knows of, a call from Python wants to compile one.
    dispatcher._insert = lambda *_, **__: None
    dispatcher._compile_for_args = refuse
    return function


class _KernelLibrary(JITCodeLibrary):
    """Code of a kernel, to be linked into an entry's: never optimised or run by itself."""

    def finalize(self) -> None:
        self._finalized = True


class _EntryLibrary(JITCodeLibrary):
    """Code of an entry and of all kernels that it calls, directly or not, each once."""

    def finalize(self) -> None:
        called = dict.fromkeys(self._linking_libraries)
        waiting = list(called)
        while waiting:
            library = waiting.pop()
            if isinstance(library, _KernelLibrary):
                waiting.extend(set(library._linking_libraries) - called.keys())
                called.update(dict.fromkeys(library._linking_libraries))
        self._linking_libraries = list(called)
        super().finalize()


@register_pass(mutates_CFG=True, analysis_only=False)
class _KernelLowering(NativeLowering):
    """Tells other kernels of a kernel's code, and asks for no address of it."""

    _name = "kernel_lowering"

    def run_pass(self, state: Any) -> Any:
        state.flags = state.flags.copy()
        state.flags.no_compile = True
        super().run_pass(state)
        lowered, key = state["cr"], object()
        if not state.flags.forceinline:
            # Large functions take LLVM longer than their parts.
            code = state.library.get_function(lowered.fndesc.llvm_func_name)
            code.add_function_attribute("noinline")
        state.targetctx.insert_user_function(key, lowered.fndesc, [state.library])
        state["cr"] = lowered._replace(cfunc=key)
        return True


class _RememberingContext(Context):
    """Numba's context of types, with what an operator or function gives kept by its arguments."""

    def __init__(self, context: Context) -> None:
        self.__dict__ = context.__dict__

    def resolve_function_type(self, func: Any, args: Any, kws: Any) -> Any:
        if kws or isinstance(func, types.Dispatcher):
            return super().resolve_function_type(func, args, kws)
        known = self.__dict__.setdefault("_known_calls", {})
        if (func, args) not in known:
            known[func, args] = super().resolve_function_type(func, args, kws)
        return known[func, args]


class _Compiler(CompilerBase):
    """Takes a function through the steps that loops over numbers need."""

    library: ClassVar[type[JITCodeLibrary]]
    lowering: ClassVar[type[NativeLowering]]

    def __init__(self, typingctx: Any, targetctx: Any, _library: Any, *others: Any) -> None:
        library = self.library(targetctx.codegen(), "kernel")
        library.enable_object_caching()
        super().__init__(_RememberingContext(typingctx), targetctx, library, *others)

    def define_pipelines(self) -> list[PassManager]:
        """Return the steps, in order."""
        pipeline = PassManager("kernel")
        for step in (
            TranslateByteCode,
            FixupArgs,
            IRProcessing,
            RewriteSemanticConstants,
            ReconstructSSA,
            NopythonTypeInference,
            PreLowerStripPhis,
            IRLegalization,
            AnnotateTypes,
            self.lowering,
            NoPythonBackend,
        ):
            pipeline.add_pass(step, step.__name__)
        pipeline.finalize()
        return [pipeline]


class _KernelCompiler(_Compiler):
    library = _KernelLibrary
    lowering = _KernelLowering


class _EntryCompiler(_Compiler):
    library = _EntryLibrary
    lowering = NativeLowering
