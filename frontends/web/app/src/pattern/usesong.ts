// The song of the open project, and what changes it.
import type { song_entry } from 'loophole'
import { useRef, useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { num } from '../base/format'
import { usePolled } from '../connection/polled'
import { reportSaid } from '../sound/silent'
import { ask } from '../connection/wire'
import { transport } from '../frame/transport'

const BUDGET_MS = 20000
const ENTRIES_MOST = 256
export const SLOTS = 128
export const BARS_MOST = 1024

/** A whole number that a person typed, within its range. */
export const wholeOf = (text: string, least: number, most: number) =>
  Math.max(least, Math.min(most, Math.trunc(Number(text)) || least))

export interface Entry {
  bank: number
  slot: number
  bars: number
}

const entryOf = (of: song_entry): Entry => ({ bank: num(of.bank), slot: num(of.slot), bars: num(of.bars) })
const written = ({ bank, slot, bars }: Entry) => `${bank}/${slot}${bars ? `:${bars}` : ''}`

interface Entries {
  entries: Entry[]
  loop: boolean
}

async function loadSong(): Promise<Entries & { asked: number }> {
  const asked = performance.now()
  const { entries = [], loop } = await ask('project.song', { project: '' }, 3000)
  return { entries: entries.map(entryOf), loop, asked }
}

/** The song, and what sends a change of it. A change that was sent counts until a song arrives that was asked for after
 * its answer, so that the next change begins with it. */
function useSent() {
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
    // a newer change may have come
    const end = (to?: { of: Entries; answered: number }) => setSent(now => (now?.of === next ? to : now))
    const promise = ask(
      'project.set_song',
      { project: '', entries: next.entries.map(written).join(' '), loop: next.loop },
      BUDGET_MS,
    )
    promise.then(
      () => end({ of: next, answered: performance.now() }),
      () => end(),
    )
    return reportSaid(promise).then(again)
  }
  return { shown, change, again }
}

/** The song, which of its entries plays, and what changes it. */
export function useSong() {
  const { shown, change, again } = useSent()
  const playing = useCell(transport, of => (of?.song === undefined ? undefined : num(of.song)))
  const { entries, loop } = shown ?? { entries: [], loop: false }
  const put = (to: (from: Entry[]) => Entry[]) => change(from => ({ entries: to(from.entries) }))
  return {
    entries,
    loop,
    isKnown: shown !== undefined,
    isFull: entries.length >= ENTRIES_MOST,
    playing,
    repeat: (on: boolean) => change(() => ({ loop: on })),
    /** Entry 0: all. */
    play: (entry: number) => reportSaid(ask('project.play_song', { entry }, BUDGET_MS)).then(again),
    end: () => reportSaid(ask('project.stop_song', {}, BUDGET_MS)).then(again),
    replace: (at: number, to: Entry) => put(from => from.map((old, i) => (i === at ? to : old))),
    drop: (at: number) => put(from => from.filter((_, i) => i !== at)),
    move: (at: number, by: number) =>
      put(from => {
        const next = [...from]
        next.splice(at + by, 0, ...next.splice(at, 1))
        return next
      }),
    /** Adds a slot of the current bank. */
    add: async (slot: number, bars: number) => {
      const bank = num((await ask('project.bank', { project: '', bank: '' }, BUDGET_MS)).number)
      await put(from => [...from, { bank, slot, bars }])
    },
  }
}

export type SongNow = ReturnType<typeof useSong>
