"""What every test runs under."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """The nets of the tests are too small to share, and waiting threads cost more than they bring."""
    torch.set_num_threads(1)
