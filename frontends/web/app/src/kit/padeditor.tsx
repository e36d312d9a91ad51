// What a pad plays, and how: sound, layers by velocity, envelope, filter, sends. Empty fields have their usual values.
import type { Given, item, loaded_sound, pad, pad_layer } from 'loophole'
import { clean, factText, idBytes, num } from '../base/format'
import { chosen } from '../items/list'
import { complain } from '../base/state'
import { classColour } from '../base/theme'
import { TypedField } from '../base/typedfield'
import { dB, from_one, PITCH, rounded, semitones, Value, within, type Field } from '../base/valuefields'
import { pad_mode_words, waveform_words } from '../base/words'
import { EnvelopeCurve } from './envelope'
import { PadShape } from './padshape'
import { Check } from '../base/check'

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

const ofVelocity = (value: number) => Math.round(value * 127)

/** Layers of one range take turns. */
function Layers({ of, names, put }: { of: pad; names: Map<number, string>; put: (to: Given<pad_layer>[]) => void }) {
  const all = of.layers ?? []
  const change = (at: number, part: Given<pad_layer>) =>
    put(all.map((one, i) => (i === at ? { ...one, ...part } : one)))
  const edge = (at: number, key: 'low' | 'high', title: string, usual: number) => (
    <TypedField
      bound
      type="number"
      min="0"
      max="127"
      value={String(ofVelocity(all[at]![key] ?? usual))}
      aria-label={`${title} of layer ${at + 1}`}
      put={typed => {
        const value = within(Number(typed) || 0, { least: 0, most: 127 })
        change(at, { [key]: key === 'high' && value >= 127 ? undefined : value / 127 })
      }}
    />
  )
  return (
    <table class="plain">
      <thead>
        <tr>
          <th>Layer</th>
          <th>From velocity</th>
          <th>Below</th>
          <th>Gain, dB</th>
          <th>Pitch</th>
          <th>
            <span class="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {all.map((one, at) => (
          <tr key={at} data-layer={at + 1}>
            <td>{clean(names.get(num(one.sound ?? -1)) ?? '')}</td>
            <td>{edge(at, 'low', 'Lowest velocity', 0)}</td>
            <td>{edge(at, 'high', 'Velocity above', 1)}</td>
            <td>
              <TypedField
                bound
                type="number"
                min="-60"
                max="12"
                step="0.5"
                value={rounded(dB.shown(one.gain ?? 1))}
                aria-label={`Gain of layer ${at + 1}`}
                put={typed => change(at, { gain: dB.meant(within(Number(typed) || 0, { least: -60, most: 12 })) })}
              />
            </td>
            <td>
              <TypedField
                bound
                type="number"
                min={PITCH.least}
                max={PITCH.most}
                step={PITCH.by}
                value={rounded(semitones.shown(one.ratio ?? 1))}
                aria-label={`Pitch of layer ${at + 1}, semitones`}
                put={typed => change(at, { ratio: semitones.meant(within(Number(typed) || 0, PITCH)) })}
              />
            </td>
            <td>
              <button onClick={() => put(all.filter((_, i) => i !== at))} aria-label={`Remove layer ${at + 1}`}>
                Remove
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const LAYERS_MOST = 32

export function PadEditor({
  number,
  of,
  item,
  sound,
  name,
  names,
  change,
  layers,
}: {
  number: number
  of: pad | undefined
  item: item | undefined
  sound: loaded_sound | undefined
  name: string
  names: Map<number, string>
  change: (part: Given<pad>) => void
  layers: (to: Given<pad_layer>[]) => void
}) {
  const withChosen = (use: (ids: Uint8Array[]) => void) => {
    const ids = chosen().map(id => idBytes(id)!)
    if (!ids.length) return complain(new Error('No item is chosen: choose one in the table first'))
    use(ids)
  }
  const all = of?.layers ?? []
  return (
    <div class="padeditor" role="group" aria-label={`Pad ${number}`}>
      <p class="buttons">
        <strong class="ofpad">{clean(name) || 'plays nothing'}</strong>
        <button onClick={() => withChosen(([id]) => change({ id, sound: undefined, wave: undefined }))}>
          Play the chosen item
        </button>
        <button
          disabled={all.length >= LAYERS_MOST}
          onClick={() => withChosen(ids => layers([...all, ...ids.map(id => ({ id, low: 0 }))].slice(0, LAYERS_MOST)))}
        >
          Add the chosen items as layers
        </button>
        <button disabled={!of} onClick={() => change({ id: undefined, sound: undefined, wave: undefined, layers: [] })}>
          Empty it
        </button>
        <label>
          Mode{' '}
          <select
            value={of?.mode ?? 'one_shot'}
            onChange={event => change({ mode: event.currentTarget.value as pad['mode'] })}
          >
            {pad_mode_words.map(one => (
              <option key={one} value={one}>
                {MODE_TITLES[one]}
              </option>
            ))}
          </select>
        </label>
        <label>
          Oscillator{' '}
          <select
            value={of?.wave ?? ''}
            onChange={event => change({ wave: (event.currentTarget.value || undefined) as pad['wave'] })}
          >
            <option value="">none</option>
            {waveform_words.map(one => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
        <Check on={of?.reverse ?? false} put={on => change({ reverse: on })}>
          Reverse
        </Check>
      </p>
      <div class="padcurves" style={{ '--class': item ? classColour(factText(item, 'class')) : 'var(--wave)' }}>
        {of && item && sound && <PadShape of={of} item={item} sound={sound} change={change} />}
        <EnvelopeCurve of={of} change={change} />
      </div>
      {all.length > 0 && <Layers of={of!} names={names} put={layers} />}
      <div class="padvalues">
        {FIELDS.map(field => (
          <Value bound key={field.key} field={field} of={of} change={(key, value) => change({ [key]: value })} />
        ))}
      </div>
    </div>
  )
}
