#!/usr/bin/python3
"""The most adverse body of each ask, of about one megabyte, ends no service, and its work grows with its bytes."""
import os
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), *part) for part in (['..'], ['..', 'service'])]
from claims import claim, run_claims
from driving import drive
from indexing import Indexing
from studio import Studio


@claim(inside=Indexing)
def the_work_for_the_most_adverse_body_of_each_ask_grows_with_its_bytes(it):
    studio = Studio(it.home, 'Adverse')
    track = studio.must('put', kind='track', body='{"name":"a"}')['element']['id']
    drive(it.home, 'faults/adverse.py', studio.id.hex(), track.hex())


run_claims()
