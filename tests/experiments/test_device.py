"""The device that is asked for, on machines with a GPU and without."""

import pytest
import torch

from kuzushi.errors import ConfigError
from kuzushi.experiments.device import one_thread, pick


@pytest.mark.parametrize(
    ("asked", "there", "picked"),
    [
        ("auto", True, "cuda"),
        ("auto", False, "cpu"),
        ("cpu", True, "cpu"),
        ("cpu", False, "cpu"),
        ("cuda", True, "cuda"),
    ],
)
def test_a_gpu_is_taken_where_there_is_one_unless_the_cpu_is_asked_for(monkeypatch, asked, there, picked):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert pick(asked) == torch.device(picked)


def test_a_gpu_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError) as caught:
        pick("cuda")
    assert str(caught.value) == ("--device cuda: no CUDA device was found; leave --device out to compute on the CPU")


def test_one_thread_is_taken_and_given_back_also_after_an_error():
    torch.set_num_threads(2)
    try:
        with pytest.raises(KeyError), one_thread():
            assert torch.get_num_threads() == 1
            raise KeyError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
