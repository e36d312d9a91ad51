// The song of the open project: which slots play one after the other, for how many bars, and which of them plays.
import { useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { num } from '../base/format'
import { reportSaid } from '../sound/silent'
import { BARS_MOST, SLOTS, SongEntry, wholeOf } from './songentry'
import { complain } from '../base/state'
import { transport as transportCell } from '../frame/transport'
import { BUDGET_MS, useSong, type Entry } from './usesong'
import { ask } from '../connection/wire'
import { Check } from '../base/check'

const ENTRIES_MOST = 256

export function Song() {
  const { shown, change, again } = useSong()
  const transport = useCell(transportCell)
  const [slot, setSlot] = useState('1')
  const [bars, setBars] = useState('0')
  const { entries, loop } = shown ?? { entries: [], loop: false }
  const playing = transport?.song === undefined ? undefined : num(transport.song)
  const play = (entry: number) => reportSaid(ask('project.play_song', { entry }, BUDGET_MS)).then(again)
  const put = (to: (from: Entry[]) => Entry[]) => change(from => ({ entries: to(from.entries) }))
  const move = (at: number, by: number) =>
    put(from => {
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
        <button disabled={!entries.length} onClick={() => play(0)}>
          Play the song
        </button>
        <button
          disabled={playing === undefined}
          onClick={() => reportSaid(ask('project.stop_song', {}, BUDGET_MS)).then(again)}
        >
          End the song
        </button>
        <Check on={loop} disabled={!shown} put={loop => change(() => ({ loop }))}>
          Again from the first entry
        </Check>
        <button disabled={!shown || entries.length >= ENTRIES_MOST} onClick={() => add().catch(complain)}>
          Add an entry
        </button>
        <label>
          of slot{' '}
          <input type="number" min="1" max={SLOTS} value={slot} onInput={event => setSlot(event.currentTarget.value)} />
        </label>
        <label>
          for bars{' '}
          <input
            type="number"
            min="0"
            max={BARS_MOST}
            value={bars}
            onInput={event => setBars(event.currentTarget.value)}
            title="0: as long as its pattern"
          />
        </label>
        <output aria-label="Song position">
          {playing === undefined ? '' : `Entry ${playing} of ${entries.length} plays.`}
        </output>
      </p>
      {shown && !entries.length && (
        <p class="quiet">The project has no song. Add slots of the current bank, in their order.</p>
      )}
      {entries.length > 0 && (
        <table class="plain">
          <thead>
            <tr>
              <th>Entry</th>
              <th>Bank</th>
              <th>Slot</th>
              <th>Bars</th>
              <th>
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map((one, i) => (
              <SongEntry
                key={i}
                of={one}
                at={i + 1}
                last={i === entries.length - 1}
                playing={playing === i + 1}
                put={to => put(from => from.map((old, j) => (j === i ? to : old)))}
                drop={() => put(from => from.filter((_, j) => j !== i))}
                move={by => move(i, by)}
                play={() => play(i + 1)}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
