// The list of the present view under the keyboard: where it is, what is selected, what sounds. Shared by all modes.
import type { item } from 'loophole'
import { Cell } from './cell'
import { favourite, hide, rate } from './edits'
import { idText } from './format'
import { hear, hush, markRegion } from './hear'
import { awaitItem, itemAt, result, rowOf } from './result'
import { complain, heard, isAlike, say, selected, set, settings, show, view } from './state'

/** The row that the keyboard is on; -1: none. */
export const row = new Cell(-1)
let anchor = 0
/** The row whose item is awaited: until it is here, the list does not take the keyboard back. */
let going = -1

/** Finds the row of the item again after the list changed; the row stays when the item left it. */
export function settleRow() {
  const of = atNow()
  if (going >= 0 || (of && idText(of.media.id) === view.value.at)) return
  const at = view.value.at ? rowOf(view.value.at) : -1
  if (at >= 0) row.set(at)
  else if (!view.value.at) row.set(-1)
}

export const atNow = (): item | undefined => (row.value >= 0 ? itemAt(row.value) : undefined)

/** The ids that an edit is for: the selected items, else the one that the keyboard is on. */
export function chosen(): string[] {
  if (selected.value.size) return [...selected.value]
  return view.value.at ? [view.value.at] : []
}

function reach(from: number, to: number) {
  const ids = new Set(selected.value)
  for (let at = Math.min(from, to); at <= Math.max(from, to); at++) {
    const of = itemAt(at)
    if (of) ids.add(idText(of.media.id))
  }
  selected.set(ids)
}

/** Goes to a row, and lets its item sound. `extend` adds the rows between to the selection. */
export async function goTo(to: number, extend = false, sound = settings.value.preview) {
  const total = result.value.total ?? 0
  if (total === 0) return
  to = Math.max(0, Math.min(total - 1, to))
  if (extend) reach(anchor, to)
  else { anchor = to; if (selected.value.size) selected.set(new Set()) }
  row.set(to)
  going = to
  const of = itemAt(to) ?? (await awaitItem(to))
  if (going === to) going = -1
  if (!of || row.value !== to) return
  if (sound) hear(of) // first: what is drawn can wait
  show({ at: idText(of.media.id) })
}

/** Goes to the first item of what was asked last, once its answer is here. */
export function goFirst() {
  if (!result.value.old) return goTo(0)
  const end = result.follow(() => { if (!result.value.old) { end(); goTo(0) } })
}

export function toggleSelected(id: string) {
  const ids = new Set(selected.value)
  if (!ids.delete(id)) ids.add(id)
  selected.set(ids)
}

const SELECTED_MOST = 4096

/** Selects every item of the result, as far as one step can change. */
export async function selectAll() {
  const total = Math.min(result.value.total ?? 0, SELECTED_MOST)
  const ids = new Set<string>()
  for (let at = 0; at < total; at++) {
    const of = itemAt(at) ?? (await awaitItem(at))
    if (of) ids.add(idText(of.media.id))
  }
  selected.set(ids)
  say(`${ids.size.toLocaleString('en')} items are selected.`)
}

const addTo = (list: string[], ids: string[]) => [...new Set([...list, ...ids])].slice(0, 32)
export const moreLike = () => show({ like: addTo(view.value.like, chosen()) })

/** A counter-example needs an example that it is weighed against. */
export const lessLike = () => isAlike(view.value, heard.value)
  ? show({ unlike: addTo(view.value.unlike, chosen()) })
  : complain(new Error('Less like this needs an example first: press s, More like this, on a sound that is near'))

/** The keys of every list of items; `across` items stand beside each other. Returns true if the key was one of them. */
export function listKey(event: KeyboardEvent, across = 1, page = 20): boolean {
  const move: Record<string, number> = {
    ArrowDown: across, ArrowUp: -across, PageDown: page * across, PageUp: -page * across,
    ...(across > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}),
    Home: -1e9, End: 1e9,
  }
  const by = move[event.key]
  if (by !== undefined && !event.ctrlKey && !event.altKey) goTo(row.value < 0 && by > 0 && by < 1e9 ? 0 : row.value + by, event.shiftKey)
  else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) selectAll()
  else if (event.ctrlKey || event.metaKey || event.altKey) return false
  else if (event.key === 'Enter' || event.key === ' ') { const of = atNow(); if (of) hear(of) }
  else if (event.key === 'Escape') hush()
  else if (event.key === '[' || event.key === ']') { const of = atNow(); if (of) markRegion(of, event.key === '[' ? 'from' : 'end') }
  else if (event.key === 'x') { if (view.value.at) toggleSelected(view.value.at) }
  else if (event.key === 'f') favourite(chosen(), !atNow()?.media.favourite)
  else if (event.key === 'h') hide(chosen(), !atNow()?.media.hidden)
  else if (/^[0-5]$/.test(event.key)) rate(chosen(), Number(event.key))
  else if (event.key === 's') moreLike()
  else if (event.key === 'd') lessLike()
  else if (event.key === 'p') set({ preview: !settings.value.preview })
  else return false
  event.preventDefault()
  return true
}
