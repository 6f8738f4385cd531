"""Where an experiment computes."""

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
