// The regions of a clip of the open project: parts of its item on the keys 1 to 9 and 0.
import type { regions } from 'loophole'
import { Cell } from '../base/cell'
import { clean, idText, num } from '../base/format'
import { complain, say } from '../base/state'
import { ask, AskError, isFar, read } from '../connection/wire'

const BUDGET_MS = 20000
const FAR_UNDO = 'Only the studio can undo this.' // project.undo is denied to a page of another machine
/** The digits in the order of the keys. */
export const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]

interface ClipName {
  id: string
  name: string
}

/** The clip whose regions are shown; empty: the one whose keys are armed, or else the first. */
export const clipAt = new Cell('')
export const clips = new Cell<ClipName[]>([])
/** Undefined: not known yet, or the project has no clip. */
export const shownRegions = new Cell<regions | undefined>(undefined)

function nameOf(body: string, id: string): string {
  try {
    const { name } = JSON.parse(body) as { name?: unknown }
    return typeof name === 'string' && name ? clean(name) : id
  } catch {
    return id
  }
}

const regionsOf = (clip: string, signal: AbortSignal) =>
  read('project.region_list', { project: '', clip }, signal).catch(error => {
    if (error instanceof AskError && error.code === 'not_found') return undefined
    throw error
  })

let armedAt: string | undefined // the clip whose keys were armed at the last look

/** Asks for the clips, and for the regions of the one that is shown. If a clip plays, its keys are
 * armed: then it is shown in place of the chosen one. */
export async function lookAtRegions(signal: AbortSignal) {
  const got = await read('project.show', { project: '' }, signal)
  const all = (got.each ?? [])
    .filter(one => one.kind === 'clip')
    .map(one => ({ id: idText(one.id), name: nameOf(one.body, idText(one.id)) }))
  const armed = await regionsOf('', signal)
  const armedNow = armed ? idText(armed.clip) : ''
  if (signal.aborted) return
  if (armedAt !== undefined && armedNow && armedNow !== armedAt) clipAt.set('')
  armedAt = armedNow
  const chosen = all.some(one => one.id === clipAt.value) ? clipAt.value : ''
  const now = (chosen ? await regionsOf(chosen, signal) : armed) ?? (all[0] && (await regionsOf(all[0].id, signal)))
  if (signal.aborted) return
  clips.set(all)
  if (chosen === clipAt.value || !chosen) shownRegions.set(now)
}

const clipNow = () => (shownRegions.value ? idText(shownRegions.value.clip) : '')
const doing = (promise: Promise<regions>, text: string) =>
  promise.then(got => {
    if (idText(got.clip) === clipNow()) shownRegions.set(got)
    if (text) say(text)
  }, complain)

/** `key`: of the digit row or of the keypad, as the schema counts them. */
export const playRegion = (key: number) =>
  doing(ask('project.region_play', { project: '', clip: clipNow(), key }, BUDGET_MS), '')

export const keyOf = (digit: number) => 48 + digit
const regionAt = (digit: number) => shownRegions.value?.each?.find(one => num(one.digit) === digit)

export const lockRegion = (digit: number) =>
  doing(
    ask('project.region_lock', { project: '', clip: clipNow(), key: keyOf(digit) }, BUDGET_MS),
    `Key ${digit} is ${regionAt(digit)?.locked ? 'not locked any more' : 'locked'}.`,
  )
export const deleteRegion = (digit: number) =>
  doing(
    ask('project.region_delete', { project: '', clip: clipNow(), key: keyOf(digit) }, BUDGET_MS),
    `The region of key ${digit} is deleted. ${isFar ? FAR_UNDO : 'Ctrl+Z undoes this.'}`,
  )

/** Frames of the clip's item. */
export const saveRegion = (digit: number, start: number, end: number) =>
  doing(
    ask(
      'project.region_save',
      { project: '', clip: clipNow(), key: keyOf(digit), start: Math.round(start), end: Math.round(end) },
      BUDGET_MS,
    ),
    `Key ${digit} plays this region.${isFar && regionAt(digit) ? ` It had another one. ${FAR_UNDO}` : ''}`,
  )

/** The part stays as the engine has it: another page may have changed it. */
export const setRegionVolume = (digit: number, volume: number) =>
  doing(ask('project.region_save', { project: '', clip: clipNow(), key: keyOf(digit), volume }, BUDGET_MS), '')

/** Ten pads have the regions of the armed clip from this pad on; undefined: none have. */
export const setRegionPads = (first: number | undefined) =>
  doing(
    ask('project.region_pads', { project: '', clip: '', first }, BUDGET_MS),
    first === undefined ? 'The regions are on no pads.' : `The regions are on the pads ${padsText(first)}.`,
  )
export const padsText = (first: number) => `${first} to ${first + 9}`

/** The first key without a region. */
const freeDigit = () => DIGITS.find(digit => !regionAt(digit))

export function saveOnFreeKey(start: number, end: number) {
  const digit = freeDigit()
  if (digit === undefined) complain(new Error('All ten keys have a region: choose the key to replace, or delete one'))
  else saveRegion(digit, start, end)
}
