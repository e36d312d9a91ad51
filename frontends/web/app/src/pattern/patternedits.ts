// Edits of the pattern that plays, on their way to the engine: one at a time, each made from the newest pattern. If
// another page or program was earlier, the edit is made again from what that one set.
import type { pattern, pattern_now, row } from 'loophole'
import { Cell } from '../base/cell'
import { num } from '../base/format'
import { report } from '../sound/silent'
import { complain } from '../base/state'
import { ask, AskError } from '../connection/wire'
import { merge } from './merge'

const TRIES_MOST = 8

/** `ofPlaying`: another pattern waits for its bar, so edits change the one that plays. */
interface Newest {
  number: number
  pattern: pattern
  ofPlaying: boolean
}

const EMPTY = { metadata: { name: 'Web' }, sequencer: { tracks: [] } } as unknown as pattern

/** Tempo and transport are not part of an edit. */
function withoutTime(of: pattern): pattern {
  const { running, global_step, bpm, swing, ...sequencer } = of.sequencer ?? {}
  return { ...of, sequencer } as pattern
}

const newestOf = (now: pattern_now | undefined): Newest =>
  !now
    ? { number: 0, pattern: EMPTY, ofPlaying: false }
    : now.edited
      ? { number: num(now.newest), pattern: withoutTime(now.edited), ofPlaying: false }
      : {
          number: num(now.number),
          pattern: withoutTime(now.pattern),
          ofPlaying: now.newest !== undefined && num(now.newest) !== num(now.number),
        }

/** What this page edited, until an answer says so that was asked for after `taken`: the time at which the engine took
 * it. */
export const edited = new Cell<{ pattern: pattern; taken: number } | undefined>(undefined)

/** The newest pattern of which this page knows. */
let base: Newest = newestOf(undefined)
let wanted: pattern | undefined
let busy = false

/** An answer of audio.pattern, undefined if none plays, that was asked for at this time. */
export function takeNewest(now: pattern_now | undefined, asked: number) {
  if (wanted || (edited.value && asked < edited.value.taken)) return
  base = newestOf(now)
  edited.set(undefined)
}

/** Makes the edit that is wanted from what another client set. */
async function moveToNewest() {
  const now = await ask('audio.pattern', {}, 5000)
  const newest = newestOf(now)
  wanted = merge(base.pattern, wanted!, newest.pattern)
  base = newest
  edited.set({ pattern: wanted, taken: Infinity })
}

/** Sends the edit that is wanted, and returns when the engine has taken it. */
async function send(): Promise<pattern> {
  for (let tries = 1; ; tries++) {
    const sent = wanted!
    try {
      const queued = await ask(
        'audio.set_pattern',
        { pattern: sent, made_from: base.number, playing: base.ofPlaying || undefined },
        10000,
      )
      base = { number: num(queued.number), pattern: sent, ofPlaying: base.ofPlaying }
      report('', 'row', queued.silent)
      return sent
    } catch (error) {
      if (!(error instanceof AskError && error.code === 'conflict') || tries === TRIES_MOST) throw error
      await moveToNewest()
    }
  }
}

async function sendAll() {
  busy = true
  try {
    while (wanted) {
      if ((await send()) !== wanted) continue // a newer edit came
      edited.set({ pattern: wanted, taken: performance.now() })
      wanted = undefined
    }
  } catch (error) {
    wanted = undefined
    edited.set(undefined)
    complain(error)
  }
  busy = false
}

/** The rows as this page shows them. */
export const rowsNow = (): row[] => (edited.value?.pattern ?? base.pattern).sequencer?.tracks ?? []

/** Sets these rows, which were made from `rowsNow()`. Returns when the engine has them, or refused them. */
export async function putRows(tracks: row[]) {
  const from = edited.value?.pattern ?? base.pattern
  wanted = { ...from, sequencer: { ...from.sequencer, tracks } } as pattern
  edited.set({ pattern: wanted, taken: Infinity })
  if (!busy) await sendAll()
}
