# The writing side of scripts/stress-reader.mjs: `stress_writer.py DIRECTORY FORMAT PROGRESS_FILE`, until it is killed.
# Every transaction writes a whole generation: each value names its generation, its key and a checksum over all of it,
# so that an answer from two snapshots, or from a page used again, shows.

import os
import struct
import sys
import zlib

from zlmdb import _lmdb_vendor as lmdb

KEYS = 40
"""Records of a generation; stress/check-generation.mjs has the same number."""


def value_of(key, generation, number):
    """Some values in the leaf, some on overflow pages, sizes changing from generation to generation."""
    length = (generation * 37 + number * 131) % 900 if number % 8 else (generation * 977) % 20_000
    body = struct.pack("<QI", generation, number) + bytes([generation & 255]) * length
    return struct.pack("<I", zlib.crc32(key + body)) + body


def main():
    path, format, progress_path = sys.argv[1:4]
    environment = lmdb.open(path, map_size=2**30, sync=False, lib_version=0 if format == "0.9" else 1)
    progress = os.open(progress_path, os.O_RDWR | os.O_CREAT, 0o600)
    with environment.begin() as txn:
        found = txn.get(b"generation")
    generation = struct.unpack("<Q", found)[0] if found else 0
    while True:
        generation += 1
        with environment.begin(write=True) as txn:
            txn.put(b"generation", struct.pack("<Q", generation))
            for number in range(KEYS):
                key = b"record-%04d" % number
                txn.put(key, value_of(key, generation, number))
            # Leaves that are split and merged.
            txn.put(b"passing-%04d" % (generation % 50), b"p" * 1500)
            txn.delete(b"passing-%04d" % ((generation + 25) % 50))
        # Only after the commit: from here on no reader may answer with an older generation.
        os.pwrite(progress, struct.pack("<Q", generation), 0)


main()
