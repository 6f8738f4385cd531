"""Where an experiment computes."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from kuzushi.configs import Device
from kuzushi.errors import ConfigError


def pick(device: Device) -> torch.device:
    """The device to compute on; "auto" is the GPU where there is one.

    Raises:
        ConfigError: if "cuda" is asked for and there is none.
    """
    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise ConfigError("--device cuda: no CUDA device was found; leave --device out to compute on the CPU")
    return torch.device("cuda" if available and device != "cpu" else "cpu")


def bfloat16_is_fast(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 numbers in hardware (AVX-512 BF16, AMX, or a GPU that has it)."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = getattr(torch.cpu, "get_capabilities", dict[str, bool])()  # older versions of torch cannot say
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one core: nets this small lose more to the sharing of their work than the second core brings.

    On two cores, 64 SRNs, 32 LSTMs and 64 perceptrons each trained twice as fast on one, and 1,024 no slower.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
