"""The choice of the device, on machines with and without a GPU."""

import pytest
import torch

from kuzushi.core.device import one_thread, select_device
from kuzushi.core.errors import ConfigError


@pytest.mark.parametrize(
    ("device", "available", "expected"),
    [
        ("auto", True, "cuda"),
        ("auto", False, "cpu"),
        ("cpu", True, "cpu"),
        ("cpu", False, "cpu"),
        ("cuda", True, "cuda"),
    ],
)
def test_a_gpu_is_used_if_there_is_one_and_the_cpu_was_not_chosen(monkeypatch, device, available, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert select_device(device) == torch.device(expected)


def test_a_missing_gpu_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError) as caught:
        select_device("cuda")
    assert str(caught.value) == ("--device cuda: no CUDA device was found; leave --device out to compute on the CPU")


def test_the_number_of_threads_is_restored_even_after_an_error():
    torch.set_num_threads(2)
    try:
        with pytest.raises(KeyError), one_thread():
            assert torch.get_num_threads() == 1
            raise KeyError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
