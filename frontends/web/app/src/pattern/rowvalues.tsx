// The values of a row of the pattern that are no steps: level, pitch, filter, sends, choke group.
import type { row } from 'loophole'
import { useState } from 'preact/hooks'
import { clean } from '../base/format'
import { PITCH, Value, type Field } from '../base/valuefields'
import type { PatternNow } from './usepattern'

const FIELDS: Field<row>[] = [
  { key: 'base_amp', title: 'Level', least: 0, most: 1, by: 0.01 },
  { key: 'pan', title: 'Pan', least: -1, most: 1, by: 0.05, empty: 0 },
  { key: 'ratio', ...PITCH },
  { key: 'choke', title: 'Choke group', least: 0, most: 64, by: 1, empty: 0 },
  { key: 'filter_freq', title: 'Low-pass, Hz', least: 20, most: 20000, by: 1 },
  { key: 'reverb_send', title: 'Reverb', least: 0, most: 1, by: 0.01 },
  { key: 'delay_send', title: 'Delay', least: 0, most: 1, by: 0.01 },
  { key: 'gate_frac', title: 'Length, steps', least: 0.01, most: 1, by: 0.01 },
]

function RowValues({ of, change }: { of: row; change: (to: row) => void }) {
  return (
    <div class="padvalues" role="group" aria-label={`Values of ${of.name}`}>
      {FIELDS.map(field => (
        <Value key={field.key} field={field} of={of} change={(key, value) => change({ ...of, [key]: value } as row)} />
      ))}
    </div>
  )
}

/** The values of the row that a person chooses; the first one at first. */
export function RowDesk({ pattern: { rows, change } }: { pattern: PatternNow }) {
  const [name, setName] = useState('')
  const at = Math.max(
      0,
      rows.findIndex(one => one.name === name),
    ),
    of = rows[at]
  if (!of) return <p class="quiet">No pattern plays: a row has its values here.</p>
  return (
    <>
      <label class="buttons">
        Values of the row{' '}
        <select value={of.name} onChange={event => setName(event.currentTarget.value)}>
          {rows.map((one, i) => (
            <option key={i} value={one.name}>
              {clean(one.name)}
            </option>
          ))}
        </select>
      </label>
      <RowValues key={of.name} of={of} change={to => change(at, to)} />
    </>
  )
}
