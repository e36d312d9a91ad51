// Words of the schema that the page needs at run time. `satisfies` lets the compiler find one that the schema lacks.
import type { bus, midi_mode } from 'loophole'

export const bus_words = ['streams', 'sounds', 'pads', 'sequencer', 'preview', 'metronome', 'master'] as const satisfies readonly bus[]
export const midi_mode_words = ['pickup', 'jump', 'toggle', 'hold', 'twos', 'offset', 'sign', 'reverse'] as const satisfies readonly midi_mode[]
