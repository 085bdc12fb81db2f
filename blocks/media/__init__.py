"""Codecs, our outside system for pictures and films: probe, sample, check, preview. PyAV and Pillow, no ffmpeg binary.

Purpose: facts about a file, frames of it, previews for a person, technical findings.

May import: workprint, av, PIL, numpy.
Must not: touch the network or the bucket: a file is on the local disk here.

Pitfalls:
- FFmpeg believes a container's header until it decodes: what counts is the last decoded frame.
- All functions are blocking and release the GIL inside the codecs: call them in threads.
"""
