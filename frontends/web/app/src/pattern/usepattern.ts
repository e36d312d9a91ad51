// The pattern that plays, and what changes it. Each change sounds from the next bar on.
import type { pattern, row, row_state } from 'loophole'
import { useEffect, useRef, useState } from 'preact/hooks'
import { usePolled } from '../polled'
import { clean, idBytes, num } from '../format'
import { chosen } from '../list'
import { report } from '../silent'
import { complain } from '../state'
import { ask, AskError, read } from '../wire'

export const ROWS_MOST = 32
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
function usePlaying() {
  const [playing, again] = usePolled(loadPlaying, 1000, [], ['audio.pattern_began', 'audio.sounding_changed'])
  const [sent, setSent] = useState<{ number: number; pattern: pattern; taken: number }>()
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

async function rowOfChosen(rows: () => row[]): Promise<row> {
  const id = chosen()[0]
  const name = id ? clean((await read('search.get', { id: idBytes(id) })).item.media.name).slice(0, 40) : 'row'
  const taken = new Set(rows().map(one => one.name))
  let unique = name
  for (let i = 2; taken.has(unique); i++) unique = `${name} ${i}`
  return emptyRow(unique, id ? idBytes(id) : undefined)
}

export function usePattern() {
  const { playing, shown, send, again } = usePlaying()
  const latest = useRef(shown) // also of a deed that began before the last edit
  latest.current = shown
  const rowsNow = () => latest.current?.sequencer?.tracks ?? []
  const rows = rowsNow()
  const put = (tracks: row[]) => send(withRows(latest.current ?? EMPTY, tracks))
  const change = (at: number, to: row) => put(rowsNow().map((one, i) => (i === at ? to : one)))
  const add = () => rowOfChosen(rowsNow).then(of => put([...rowsNow(), of]), complain)
  return { playing, name: clean(shown?.metadata?.name ?? ''), rows, change, add, again }
}

export type PatternNow = ReturnType<typeof usePattern>
