// The values of a row's steps: level, chance, hits and timing, a slider for each step that sounds.
import type { row, Whole } from 'loophole'
import { useState } from 'preact/hooks'
import { num } from '../base/format'

export const STEP_VALUES = ['velocity', 'probability', 'ratchet', 'timing'] as const
export type StepValue = (typeof STEP_VALUES)[number]

interface Kind {
  usual: number
  least: number
  most: number
  by: number
  text: (value: number) => string
}
const percent = (value: number) => `${Math.round(value * 100)} %`
const KINDS: Record<StepValue, Kind> = {
  velocity: { usual: 1, least: 0, most: 1, by: 0.05, text: percent },
  probability: { usual: 1, least: 0, most: 1, by: 0.05, text: percent },
  ratchet: { usual: 1, least: 1, most: 8, by: 1, text: value => `${value} ${value === 1 ? 'hit' : 'hits'}` },
  timing: {
    usual: 0,
    least: -0.5,
    most: 0.5,
    by: 0.05,
    text: value => `${Math.abs(Math.round(value * 100))} % ${value < 0 ? 'early' : 'late'}`,
  },
}

/** The row with another value of one step. A list ends at its last value that is not the usual one. */
export function withStepValue(of: row, what: StepValue, step: number, value: number): row {
  const { usual } = KINDS[what]
  const list = ((of[what] ?? []) as Whole[]).map(num)
  while (list.length <= step) list.push(usual)
  list[step] = value
  while (list.length && list[list.length - 1] === usual) list.pop()
  return { ...of, [what]: list.length ? list : undefined } as row
}

export function StepValues({
  of,
  what,
  put,
}: {
  of: row
  what: StepValue
  put: (step: number, value: number) => void
}) {
  const { usual, least, most, by, text } = KINDS[what]
  const [pulled, setPulled] = useState<{ step: number; value: number }>()
  const valueAt = (step: number) => (pulled?.step === step ? pulled.value : num(of[what]?.[step] ?? usual))
  return (
    <>
      {[...of.pattern].map((kind, step) =>
        kind === '.' ? (
          <span key={step} class={`step ${step % 4 === 0 ? 'beat' : ''}`} />
        ) : (
          <input
            key={step}
            class="stepvalue"
            type="range"
            min={least}
            max={most}
            step={by}
            value={valueAt(step)}
            title={text(valueAt(step))}
            aria-label={`Step ${step + 1}: ${what}`}
            aria-orientation="vertical"
            aria-valuetext={text(valueAt(step))}
            onInput={event => setPulled({ step, value: Number(event.currentTarget.value) })}
            onChange={event => {
              setPulled(undefined)
              put(step, Number(event.currentTarget.value))
            }}
          />
        ),
      )}
    </>
  )
}
