// The song of the open project: which slots play one after the other, for how many bars, and which of them plays.
import type { slot_said, song_entry, song_said } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { usePolled } from './cell'
import { clean, num } from './format'
import { report } from './silent'
import { complain } from './state'
import { useTransport } from './transport'
import { TypedField } from './typedfield'
import { ask, listen } from './wire'

const BUDGET_MS = 20000
const ENTRIES_MOST = 256
const SLOTS = 128
const BARS_MOST = 1024

interface Entry { bank: number; slot: number; bars: number }

const entryOf = (of: song_entry): Entry => ({ bank: num(of.bank), slot: num(of.slot), bars: num(of.bars) })
const written = ({ bank, slot, bars }: Entry) => `${bank}/${slot}${bars ? `:${bars}` : ''}`

/** A whole number that a person typed, within its range. */
const wholeOf = (text: string, least: number, most: number) => Math.max(least, Math.min(most, Math.trunc(Number(text)) || least))

function Line({ of, at, last, playing, put, drop, move, play }: {
  of: Entry; at: number; last: boolean; playing: boolean; put: (to: Entry) => void; drop: () => void; move: (by: number) => void; play: () => void
}) {
  const field = (what: keyof Entry, label: string, least: number, most: number) => (
    <TypedField type="number" min={least} max={most} value={String(of[what])} aria-label={`${label} of entry ${at}`}
      put={typed => put({ ...of, [what]: wholeOf(typed, least, most) })} />
  )
  return (
    <tr class={playing ? 'active' : ''} data-entry={at}>
      <td class="number">{at}</td>
      <td>{field('bank', 'Bank', 1, SLOTS)}</td><td>{field('slot', 'Slot', 1, SLOTS)}</td>
      <td>{field('bars', 'Bars', 0, BARS_MOST)}{of.bars === 0 && <span class="quiet"> as long as it is</span>}</td>
      <td class="buttons">
        <button onClick={play} aria-label={`Play from entry ${at}`}>Play from here</button>
        <button onClick={() => move(-1)} disabled={at === 1} aria-label={`Move entry ${at} up`}>↑</button>
        <button onClick={() => move(1)} disabled={last} aria-label={`Move entry ${at} down`}>↓</button>
        <button onClick={drop} aria-label={`Remove entry ${at}`}>Remove</button>
        {playing && <span>plays</span>}
      </td>
    </tr>
  )
}

export function Song() {
  const [got, again] = usePolled(() => ask('project.song', { project: '' }, 3000), 3000)
  const [transport] = useTransport()
  const [slot, setSlot] = useState('1')
  const [bars, setBars] = useState('0')
  useEffect(() => listen('project.changed', again), [])
  const entries = (got?.entries ?? []).map(entryOf)
  const loop = got?.loop ?? false
  const playing = transport?.song === undefined ? undefined : num(transport.song)
  const run = (promise: Promise<slot_said | song_said>) => promise.then(said => report(clean(said.message), 'row', 'silent' in said ? said.silent : undefined), complain).then(again)
  const put = (next: Entry[], repeats = loop) =>
    run(ask('project.set_song', { project: '', entries: next.map(written).join(' '), loop: repeats }, BUDGET_MS))
  const move = (at: number, by: number) => {
    const next = [...entries]
    next.splice(at + by, 0, ...next.splice(at, 1))
    put(next)
  }
  const add = async () => {
    const bank = num((await ask('project.bank', { project: '', bank: '' }, BUDGET_MS)).number)
    await put([...entries, { bank, slot: wholeOf(slot, 1, SLOTS), bars: wholeOf(bars, 0, BARS_MOST) }])
  }
  return (
    <section aria-label="Song" class="wide pane" tabIndex={0} data-playing={playing}>
      <h2>Song</h2>
      <p class="buttons">
        <button disabled={!entries.length} onClick={() => run(ask('project.play_song', { entry: 0 }, BUDGET_MS))}>Play the song</button>
        <button disabled={playing === undefined} onClick={() => run(ask('project.stop_song', {}, BUDGET_MS))}>End the song</button>
        <label><input type="checkbox" checked={loop} disabled={!got} onChange={event => put(entries, event.currentTarget.checked)} /> Again from the first entry</label>
        <button disabled={!got || entries.length >= ENTRIES_MOST} onClick={() => add().catch(complain)}>Add an entry</button>
        <label>of slot <input type="number" min="1" max={SLOTS} value={slot} onInput={event => setSlot(event.currentTarget.value)} /></label>
        <label>for bars <input type="number" min="0" max={BARS_MOST} value={bars} onInput={event => setBars(event.currentTarget.value)} title="0: as long as its pattern" /></label>
        <output aria-label="Song position">{playing === undefined ? '' : `Entry ${playing} of ${entries.length} plays.`}</output>
      </p>
      {got && !entries.length && <p class="quiet">The project has no song. Add slots of the current bank, in their order.</p>}
      {entries.length > 0 && (
        <table class="plain">
          <thead><tr><th>Entry</th><th>Bank</th><th>Slot</th><th>Bars</th><th><span class="unseen">Actions</span></th></tr></thead>
          <tbody>{entries.map((one, i) => (
            <Line key={i} of={one} at={i + 1} last={i === entries.length - 1} playing={playing === i + 1} put={to => put(entries.map((old, j) => (j === i ? to : old)))}
              drop={() => put(entries.filter((_, j) => j !== i))} move={by => move(i, by)} play={() => run(ask('project.play_song', { entry: i + 1 }, BUDGET_MS))} />
          ))}</tbody>
        </table>
      )}
    </section>
  )
}
