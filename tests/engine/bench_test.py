#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""`make bench` runs: one short round on a busy machine. No claim checks its figures, because they mean little here."""
import os
import shutil

from tests.claims import BUILD, DRUMKITS, TOP, claim, contains, run_claims, skip


def bench(home, library):
    """The output of one round."""
    if not os.path.exists(f'{BUILD}/bench_latency'):
        skip('bench_latency is not built here')
    return home.run('env', '-u', 'LOOPHOLE_HOME', f'HOME_AT={home.path}', f'BUILD={BUILD}', f'LIBRARY={library}',
                    f'{TOP}/bench/latency/run', '1').all


@claim
def the_bench_compares_messages_with_their_parts(home):
    said = bench(home, '')
    for row in ('ping persist, p99', 'ping supervisor, p50', "one client's durable put, p50", "64 clients' durable puts",
                '1,000 puts in one batch ask', 'codec: media record'):
        contains(said, row)
    if shutil.which('jackd'):
        contains(said, 'ping audio, p50')


@claim
def puts_under_an_index_and_searches_are_measured(home):
    if not os.path.isdir(f'{DRUMKITS}/GMRockKit'):
        skip('the package hydrogen-data is not installed')
    said = bench(home, f'{DRUMKITS}/GMRockKit')
    contains(said, '8 writers, index, 8 searchers')
    contains(said, ' 0 errors; ')


run_claims()
