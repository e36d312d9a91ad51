// The pattern that plays as a grid: steps and their values are edited, rows muted or heard alone. Each change sounds from the next bar on.
import type { pattern, row, row_state } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { usePolled } from '../cell'
import { clean, idBytes, num } from '../format'
import { chosen } from '../list'
import { RowValues } from './rowvalues'
import { report } from '../silent'
import { complain } from '../state'
import { STEP_VALUES, StepValues, withStepValue, type StepValue } from './stepvalues'
import { ask, AskError, listen, read } from '../wire'

const NEXT = { '.': 'x', x: 'X', X: '.' } as Record<string, string>
const WORDS = { '.': 'off', x: 'on', X: 'accent' } as Record<string, string>
const ROWS_MOST = 32
const BEGINS_MS = 2000

interface Playing { asked: number; number: number; pattern?: pattern; rows: row_state[]; waits: boolean }

const none = (error: unknown) => { if (error instanceof AskError && error.code === 'not_found') return undefined; throw error }

async function loadPlaying(): Promise<Playing> {
  const asked = performance.now()
  const [now, rows, transport] = await Promise.all([
    ask('audio.pattern', {}, 2000).catch(none), ask('audio.rows', {}, 2000).catch(none), ask('audio.transport', {}, 2000)])
  return { asked, number: num(now?.number), pattern: now?.pattern, rows: rows?.each ?? [], waits: transport.queued_bar !== undefined }
}

/** What plays, or what this page sent and waits for its bar. */
function usePattern() {
  const [playing, again] = usePolled(loadPlaying, 1000)
  const [sent, setSent] = useState<{ number: number; pattern: pattern; taken: number }>()
  useEffect(() => listen('audio.pattern_began', again), [])
  useEffect(() => { // a pattern begins a moment after the engine took it; one that does not play by then was withdrawn
    const isOver = playing && sent?.number && (playing.number >= sent.number || (!playing.waits && playing.asked > sent.taken + BEGINS_MS))
    if (isOver) setSent(now => (now === sent ? undefined : now)) // a newer edit may have come
  }, [playing])
  const send = (next: pattern) => {
    setSent({ number: 0, pattern: next, taken: 0 })
    ask('audio.set_pattern', { pattern: next }, 10000)
      .then(queued => {
        setSent(now => (now?.pattern === next ? { number: num(queued.number), pattern: next, taken: performance.now() } : now))
        report('', 'row', queued.silent)
      },
        error => { setSent(now => (now?.pattern === next ? undefined : now)); complain(error) }).then(again)
  }
  return { playing, shown: sent?.pattern ?? playing?.pattern, send, again }
}

const EMPTY = { metadata: { name: 'Web' }, sequencer: { tracks: [] } } as unknown as pattern

const emptyRow = (name: string, id?: Uint8Array): row =>
  ({ name, voice_id: 'voice1', pattern: '................', ...(id ? { gate_frac: 1, id } : {}) }) as unknown as row

/** A pattern with other rows. Time and transport are not part of an edit. */
function withRows(of: pattern, tracks: row[]): pattern {
  const { running, global_step, ...sequencer } = of.sequencer ?? {}
  return { ...of, sequencer: { ...sequencer, tracks } } as pattern
}

interface RowProps { of: row; at: number; state: row_state | undefined; what: StepValue | undefined; change: (to: row) => void; again: () => void }

function Row({ of, at, state, what, change, again }: RowProps) {
  const put = (part: { mute?: boolean; solo?: boolean }) => ask('audio.set_row', { name: '', row: at, ...part }).catch(complain).then(again)
  const press = (step: number) => change({ ...of, pattern: of.pattern.slice(0, step) + NEXT[of.pattern[step]!] + of.pattern.slice(step + 1) })
  return (
    <div class="steps" role="group" aria-label={clean(of.name)}>
      <span title={clean(of.name)}>{clean(of.name)}</span>
      <button disabled={!state} aria-pressed={state?.mute ?? false} onClick={() => put({ mute: !state!.mute })} title="Mute this row">M</button>
      <button disabled={!state} aria-pressed={state?.solo ?? false} onClick={() => put({ solo: !state!.solo })} title="Hear this row alone">S</button>
      <div style={{ gridTemplateColumns: `repeat(${of.pattern.length}, minmax(1.4rem, 1fr))` }}>
        {what ? <StepValues of={of} what={what} put={(step, value) => change(withStepValue(of, what, step, value))} /> : [...of.pattern].map((step, i) => (
          <button key={i} class={`step ${WORDS[step]} ${i % 4 === 0 ? 'beat' : ''}`} onClick={() => press(i)} aria-label={`Step ${i + 1}: ${WORDS[step]}`} />
        ))}
      </div>
    </div>
  )
}

export function Pattern() {
  const { playing, shown, send, again } = usePattern()
  const [what, setWhat] = useState<StepValue>()
  const [edited, setEdited] = useState('')
  const rows = shown?.sequencer?.tracks ?? []
  const put = (tracks: row[]) => send(withRows(shown ?? EMPTY, tracks))
  const editedAt = rows.findIndex(one => one.name === edited)
  const change = (at: number, to: row) => put(rows.map((one, i) => (i === at ? to : one)))
  const add = async () => {
    const id = chosen()[0]
    const name = id ? clean((await read('search.get', { id: idBytes(id) })).item.media.name).slice(0, 40) : 'row'
    const taken = new Set(rows.map(one => one.name))
    let unique = name
    for (let i = 2; taken.has(unique); i++) unique = `${name} ${i}`
    put([...rows, emptyRow(unique, id ? idBytes(id) : undefined)])
  }
  return (
    <section aria-label="Pattern" class="wide pane" data-number={playing?.number}>
      <h2>Pattern</h2>
      <p class="buttons">
        <button disabled={!playing || rows.length >= ROWS_MOST} onClick={() => add().catch(complain)}>Add a row with the chosen item</button>
        {[undefined, ...STEP_VALUES].map(one => (
          <button key={one} disabled={!rows.length} aria-pressed={what === one} onClick={() => setWhat(one)}>{one ? one[0]!.toUpperCase() + one.slice(1) : 'Steps'}</button>
        ))}
        {rows.length > 0 && <span class="quiet">{clean(shown?.metadata?.name ?? '')}{playing?.waits && ', changes at the next bar'}</span>}
        {playing && !rows.length && <span class="quiet">No pattern plays. Add a row, or load a slot below.</span>}
      </p>
      <div class="patterngrid" tabIndex={0} role="region" aria-label="Steps">
        {rows.map((one, at) => (
          <Row key={`${at} ${one.name}`} of={one} at={at} state={playing?.rows.find(line => num(line.row) === at && line.name === one.name)} what={what} change={to => change(at, to)} again={again} />
        ))}
      </div>
      {rows.length > 0 && (
        <label class="buttons">Values of the row <select value={edited} onChange={event => setEdited(event.currentTarget.value)}>
          <option value="">none</option>{rows.map((one, at) => <option key={at} value={one.name}>{clean(one.name)}</option>)}</select></label>
      )}
      {editedAt >= 0 && <RowValues key={edited} of={rows[editedAt]!} change={to => change(editedAt, to)} />}
    </section>
  )
}
