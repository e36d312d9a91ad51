#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The most adverse bodies of each ask, of about one megabyte, end no service, and hold the loop of none up."""
import os

from tests.claims import claim, run_claims
from tests.driving import drive
from tests.library.indexing import wav
from tests.sounding import engine
from tests.studio import Studio


@claim
def no_body_of_any_ask_holds_up_the_loop_of_its_service(home):
    engine(home)
    home.loophole('index', os.path.dirname(os.fsdecode(wav(home.file('sounds/a.wav'), 440))), '--wait')
    studio = Studio(home, 'Adverse')
    track = studio.must('put', kind='track', body='{"name":"a"}')['element']['id']
    drive(home, 'strangers/adverse.py', studio.id.hex(), track.hex())


run_claims()
