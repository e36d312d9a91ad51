// Numbers of a record as input fields. An empty field has its usual value.
import type { Whole } from 'loophole'
import { num } from './format'
import { TypedField } from './typedfield'

export interface Field<Of> {
  key: keyof Of & string
  title: string
  least: number
  most: number
  by: number
  /** Between the value of the message and the one that is shown. */
  shown?: (value: number) => number
  meant?: (shown: number) => number
  /** The value of an empty field; undefined: the message lacks it. */
  empty?: number
}

export const dB = {
  shown: (gain: number) => (gain > 0 ? 20 * Math.log10(gain) : -100),
  meant: (shown: number) => (shown <= -100 ? 0 : 10 ** (shown / 20)),
}
export const semitones = {
  shown: (ratio: number) => 12 * Math.log2(ratio),
  meant: (shown: number) => 2 ** (shown / 12),
}
export const PITCH = { title: 'Pitch, semitones', least: -36, most: 36, by: 0.01, ...semitones }
export const from_one = { shown: (value: number) => value + 1, meant: (shown: number) => shown - 1 }

export const rounded = (value: number) => String(Math.round(value * 1000) / 1000)
export const within = (value: number, { least, most }: { least: number; most: number }) =>
  Math.max(least, Math.min(most, value))

/** `bound`: as of TypedField. */
export function Value<Of>({
  field,
  of,
  bound,
  change,
}: {
  field: Field<Of>
  of: Of | undefined
  bound?: boolean
  change: (key: keyof Of & string, value: number | undefined) => void
}) {
  const now = of?.[field.key] as Whole | undefined
  const text =
    now === undefined || (field.empty !== undefined && num(now) === field.empty)
      ? ''
      : rounded(field.shown ? field.shown(num(now)) : num(now))
  const take = (typed: string) => {
    const value = Number(typed)
    if (typed !== '' && !Number.isFinite(value)) return
    change(field.key, typed === '' ? field.empty : (field.meant ?? (same => same))(within(value, field)))
  }
  return (
    <label>
      {field.title}
      <TypedField
        bound={bound}
        type="number"
        min={field.least}
        max={field.most}
        step={field.by}
        value={text}
        put={take}
      />
    </label>
  )
}
