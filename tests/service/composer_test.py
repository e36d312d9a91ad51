#!/usr/bin/python3
"""The exchange with a community of studios, over a real PostgreSQL server, with engines as studios."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import claim, run_claims, same
from composing import Studio


@claim(inside=Studio)
def what_is_used_together_reaches_the_server_and_comes_back(studio):
    for one in (studio, studio.beside()):
        for song in ('Secret Song', 'Hidden Album'):
            one.use(song, 0, 1, 2, 3)
        one.level('use')
        one.sync()
        same(8, one.rows())
    assert studio.server.round() > 0
    assert studio.sync()['learned'] > 0
    status = studio.status()
    same((0, True, '', 'use'), (status['outbox'], status['reachable'], status['error'], status['level']))
    assert status['inbox'] > 0 and status['last_sync'] > 0


run_claims()
