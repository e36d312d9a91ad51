// Keys of the modes that play: the transport, loops, pads and regions.
import { changeSlot, LETTERS, lockSlot, pressLetter } from '../kit/padkeys'
import { beginDeleting, isDeleting } from '../loops/deleting'
import { captureLoop, deleteLoop, keyName, lockLoop, LOOP_KEYS, pressLoop } from '../loops/loops'
import { lockDigit, markShown, pressDigit, saveOrPlay } from '../loops/regionkeys'
import { DIGITS } from '../loops/regions'
import { complain } from '../base/state'
import { ask } from '../connection/wire'
import { LOOPS, PLAYING, type Command, type Spot } from './command'

const toggle = () => {
  ask('audio.toggle', { count_in: 0 }).catch(complain)
}
const forEach = <T>(
  list: readonly T[],
  make: (one: T, at: number) => Omit<Command, 'when' | 'once' | 'name' | 'says'>,
  says: string,
  when: readonly Spot[],
): Command[] => list.map((one, at) => ({ ...make(one, at), name: `${says}: ${one}`, says, when, once: true }))

const LOOP_NUMBERS = Array.from({ length: LOOP_KEYS }, (_, number) => number)

const OF_LOOPS = [
  ...forEach(
    LOOP_NUMBERS,
    number => ({ keys: [keyName(number)], also: 'fields', run: () => (isDeleting() ? deleteLoop : pressLoop)(number) }),
    'Capture on a key without a loop, else play or stop its loop; with Backspace held, delete it',
    PLAYING,
  ),
  ...forEach(
    LOOP_NUMBERS,
    number => ({ keys: [`Shift+${keyName(number)}`], also: 'fields', run: () => captureLoop(number) }),
    'Capture again, in place of the loop',
    PLAYING,
  ),
  ...forEach(
    LOOP_NUMBERS,
    number => ({ keys: [`Ctrl+${keyName(number)}`], also: 'fields', run: () => lockLoop(number) }),
    'Lock the loop, or unlock it',
    PLAYING,
  ),
]

const OF_PADS: Command[] = [
  ...forEach(
    [...LETTERS],
    (letter, at) => ({ keys: [letter], isPlace: true, run: event => pressLetter(at, event) }),
    'Hit the pad in the place of the key',
    ['kit'],
  ),
  { name: 'Next sound for the pad', keys: ['.'], when: ['kit'], run: event => changeSlot('next', event!.repeat) },
  {
    name: 'Previous sound for the pad',
    keys: [','],
    when: ['kit'],
    run: event => changeSlot('previous', event!.repeat),
  },
  { name: 'Random sound for the pad', keys: ['n'], when: ['kit'], once: true, run: () => changeSlot('random', false) },
  {
    name: 'The sound before, on the pad',
    keys: ['b'],
    when: ['kit'],
    once: true,
    run: () => changeSlot('back', false),
  },
  { name: 'Lock the pad, or unlock it', keys: ['l'], when: ['kit'], once: true, run: lockSlot },
]

const OF_REGIONS: Command[] = [
  ...forEach(
    DIGITS,
    digit => ({ keys: [String(digit)], isPlace: true, run: () => pressDigit(digit, false) }),
    'Play the region; with Backspace held, delete it',
    ['regions'],
  ),
  ...forEach(
    DIGITS,
    digit => ({ keys: [`Keypad ${digit}`], run: () => pressDigit(digit, true) }),
    'Play the region; with Backspace held, delete it',
    LOOPS,
  ),
  ...forEach(
    DIGITS,
    digit => ({ keys: [`Ctrl+${digit}`], isPlace: true, run: () => lockDigit(digit) }),
    'Lock the region, or unlock it',
    LOOPS,
  ),
  ...forEach(
    DIGITS,
    digit => ({ keys: [`Ctrl+Keypad ${digit}`], run: () => lockDigit(digit) }),
    'Lock the region, or unlock it',
    LOOPS,
  ),
  { name: 'Begin the part at the playback position', keys: ['['], when: ['regions'], run: () => markShown('from') },
  { name: 'End the part at the playback position', keys: [']'], when: ['regions'], run: () => markShown('end') },
]

export const PLAYING_KEYS: Command[] = [
  {
    name: 'Start or stop the transport',
    keys: ['Space'],
    when: ['kit', 'mix', 'record'],
    once: true,
    run: toggle,
    line: () => 'loophole transport toggle',
  },
  {
    name: 'Save the part, or start or stop',
    says: 'Save the selected part on the first free key; without one, start or stop the transport',
    keys: ['Space'],
    when: ['loops'],
    once: true,
    run: () => {
      if (!saveOrPlay(false)) toggle()
    },
  },
  {
    name: 'Save the part, or play',
    says: 'Save the selected part on the first free key; without one, play the item or stop it',
    keys: ['Space'],
    when: ['regions'],
    once: true,
    run: () => {
      if (!saveOrPlay(true)) toggle()
    },
  },
  {
    name: 'Hold to delete',
    says: 'Hold it, and press the key of a loop or region to delete that',
    keys: ['Backspace'],
    when: PLAYING,
    run: beginDeleting,
  },
  ...OF_LOOPS,
  ...OF_PADS,
  ...OF_REGIONS,
]
