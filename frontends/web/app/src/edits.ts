// Changes by a person: of one item or of many, each as one step of undo, and done exactly once.
import type { edit, fact, Given } from 'loophole'
import { idBytes, num } from './format'
import { complain, say } from './state'
import { refresh } from './result'
import { ask } from './wire'

const BUDGET_MS = 60000
const MOST = 4096

export type Change = Omit<Given<edit>, 'id'>

/** Applies a change to all these items as one step of undo. */
export async function change(ids: string[], label: string, what: Change) {
  if (ids.length > MOST) return complain(new Error(`${ids.length} items are too many for one step: select at most ${MOST}`))
  const actions = ids.map(id => ({ edit: { ...what, id: idBytes(id)! } }))
  try {
    const done = await ask('persist.apply', { label, scope: 'catalogue', actions }, BUDGET_MS)
    say(`${label}: ${num(done.items)} changed. Ctrl+Z takes it back.`)
    refresh()
  } catch (error) { complain(error) }
}

const counted = (ids: string[]) => (ids.length === 1 ? '1 item' : `${ids.length} items`)

export const tag = (ids: string[], tags: string[], off = false) =>
  change(ids, `${off ? 'Untag' : 'Tag'} ${counted(ids)} ${tags.join(', ')}`, off ? { remove_tags: tags } : { add_tags: tags })

export const favourite = (ids: string[], on: boolean) =>
  change(ids, `${on ? 'Favourite' : 'Unfavourite'} ${counted(ids)}`, { favourite: on })

export const hide = (ids: string[], on: boolean) => change(ids, `${on ? 'Hide' : 'Show'} ${counted(ids)}`, { hidden: on })

/** States a fact by hand; an empty value takes the statement back, so that the analysis counts again. */
export function state(ids: string[], attribute: string, value: string) {
  if (value === '') return change(ids, `Clear ${attribute} of ${counted(ids)}`, { clear_facts: [attribute] })
  const number = Number(value)
  const isNumber = Number.isFinite(number)
  const fact: Given<fact> = { attribute, source: 'user', confidence: 1, shown: true, ...(isNumber ? { number } : { text: value }) }
  return change(ids, `${attribute} ${value} for ${counted(ids)}`, { facts: [fact] })
}

/** Stars from 1 to 5; 0 removes them. */
export const rate = (ids: string[], stars: number) => (ids.length ? state(ids, 'rating', stars ? String(stars) : '') : undefined)

export const COLOURS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'grey']

/** One of the colours; an empty one removes it. */
export const colour = (ids: string[], name: string) => (ids.length ? state(ids, 'colour', name) : undefined)

/** A missing item takes the file of another one. */
export async function takeFile(id: Uint8Array, from: Uint8Array, name: string) {
  try {
    await ask('persist.apply', { label: `Relink ${name}`, scope: 'catalogue', actions: [{ relink: { id, with: from } }] }, BUDGET_MS)
    say(`${name} has its file again. Ctrl+Z takes it back.`)
    refresh()
  } catch (error) { complain(error) }
}

async function step(name: 'persist.undo' | 'persist.redo', word: string) {
  try {
    const back = await ask(name, { scope: 'catalogue' }, BUDGET_MS)
    say(`${word}: ${back.label || `an edit of ${num(back.items)} item`}`)
    refresh()
  } catch (error) { complain(error) }
}

export const undo = () => step('persist.undo', 'Undone')
export const redo = () => step('persist.redo', 'Done again')
