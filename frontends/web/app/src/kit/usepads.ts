// What the pads play: the engine's pads with their sounds and names, and what changes them.
import type { Given, item, loaded_sound, pad, pad_layer, pads } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { useCell } from '../cell'
import { usePolled } from '../polled'
import { clean, factText, idBytes, idText, num, pathText } from '../format'
import { useNames } from '../itemnames'
import { chosen } from '../list'
import { nameFor } from '../naming'
import { report } from '../silent'
import { complain } from '../state'
import { classColour } from '../theme'
import { ask } from '../wire'
import { bankOf, keepPads, layout, loaded, padAt, PADS, usualNote } from './kits'

const LOADING_MS = 30000

interface Kit { pads: Map<number, pad>; sounds: loaded_sound[]; asked: number }

const withoutEnding = (name: string) => name.replace(/\.[^.]*$/, '')

/** After a restart, the streamer has the sounds of its predecessor without their paths; the catalogue has the names. */
function nameOf(of: loaded_sound, items: Map<string, item>): string {
  const id = idText(of.id)
  return withoutEnding(pathText(of.path).split('/').at(-1)! || clean(items.get(id)?.media.name ?? '')) || id
}

const classOf = (of: loaded_sound, items: Map<string, item>) => { const one = items.get(idText(of.id)); return one ? factText(one, 'class') : '' }

async function loadKit(): Promise<Kit> {
  const asked = performance.now()
  const [pads, sounds] = await Promise.all([ask('audio.pads', {}, 2000), ask('streamer.sounds', {}, 2000).catch(() => undefined)])
  return { pads: new Map((pads.each ?? []).map(one => [num(one.pad), one])), sounds: sounds?.each ?? [], asked }
}

export const plays = (of: pad | undefined) => of !== undefined && (of.sound !== undefined || of.id !== undefined || of.wave !== undefined || (of.layers ?? []).length > 0)
const soundOf = (of: pad | undefined) => num(of?.sound ?? of?.layers?.[0]?.sound ?? -1)
/** A pad that the engine reports with an id has a sound that could not be loaded. */
const nameOfPad = (of: pad | undefined, names: Map<number, string>, waits: boolean) =>
  of?.wave ? `${of.wave} wave` : of?.id ? (waits ? 'loading…' : 'not loaded') : names.get(soundOf(of)) ?? ''

interface Sent { of: Given<pad>; answered: number }

/** The pads, and what notes a change: it counts until pads arrive that were asked for after its answer, so that the next change of its
 * pad begins with it. */
function useSent(kit: Kit | undefined) {
  const [sent, setSent] = useState(new Map<number, Sent>())
  const of = (number: number) => {
    const one = sent.get(number)
    return one && !(kit && kit.asked > one.answered) ? (one.of as pad) : kit?.pads.get(number)
  }
  const note = (number: number, to: Sent | undefined, from?: Given<pad>) => setSent(now => {
    if (from && now.get(number)?.of !== from) return now // a newer change has come
    const next = new Map(now)
    if (to) next.set(number, to)
    else next.delete(number)
    return next
  })
  return { of, note, waits: (number: number) => sent.get(number)?.answered === Infinity }
}

const points = (from: number, until: number) => ({ from, until })

/** The part of its sound that a pad plays, in frames: that of the item's trim, if the pad has no points of its own. An end of 0 is that
 * of the sound. */
export const partOf = (of: pad | undefined, sound: loaded_sound | undefined) =>
  num(of?.from) || num(of?.until) || num(of?.loop_from) ? points(num(of?.from), num(of?.until)) : points(num(sound?.trim_from), num(sound?.trim_until))

/** The same from 0 to 1. */
function shareOf(of: pad | undefined, sound: loaded_sound | undefined): [number, number] {
  const frames = num(sound?.frames) || 1
  const { from, until } = partOf(of, sound)
  return [from / frames, Math.min(1, (until || frames) / frames)]
}

/** The pads as they are, or as this page has sent them. */
export function usePads() {
  const side = useCell(layout)
  const at = useCell(padAt)
  const current = useCell(loaded)
  const [kit, again] = usePolled(loadKit, 5000, [], ['audio.sounding_changed'])
  useEffect(again, [current])
  const sounds = new Map((kit?.sounds ?? []).map(one => [num(one.sound), one]))
  const items = useNames((kit?.sounds ?? []).filter(one => one.id.some(byte => byte)).map(one => one.id)) // a sound that is none of the catalogue's has none
  const names = new Map((kit?.sounds ?? []).map(one => [num(one.sound), nameOf(one, items)]))
  const classes = new Map((kit?.sounds ?? []).map(one => [num(one.sound), classOf(one, items)]))
  const { of, note, waits } = useSent(kit)
  const named = (number: number) => nameOfPad(of(number), names, waits(number))
  const colourOf = (one: pad | undefined) => (plays(one) ? classColour(classes.get(soundOf(one)) ?? '') : 'transparent')
  const loadedAt = (number: number) => sounds.get(soundOf(of(number)))
  const itemOf = (number: number) => { const sound = loadedAt(number); return sound && items.get(idText(sound.id)) }
  const release = (number: number) => { if (of(number)?.mode === 'gate') ask('audio.release', { pad: number }, 2000).catch(complain) }
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
    ask('audio.set_pads', { each }, LOADING_MS).then(now => { end(now); report('', 'pad', now.silent) }, error => { complain(error); end() })
  }
  const change = (part: Given<pad>) => put([{ ...of(at), pad: at, ...part }])
  const layers = (to: Given<pad_layer>[]) => change({ layers: to })
  const fill = () => {
    const ids = chosen().slice(0, side * side)
    if (!ids.length) return complain(new Error('No item is chosen: choose some in the table, then fill the pads with them'))
    const first = bankOf(at, side)
    put(ids.map((id, n) => {
      const number = first + n, one = of(number)
      return { ...one, note: one?.note ?? usualNote(number), pad: number, sound: undefined, wave: undefined, layers: [], id: idBytes(id) }
    }))
  }
  const keep = () => nameFor('Name of the kit').then(name => {
    const each = Array.from({ length: PADS }, (_, number) => [number, plays(of(number)) ? itemOf(number) : undefined] as const)
    if (name) keepPads(new Map(each.filter((one): one is [number, item] => one[1] !== undefined)), name)
  })
  return { of, named, colourOf, itemOf, release, change, layers, fill, keep, names,
    shareOf: (number: number) => shareOf(of(number), loadedAt(number)), loadedAt,
  }
}

export type PadsNow = ReturnType<typeof usePads>
