"""devices.py: shared by the tests with a MIDI device, which is a JACK client."""
import contextlib
import subprocess

from tests.claims import file_text, until
from tests.sounding import tool, until_prints


class Device:
    """A JACK client with the ports NAME:out and NAME:in, connected to the engine's MIDI ports; `number`: '_2' for midi_in_2
    and control_out_2. `port` is the name of its output, and perhaps an alias of it."""

    def __init__(self, home, name='pult', port=('out',), number=''):
        self.home, self.name, self.ports = home, name, ('midi_in' + number, 'control_out' + number)
        self.start(*port)
        home.loophole('audio', 'connect', self.ports[0], name + ':' + port[0])
        home.loophole('audio', 'connect', self.ports[1], name + ':in')

    def start(self, *port):
        self.said = self.home.file(self.name + '.said')
        with open(self.said, 'wb') as out:
            self.process = subprocess.Popen([tool('knob'), self.home.ask('audio.server')['server'], self.name, *port],
                                            env=self.home.env, stdin=subprocess.PIPE, stdout=out, stderr=out)
        until_prints(self.process, self.said, 'ready')

    def heard(self):
        return file_text(self.said).split('\n')

    def until_wired(self):
        until(lambda: set(self.ports) <= {one['port'] for one in self.home.ask('audio.ports')['each']
                                                     if one['made'] and one['to'].startswith(self.name)},
              what='the device is connected')

    def until_shows(self, *messages):
        """Waits until each of these is the last message of its control that the device got."""
        def shows():
            last = {line[:5]: line for line in self.heard()}
            return all(last.get(message[:5]) == message for message in messages)
        until(shows, what=f'the device shows {messages}; it got {self.heard()}')

    def send(self, *messages):
        """Sends each message, bytes in hexadecimal."""
        self.process.stdin.write(''.join(message + '\n' for message in messages).encode())
        self.process.stdin.flush()

    def send_now(self, *messages):
        """As send, and waits until a period of JACK has them."""
        before = self.heard().count('sent')
        self.send(*messages, '')
        until(lambda: self.heard().count('sent') > before, what='the device has sent its messages')

    def press(self, message, acts, what):
        """Presses a control until it acts. The core may skip the period in which a message comes."""
        def pressed():
            self.send(message, message[:-2] + '00')
            with contextlib.suppress(AssertionError):
                until(acts, 30)
                return True
        until(pressed, what=what)

    def end(self):
        self.process.stdin.close()
        self.process.wait(600)
