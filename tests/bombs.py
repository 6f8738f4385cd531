"""Small files that unpack to enormous ones, and a process with little memory that reads them."""

import gzip
import io
import multiprocessing
import os
import resource
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

ROOM = 64 * 2**20
"""Bytes of memory that a reader may use beyond what is loaded: far less than any of the files declares."""


def zeros(size):
    """Return deflated zeros, made a megabyte at a time."""
    packer = zlib.compressobj(1)
    block = bytes(2**20)
    parts = [packer.compress(block) for _ in range(size // len(block))]
    return b"".join(parts) + packer.flush()


def npz(path, size):
    """Write an archive with an array of so many zeros, consistent with its headers."""
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (%d, 1, 1), }" % size
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("arr_0.npy", "w", force_zip64=True) as file,
    ):
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        for _ in range(size // 2**20):
            file.write(bytes(2**20))


def idx(path, size):
    """Write a compressed IDX file of so many zeros."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(bytes([0, 0, 8, 3]) + struct.pack(">III", size // 2**20, 2**10, 2**10))
        for _ in range(size // 2**20):
            file.write(bytes(2**20))


def false_idx(path, size):
    """Write a small compressed IDX file that declares more than deflate can compress into it."""
    path.write_bytes(gzip.compress(bytes([0, 0, 8, 3]) + struct.pack(">III", size // 2**20, 2**10, 2**10) + bytes(9)))


def png(path, side):
    """Write a black image with so many pixels on each side."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = zeros(side * (side + 1) + 2**20)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""))


def png_with_text(path, size):
    """Write a small image with a compressed comment of so many bytes."""
    from PIL import Image

    image = io.BytesIO()
    Image.new("L", (64, 64)).save(image, "PNG")
    body = b"Comment\0\0" + zeros(size)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    content = image.getvalue()
    path.write_bytes(content[:33] + chunk + content[33:])


def tar(path, kind):
    """Write an archive whose first header, of this kind, declares 8 GB."""
    member = tarfile.TarInfo("kkanji2/U+4EA8/1.png")
    header = bytearray(member.tobuf())
    header[156:157] = kind
    header[124:136] = b"77777777777\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    path.write_bytes(bytes(header) + bytes(2048))


def json_nested(path, depth):
    path.write_bytes(b'{"hidden_weight": ' + b"[" * depth + b"]" * depth + b"}")


def outcome(read, path, *, room=ROOM):
    """Read a file with little memory; return "read" and "", or the type and the message of the error."""
    receive, send = multiprocessing.get_context("fork").Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        try:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            resource.setrlimit(resource.RLIMIT_AS, (used + room, used + room))
            read(path)
            result = ("read", "")
        except BaseException as error:
            result = (type(error).__name__, str(error))
        send.send(result)
        os._exit(0)
    os.waitpid(child, 0)
    return receive.recv()
