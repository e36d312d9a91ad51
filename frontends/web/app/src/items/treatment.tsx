// How items are played and sent: trim, fades and gain, as facts. No file changes.
import type { item } from 'loophole'
import { useCell } from '../base/cell'
import { normalise, treat, TREATMENTS, type Treatment } from './edits'
import { factOf, idText, num } from '../base/format'
import { region } from '../sound/hear'
import { chosen } from './list'
import { TypedField } from '../base/typedfield'

const TITLES: Record<Treatment, string> = {
  trim_from: 'Begin, s',
  trim_until: 'End, s',
  fade_in: 'Fade in, s',
  fade_out: 'Fade out, s',
  gain_db: 'Gain, dB',
}
const rounded = (value: number) => String(Math.round(value * 10000) / 10000)

function Field({ of, name }: { of: item; name: Treatment }) {
  const rate = name === 'gain_db' ? () => 1 : (one: item) => num(one.media.sample_rate)
  const now = factOf(of, name)?.number
  const text = now === undefined ? '' : rounded(now / (rate(of) || 1))
  const take = (typed: string) => {
    const value = Number(typed)
    if (!Number.isFinite(value)) return
    treat(chosen(idText(of.media.id)), TITLES[name], one => ({
      [name]: typed === '' ? undefined : name === 'gain_db' ? value : Math.max(0, Math.round(value * rate(one))),
    }))
  }
  return (
    <label>
      {TITLES[name]}
      <TypedField
        bound
        type="number"
        step={name === 'gain_db' ? 0.1 : 0.001}
        min={name === 'gain_db' ? -60 : 0}
        max={name === 'gain_db' ? 60 : undefined}
        value={text}
        put={take}
      />
    </label>
  )
}

export function Treatments({ of }: { of: item }) {
  const part = useCell(region, now => (now?.id === idText(of.media.id) ? now : undefined))
  const has = TREATMENTS.some(name => factOf(of, name) !== undefined)
  return (
    <details class="treatments" open={has}>
      <summary>Trim, fades, gain</summary>
      <p class="buttons">
        <button
          disabled={!part}
          title="Drag over the waveform first"
          onClick={() =>
            part && treat([idText(of.media.id)], 'Trim', () => ({ trim_from: part.from, trim_until: part.end }))
          }
        >
          Trim to the part
        </button>
        <button
          title="The gain with which the loudest sample of the file is 0.1 dB below full scale"
          onClick={() => normalise(chosen())}
        >
          Normalise
        </button>
        <button
          disabled={!has}
          onClick={() =>
            treat(chosen(), 'Whole again', () => Object.fromEntries(TREATMENTS.map(name => [name, undefined])))
          }
        >
          As the file is
        </button>
      </p>
      <div class="padvalues">
        {TREATMENTS.map(name => (
          <Field key={`${idText(of.media.id)} ${name}`} of={of} name={name} />
        ))}
      </div>
    </details>
  )
}
