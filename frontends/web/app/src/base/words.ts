// Words of the schema that the page needs at run time. `satisfies` lets the compiler find one that the schema lacks.
import type { channel, kit_family, kit_scope, loop_grid, midi_mode, pad_mode, pads_at, waveform } from 'loophole'

export const channel_words = [
  'streams',
  'sounds',
  'pads',
  'sequencer',
  'preview',
  'metronome',
  'master',
] as const satisfies readonly channel[]
export const loop_grid_words = ['now', 'beat', 'bar'] as const satisfies readonly loop_grid[]
export const midi_mode_words = [
  'pickup',
  'jump',
  'toggle',
  'hold',
  'twos',
  'offset',
  'sign',
  'reverse',
] as const satisfies readonly midi_mode[]
export const pad_mode_words = ['one_shot', 'gate', 'loop'] as const satisfies readonly pad_mode[]
export const waveform_words = ['sine', 'saw', 'square', 'triangle', 'noise'] as const satisfies readonly waveform[]
export const kit_family_words = ['drum', 'vocal', 'texture', 'free'] as const satisfies readonly kit_family[]
export const kit_scope_words = ['global', 'project', 'ephemeral'] as const satisfies readonly kit_scope[]
export const pads_at_words = ['now', 'step', 'bar'] as const satisfies readonly pads_at[]
