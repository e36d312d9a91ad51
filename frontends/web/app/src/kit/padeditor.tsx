// What a pad plays, and how: sound, layers by velocity, envelope, filter, sends. Empty fields have their usual values.
import type { pad } from 'loophole'
import { Check } from '../base/check'
import { clean, factText, idBytes } from '../base/format'
import { Choice } from '../base/labelled'
import { chosen } from '../items/list'
import { complain } from '../base/state'
import { classColour } from '../base/theme'
import { dB, from_one, PITCH, Value, type Field } from '../base/valuefields'
import { pad_mode_words, waveform_words } from '../base/words'
import { EnvelopeCurve } from './envelope'
import { Layers } from './padlayers'
import { PadShape } from './padshape'
import type { PadsNow } from './usepads'

const FIELDS: Field<pad>[] = [
  { key: 'gain', title: 'Gain, dB', least: -100, most: 12, by: 0.5, ...dB },
  { key: 'pan', title: 'Pan', least: -1, most: 1, by: 0.05, empty: 0 },
  { key: 'ratio', ...PITCH },
  { key: 'curve', title: 'Velocity curve', least: 0.1, most: 8, by: 0.1 },
  { key: 'choke', title: 'Choke group', least: 0, most: 64, by: 1, empty: 0 },
  { key: 'output', title: 'Output', least: 0, most: 4, by: 1 },
  { key: 'attack', title: 'Attack, s', least: 0, most: 10, by: 0.001, empty: 0 },
  { key: 'decay', title: 'Decay, s', least: 0, most: 10, by: 0.001, empty: 0 },
  { key: 'sustain', title: 'Sustain', least: 0, most: 1, by: 0.01 },
  { key: 'release', title: 'Release, s', least: 0, most: 30, by: 0.001, empty: 0 },
  { key: 'filter_freq', title: 'Low-pass, Hz', least: 20, most: 20000, by: 1 },
  { key: 'filter_q', title: 'Resonance, Q', least: 0.5, most: 20, by: 0.1 },
  { key: 'reverb_send', title: 'Reverb', least: 0, most: 1, by: 0.01, empty: 0 },
  { key: 'delay_send', title: 'Delay', least: 0, most: 1, by: 0.01, empty: 0 },
  { key: 'from', title: 'Begin, frame', least: 0, most: 2147483647, by: 1, empty: 0 },
  { key: 'until', title: 'End, frame', least: 0, most: 2147483647, by: 1, empty: 0 },
  { key: 'loop_from', title: 'Loop begin, frame', least: 0, most: 2147483647, by: 1, empty: 0 },
  { key: 'loop_until', title: 'Loop end, frame', least: 0, most: 2147483647, by: 1, empty: 0 },
  { key: 'note', title: 'MIDI note', least: 0, most: 127, by: 1 },
  { key: 'channel', title: 'MIDI channel', least: 1, most: 16, by: 1, ...from_one },
  { key: 'keys_from', title: 'Keyboard from', least: 0, most: 127, by: 1 },
  { key: 'keys_until', title: 'Keyboard until', least: 1, most: 127, by: 1 },
  { key: 'bend', title: 'Pitch wheel, semitones', least: 0, most: 24, by: 1 },
]

const MODE_TITLES = { one_shot: 'One shot', gate: 'Gate: while it is held', loop: 'Loop: until the next hit' }

const LAYERS_MOST = 32

interface PadProps {
  number: number
  pads: PadsNow
}

function withChosen(use: (ids: Uint8Array[]) => void) {
  const ids = chosen().map(id => idBytes(id)!)
  if (!ids.length) return complain(new Error('No item is chosen: choose one in the table first'))
  use(ids)
}

/** What the pad plays. */
function Sounds({ number, pads: { of, named, change, layers } }: PadProps) {
  const now = of(number),
    all = now?.layers ?? []
  const add = (ids: Uint8Array[]) => layers([...all, ...ids.map(id => ({ id, low: 0 }))].slice(0, LAYERS_MOST))
  return (
    <>
      <strong class="ofpad">{clean(named(number)) || 'plays nothing'}</strong>
      <button onClick={() => withChosen(([id]) => change({ id, sound: undefined, wave: undefined }))}>
        Play the chosen item
      </button>
      <button disabled={all.length >= LAYERS_MOST} onClick={() => withChosen(add)}>
        Add the chosen items as layers
      </button>
      <button disabled={!now} onClick={() => change({ id: undefined, sound: undefined, wave: undefined, layers: [] })}>
        Empty it
      </button>
    </>
  )
}

export function PadEditor({ number, pads }: PadProps) {
  const { change, layers, names } = pads
  const of = pads.of(number),
    item = pads.itemOf(number),
    sound = pads.loadedAt(number)
  return (
    <div class="padeditor" role="group" aria-label={`Pad ${number}`}>
      <p class="buttons">
        <Sounds number={number} pads={pads} />
        <Choice
          label="Mode"
          value={of?.mode ?? 'one_shot'}
          of={pad_mode_words}
          text={one => MODE_TITLES[one]}
          put={mode => change({ mode })}
        />
        <Choice
          label="Oscillator"
          value={of?.wave}
          of={[undefined, ...waveform_words]}
          text={one => one ?? 'none'}
          put={wave => change({ wave })}
        />
        <Check on={of?.reverse ?? false} put={on => change({ reverse: on })}>
          Reverse
        </Check>
      </p>
      <div class="padcurves" style={{ '--class': item ? classColour(factText(item, 'class')) : 'var(--wave)' }}>
        {of && item && sound && <PadShape of={of} item={item} sound={sound} change={change} />}
        <EnvelopeCurve of={of} change={change} />
      </div>
      {of?.layers?.length ? <Layers of={of} names={names} put={layers} /> : null}
      <div class="padvalues">
        {FIELDS.map(field => (
          <Value bound key={field.key} field={field} of={of} change={(key, value) => change({ [key]: value })} />
        ))}
      </div>
    </div>
  )
}
