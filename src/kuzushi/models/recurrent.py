"""The recurrent nets: an ensemble of SRNs or LSTMs that read symbols and predict the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, TypeVar

import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import one_hot

Symbols = Int[Tensor, "batch time"] | Int[Tensor, "groups batch time"]
"""What an ensemble reads: all nets the same streams, or each of so many equal groups of nets, in order, its own."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """All that an ensemble did while it read; what a model lacks is None."""

    hidden: Float[Tensor, "nets batch time hid"]
    """After each symbol."""
    logits: Float[Tensor, "nets batch time alphabet"]
    """Of the symbol that comes next."""
    cell: Float[Tensor, "nets batch time hid"] | None = None
    gates: Float[Tensor, "nets batch time 3 hid"] | None = None
    """Input, forget and output gate, 0..1."""


class SRN(nn.Module):
    """Simple recurrent networks (Elman 1990, Cognitive Science 14, 179-211).

        h_t = tanh(W_ih x_t + W_hh h_(t-1) + b)        logits_t = W_out h_t + b_out

    x_t is the symbol, one-hot, and h_0 = 0. Weights have the names and shapes of torch.nn.RNN behind an axis of nets;
    torch's two biases, which only ever stand as a sum, are one. They start uniform within 1/sqrt(hid), as torch's do.
    """

    def __init__(self, nets: int, *, alphabet: int, hid: int, generator: Generator) -> None:
        super().__init__()
        self.weight_ih = _uniform(nets, hid, alphabet, hid=hid, generator=generator)
        self.weight_hh = _uniform(nets, hid, hid, hid=hid, generator=generator)
        self.bias = _uniform(nets, hid, hid=hid, generator=generator)
        self.weight_out = _uniform(nets, alphabet, hid, hid=hid, generator=generator)
        self.bias_out = _uniform(nets, alphabet, hid=hid, generator=generator)

    @torch.no_grad()
    def start_near_identity(self) -> None:
        """Halve the random recurrent weights and add the identity, so that at the start a state is kept for long.

        After Le, Jaitly and Hinton 2015 (arXiv 1504.00941), who start there with rectified linear units.
        """
        self.weight_hh.mul_(0.5).add_(torch.eye(self.weight_hh.shape[1], device=self.weight_hh.device))

    def forward(self, symbols: Symbols, *, after: Trace | None = None) -> Trace:
        """Read streams, the same for all nets or for each group of them its own.

        Args:
            after: go on from where this trace ended, instead of from zero. No gradient flows back into it.
        """
        drive = _drive(self.weight_ih, self.bias, symbols)
        start = _start(drive, self.weight_hh, after.hidden if after else None)
        hidden = _SRNSteps.apply(drive, self.weight_hh, start)  # type: ignore[no-untyped-call]
        return Trace(hidden=_public(hidden), logits=_public(_readout(self.weight_out, self.bias_out, hidden)))


class LSTM(nn.Module):
    """Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000, Neural Comp. 12).

        i_t, f_t, o_t = sigmoid(W_ih x_t + W_hh h_(t-1) + b)        g_t = tanh(the same, with weights of its own)
        c_t = f_t c_(t-1) + i_t g_t        h_t = o_t tanh(c_t)        logits_t = W_out h_t + b_out

    The rows of W_ih, W_hh and b stand in torch.nn.LSTM's order i, f, g, o. All else is as in SRN.
    """

    def __init__(self, nets: int, *, alphabet: int, hid: int, generator: Generator) -> None:
        super().__init__()
        self.weight_ih = _uniform(nets, 4 * hid, alphabet, hid=hid, generator=generator)
        self.weight_hh = _uniform(nets, 4 * hid, hid, hid=hid, generator=generator)
        self.bias = _uniform(nets, 4 * hid, hid=hid, generator=generator)
        self.weight_out = _uniform(nets, alphabet, hid, hid=hid, generator=generator)
        self.bias_out = _uniform(nets, alphabet, hid=hid, generator=generator)

    def forward(
        self,
        symbols: Symbols,
        *,
        after: Trace | None = None,
        forget_noise: Float[Tensor, "nets batch time hid"] | None = None,
    ) -> Trace:
        """Read streams, the same for all nets or for each group of them its own.

        Args:
            after: go on from where this trace ended, instead of from zero. No gradient flows back into it.
            forget_noise: what is added to the inputs of the forget gates while the nets learn. A gate that is to keep
                a count in spite of it needs an input far above 0, where it is nearly 1.
        """
        drive = _drive(self.weight_ih, self.bias, symbols)
        if forget_noise is not None:
            drive = _disturbed(drive, forget_noise.to(drive))
        hidden, cell, gates = _LSTMSteps.apply(  # type: ignore[no-untyped-call]
            drive,
            self.weight_hh,
            _start(drive, self.weight_hh, after.hidden if after else None),
            _start(drive, self.weight_hh, after.cell if after else None),
        )
        gates = _public(gates).unflatten(-1, (4, -1))[..., [0, 1, 3], :]
        logits = _public(_readout(self.weight_out, self.bias_out, hidden))
        return Trace(hidden=_public(hidden), logits=logits, cell=_public(cell), gates=gates)


Net = TypeVar("Net", bound=SRN | LSTM)


def loaded(kind: type[Net], weights: Mapping[str, Tensor]) -> Net:
    """The ensemble with these weights, in their precision."""
    nets, hid, alphabet = len(weights["bias"]), weights["weight_hh"].shape[2], weights["weight_ih"].shape[2]
    model = kind(nets, alphabet=alphabet, hid=hid, generator=Generator())
    model.to(weights["bias"]).load_state_dict(weights)
    return model


def as_one(ensembles: Sequence[Net]) -> Net:
    """The nets of several ensembles of one kind and size as one ensemble."""
    weights = [ensemble.state_dict() for ensemble in ensembles]
    return loaded(type(ensembles[0]), {name: torch.cat([each[name] for each in weights]) for name in weights[0]})


def chosen(model: Net, nets: Int[Tensor, " some"]) -> Net:
    """Some nets of an ensemble as an ensemble of their own."""
    return loaded(type(model), {name: weight[nets] for name, weight in model.state_dict().items()})


MODELS: dict[str, type[SRN] | type[LSTM]] = {"srn": SRN, "lstm": LSTM}

# Inside, time comes first and the batch last: a step is a contiguous block, and so is each gate of each net in it.


def _drive(
    weight: Float[Tensor, "nets rows alphabet"], bias: Float[Tensor, "nets rows"], symbols: Symbols
) -> Float[Tensor, "time nets rows batch"]:
    """W_ih x + b for every symbol at once."""
    x = one_hot(symbols.movedim(-1, 0), weight.shape[2]).to(weight.dtype)  # (time, [groups,] batch, alphabet)
    summed = weight + bias[..., None]
    if symbols.dim() == 2:
        drive = torch.einsum("nrk,tbk->tnrb", summed, x)
    else:
        grouped = summed.unflatten(0, (len(symbols), -1))  # (groups, nets of each, rows, alphabet)
        drive = torch.einsum("gnrk,tgbk->tgnrb", grouped, x).flatten(1, 2)
    return drive.contiguous()  # copied once rather than step by step


def _disturbed(
    drive: Float[Tensor, "time nets rows batch"], forget_noise: Float[Tensor, "nets batch time hid"]
) -> Float[Tensor, "time nets rows batch"]:
    """The inputs of an LSTM's gates with those of the forget gates disturbed."""
    i, f, g, o = drive.chunk(4, 2)
    return torch.cat([i, f + forget_noise.permute(2, 0, 3, 1), g, o], 2)


def _readout(
    weight: Float[Tensor, "nets alphabet hid"],
    bias: Float[Tensor, "nets alphabet"],
    hidden: Float[Tensor, "time nets hid batch"],
) -> Float[Tensor, "time nets alphabet batch"]:
    return torch.einsum("nkh,tnhb->tnkb", weight, hidden) + bias[..., None]


def _public(steps: Float[Tensor, "time nets rows batch"]) -> Float[Tensor, "nets batch time rows"]:
    return steps.permute(1, 3, 0, 2)


def _start(
    drive: Float[Tensor, "time nets rows batch"],
    weight_hh: Float[Tensor, "nets rows hid"],
    before: Float[Tensor, "nets batch earlier hid"] | None,
) -> Float[Tensor, "nets hid batch"]:
    if before is None:
        return drive.new_zeros(drive.shape[1], weight_hh.shape[2], drive.shape[3])
    return before[:, :, -1].transpose(1, 2)


def _uniform(*shape: int, hid: int, generator: Generator) -> nn.Parameter:
    return nn.Parameter((2 * torch.rand(shape, generator=generator) - 1) / sqrt(hid))


class _SRNSteps(torch.autograd.Function):
    """The SRN's loop over time, and backpropagation through it written out: no record of each operation is kept."""

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
        delta = torch.zeros_like(hidden)  # the gradient of what goes into tanh, and at the end nothing
        deltas = delta.unbind()
        for t in range(len(slope) - 1, -1, -1):
            torch.baddbmm(grad_hidden[t], back, deltas[t + 1], out=deltas[t]).mul_(slope[t])
        return delta[:-1], torch.einsum("tnib,tnjb->nij", delta[:-1], hidden[:-1]), None


class _LSTMSteps(torch.autograd.Function):
    """The LSTM's loop over time, and backpropagation through it written out."""

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
        # What each gate's input does to the cell (i, f, g) or to h (o), for all times at once.
        to_cell = torch.stack([g * i * (1 - i), cell[:-1] * f * (1 - f), i * (1 - g.square())], 2).unbind()
        to_hidden = (squashed * o * (1 - o)).unbind()
        cell_to_hidden = (o * (1 - squashed.square())).unbind()
        delta = torch.empty_like(gates)  # the gradient of what goes into the gates
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
