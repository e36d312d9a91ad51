#!/usr/bin/python3
"""The most adverse bodies of each ask, of about one megabyte, end no service, and hold the loop of none up."""
import os
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), *part) for part in (['..'], ['..', 'service'])]
from claims import claim, run_claims
from driving import drive
from indexing import wav
from sounding import engine
from studio import Studio


@claim
def no_body_of_any_ask_holds_up_the_loop_of_its_service(home):
    engine(home)
    home.loophole('index', os.path.dirname(os.fsdecode(wav(home.file('sounds/a.wav'), 440))), '--wait')
    studio = Studio(home, 'Adverse')
    track = studio.must('put', kind='track', body='{"name":"a"}')['element']['id']
    drive(home, 'faults/adverse.py', studio.id.hex(), track.hex())


run_claims()
