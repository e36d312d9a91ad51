// The pattern that plays, and what changes it. Each change sounds from the next bar on.
import type { pattern, row, row_state } from 'loophole'
import { useCell } from '../base/cell'
import { usePolled } from '../connection/polled'
import { clean, idBytes, num } from '../base/format'
import { chosen } from '../items/list'
import { complain } from '../base/state'
import { ask, AskError, read } from '../connection/wire'
import { freeName } from './merge'
import { edited, putRows, rowsNow, takeNewest } from './patternedits'

export const ROWS_MOST = 32

interface Playing {
  number: number
  pattern?: pattern
  rows: row_state[]
  waits: boolean
}

const none = (error: unknown) => {
  if (error instanceof AskError && error.code === 'not_found') return undefined
  throw error
}

/** `pattern`: with the edits that wait for their bar, also those of other clients. */
async function loadPlaying(): Promise<Playing> {
  const asked = performance.now()
  const [now, rows, transport] = await Promise.all([
    ask('audio.pattern', {}, 2000).catch(none),
    ask('audio.rows', {}, 2000).catch(none),
    ask('audio.transport', {}, 2000),
  ])
  takeNewest(now, asked)
  return {
    number: num(now?.number),
    pattern: now?.edited ?? now?.pattern,
    rows: rows?.each ?? [],
    waits: transport.queued_bar !== undefined,
  }
}

const emptyRow = (name: string, id?: Uint8Array): row =>
  ({ name, voice_id: 'voice1', pattern: '................', ...(id ? { gate_frac: 1, id } : {}) }) as unknown as row

async function rowOfChosen(): Promise<row> {
  const id = chosen()[0]
  const name = id ? clean((await read('search.get', { id: idBytes(id) })).item.media.name).slice(0, 40) : 'row'
  return emptyRow(freeName(name, rowsNow()), id ? idBytes(id) : undefined)
}

export function usePattern() {
  const [playing, again] = usePolled(loadPlaying, 1000, [], ['audio.pattern_began', 'audio.sounding_changed'])
  const shown = useCell(edited, of => of?.pattern) ?? playing?.pattern
  const put = (tracks: row[]) => putRows(tracks).then(again)
  const change = (at: number, to: row) => put(rowsNow().map((one, i) => (i === at ? to : one)))
  const add = () => rowOfChosen().then(of => put([...rowsNow(), of]), complain)
  return { playing, name: clean(shown?.metadata?.name ?? ''), rows: shown?.sequencer?.tracks ?? [], change, add, again }
}

export type PatternNow = ReturnType<typeof usePattern>
