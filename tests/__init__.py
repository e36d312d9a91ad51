"""The tests. Each program runs from the root of the source: tests/sound/audio_test.py [CLAIM…]."""
