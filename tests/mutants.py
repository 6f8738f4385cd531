"""Damaged files: seeded mutations of good ones, in their bytes or within their formats."""

import copy
import gzip
import io
import json
import re
import struct
import tarfile
import zipfile
import zlib

EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**62, 2**63 - 1, 2**64 - 1)
NUMBERS = (b"-1", b"0", b"1e999", b"NaN", b"Infinity", b"9" * 30, b"9" * 5000, b"0.1e-400", b"--", b"1" + b"0" * 18)
VALUES = (
    None, True, -1, 2**63, 10**30, 1e308, "", "a", "\u0000", "../../etc/passwd", [], {}, [[]], {"a": 1}, [None] * 50,
    "x" * 2000,
)  # fmt: skip
SIZES = (0, -1, 10**6, 10**12, 0.5, -1e-9)
TYPES = (b"BF16", b"F16", b"F32", b"F64", b"F8_E4M3", b"F8_E5M2", b"I64", b"U64", b"U8", b"BOOL", b"C64", b"F4", b"I4")
NAMES = ("../../../../tmp/out.npy", "/tmp/out.npy", "a/../../b.npy", "/", "a.npy", "x" * 300 + ".npy")
NESTED = 100_000


def mutated(good, rng):
    """Return bytes with one to three mutations."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        good = rng.choice(OPERATIONS)(good, rng)
    return good


def _flip(data, rng):
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _slice(data, rng):
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.choice((1, 2, 4, 16, 100, len(data))))


def _cut(data, rng):
    return data[: rng.randrange(len(data) + 1)]


def _drop(data, rng):
    start, end = _slice(data, rng)
    return data[:start] + data[end:]


def _double(data, rng):
    start, end = _slice(data, rng)
    times = rng.choice((2, 2, 3, 1000))
    return data[:end] + data[start:end] * min(times, 2 + 65_536 // max(1, end - start)) + data[end:]


def _noise(data, rng):
    start, end = _slice(data, rng)
    return data[:start] + rng.randbytes(min(end - start, 1000)) + data[end if rng.random() < 0.5 else start :]


def _swap(data, rng):
    start, end = _slice(data, rng)
    middle = (start + end) // 2
    return data[:start] + data[middle:end] + data[start:middle] + data[end:]


def _extreme(data, rng):
    """Write an extreme number in 1 to 8 bytes, like lengths and sizes in headers."""
    size = rng.choice((1, 2, 4, 8))
    number = (rng.choice(EXTREMES) % 2 ** (8 * size)).to_bytes(size, rng.choice(("big", "little")))
    start = rng.randrange(min(len(data), rng.choice((64, 1024, 10**9))) + 1)
    return data[:start] + number + data[start + size :]


def _number(data, rng):
    """Replace a decimal number by an extreme one."""
    found = list(re.finditer(rb"\d+", data[:1_000_000]))
    if not found:
        return _extreme(data, rng)
    chosen = rng.choice(found)
    return data[: chosen.start()] + rng.choice(NUMBERS) + data[chosen.end() :]


def _deep(data, rng):
    start, _ = _slice(data, rng)
    opening = rng.choice((b"[", b'{"a":', b"(", b"<a>", b"-"))
    return data[:start] + opening * rng.choice((50, 2_000, NESTED)) + data[start:]


OPERATIONS = (_flip, _flip, _cut, _drop, _double, _noise, _swap, _extreme, _number, _number, _deep)


def in_json(good, rng):
    """Return JSON with a value of another type or size, a name changed, removed or added, or deep nesting."""
    fields = json.loads(good)
    for _ in range(rng.choice((1, 1, 2))):
        node = fields
        while isinstance(node, dict | list) and node:
            key = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
            if not isinstance(node[key], dict | list) or not node[key] or rng.random() < 0.3:
                break
            node = node[key]
        if isinstance(node, dict | list) and node:
            _change(node, key, rng)
    written = json.dumps(fields).encode()
    if rng.random() < 0.05:
        opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
        written = written.replace(b"1", opening * NESTED + b"1" + closing * NESTED, 1)
    return written


def _change(node, key, rng):
    what = rng.randrange(4)
    if what == 0:
        del node[key]
    elif what == 1 and isinstance(node, list):
        node += [node[key]] * rng.choice((1, 100))
    elif what == 1:
        node[rng.choice(("", "a", key.upper()))] = node.pop(key)
    else:
        number = isinstance(node[key], int | float)
        node[key] = copy.deepcopy(rng.choice(SIZES if number and what == 2 else VALUES))


def in_gzip(good, rng):
    return gzip.compress(mutated(gzip.decompress(good), rng))


def in_npz(good, rng):
    """Return an archive with one member mutated or renamed, or another compression, and right checksums."""
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chosen = rng.choice(list(members))
    if rng.random() < 0.8:
        header = min(len(members[chosen]), 128)
        members[chosen] = mutated(members[chosen][:header], rng) + members[chosen][header:]
    else:
        members[rng.choice(NAMES)] = members.pop(chosen)
    file = io.BytesIO()
    method = rng.choice((zipfile.ZIP_DEFLATED,) * 8 + (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(file, "w", compression=method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def in_safetensors(good, rng):
    """Return a file with a header mutated as JSON, and its right length."""
    (length,) = struct.unpack("<Q", good[:8])
    header = good[8 : 8 + length]
    if rng.random() < 0.3:
        types = re.findall(rb'"dtype":"(\w+)"', header)
        header = header.replace(rng.choice(types), rng.choice(TYPES))
    else:
        header = in_json(header, rng)
    return struct.pack("<Q", len(header)) + header + good[8 + length :]


def in_png(good, rng):
    """Return an image with one chunk mutated, doubled or removed, and right checksums."""
    chunks, offset = [], 8
    while offset < len(good):
        (length,) = struct.unpack(">I", good[offset : offset + 4])
        chunks.append((good[offset + 4 : offset + 8], good[offset + 8 : offset + 8 + length]))
        offset += 12 + length
    chosen = rng.randrange(len(chunks))
    kind, body = chunks[chosen]
    what = rng.randrange(5)
    if what == 0:
        chunks.insert(chosen, chunks[chosen])
    elif what == 1:
        del chunks[chosen]
    elif what == 2:
        chunks.insert(
            1, (rng.choice((b"tEXt", b"zTXt", b"iCCP", b"eXIf", b"tRNS", b"PLTE", b"gAMA", b"acTL")), rng.randbytes(20))
        )
    elif kind == b"IDAT" and what == 3:
        chunks[chosen] = (kind, zlib.compress(mutated(zlib.decompress(body), rng)))
    else:
        chunks[chosen] = (kind, mutated(body, rng))
    whole = good[:8]
    for kind, body in chunks:
        whole += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return whole


def in_tar(good, rng):
    """Return an archive with one header mutated, and its right checksum."""
    with tarfile.open(fileobj=io.BytesIO(good)) as tar:
        headers = [member.offset for member in tar]
    start = rng.choice(headers)
    header = bytearray(mutated(good[start : start + 512], rng)[:512].ljust(512, b"\0"))
    if rng.random() < 0.5:
        header[156:157] = rng.choice((b"0", b"1", b"2", b"5", b"L", b"K", b"x", b"g", b"S", b"7"))
    if rng.random() < 0.5:
        header[124:136] = rng.choice(
            (b"77777777777\0", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"00000000000\0", b"-1         \0")
        )
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return good[:start] + bytes(header) + good[start + 512 :]
