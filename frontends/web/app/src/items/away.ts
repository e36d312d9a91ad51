// Items whose file cannot be read now: where it is, in words, and how it is brought here.
import type { fetch_begun, item } from 'loophole'
import { counted, idBytes, num } from '../base/format'
import { chosen } from './list'
import { complain, say } from '../base/state'
import { ask } from '../connection/wire'

const BUDGET_MS = 30000

const STATES = {
  missing: { word: 'missing', sentence: 'The file is missing: a scan did not find it.' },
  cloud: { word: 'in the cloud', sentence: 'The file is only in the cloud. It can be played after it is fetched.' },
  fetching: { word: 'being fetched', sentence: 'The file is being fetched from the cloud.' },
  offline: { word: 'offline', sentence: 'The file is offline: its volume or its library folder is away.' },
}
export type Away = keyof typeof STATES

const AWAY_BY_WORD: Record<string, Away> = {
  missing: 'missing',
  remote_offline: 'cloud',
  remote_fetching: 'fetching',
  external_offline: 'offline',
}

/** Also the class of the item's row. */
export const awayOf = (of: item): Away | undefined => AWAY_BY_WORD[of.media.availability]
export const awayWord = (away: Away) => STATES[away].word
export const awaySentence = (away: Away) => STATES[away].sentence

function begunText(begun: fetch_begun): string {
  if (num(begun.items))
    return `${counted(num(begun.items), 'file')} will be fetched from the cloud; Engine shows the progress.`
  return num(begun.here)
    ? 'Nothing to fetch: the files are here.'
    : 'Nothing can be fetched now: the files are missing, or their volumes are away.'
}

export function fetchChosen() {
  const ids = chosen().map(id => idBytes(id)!)
  if (!ids.length) return complain(new Error('No item is chosen: choose some in the table first'))
  return ask('availability.fetch', { ids, label: '' }, BUDGET_MS).then(begun => say(begunText(begun)), complain)
}
