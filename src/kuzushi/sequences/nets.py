"""Recurrent nets: an ensemble of SRNs or LSTMs that read symbols and predict the next one."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar, TypeVar

import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import one_hot

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
        """The state after the last symbol."""
        return State(hidden=self.hidden[:, :, -1], cell=None if self.cell is None else self.cell[:, :, -1])


class RecurrentNets(nn.Module):
    """Weights, the initial state, and a single step of SRNs and LSTMs.

    Weights have the names and shapes of torch.nn.RNN and LSTM behind an axis of nets; torch's two biases, which only
    occur as a sum, are one. They start uniform within 1/sqrt(hid), as torch's do.
    """

    blocks: ClassVar[int]
    """Rows of the recurrent weights, in units of `hid`."""

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

    def initial(self, batch: int = 1) -> State:
        """Return the state 0, from which streams are read."""
        zero = self.bias.new_zeros(len(self.bias), batch, self.weight_hh.shape[2])
        return State(hidden=zero, cell=zero if isinstance(self, LSTM) else None)

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

    x_t is the symbol, one-hot, and h_0 = 0.
    """

    blocks = 1

    @torch.no_grad()
    def start_near_identity(self) -> None:
        """Halve the recurrent weights and add the identity (after Le, Jaitly and Hinton 2015, arXiv 1504.00941)."""
        self.weight_hh.mul_(0.5).add_(torch.eye(self.weight_hh.shape[1], device=self.weight_hh.device))

    def forward(self, symbols: Symbols, *, state: State | None = None) -> Trace:
        """Read streams.

        Args:
            state: where to start, instead of 0. No gradient flows back into it.
        """
        drive = self._drive(symbols)
        state = state or self.initial(drive.shape[3])
        hidden = _SRNSteps.apply(drive, self.weight_hh, state.hidden.transpose(1, 2))  # type: ignore[no-untyped-call]
        return Trace(hidden=_public(hidden), logits=_public(self._logits(hidden)))


class LSTM(RecurrentNets):
    """Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000, Neural Comp. 12).

        i_t, f_t, o_t = sigmoid(W_ih x_t + W_hh h_(t-1) + b)        g_t = tanh(the same, with weights of its own)
        c_t = f_t c_(t-1) + i_t g_t        h_t = o_t tanh(c_t)        logits_t = W_out h_t + b_out

    The rows of W_ih, W_hh and b are in torch.nn.LSTM's order i, f, g, o.
    """

    blocks = 4

    def forward(
        self,
        symbols: Symbols,
        *,
        state: State | None = None,
        forget_noise: Float[Tensor, "nets batch time hid"] | None = None,
    ) -> Trace:
        """Read streams.

        Args:
            state: where to start, instead of 0. No gradient flows back into it.
            forget_noise: added to the inputs of the forget gates in training. A gate keeps a count in spite of it only
                if its input is far above 0.
        """
        drive = self._drive(symbols)
        if forget_noise is not None:
            i, f, g, o = drive.chunk(4, 2)
            drive = torch.cat([i, f + forget_noise.to(drive).permute(2, 0, 3, 1), g, o], 2)
        state = state or self.initial(drive.shape[3])
        assert state.cell is not None
        hidden, cell, gates = _LSTMSteps.apply(  # type: ignore[no-untyped-call]
            drive, self.weight_hh, state.hidden.transpose(1, 2), state.cell.transpose(1, 2)
        )
        gates = _public(gates).unflatten(-1, (4, -1))[..., [0, 1, 3], :]
        return Trace(hidden=_public(hidden), logits=_public(self._logits(hidden)), cell=_public(cell), gates=gates)


Net = TypeVar("Net", bound=SRN | LSTM)
MODELS: dict[str, type[SRN] | type[LSTM]] = {"srn": SRN, "lstm": LSTM}


def from_weights(kind: type[Net], weights: Mapping[str, Tensor]) -> Net:
    """Return the ensemble with these weights, in their precision."""
    nets, hid, alphabet = len(weights["bias"]), weights["weight_hh"].shape[2], weights["weight_ih"].shape[2]
    model = kind(nets, alphabet=alphabet, hid=hid, generator=Generator())
    model.to(weights["bias"]).load_state_dict(weights)
    return model


def select(model: Net, nets: Int[Tensor, " some"]) -> Net:
    """Return some nets of an ensemble as an ensemble of their own."""
    return from_weights(type(model), {name: weight[nets] for name, weight in model.state_dict().items()})


def one_net(model: Net, net: int) -> Net:
    """Return one net of an ensemble as an ensemble of one, in double precision on the CPU."""
    alone = select(model, torch.tensor([net]))
    alone.cpu().double()
    return alone


# Below, time comes first and the batch last: a step is a contiguous block, and so is each gate of each net in it.
PerUnit = Float[Tensor, "nets hid batch"]


def srn_step(
    drive: Float[Tensor, "nets hid #batch"], weight_hh: Float[Tensor, "nets hid hid"], hidden: PerUnit
) -> PerUnit:
    """Return h_t of SRNs, where `drive` is W_ih x_t + b."""
    return torch.baddbmm(drive, weight_hh, hidden).tanh()


def lstm_step(
    drive: Float[Tensor, "nets rows #batch"], weight_hh: Float[Tensor, "nets rows hid"], hidden: PerUnit, cell: PerUnit
) -> tuple[PerUnit, PerUnit]:
    """Return h_t and c_t of LSTMs, where `drive` is W_ih x_t + b."""
    rows = torch.baddbmm(drive, weight_hh, hidden).unflatten(1, (4, -1))
    i, f = rows[:, :2].sigmoid().unbind(1)
    cell = (f * cell).addcmul_(i, rows[:, 2].tanh())
    return rows[:, 3].sigmoid() * cell.tanh(), cell


def _public(steps: Float[Tensor, "time nets rows batch"]) -> Float[Tensor, "nets batch time rows"]:
    return steps.permute(1, 3, 0, 2)


class _SRNSteps(torch.autograd.Function):
    """`srn_step` in a loop over time, in place, with backpropagation written out: autograd records no single step."""

    @staticmethod
    def forward(ctx: Any, drive: Tensor, weight_hh: Tensor, start: Tensor) -> Tensor:
        hidden = drive.new_empty(len(drive) + 1, *start.shape)
        hidden[0] = start
        steps = hidden.unbind()
        for x, h, h_next in zip(drive.unbind(), steps[:-1], steps[1:], strict=True):
            torch.baddbmm(x, weight_hh, h, out=h_next).tanh_()
        ctx.save_for_backward(hidden, weight_hh)
        return hidden[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_hidden: Tensor) -> tuple[Tensor, Tensor, None]:
        hidden, weight_hh = ctx.saved_tensors
        grad_hidden, back = grad_hidden.contiguous(), weight_hh.transpose(1, 2)
        slope = (1 - hidden[1:].square()).unbind()  # of tanh
        delta = torch.zeros_like(hidden)  # the gradient of the input of tanh; 0 at the end
        deltas = delta.unbind()
        for t in range(len(slope) - 1, -1, -1):
            torch.baddbmm(grad_hidden[t], back, deltas[t + 1], out=deltas[t]).mul_(slope[t])
        return delta[:-1], torch.einsum("tnib,tnjb->nij", delta[:-1], hidden[:-1]), None


class _LSTMSteps(torch.autograd.Function):
    """`lstm_step` in a loop over time, in place, with backpropagation written out."""

    @staticmethod
    def forward(
        ctx: Any, drive: Tensor, weight_hh: Tensor, start: Tensor, start_cell: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        time, (nets, hid, batch) = len(drive), start.shape
        hidden = drive.new_empty(time + 1, nets, hid, batch)
        cell, squashed = torch.empty_like(hidden), torch.empty_like(hidden[1:])
        hidden[0], cell[0] = start, start_cell
        rows = torch.empty_like(drive, memory_format=torch.contiguous_format)
        gates = rows.view(time, nets, 4, hid, batch)
        i, f, g, o = (gate.unbind() for gate in gates.unbind(2))
        i_and_f = gates[:, :, :2].unbind()
        x, z, h, c, tanh_c = drive.unbind(), rows.unbind(), hidden.unbind(), cell.unbind(), squashed.unbind()
        for t in range(time):
            torch.baddbmm(x[t], weight_hh, h[t], out=z[t])
            i_and_f[t].sigmoid_()
            g[t].tanh_()
            o[t].sigmoid_()
            torch.mul(f[t], c[t], out=c[t + 1]).addcmul_(i[t], g[t])
            torch.mul(o[t], torch.tanh(c[t + 1], out=tanh_c[t]), out=h[t + 1])
        ctx.save_for_backward(hidden, cell, squashed, gates, weight_hh)
        cells = cell[1:]
        ctx.mark_non_differentiable(cells, rows)
        return hidden[1:], cells, rows

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_hidden: Tensor, *_: Any) -> tuple[Tensor, Tensor, None, None]:
        hidden, cell, squashed, gates, weight_hh = ctx.saved_tensors
        grad_hidden, back = grad_hidden.contiguous(), weight_hh.transpose(1, 2)
        i, f, g, o = gates.unbind(2)
        # The effect of each gate's input on the cell (i, f, g) or on h (o), for all times at once.
        to_cell = torch.stack([g * i * (1 - i), cell[:-1] * f * (1 - f), i * (1 - g.square())], 2).unbind()
        to_hidden = (squashed * o * (1 - o)).unbind()
        cell_to_hidden = (o * (1 - squashed.square())).unbind()
        delta = torch.empty_like(gates)  # the gradient of the inputs of the gates
        rows, cell_rows, o_rows = delta.flatten(2, 3).unbind(), delta[:, :, :3].unbind(), delta[:, :, 3].unbind()
        grad_h, grad_c = grad_hidden[-1], torch.zeros_like(cell[0])
        for t in range(len(rows) - 1, -1, -1):
            if t + 1 < len(rows):
                grad_h = torch.baddbmm(grad_hidden[t], back, rows[t + 1])
            grad_c.addcmul_(grad_h, cell_to_hidden[t])
            torch.mul(grad_c[:, None], to_cell[t], out=cell_rows[t])
            torch.mul(grad_h, to_hidden[t], out=o_rows[t])
            grad_c.mul_(f[t])
        drive_grad = delta.flatten(2, 3)
        return drive_grad, torch.einsum("tnib,tnjb->nij", drive_grad, hidden[:-1]), None, None
