#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""How programs of other machines find the gateway: a child publishes its address while [web] listen is set."""
import os
import shutil
import signal
import socket

from tests.web.browsing import certify, free_port, lan_settings
from tests.claims import BUILD, children_of, claim, contains, file_text, parent_of, run_claims, same, state_of, until, write_file

PROGRAM = 'avahi-publish-service'


def opens_to_others(home, address='0.0.0.0', more=''):
    home.lan_port = free_port()
    certify(home)
    lan_settings(home, listen=f'{address}:{home.lan_port}', more=more)


def stand_in(home):
    """From now on the program of this home only notes its process and its arguments."""
    os.mkdir(home.file('programs'))
    path = home.file('programs', PROGRAM)
    write_file(path, '#!/bin/sh\nprintf "%s\\n" "$@" > "$0.said"\necho $$ >> "$0.started"\nexec /bin/sleep 1000000\n')
    os.chmod(path, 0o755)
    home.env['PATH'] = home.file('programs') + ':' + home.env['PATH']

    def started(count):
        """The process of the start with that number. Waits for it."""
        def lines():
            return file_text(path + '.started').splitlines() if os.path.exists(path + '.started') else []
        until(lambda: len(lines()) >= count, what=f'{PROGRAM} is started {count} times')
        return int(lines()[count - 1])
    return started


@claim
def the_child_that_announces_the_gateway_is_started_again_and_ends_with_it(home):
    started = stand_in(home)
    opens_to_others(home)
    home.up()
    first = started(1)
    said = file_text(home.file('programs', PROGRAM + '.said')).splitlines()
    host = os.uname().nodename.split('.')[0].encode()[:47].decode(errors='ignore')
    same(f'loophole on {host}', said[1])
    version = home.loophole('--version').out.split()[1]
    same(['-f', said[1], '_loophole._tcp', str(home.lan_port), 'txtvers=1', f'version={version}', 'path=/ws', 'host=studio.test'], said)
    same(home.pid('web'), parent_of(first))
    os.kill(first, signal.SIGKILL)
    second = started(2)
    same(home.pid('web'), parent_of(second))
    home.kill('web')
    until(lambda: state_of(second) == 'Z')
    third = started(3)
    same(home.pid('web'), parent_of(third))
    home.stop()
    until(lambda: state_of(third) == 'Z')


def has_six():
    """This machine has the loopback address of IPv6."""
    with socket.socket(socket.AF_INET6) as any_socket:
        try:
            any_socket.bind(('::1', 0))
        except OSError:
            return False
    return True


@claim
def nothing_is_announced_without_the_setting_or_to_this_machine_alone(home):
    stand_in(home)
    of_six = ('[::1]', '[::ffff:127.0.0.1]', '[::ffff:127.9.9.9]') if has_six() else ()
    for address, more in (('0.0.0.0', 'announce = no\n'), *((each, '') for each in ('127.0.0.1', '127.9.9.9', *of_six))):
        opens_to_others(home, address, more)
        home.up()
        same([], children_of(home.pid('web')), (address, more))
        home.stop()
    home.settings('[web]\nannounce = yes\n')  # no address for other machines
    home.up()
    same([], children_of(home.pid('web')))
    assert not os.path.exists(home.file('programs', PROGRAM + '.started'))


@claim
def without_the_program_the_log_says_so_once_and_nothing_is_started_again(home):
    opens_to_others(home)
    home.env['PATH'] = os.path.join(BUILD, 'bin')
    home.up()
    until(lambda: f'{PROGRAM} is not installed' in home.log('web'))
    same([], children_of(home.pid('web')))
    home.loophole('restart', 'web')
    until(lambda: home.log('web').count('is not installed') == 2)


BUS = """<busconfig><type>system</type><listen>unix:path=BUS</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy></busconfig>
"""


def avahi(home):
    """A daemon of Avahi with a network of its own, on a bus of its own, which all programs of the home use."""
    write_file(home.file('bus.conf'), BUS.replace('BUS', home.file('bus')))
    write_file(home.file('avahi.conf'), '[server]\nuse-ipv6=no\n')
    home.env['DBUS_SYSTEM_BUS_ADDRESS'] = 'unix:path=' + home.file('bus')
    home.start_into(home.file('bus.log'), 'dbus-daemon', '--nofork', '--nopidfile', '--config-file=' + home.file('bus.conf'))
    until(lambda: os.path.exists(home.file('bus')))
    home.start_into(home.file('avahi.log'), 'unshare', '--net', '--mount', 'sh', '-c', 'mount -t tmpfs run /run && ip link set lo up && '
                    f'exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f {home.file("avahi.conf")}')
    until(lambda: 'Server startup complete' in file_text(home.file('avahi.log')), what=lambda: file_text(home.file('avahi.log')))


def has_avahi():
    """The tests do not install it: its package starts a daemon on the machine. Only root has a network of its own."""
    return os.getuid() == 0 and all(map(shutil.which, ('avahi-daemon', 'avahi-browse', PROGRAM, 'dbus-daemon', 'ip')))


def a_real_daemon_announces_the_gateway_until_it_ends(home):
    avahi(home)
    opens_to_others(home)
    home.up()

    def found():
        return [line for line in home.run('avahi-browse', '-rpt', '_loophole._tcp').out.splitlines() if line.startswith('=')]
    line = until(found, what=lambda: file_text(home.file('avahi.log')))[0]
    contains(line, f';{home.lan_port};')
    contains(line, '"path=/ws"')
    contains(line, '"host=studio.test"')
    home.kill('web')  # its successor is announced
    until(found)
    home.stop()
    until(lambda: not found())


if has_avahi():
    claim(a_real_daemon_announces_the_gateway_until_it_ends)
run_claims()
