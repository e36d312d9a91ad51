// What the engine has on the pads: their sounds, names, classes and parts.
import type { item, loaded_sound, pad } from 'loophole'
import { clean, idText, num, pathText } from '../base/format'
import { ask } from '../connection/wire'

export interface Kit {
  pads: Map<number, pad>
  sounds: loaded_sound[]
  asked: number
}

const withoutEnding = (name: string) => name.replace(/\.[^.]*$/, '')

/** After a restart, the streamer has the sounds of its predecessor without their paths; the catalogue has the names. */
export function nameOf(of: loaded_sound, items: Map<string, item>): string {
  const id = idText(of.id)
  return withoutEnding(pathText(of.path).split('/').at(-1)! || clean(items.get(id)?.media.name ?? '')) || id
}

export async function loadKit(): Promise<Kit> {
  const asked = performance.now()
  const [pads, sounds] = await Promise.all([
    ask('audio.pads', {}, 2000),
    ask('streamer.sounds', {}, 2000).catch(() => undefined),
  ])
  return { pads: new Map((pads.each ?? []).map(one => [num(one.pad), one])), sounds: sounds?.each ?? [], asked }
}

export const plays = (of: pad | undefined) =>
  of !== undefined &&
  (of.sound !== undefined || of.id !== undefined || of.wave !== undefined || (of.layers ?? []).length > 0)
export const soundOf = (of: pad | undefined) => num(of?.sound ?? of?.layers?.[0]?.sound ?? -1)
/** A pad that the engine reports with an id has a sound that could not be loaded. */
export const nameOfPad = (of: pad | undefined, names: Map<number, string>, waits: boolean) =>
  of?.wave ? `${of.wave} wave` : of?.id ? (waits ? 'loading…' : 'not loaded') : (names.get(soundOf(of)) ?? '')

const points = (from: number, until: number) => ({ from, until })

/** The part of its sound that a pad plays, in frames: that of the item's trim, if the pad has no points of its own. An
 * end of 0 is that of the sound. */
export const partOf = (of: pad | undefined, sound: loaded_sound | undefined) =>
  num(of?.from) || num(of?.until) || num(of?.loop_from)
    ? points(num(of?.from), num(of?.until))
    : points(num(sound?.trim_from), num(sound?.trim_until))

/** The same from 0 to 1. */
export function shareOf(of: pad | undefined, sound: loaded_sound | undefined): [number, number] {
  const frames = num(sound?.frames) || 1
  const { from, until } = partOf(of, sound)
  return [from / frames, Math.min(1, (until || frames) / frames)]
}
