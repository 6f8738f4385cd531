"""The steps of recurrent nets, one by one and in a loop over time with backpropagation written out."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

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


class SRNSteps(torch.autograd.Function):
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
    def backward(ctx: Any, grad_hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden, weight_hh = ctx.saved_tensors
        grad_hidden, back = grad_hidden.contiguous(), weight_hh.transpose(1, 2)
        slope = (1 - hidden[1:].square()).unbind()  # of tanh
        delta = torch.zeros_like(hidden)  # the gradient of the input of tanh; 0 at the end
        deltas = delta.unbind()
        for t in range(len(slope) - 1, -1, -1):
            torch.baddbmm(grad_hidden[t], back, deltas[t + 1], out=deltas[t]).mul_(slope[t])
        return delta[:-1], torch.einsum("tnib,tnjb->nij", delta[:-1], hidden[:-1]), back @ delta[0]


class LSTMSteps(torch.autograd.Function):
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
    def backward(ctx: Any, grad_hidden: Tensor, *_: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:
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
        weight_grad = torch.einsum("tnib,tnjb->nij", drive_grad, hidden[:-1])
        return drive_grad, weight_grad, back @ rows[0], grad_c
