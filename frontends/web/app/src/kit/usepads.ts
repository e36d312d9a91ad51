// What the pads play: the engine's pads with their sounds and names, and what changes them.
import type { Given, item, pad, pad_layer, pads } from 'loophole'
import { useEffect } from 'preact/hooks'
import { useCell } from '../base/cell'
import { usePolled } from '../connection/polled'
import { idBytes, idText, num } from '../base/format'
import { useNames } from '../items/itemnames'
import { chosen } from '../items/list'
import { nameFor } from '../base/naming'
import { report } from '../sound/silent'
import { complain } from '../base/state'
import { classColour } from '../base/theme'
import { ask } from '../connection/wire'
import { bankOf, keepPads, layout, loaded, padAt, PADS, usualNote } from './kits'
import { classOf, loadKit, nameOf, nameOfPad, plays, shareOf, soundOf } from './padsread'
import { useSent } from './padssent'

const LOADING_MS = 30000

/** The pads as they are, or as this page has sent them. */
export function usePads() {
  const side = useCell(layout)
  const at = useCell(padAt)
  const current = useCell(loaded)
  const [kit, again] = usePolled(loadKit, 5000, [], ['audio.sounding_changed'])
  useEffect(again, [current])
  const sounds = new Map((kit?.sounds ?? []).map(one => [num(one.sound), one]))
  // A sound that is none of the catalogue's has no id.
  const known = (kit?.sounds ?? []).map(one => one.id).filter(id => id.some(byte => byte))
  const items = useNames(known)
  const names = new Map((kit?.sounds ?? []).map(one => [num(one.sound), nameOf(one, items)]))
  const classes = new Map((kit?.sounds ?? []).map(one => [num(one.sound), classOf(one, items)]))
  const { of, note, waits } = useSent(kit)
  const named = (number: number) => nameOfPad(of(number), names, waits(number))
  const colourOf = (one: pad | undefined) => (plays(one) ? classColour(classes.get(soundOf(one)) ?? '') : 'transparent')
  const loadedAt = (number: number) => sounds.get(soundOf(of(number)))
  const itemOf = (number: number) => {
    const sound = loadedAt(number)
    return sound && items.get(idText(sound.id))
  }
  const release = (number: number) => {
    if (of(number)?.mode === 'gate') ask('audio.release', { pad: number }, 2000).catch(complain)
  }
  const put = (each: (Given<pad> & { pad: number })[]) => {
    const end = (now?: pads) => {
      const answered = performance.now()
      for (const one of each) {
        const got = now?.each?.find(other => num(other.pad) === one.pad)
        note(one.pad, got && { of: got, answered }, one)
      }
      again()
    }
    for (const one of each) note(one.pad, { of: one, answered: Infinity })
    ask('audio.set_pads', { each }, LOADING_MS).then(
      now => {
        end(now)
        report('', 'pad', now.silent)
      },
      error => {
        complain(error)
        end()
      },
    )
  }
  const change = (part: Given<pad>) => put([{ ...of(at), pad: at, ...part }])
  const layers = (to: Given<pad_layer>[]) => change({ layers: to })
  const fill = () => {
    const ids = chosen().slice(0, side * side)
    if (!ids.length)
      return complain(new Error('No item is chosen: choose some in the table, then fill the pads with them'))
    const first = bankOf(at, side)
    put(
      ids.map((id, n) => {
        const number = first + n,
          one = of(number)
        return {
          ...one,
          note: one?.note ?? usualNote(number),
          pad: number,
          sound: undefined,
          wave: undefined,
          layers: [],
          id: idBytes(id),
        }
      }),
    )
  }
  const keep = () =>
    nameFor('Name of the kit').then(name => {
      const each = Array.from(
        { length: PADS },
        (_, number) => [number, plays(of(number)) ? itemOf(number) : undefined] as const,
      )
      if (name) keepPads(new Map(each.filter((one): one is [number, item] => one[1] !== undefined)), name)
    })
  return {
    of,
    named,
    colourOf,
    itemOf,
    release,
    change,
    layers,
    fill,
    keep,
    names,
    shareOf: (number: number) => shareOf(of(number), loadedAt(number)),
    loadedAt,
  }
}

export type PadsNow = ReturnType<typeof usePads>
