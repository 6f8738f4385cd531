"""One SRN on a language of a's and b's: its maps in double precision, with states as NumPy arrays."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from kuzushi.sequences.dynamics.fixed_points import SymbolMaps
from kuzushi.sequences.nets import SRN, State, one_net

Point = Float[np.ndarray, " hid"]
Square = Float[np.ndarray, "hid hid"]


@dataclass(frozen=True)
class Counter:
    """One net in double precision; symbol 0 is a, 1 is b."""

    net: SRN
    maps: tuple[SymbolMaps, SymbolMaps]

    @classmethod
    def of(cls, model: SRN, net: int) -> "Counter":
        alone = one_net(model, net)
        maps = SymbolMaps.of(alone)
        return cls(alone, (maps.at(slice(0, 1)), maps.at(slice(1, 2))))

    @property
    def initial(self) -> Point:
        """The initial state."""
        initial: np.ndarray = self.net.initial().hidden[0, 0].detach().numpy()
        return initial

    @property
    def weight(self) -> Square:
        """The recurrent weights."""
        weight: np.ndarray = self.maps[0].weight[0].numpy()
        return weight

    def path(self, symbol: int, h: Float[np.ndarray, "*batch hid"], times: int) -> np.ndarray:
        """Return the states before and after each of so many readings of a symbol: (times + 1, *batch, hid)."""
        points = [_as_points(h)]
        for _ in range(times):
            points.append(self.maps[symbol].image(points[-1]))
        return torch.cat(points).numpy().reshape(times + 1, *h.shape)

    def image(
        self, symbol: int, h: Float[np.ndarray, "*batch hid"], *, times: int = 1
    ) -> Float[np.ndarray, "*batch hid"]:
        image: np.ndarray = self.path(symbol, h, times)[times]
        return image

    def jacobian(self, symbol: int, h: Point, *, times: int = 1) -> Square:
        jacobian: np.ndarray = self.maps[symbol].jacobian(_as_points(h), times=times)[0, 0].numpy()
        return jacobian

    @torch.no_grad()
    def predicts_a(self, h: Float[np.ndarray, "*batch hid"]) -> np.ndarray:
        """Return whether a is more probable than b."""
        to_a, to_b = self.net.read_out(State(hidden=_as_points(h)))[0].unbind(1)
        above: np.ndarray = (to_a > to_b).numpy().reshape(h.shape[:-1])
        return above


def _as_points(h: Float[np.ndarray, "*batch hid"]) -> Float[torch.Tensor, "1 points hid"]:
    return torch.from_numpy(np.ascontiguousarray(h, dtype=np.float64)).reshape(1, -1, h.shape[-1])
