// The song of the open project: which slots play one after the other, for how many bars, and which of them plays.
import type { song_entry } from 'loophole'
import { useRef, useState } from 'preact/hooks'
import { useCell } from '../cell'
import { usePolled } from '../polled'
import { num } from '../format'
import { reportSaid } from '../silent'
import { complain } from '../state'
import { transport as transportCell } from '../transport'
import { TypedField } from '../typedfield'
import { ask } from '../wire'

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
        <button onClick={play} aria-label={`Play from here, entry ${at}`}>Play from here</button>
        <button onClick={() => move(-1)} disabled={at === 1} aria-label={`Move entry ${at} up`}>↑</button>
        <button onClick={() => move(1)} disabled={last} aria-label={`Move entry ${at} down`}>↓</button>
        <button onClick={drop} aria-label={`Remove entry ${at}`}>Remove</button>
        {playing && <span>plays</span>}
      </td>
    </tr>
  )
}

interface Entries { entries: Entry[]; loop: boolean }

async function loadSong(): Promise<Entries & { asked: number }> {
  const asked = performance.now()
  const { entries = [], loop } = await ask('project.song', { project: '' }, 3000)
  return { entries: entries.map(entryOf), loop, asked }
}

/** The song, and what changes it. A change that was sent counts until a song arrives that was asked for after its answer, so that
 * the next change begins with it. */
function useSong() {
  const [got, again] = usePolled(loadSong, 3000, [], ['project.changed'])
  const [sent, setSent] = useState<{ of: Entries; answered: number }>()
  const shown: Entries | undefined = sent && !(got && got.asked > sent.answered) ? sent.of : got
  const last = useRef(shown)
  last.current = shown
  const change = (part: (from: Entries) => Partial<Entries>) => {
    const from = last.current ?? { entries: [], loop: false }
    const next = { ...from, ...part(from) }
    last.current = next
    setSent({ of: next, answered: Infinity })
    const end = (to?: { of: Entries; answered: number }) => setSent(now => (now?.of === next ? to : now)) // a newer change may have come
    const promise = ask('project.set_song', { project: '', entries: next.entries.map(written).join(' '), loop: next.loop }, BUDGET_MS)
    promise.then(() => end({ of: next, answered: performance.now() }), () => end())
    return reportSaid(promise).then(again)
  }
  return { shown, change, again }
}

export function Song() {
  const { shown, change, again } = useSong()
  const transport = useCell(transportCell)
  const [slot, setSlot] = useState('1')
  const [bars, setBars] = useState('0')
  const { entries, loop } = shown ?? { entries: [], loop: false }
  const playing = transport?.song === undefined ? undefined : num(transport.song)
  const play = (entry: number) => reportSaid(ask('project.play_song', { entry }, BUDGET_MS)).then(again)
  const put = (to: (from: Entry[]) => Entry[]) => change(from => ({ entries: to(from.entries) }))
  const move = (at: number, by: number) => put(from => {
    const next = [...from]
    next.splice(at + by, 0, ...next.splice(at, 1))
    return next
  })
  const add = async () => {
    const bank = num((await ask('project.bank', { project: '', bank: '' }, BUDGET_MS)).number)
    await put(from => [...from, { bank, slot: wholeOf(slot, 1, SLOTS), bars: wholeOf(bars, 0, BARS_MOST) }])
  }
  return (
    <section aria-label="Song" class="bare" data-playing={playing}>
      <h2 class="unseen">Song</h2>
      <p class="buttons">
        <button disabled={!entries.length} onClick={() => play(0)}>Play the song</button>
        <button disabled={playing === undefined} onClick={() => reportSaid(ask('project.stop_song', {}, BUDGET_MS)).then(again)}>End the song</button>
        <label><input type="checkbox" checked={loop} disabled={!shown} onChange={event => { const loop = event.currentTarget.checked; change(() => ({ loop })) }} /> Again from the first entry</label>
        <button disabled={!shown || entries.length >= ENTRIES_MOST} onClick={() => add().catch(complain)}>Add an entry</button>
        <label>of slot <input type="number" min="1" max={SLOTS} value={slot} onInput={event => setSlot(event.currentTarget.value)} /></label>
        <label>for bars <input type="number" min="0" max={BARS_MOST} value={bars} onInput={event => setBars(event.currentTarget.value)} title="0: as long as its pattern" /></label>
        <output aria-label="Song position">{playing === undefined ? '' : `Entry ${playing} of ${entries.length} plays.`}</output>
      </p>
      {shown && !entries.length && <p class="quiet">The project has no song. Add slots of the current bank, in their order.</p>}
      {entries.length > 0 && (
        <table class="plain">
          <thead><tr><th>Entry</th><th>Bank</th><th>Slot</th><th>Bars</th><th><span class="unseen">Actions</span></th></tr></thead>
          <tbody>{entries.map((one, i) => (
            <Line key={i} of={one} at={i + 1} last={i === entries.length - 1} playing={playing === i + 1} put={to => put(from => from.map((old, j) => (j === i ? to : old)))}
              drop={() => put(from => from.filter((_, j) => j !== i))} move={by => move(i, by)} play={() => play(i + 1)} />
          ))}</tbody>
        </table>
      )}
    </section>
  )
}
