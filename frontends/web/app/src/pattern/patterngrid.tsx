// The pattern that plays as a grid: steps and their values are edited, rows muted or heard alone.
import type { item, row, row_state } from 'loophole'
import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { clean, factText, idText, num } from '../base/format'
import { useFlash } from '../connection/hits'
import { useNames } from '../items/itemnames'
import { complain } from '../base/state'
import { classColour } from '../base/theme'
import { ask } from '../connection/wire'
import { usePlayhead } from './playhead'
import { Step } from './step'
import { STEP_VALUES, StepValues, withStepValue, type StepValue } from './stepvalues'
import { ROWS_MOST, type PatternNow } from './usepattern'

interface RowProps {
  of: row
  at: number
  state: row_state | undefined
  item: item | undefined
  what: StepValue | undefined
  change: (to: row) => void
  again: () => void
}

function Row({ of, at, state, item, what, change, again }: RowProps) {
  const line = useRef<HTMLDivElement>(null),
    light = useFlash<HTMLElement>('row', at)
  usePlayhead(line, of.pattern.length)
  const put = (part: { mute?: boolean; solo?: boolean }) =>
    ask('audio.set_row', { name: '', row: at, ...part })
      .catch(complain)
      .then(again)
  const press = (step: number, to: string) =>
    change({ ...of, pattern: of.pattern.slice(0, step) + to + of.pattern.slice(step + 1) })
  return (
    <div
      class="steps"
      role="group"
      aria-label={clean(of.name)}
      style={{ '--class': item ? classColour(factText(item, 'class')) : 'var(--wave)' }}
    >
      <span title={clean(of.name)}>
        <i ref={light} class="flash" aria-hidden="true" />
        <i class="class" style={{ background: 'var(--class)' }} />
        {clean(of.name)}
      </span>
      <button
        data-says="mute"
        disabled={!state}
        aria-pressed={state?.mute ?? false}
        onClick={() => put({ mute: !state!.mute })}
        title="Mute this row"
      >
        M
      </button>
      <button
        data-says="solo"
        disabled={!state}
        aria-pressed={state?.solo ?? false}
        onClick={() => put({ solo: !state!.solo })}
        title="Hear this row alone"
      >
        S
      </button>
      <div ref={line} class="line" style={{ gridTemplateColumns: `repeat(${of.pattern.length}, minmax(1.4rem, 1fr))` }}>
        {what ? (
          <StepValues of={of} what={what} put={(step, value) => change(withStepValue(of, what, step, value))} />
        ) : (
          [...of.pattern].map((kind, i) => (
            <Step
              key={i}
              kind={kind}
              at={i}
              level={num(of.velocity?.[i] ?? 1)}
              press={to => press(i, to)}
              pull={level => change(withStepValue(of, 'velocity', i, level))}
            />
          ))
        )}
        <i class="playhead" hidden aria-hidden="true" />
      </div>
    </div>
  )
}

const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)

/** Arrow keys go to the neighbours of the step that has the keyboard. */
function goToNeighbour(event: KeyboardEvent) {
  const [across, down] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [
    0, 0,
  ]
  const line = (event.target as HTMLElement).closest('.step')?.parentElement
  if (!line || (!across && !down)) return
  const lines = [...(event.currentTarget as HTMLElement).querySelectorAll('.line')],
    at = [...line.children].indexOf(event.target as HTMLElement)
  const to = lines[lines.indexOf(line) + down!]?.querySelectorAll<HTMLElement>('button.step')[at + across!]
  to?.focus()
  event.preventDefault()
  event.stopPropagation()
}

/** `children`: what launches patterns. */
export function Pattern({ now, children }: { now: PatternNow; children: ComponentChildren }) {
  const { playing, name, rows, change, add, again } = now
  const [what, setWhat] = useState<StepValue>()
  const items = useNames(rows.flatMap(one => (one.id ? [one.id] : [])))
  const stateOf = (of: row, at: number) => playing?.rows.find(line => num(line.row) === at && line.name === of.name)
  return (
    <section aria-label="Pattern" class="pattern" data-number={playing?.number}>
      <div class="head">
        <h2>{rows.length > 0 ? name || 'Pattern' : 'Pattern'}</h2>
        {playing?.waits && <span class="quiet">changes at the next bar</span>}
        {children}
      </div>
      <p class="buttons">
        {[undefined, ...STEP_VALUES].map(one => (
          <button key={one} disabled={!rows.length} aria-pressed={what === one} onClick={() => setWhat(one)}>
            {one ? capital(one) : 'Steps'}
          </button>
        ))}
        <button
          class="add"
          disabled={!playing || rows.length >= ROWS_MOST}
          aria-label="Add a row with the chosen item"
          title="Add a row with the chosen item"
          onClick={add}
        >
          + Row
        </button>
      </p>
      <div class="patterngrid" tabIndex={0} role="region" aria-label="Steps" onKeyDown={goToNeighbour}>
        {rows.map((one, at) => (
          <Row
            key={`${at} ${one.name}`}
            of={one}
            at={at}
            state={stateOf(one, at)}
            item={one.id && items.get(idText(one.id))}
            what={what}
            change={to => change(at, to)}
            again={again}
          />
        ))}
        {playing && !rows.length && (
          <p class="quiet">
            No pattern plays. Choose a sound in the table and press <b>+ Row</b>, or launch a slot.
          </p>
        )}
      </div>
    </section>
  )
}
