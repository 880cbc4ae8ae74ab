"""nftables through libnftables, the library under nft(8), called by ctypes.

Commands are nft's own text; each call of `run` is one transaction in the kernel.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import threading

from engine.errors import KernelUnsupported

_LIBRARY = "libnftables.so.1"
_OUTPUT_HANDLE = 1 << 3
"""nftables/libnftables.h, NFT_CTX_OUTPUT_HANDLE: lists show by what number a rule is deleted."""
# The library tells errno in words only; what is not listed here becomes EINVAL.
_ERRNOS = {
    "No such file or directory": errno.ENOENT,
    "File exists": errno.EEXIST,
    "Operation not permitted": errno.EPERM,
    "Device or resource busy": errno.EBUSY,
}


class Nftables:
    """One library context, made anew in each process that uses it; safe to share by threads.

    With *handles*, lists name each rule's handle in a comment at its end.
    """

    def __init__(self, *, handles: bool = False) -> None:
        self._handles = handles
        self._lock = threading.Lock()
        self._context: int | None = None
        self._pid = 0

    def run(self, commands: str) -> str:
        """Carry out *commands* as one transaction and return what they list.

        OSError when the kernel or the library's parser refuses: nothing of it was done then.
        """
        with self._lock:
            library, context = _library(), self._own_context()
            status = library.nft_run_cmd_from_buffer(context, commands.encode())
            output: bytes = library.nft_ctx_get_output_buffer(context)
            problem: bytes = library.nft_ctx_get_error_buffer(context)
        if status != 0:
            # The first line says what is wrong, the others point at the place in the text.
            reason = problem.decode(errors="replace").partition("\n")[0].removeprefix("Error: ")
            code = next((code for words, code in _ERRNOS.items() if words in reason), errno.EINVAL)
            raise OSError(code, f"nftables: {reason}")
        return output.decode()

    def _own_context(self) -> int:
        # The context holds a netlink socket: a forked child that used it would read our answers.
        if self._context is None or self._pid != os.getpid():
            library = _library()
            context: int | None = library.nft_ctx_new(0)
            if not context:
                raise KernelUnsupported(feature="nftables", reason="libnftables gave no context")
            library.nft_ctx_buffer_output(context)
            library.nft_ctx_buffer_error(context)
            if self._handles:
                library.nft_ctx_output_set_flags(context, _OUTPUT_HANDLE)
            self._context, self._pid = context, os.getpid()
        return self._context


@functools.cache
def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError as error:
        raise KernelUnsupported(
            feature="published ports", reason=f"{error}; install the package libnftables1"
        ) from error
    library.nft_ctx_output_set_flags.argtypes = [ctypes.c_void_p, ctypes.c_uint]
    library.nft_ctx_new.restype = ctypes.c_void_p
    library.nft_ctx_new.argtypes = [ctypes.c_uint32]
    for name in ("nft_ctx_buffer_output", "nft_ctx_buffer_error"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    for name in ("nft_ctx_get_output_buffer", "nft_ctx_get_error_buffer"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
        getattr(library, name).restype = ctypes.c_char_p
    return library
