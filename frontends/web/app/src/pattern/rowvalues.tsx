// The values of a row of the pattern that are no steps: level, pitch, filter, sends, choke group.
import type { row } from 'loophole'
import { PITCH, Value, type Field } from '../valuefields'

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

export function RowValues({ of, change }: { of: row; change: (to: row) => void }) {
  return (
    <div class="padvalues" role="group" aria-label={`Values of ${of.name}`}>
      {FIELDS.map(field => <Value key={field.key} field={field} of={of} change={(key, value) => change({ ...of, [key]: value } as row)} />)}
    </div>
  )
}
