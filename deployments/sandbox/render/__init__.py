"""Rendering: a plan becomes a real H.264 MP4, the same bytes for the same plan.

Purpose: what a video model would return, near enough to test and to show: right length, size and ratio, the asked
camera move over the asked picture, the prompt burnt in, sound when asked.

May import: Pillow, numpy, PyAV, `blocks.media.fonts` and this package. Must not: know HTTP, tasks or money.

Pitfalls:
- Pictures are moved as separate Y, U and V planes, already in the encoder's colours. One plane and two quarter planes
  cost half of one RGB picture, and no frame is converted twice.
- x264 runs on one thread: with several the bytes depend on how many, and two films at once use two cores anyway.
"""
