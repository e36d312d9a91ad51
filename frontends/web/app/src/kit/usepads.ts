// What the pads play: the engine's pads with their sounds and names, and what changes them.
import type { Given, item, pad, pad_layer } from 'loophole'
import { useEffect } from 'preact/hooks'
import { useCell } from '../base/cell'
import { usePolled } from '../connection/polled'
import { factText, idBytes, idText, num } from '../base/format'
import { useNames } from '../items/itemnames'
import { chosen } from '../items/list'
import { nameFor } from '../base/naming'
import { complain } from '../base/state'
import { classColour } from '../base/theme'
import { ask } from '../connection/wire'
import { bankOf, keepPads, layout, loaded, padAt, PADS, usualNote } from './kits'
import { loadKit, nameOf, nameOfPad, plays, shareOf, soundOf } from './padsread'
import { useSent } from './padssent'

/** What the engine has on the pads. */
function useEnginesPads() {
  const current = useCell(loaded)
  const [kit, again] = usePolled(loadKit, 5000, [], ['audio.sounding_changed'])
  useEffect(again, [current])
  const each = kit?.sounds ?? []
  // A sound that is none of the catalogue's has no id.
  const items = useNames(each.map(one => one.id).filter(id => id.some(byte => byte)))
  const sounds = new Map(each.map(one => [num(one.sound), one]))
  const names = new Map(each.map(one => [num(one.sound), nameOf(one, items)]))
  return { kit, again, items, sounds, names }
}

/** The chosen items on the pads from `first` on; each pad keeps its other values. */
const filled = (ids: string[], first: number, of: (number: number) => pad | undefined) =>
  ids.map((id, n) => ({
    ...of(first + n),
    note: of(first + n)?.note ?? usualNote(first + n),
    pad: first + n,
    sound: undefined,
    wave: undefined,
    layers: [],
    id: idBytes(id),
  }))

/** The pads as they are, or as this page has sent them. */
export function usePads() {
  const side = useCell(layout)
  const at = useCell(padAt)
  const { kit, again, items, sounds, names } = useEnginesPads()
  const { of, put, waits } = useSent(kit, again)
  const loadedAt = (number: number) => sounds.get(soundOf(of(number)))
  const itemOf = (number: number) => {
    const sound = loadedAt(number)
    return sound && items.get(idText(sound.id))
  }
  const colourOf = (number: number) => {
    const item = itemOf(number)
    return plays(of(number)) ? classColour(item ? factText(item, 'class') : '') : 'transparent'
  }
  const release = (number: number) => {
    if (of(number)?.mode === 'gate') ask('audio.release', { pad: number }, 2000).catch(complain)
  }
  const change = (part: Given<pad>) => put([{ ...of(at), pad: at, ...part }])
  const fill = () => {
    const ids = chosen().slice(0, side * side)
    if (ids.length) put(filled(ids, bankOf(at, side), of))
    else complain(new Error('No item is chosen: choose some in the table, then fill the pads with them'))
  }
  const keep = async () => {
    const name = await nameFor('Name of the kit')
    const numbers = Array.from({ length: PADS }, (_, number) => number).filter(number => plays(of(number)))
    const each = numbers.map(number => [number, itemOf(number)] as const)
    if (name) keepPads(new Map(each.filter((one): one is [number, item] => one[1] !== undefined)), name)
  }
  return {
    of,
    named: (number: number) => nameOfPad(of(number), names, waits(number)),
    colourOf,
    itemOf,
    release,
    change,
    layers: (to: Given<pad_layer>[]) => change({ layers: to }),
    fill,
    keep,
    names,
    shareOf: (number: number) => shareOf(of(number), loadedAt(number)),
    loadedAt,
  }
}

export type PadsNow = ReturnType<typeof usePads>
