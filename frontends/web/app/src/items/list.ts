// Keyboard control of the list of items, for all modes: the current row, the selection, and the playing of items.
import type { item } from 'loophole'
import { Cell } from '../base/cell'
import { counted, idBytes, idText } from '../base/format'
import { hear, hush, isHeard } from '../sound/hear'
import { isListed } from '../base/keyboard'
import { awaitItem, itemAt, itemOf, question, result, rowOf } from './result'
import { complain, heard, isAlike, remark, say, selected, settings, show, view, type View } from '../base/state'
import { read } from '../connection/wire'

/** The current row of the keyboard; -1: none. */
export const row = new Cell(-1)
/** The row from which Shift selects, in the result of `rowQuestion`; -1: none. Rises with each choice that begins a new
 * range. */
let anchor = -1
let ranges = 0
/** The row that goTo waits for; -1: none. Until its item has arrived, settleRow does not change the current row. */
let awaitedRow = -1
/** The question in whose result `row` is a row. */
let rowQuestion = ''

const isCurrent = (of: item | undefined) => of !== undefined && idText(of.media.id) === view.value.at

/** After a change of the list: makes the row of the current item the current row. When that item has left the result of
 * the same question, the row stays, so that the next key goes to its neighbour. Another result without it begins at its
 * first row. */
export function settleRow() {
  if (awaitedRow >= 0) return
  if (!view.value.at) return setRow(-1)
  if (result.value.old || (rowQuestion === question() && isCurrent(itemAt(row.value)))) return
  const at = rowOf(view.value.at)
  if (at >= 0 || rowQuestion !== question()) setRow(at)
  rowQuestion = question()
}

function setRow(to: number) {
  anchor = to
  row.set(to)
}

/** Items were selected one by one: the arrow keys keep them. They end a selection that Shift made, as in every list. */
let picked = false

/** No item is selected any more, and a selection that still waits for its items is given up. */
export function endSelection() {
  ranges++
  picked = false
  if (selected.value.size) selected.set(new Set())
}

const questionOf = (of: View) => JSON.stringify([of.query, of.folder, of.scope])
let questioned = questionOf(view.value)

/** Keys must change no item that a new query hides. */
view.follow(() => {
  const now = questionOf(view.value)
  if (now !== questioned) endSelection()
  questioned = now
})
heard.follow(endSelection)

/** Makes an item the current one that was chosen outside of the list, which may have it on no loaded page. */
export function goToItem(id: string) {
  endSelection()
  reachItem(id)
}

/** The same by an arrow key, which keeps what was selected one by one. `extend`: the items before and after the key are
 * selected. */
export function keyToItem(id: string, extend: boolean) {
  if (extend) {
    picked = true
    selected.set(new Set([...selected.value, view.value.at, id].filter(Boolean)))
  } else if (!picked) endSelection()
  reachItem(id)
}

function reachItem(id: string) {
  setRow(rowOf(id))
  rowQuestion = question()
  show({ at: id })
}

/** The current item, if a loaded page has it. */
export const atNow = (): item | undefined =>
  isCurrent(itemAt(row.value)) ? itemAt(row.value) : view.value.at ? itemOf(view.value.at) : undefined

/** Plays the current item, which may be on no loaded page. */
export async function hearNow() {
  const id = view.value.at
  if (!id) return
  const of = atNow() ?? (await read('search.get', { id: idBytes(id) }, AbortSignal.timeout(5000))).item
  if (view.value.at === id) hear(of)
}

/** The ids of the items that an edit changes: the selected items; without a selection the item `at`, by default the
 * current one. */
export function chosen(at = view.value.at): string[] {
  if (selected.value.size) return [...selected.value]
  return at ? [at] : []
}

const SELECTED_MOST = 4096

/** The ids of the items from one row to another, at most SELECTED_MOST. Undefined when it is given up: another question
 * is asked, or another range is begun. */
async function idsOf(from: number, to: number): Promise<string[] | undefined> {
  const asked = question(),
    range = ranges,
    by = to < from ? -1 : 1
  const ids: string[] = []
  for (let at = from; at !== to + by && ids.length < SELECTED_MOST; at += by) {
    const of = itemAt(at) ?? (await awaitItem(at))
    if (question() !== asked || ranges !== range) return undefined
    if (!of) break
    ids.push(idText(of.media.id))
  }
  return ids
}

/** Adds the items of these rows to the selection. */
async function extendSelection(from: number, to: number) {
  picked = false
  const ids = await idsOf(from, to)
  if (!ids) return
  selected.set(new Set([...selected.value, ...ids]))
  if (ids.length <= Math.abs(to - from))
    say(`Only ${counted(ids.length, 'item', 'items')} of this range can be selected.`)
}

/** Makes `to` the current row, and plays its item if `sound`. `extend` also selects all items from the anchor to it;
 * else the selection ends, unless `keep`. */
export async function goTo(to: number, extend = false, sound = settings.value.preview, keep = false) {
  const total = result.value.total ?? 0
  if (total === 0) return
  to = Math.max(0, Math.min(total - 1, to))
  if (extend) {
    settleRow()
    if (anchor < 0 || rowQuestion !== question()) anchor = to
    extendSelection(anchor, to)
  } else {
    anchor = to
    if (!keep) endSelection()
  }
  row.set(to)
  rowQuestion = question()
  awaitedRow = to
  const of = itemAt(to) ?? (await awaitItem(to))
  if (awaitedRow === to) awaitedRow = -1
  if (!of || row.value !== to) return
  if (sound) hear(of) // before the page is drawn, so that it sounds sooner
  show({ at: idText(of.media.id) })
}

/** Goes to the first item of the newest result, after its answer has arrived. */
export async function goFirst() {
  await newest()
  goTo(0)
}

/** Waits for the answer to the newest question. */
export const newest = () =>
  new Promise<void>(done => {
    const look = () => {
      if (!result.value.old) {
        end()
        done()
      }
    }
    const end = result.follow(look)
    look()
  })

export function toggleSelected(id: string) {
  const ids = new Set(selected.value)
  if (!ids.delete(id)) ids.add(id)
  picked = ids.size > 0
  selected.set(ids)
}

/** A click on a row; with Shift it selects a range, with Ctrl it adds the row or takes it away. */
export function clickRow(event: MouseEvent, to: number, id: string) {
  if (event.ctrlKey || event.metaKey) pickRow(to, id)
  else goTo(to, event.shiftKey)
}

/** Ctrl and a click: the row joins or leaves the selection, which begins with the current row, as in every list. */
function pickRow(to: number, id: string) {
  if (!selected.value.size && view.value.at !== id && isCurrent(itemAt(row.value))) toggleSelected(view.value.at)
  toggleSelected(id)
  setRow(to)
  rowQuestion = question()
  show({ at: id })
}

/** Selects the items of the result, at most SELECTED_MOST: one undo step changes no more. */
export async function selectAll() {
  await newest()
  const ids = await idsOf(0, (result.value.total ?? 0) - 1)
  if (!ids) return
  selected.set(new Set(ids))
  say(`${counted(selected.value.size, 'item is', 'items are')} selected.`)
}

const addTo = (list: string[], ids: string[]) => [...new Set([...list, ...ids])].slice(0, 32)

/** Adds examples. They are counter-examples no longer. */
export function moreLike() {
  const ids = chosen()
  if (!ids.length) return complain(new Error('More like this needs a sound: go to one first'))
  show({ like: addTo(view.value.like, ids), unlike: view.value.unlike.filter(id => !ids.includes(id)) })
}

/** Adds counter-examples. These need an example, because a search weighs them against it. */
export function lessLike() {
  const ids = chosen().filter(id => !view.value.like.includes(id))
  if (!isAlike(view.value, heard.value))
    complain(new Error('Less like this needs an example first: press s, More like this, on a similar sound'))
  else if (!ids.length) complain(new Error('This is the example itself: go to another sound first'))
  else show({ unlike: addTo(view.value.unlike, ids) })
}

/** The row `by` rows after the current one. When the current item has left the list, its next neighbour is in its
 * row. */
function rowAfter(by: number): number {
  if (row.value < 0 && by > 0 && by < 1e9) return 0
  const of = itemAt(row.value)
  return row.value + by - (of && !isCurrent(of) && by > 0 ? 1 : 0)
}

/** Handles the keys that move in a list with `across` items in a row. Returns true if it used the key. */
export function listKey(event: KeyboardEvent, across = 1, page = 20): boolean {
  const move: Record<string, number> = {
    ArrowDown: across,
    ArrowUp: -across,
    PageDown: page * across,
    PageUp: -page * across,
    ...(across > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}),
    Home: -1e9,
    End: 1e9,
  }
  const by = move[event.key]
  if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return false
  goTo(rowAfter(by), event.shiftKey, undefined, picked)
  event.preventDefault()
  return true
}

/** Plays the current item, or stops it. */
export const playOrStop = () => {
  if (isHeard(view.value.at)) hush()
  else hearNow().catch(complain)
}

/** Stops the preview, and ends the selection and the error that are shown. */
export function giveUp() {
  hush()
  if (isListed()) endSelection()
  if (remark.value?.bad) remark.set(undefined)
}
