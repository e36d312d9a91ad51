// All commands of the page. Keys, palette and the list of keys are made from this table.
import { CARING } from './caring'
import { placeName, type Command } from './command'
import { keysText } from './keynames'
import { IN_KIT } from './inkit'
import { LOOKING } from './looking'
import { OF_ITEMS } from './ofitems'
import { PLAYING_KEYS } from './playing'
import { SOUNDING } from './sounding'

export const COMMANDS: readonly Command[] = [
  ...LOOKING,
  ...OF_ITEMS,
  ...IN_KIT,
  ...CARING,
  ...SOUNDING,
  ...PLAYING_KEYS,
]

export interface KeyLine {
  keys: string[]
  text: string
  says: string
  place: string
  when: readonly string[]
}

/** A line for each thing that keys do. */
export function keyLines(): KeyLine[] {
  const lines = new Map<string, KeyLine>()
  for (const command of COMMANDS) {
    if (!command.keys) continue
    const says = command.says ?? command.name,
      place = placeName(command),
      id = `${says}\n${place}`
    const line = lines.get(id) ?? { keys: [], text: '', says, place, when: command.when }
    line.keys.push(...command.keys)
    lines.set(id, line)
  }
  return [...lines.values()].map(line => ({ ...line, text: keysText(line.keys) }))
}
