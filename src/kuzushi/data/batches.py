"""Images as a net takes them: whole batches at once, in the memory of the device."""

from jaxtyping import Float, UInt8
from torch import Tensor


def scaled(images: UInt8[Tensor, "n side side"]) -> Float[Tensor, "n 1 side side"]:
    """Pixels from 0..255 to -1..1, as images of one channel.

    The channel is last in memory, which the convolutions take for a sign to keep all channels last; that is faster.
    """
    return (images[..., None].float() / 127.5 - 1).permute(0, 3, 1, 2)
