// The song of the open project, and what changes it.
import type { song_entry } from 'loophole'
import { useRef, useState } from 'preact/hooks'
import { num } from '../base/format'
import { usePolled } from '../connection/polled'
import { reportSaid } from '../sound/silent'
import { ask } from '../connection/wire'

export const BUDGET_MS = 20000

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

/** The song, and what changes it. A change that was sent counts until a song arrives that was asked for after its
 * answer, so that the next change begins with it. */
export function useSong() {
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
