// Changes by a person: of one item or of many, each as one step of undo, and done exactly once.
import type { edit, fact, Given, item, taken_back, Whole } from 'loophole'
import { clean, counted, factOf, idBytes, num } from '../base/format'
import { complain, isPlayed, remark, say, view } from '../base/state'
import { itemOf, refresh } from './result'
import { ask, AskError, isFar, read } from '../connection/wire'

const BUDGET_MS = 60000
const MOST = 4096

export type Change = Omit<Given<edit>, 'id'>

/** What the engine has is shown again, instead of what a person wanted. */
function refuse(error: unknown) {
  complain(error)
  refresh()
}

/** Applies a change to all these items as one step of undo. */
export const change = (ids: string[], label: string, what: Change) => apply(ids, label, () => what)

async function apply(ids: string[], label: string, changeOf: (id: string) => Change) {
  if (ids.length > MOST)
    return refuse(new Error(`${ids.length} items are too many for one step: select at most ${MOST}`))
  const edits = ids.map(id => ({ ...changeOf(id), id: idBytes(id)! }))
  try {
    const done = await ask('persist.edit_media', { label, edits }, BUDGET_MS)
    say(num(done.items) ? `${label}: ${num(done.items)} changed. Ctrl+Z undoes this.` : `${label}: nothing to change.`)
    refresh()
  } catch (error) {
    refuse(error)
  }
}

const itemsOf = (ids: string[]) => counted(ids.length, 'item')

export const tag = (ids: string[], tags: string[], off = false) =>
  change(
    ids,
    `${off ? 'Untag' : 'Tag'} ${itemsOf(ids)} ${tags.join(', ')}`,
    off ? { remove_tags: tags } : { add_tags: tags },
  )

export const favourite = (ids: string[], on: boolean) =>
  change(ids, `${on ? 'Favourite' : 'Unfavourite'} ${itemsOf(ids)}`, { favourite: on })

export const hide = (ids: string[], on: boolean) =>
  change(ids, `${on ? 'Hide' : 'Show'} ${itemsOf(ids)}`, { hidden: on })

const given = (attribute: string, value: { number: number } | { text: string }): Given<fact> => ({
  attribute,
  source: 'user',
  confidence: 1,
  shown: true,
  ...value,
})

/** Facts that are words, also those that look like a number: class 808 (fact_name.h). */
const WORDS = ['class', 'key', 'colour']

const factFor = (attribute: string, typed: string) => {
  const number = Number(typed)
  return Number.isFinite(number) && !WORDS.includes(attribute) ? { number } : { text: typed }
}

/** States a fact by hand; an empty value takes the statement back, so that the analysis counts again. */
export function state(ids: string[], attribute: string, value: string) {
  if (value === '') return change(ids, `Clear ${attribute} of ${itemsOf(ids)}`, { clear_facts: [attribute] })
  return change(ids, `${attribute} ${value} for ${itemsOf(ids)}`, {
    facts: [given(attribute, factFor(attribute, value))],
  })
}

/** The change that gives an item a value of `team_said`; undefined: the field is none of an item. */
export function changeTo(field: string, value: string): Change | undefined {
  const [, kind, name = ''] = /^(fact|tag):(.*)$/s.exec(field) ?? []
  if (kind === 'tag') return value ? { add_tags: [name] } : { remove_tags: [name] }
  if (kind === 'fact' && !value) return { clear_facts: [name] }
  if (kind === 'fact')
    return {
      facts: [given(name, value.startsWith('n') ? { number: Number(value.slice(1)) } : { text: value.slice(1) })],
    }
  if (field === 'notes') return { notes: value }
  return field === 'favourite' || field === 'hidden' ? { [field]: value !== '' } : undefined
}

/** How items are played and sent: frames of their files, decibels. */
export type Treatment = 'trim_from' | 'trim_until' | 'fade_in' | 'fade_out' | 'gain_db'
export const TREATMENTS: Treatment[] = ['trim_from', 'trim_until', 'fade_in', 'fade_out', 'gain_db']

/** The value of each item follows from the item; undefined removes it. */
export async function treat(
  ids: string[],
  label: string,
  valuesOf: (of: item) => Partial<Record<Treatment, number | undefined>>,
) {
  try {
    const items = await Promise.all(
      ids.map(
        async id => itemOf(id) ?? (await read('search.get', { id: idBytes(id) }, AbortSignal.timeout(BUDGET_MS))).item,
      ),
    )
    const changes = new Map(
      ids.map((id, i) => {
        const values = Object.entries(valuesOf(items[i]!))
        const facts = values.flatMap(([name, number]) => (number === undefined ? [] : [given(name, { number })]))
        return [id, { facts, clear_facts: values.flatMap(([name, number]) => (number === undefined ? [name] : [])) }]
      }),
    )
    await apply(ids, `${label} of ${itemsOf(ids)}`, id => changes.get(id)!)
  } catch (error) {
    refuse(error)
  }
}

const HEADROOM_DB = 0.1

/** The gain with which the loudest sample of the whole file is just below full scale. */
export const normalise = (ids: string[]) =>
  treat(ids, 'Normalise', of => {
    const peak = factOf(of, 'peak_dbfs')?.number
    return peak === undefined ? {} : { gain_db: Math.round((-peak - HEADROOM_DB) * 100) / 100 }
  })

/** Stars from 1 to 5; 0 removes them. */
export const rate = (ids: string[], stars: number) =>
  ids.length ? state(ids, 'rating', stars ? String(stars) : '') : undefined

export const COLOURS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'grey']

/** One of the colours; an empty one removes it. */
export const colour = (ids: string[], name: string) => (ids.length ? state(ids, 'colour', name) : undefined)

/** A missing item takes the file of another one. */
export async function takeFile(id: Uint8Array, from: Uint8Array, name: string) {
  try {
    await ask(
      'persist.apply',
      { label: `Relink ${name}`, scope: 'catalogue', actions: [{ relink: { id, with: from } }] },
      BUDGET_MS,
    )
    say(`${name} has its file again. Ctrl+Z undoes this.`)
    refresh()
  } catch (error) {
    complain(error)
  }
}

const PAGE = 100

/** True if the step that undo takes back next, or that redo does again, wrote into files. */
async function wroteFiles(back: boolean): Promise<boolean> {
  let wrote = false
  for (let before: Whole | undefined; ; ) {
    const { each = [] } = await ask('persist.undo_list', { scope: 'catalogue', limit: PAGE, before })
    for (const one of each) {
      if (!one.undone) return back ? one.wrote !== undefined : wrote
      wrote = one.wrote !== undefined
    }
    if (!each.length) return !back && wrote
    before = each[each.length - 1]!.step
  }
}

/** A page of another machine takes its own steps alone, also while others are newer. persist leaves steps that wrote
 * into files to the command line, which the gateway runs. */
async function take(back: boolean): Promise<[taken_back, string[]]> {
  if (isFar) return [await ask(back ? 'persist.undo' : 'persist.redo', { scope: '', by: '' }, BUDGET_MS), []]
  try {
    return [await ask(back ? 'persist.undo' : 'persist.redo', { scope: '' }, BUDGET_MS), []]
  } catch (error) {
    if (!(error instanceof AskError && error.code === 'conflict' && (await wroteFiles(back)))) throw error
  }
  const { taken, remarks } = await ask(back ? 'web.undo' : 'web.redo', {}, BUDGET_MS)
  return [taken, remarks ?? []]
}

async function step(back: boolean) {
  try {
    const [taken, remarks] = await take(back)
    const text = `${back ? 'Undone' : 'Redone'}: ${taken.label || `an edit of ${num(taken.items)} item`}`
    if (remarks.length)
      remark.set({ text: `${text}, but not all of it`, bad: true, hint: remarks.map(clean).join('; ') })
    else say(text)
    refresh()
  } catch (error) {
    complain(error)
  }
}

const FAR_PROJECT =
  'Only a page on the engine’s machine takes back steps of a project. Each card of Loops has an Undo of its own'

export const stepOfProject = async (back: boolean) =>
  isFar
    ? complain(new Error(FAR_PROJECT))
    : ask(back ? 'project.undo' : 'project.redo', { project: '' }, BUDGET_MS).then(
        taken => say(`${back ? 'Undone' : 'Redone'}: ${clean(taken.label)}`),
        complain,
      )

/** Where the sound and the project are shown, undo takes back what was done there. */
export const isOfProject = () => isPlayed(view.value.mode) || view.value.mode === 'project'

export const undo = () => (isOfProject() ? stepOfProject(true) : step(true))
export const redo = () => (isOfProject() ? stepOfProject(false) : step(false))
