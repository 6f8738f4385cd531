"""Recurrent nets: an ensemble of SRNs or LSTMs that read symbols and predict the next one."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar, TypeVar

import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor, nn
from torch.nn.functional import one_hot

from kuzushi.sequences.recurrence import LSTMSteps, SRNSteps, lstm_step, srn_step

Symbols = Int[Tensor, "batch time"] | Int[Tensor, "nets batch time"]
"""What an ensemble reads: all nets the same streams, or each net its own."""


@dataclass(frozen=True, kw_only=True)
class State:
    """The state of each net in each of a batch of streams."""

    hidden: Float[Tensor, "nets batch hid"]
    cell: Float[Tensor, "nets batch hid"] | None = None
    """None for an SRN."""

    def at(self, index: Any) -> "State":
        """Return the states of some streams of the batch."""
        return State(hidden=self.hidden[:, index], cell=None if self.cell is None else self.cell[:, index])


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Everything that an ensemble computed while it read; what a model lacks is None."""

    hidden: Float[Tensor, "nets batch time hid"]
    """After each symbol."""
    logits: Float[Tensor, "nets batch time alphabet"]
    """Of the symbol that comes next."""
    cell: Float[Tensor, "nets batch time hid"] | None = None
    gates: Float[Tensor, "nets batch time 3 hid"] | None = None
    """Input, forget and output gate, 0..1."""

    @property
    def state(self) -> State:
        """The state after the last symbol, without a gradient, which cells do not carry."""
        return State(hidden=self.hidden[:, :, -1].detach(), cell=None if self.cell is None else self.cell[:, :, -1])


class RecurrentNets(nn.Module):
    """Weights, the initial state, and a single step of SRNs and LSTMs.

    Weights have the names and shapes of torch.nn.RNN and LSTM behind an axis of nets; torch's two biases, which only
    occur as a sum, are one. They start uniform within 1/sqrt(hid), as torch's do. The initial state is 0 unless it is
    given (see `from_weights`) or learned.
    """

    blocks: ClassVar[int]
    """Rows of the recurrent weights, in units of `hid`."""
    state_names: ClassVar[tuple[str, ...]]
    """The names of the parts of the initial state."""
    h_0: Tensor
    """The initial hidden state, of shape (nets, hid); not in use where it is learned."""

    def __init__(self, nets: int, *, alphabet: int, hid: int, generator: Generator) -> None:
        super().__init__()
        rows = self.blocks * hid

        def uniform(*shape: int) -> nn.Parameter:
            return nn.Parameter((2 * torch.rand(nets, *shape, generator=generator) - 1) / sqrt(hid))

        self.weight_ih = uniform(rows, alphabet)
        self.weight_hh = uniform(rows, hid)
        self.bias = uniform(rows)
        self.weight_out = uniform(alphabet, hid)
        self.bias_out = uniform(alphabet)
        for name in self.state_names:
            self.register_buffer(name, torch.zeros(nets, hid))
        self.register_parameter("H0", None)

    def initial(self, batch: int = 1) -> State:
        """Return the initial state, once for each of a batch of streams."""
        hidden, *cell = (part[:, None].expand(-1, batch, -1) for part in self._initial_parts())
        return State(hidden=hidden, cell=cell[0] if cell else None)

    def weights(self) -> dict[str, Tensor]:
        """Return all weights by name, and the initial state as `h_0` and, of an LSTM, `c_0`."""
        named = {name: value.detach() for name, value in self.named_parameters() if name != "H0"}
        return named | dict(zip(self.state_names, (part.detach() for part in self._initial_parts()), strict=True))

    def _initial_parts(self) -> list[Float[Tensor, "nets hid"]]:
        return [getattr(self, name) for name in self.state_names]

    @torch.no_grad()
    def step(self, state: State, symbol: Int[Tensor, "*batch"]) -> tuple[State, Float[Tensor, "nets batch alphabet"]]:
        """Return the state after one more symbol, and the logits of the next one.

        Args:
            symbol: of shape (nets, batch) or (batch,); a batch of 1 is read everywhere.
        """
        summed = self.weight_ih + self.bias[..., None]  # (nets, rows, alphabet)
        index = symbol.expand(len(summed), -1)
        drive = summed.gather(2, index[:, None].expand(-1, summed.shape[1], -1))  # (nets, rows, batch or 1)
        hidden = state.hidden.transpose(1, 2).contiguous()
        if state.cell is None:
            after = State(hidden=srn_step(drive, self.weight_hh, hidden).transpose(1, 2))
        else:
            hidden, cell = lstm_step(drive, self.weight_hh, hidden, state.cell.transpose(1, 2))
            after = State(hidden=hidden.transpose(1, 2), cell=cell.transpose(1, 2))
        return after, self.read_out(after)

    def read_out(self, state: State) -> Float[Tensor, "nets batch alphabet"]:
        """Return the logits of the next symbol."""
        return self._logits(state.hidden.transpose(1, 2)[None])[0].transpose(1, 2)

    def _drive(self, symbols: Symbols) -> Float[Tensor, "time nets rows batch"]:
        """Return W_ih x + b for every symbol at once."""
        x = one_hot(symbols.movedim(-1, 0), self.weight_ih.shape[2]).to(self.bias.dtype)  # (time, [nets,] batch, ...)
        summed = self.weight_ih + self.bias[..., None]
        drive = torch.einsum("nrk,tbk->tnrb" if symbols.dim() == 2 else "nrk,tnbk->tnrb", summed, x)
        return drive.contiguous()  # copied once rather than step by step

    def _logits(self, hidden: Float[Tensor, "time nets hid batch"]) -> Float[Tensor, "time nets alphabet batch"]:
        return torch.einsum("nkh,tnhb->tnkb", self.weight_out, hidden) + self.bias_out[..., None]


class SRN(RecurrentNets):
    """Simple recurrent networks (Elman 1990, Cognitive Science 14, 179-211).

        h_t = tanh(W_ih x_t + W_hh h_(t-1) + b)        logits_t = W_out h_t + b_out

    x_t is the symbol, one-hot. h_0 is 0, or tanh(H0) where H0 is learned.
    """

    blocks = 1
    state_names = ("h_0",)

    def learn_initial_state(self, generator: Generator) -> None:
        """Make h_0 = tanh(H0) a part of the training; H0 starts uniform within 1/sqrt(hid)."""
        nets, hid = self.bias.shape
        self.H0 = nn.Parameter((2 * torch.rand(nets, hid, generator=generator) - 1) / sqrt(hid))

    def _initial_parts(self) -> list[Float[Tensor, "nets hid"]]:
        return super()._initial_parts() if self.H0 is None else [self.H0.tanh()]

    @torch.no_grad()
    def start_near_identity(self) -> None:
        """Halve the recurrent weights and add the identity (after Le, Jaitly and Hinton 2015, arXiv 1504.00941)."""
        self.weight_hh.mul_(0.5).add_(torch.eye(self.weight_hh.shape[1], device=self.weight_hh.device))

    def forward(self, symbols: Symbols, *, state: State | None = None) -> Trace:
        """Read streams.

        Args:
            state: where to start, instead of the initial state.
        """
        drive = self._drive(symbols)
        state = state or self.initial(drive.shape[3])
        hidden = SRNSteps.apply(drive, self.weight_hh, state.hidden.transpose(1, 2))  # type: ignore[no-untyped-call]
        return Trace(hidden=_public(hidden), logits=_public(self._logits(hidden)))


class LSTM(RecurrentNets):
    """Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000, Neural Comp. 12).

        i_t, f_t, o_t = sigmoid(W_ih x_t + W_hh h_(t-1) + b)        g_t = tanh(the same, with weights of its own)
        c_t = f_t c_(t-1) + i_t g_t        h_t = o_t tanh(c_t)        logits_t = W_out h_t + b_out

    The rows of W_ih, W_hh and b are in torch.nn.LSTM's order i, f, g, o.
    """

    blocks = 4
    state_names = ("h_0", "c_0")

    def forward(
        self,
        symbols: Symbols,
        *,
        state: State | None = None,
        forget_noise: Float[Tensor, "nets batch time hid"] | None = None,
    ) -> Trace:
        """Read streams.

        Args:
            state: where to start, instead of the initial state.
            forget_noise: added to the inputs of the forget gates in training. A gate keeps a count in spite of it only
                if its input is far above 0.
        """
        drive = self._drive(symbols)
        if forget_noise is not None:
            i, f, g, o = drive.chunk(4, 2)
            drive = torch.cat([i, f + forget_noise.to(drive).permute(2, 0, 3, 1), g, o], 2)
        state = state or self.initial(drive.shape[3])
        assert state.cell is not None
        hidden, cell, gates = LSTMSteps.apply(  # type: ignore[no-untyped-call]
            drive, self.weight_hh, state.hidden.transpose(1, 2), state.cell.transpose(1, 2)
        )
        gates = _public(gates).unflatten(-1, (4, -1))[..., [0, 1, 3], :]
        return Trace(hidden=_public(hidden), logits=_public(self._logits(hidden)), cell=_public(cell), gates=gates)


Net = TypeVar("Net", bound=SRN | LSTM)
MODELS: dict[str, type[SRN] | type[LSTM]] = {"srn": SRN, "lstm": LSTM}


def from_weights(kind: type[Net], weights: Mapping[str, Tensor]) -> Net:
    """Return the ensemble with these weights and this initial state, in their precision."""
    nets, hid, alphabet = len(weights["bias"]), weights["weight_hh"].shape[2], weights["weight_ih"].shape[2]
    model = kind(nets, alphabet=alphabet, hid=hid, generator=Generator())
    model.to(weights["bias"]).load_state_dict(weights)
    return model


def select(model: Net, nets: Int[Tensor, " some"]) -> Net:
    """Return some nets of an ensemble as an ensemble of their own."""
    return from_weights(type(model), {name: weight[nets] for name, weight in model.weights().items()})


def one_net(model: Net, net: int) -> Net:
    """Return one net of an ensemble as an ensemble of one, in double precision on the CPU."""
    alone = select(model, torch.tensor([net]))
    alone.cpu().double()
    return alone


def _public(steps: Float[Tensor, "time nets rows batch"]) -> Float[Tensor, "nets batch time rows"]:
    return steps.permute(1, 3, 0, 2)
