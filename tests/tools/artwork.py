"""Draws static/podcast.png, the picture of the podcast: the sign of static/favicon.svg in a square.

    python3 tests/tools/artwork.py static/podcast.png

Needs nothing but Python. Lines and arcs with round ends are given by how far a point is from them, which
is exact at every size; a palette of sixteen steps from the ground to the sign keeps the file small.
"""

import math
import struct
import sys
import zlib

SIDE = 1400
GROUND, SIGN = (0x9C, 0x1B, 0x1F), (0xFF, 0xFF, 0xFF)
STEPS = 16
# The sign is 32 units wide and takes this part of the picture, in its middle.
SCALE = SIDE * 0.74 / 32
STROKE = 2.4 / 2

LINES = [(7, 16, 9), (7, 16, 14), (7, 13, 19)]
# Each arc by its ends, which lie one above the other, and its radius.
ARCS = [(19.5, 12.5, 19.5, 5), (23, 9.5, 22.5, 9.5)]


def line(left, right, height):
    return lambda x, y: math.hypot(x - min(max(x, left), right), y - height)


def arc(x, top, bottom, radius):
    middle = (top + bottom) / 2
    half = (bottom - top) / 2
    centre = x - math.sqrt(radius * radius - half * half)
    angle = math.atan2(half, x - centre)

    def distance(px, py):
        if abs(math.atan2(py - middle, px - centre)) <= angle:
            return abs(math.hypot(px - centre, py - middle) - radius)
        return min(math.hypot(px - x, py - top), math.hypot(px - x, py - bottom))

    return distance


def rows():
    shapes = [line(*given) for given in LINES] + [arc(*given) for given in ARCS]
    for row in range(SIDE):
        y = (row + 0.5 - SIDE / 2) / SCALE + 16
        pixels = bytearray(SIDE)
        if 7 <= y <= 25:
            for column in range(SIDE):
                x = (column + 0.5 - SIDE / 2) / SCALE + 16
                if 5 <= x <= 28:
                    outside = min(shape(x, y) for shape in shapes) - STROKE
                    cover = min(max(0.5 - outside * SCALE, 0), 1)
                    pixels[column] = round(cover * (STEPS - 1))
        # Four bits a pixel.
        yield b"\0" + bytes(pixels[at] << 4 | pixels[at + 1] for at in range(0, SIDE, 2))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main():
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 4, 3, 0, 0, 0)
    mix = lambda step: bytes(round(g + (s - g) * step / (STEPS - 1)) for g, s in zip(GROUND, SIGN))
    palette = b"".join(mix(step) for step in range(STEPS))
    with open(sys.argv[1], "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"PLTE", palette))
        file.write(chunk(b"IDAT", zlib.compress(b"".join(rows()), 9)) + chunk(b"IEND", b""))


main()
