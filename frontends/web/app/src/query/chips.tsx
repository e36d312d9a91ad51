// What is in force: the clauses of the query, likeness, the order. The chips lie in the query field, before its text.
// Those of clauses are shown in place of the text, while nobody edits it.
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Cell, useCell } from '../base/cell'
import { clean, idBytes } from '../base/format'
import { focusList } from '../base/keyboard'
import {
  BLOCKS,
  clauses,
  complain,
  heard,
  isAlike,
  show,
  START_FILTERS,
  view,
  type Block,
  type Mode,
  type Scope,
  type View,
} from '../base/state'
import { read } from '../connection/wire'

export const SCOPE_TITLES: Record<Scope, string> = {
  combined: 'Everything',
  project: 'In the open project',
  global: 'Outside of projects',
}

interface Chip {
  key: string
  text: ComponentChildren
  /** It is a clause of the query, so that the text of the field shows it, too. */
  inText?: boolean
  drop: () => void
}

/** The name of an item, which need not be on the screen. */
function Name({ id }: { id: string }) {
  const [name, setName] = useState('…')
  useEffect(() => {
    const control = new AbortController()
    read('search.get', { id: idBytes(id) }, control.signal).then(
      got => setName(clean(got.item.media.name)),
      () => setName('(gone)'),
    )
    return () => control.abort()
  }, [id])
  return <>{name}</>
}

const without = (list: string[], at: number) => list.filter((_, i) => i !== at)

/** The modes that have no order, and those that look in all folders: there the chips of these are not in force. */
const WITHOUT_ORDER: Mode[] = ['map', 'hypergrid', 'duplicates'],
  IN_ALL_FOLDERS: Mode[] = ['hypergrid', 'duplicates']

export function chipsOf(of: View): Chip[] {
  const words = clauses(of.query)
  const chips: Chip[] = words.map((text, i) => ({
    key: `q${text}${i}`,
    text,
    inText: true,
    drop: () => show({ query: without(words, i).join(' ') }),
  }))
  if (of.sort && !WITHOUT_ORDER.includes(of.mode))
    chips.push({ key: 'sort', text: `order: ${of.sort}`, drop: () => show({ sort: '' }) })
  if (of.folder && !IN_ALL_FOLDERS.includes(of.mode))
    chips.push({ key: 'folder', text: 'in one folder', drop: () => show({ folder: '' }) })
  if (of.scope !== 'combined')
    chips.push({ key: 'scope', text: SCOPE_TITLES[of.scope], drop: () => show({ scope: 'combined' }) })
  if (heard.value) chips.push({ key: 'heard', text: <>like {heard.value.name}</>, drop: () => heard.set(undefined) })
  of.like.forEach((id, i) =>
    chips.push({
      key: `l${id}`,
      text: (
        <>
          like <Name id={id} />
        </>
      ),
      drop: () => show({ like: without(of.like, i) }),
    }),
  )
  of.unlike.forEach((id, i) =>
    chips.push({
      key: `u${id}`,
      text: (
        <>
          unlike <Name id={id} />
        </>
      ),
      drop: () => show({ unlike: without(of.unlike, i) }),
    }),
  )
  if (isAlike(of, heard.value))
    BLOCKS.filter(block => of.weights[block] !== 1).forEach(block =>
      chips.push({
        key: `w${block}`,
        text: `${block} × ${of.weights[block]}`,
        drop: () => weigh(block, 1),
      }),
    )
  return chips
}

export const weigh = (block: Block, weight: number) => show({ weights: { ...view.value.weights, [block]: weight } })

/** What was removed last, for those who do not see it. */
const removed = new Cell('')

const buttons = () => [...document.querySelectorAll<HTMLElement>('.field .chip')]
const focusText = () => {
  const field = document.querySelector<HTMLInputElement>('#query')
  field?.focus()
  field?.setSelectionRange(0, 0)
}

function remove(chip: Chip, button: HTMLElement | undefined) {
  removed.set(`Removed: ${button?.querySelector('.of')?.textContent ?? ''}`)
  chip.drop()
}

/** Removes the last chip that is shown before the text. Returns false if there is none. */
export function removeBeforeText(): boolean {
  const chips = chipsOf(view.value),
    last = chips.length - 1
  if (last < 0 || chips[last]!.inText) return false
  remove(chips[last]!, buttons()[last])
  return true
}

/** Goes to the last chip. Returns false if there is none. The chips of clauses are shown only while the text is not
 * edited. */
export function goToLastChip(): boolean {
  const last = buttons().at(-1)
  if (!last) return false
  document.querySelector<HTMLElement>('#query')?.blur()
  last.focus()
  return true
}

/** Where a key leads from a chip: the place of another one, or behind the last one, the text. */
const LEADS: Partial<Record<string, (at: number, count: number) => number>> = {
  ArrowLeft: at => Math.max(0, at - 1),
  ArrowRight: at => at + 1,
  Home: () => 0,
  End: (_, count) => count - 1,
}

export function Chips() {
  const chips = chipsOf(useCell(view))
  const next = useRef<number>() // the place of the chip that gets the keyboard after one was removed by it
  useCell(heard)
  const goTo = (at: number) => {
    const to = buttons()[at]
    if (to) to.focus()
    else focusText()
  }
  useLayoutEffect(() => {
    if (next.current !== undefined) goTo(next.current)
    next.current = undefined
  }, [chips.length])
  const drop = (at: number, button: HTMLElement, byKey: boolean) => {
    next.current = byKey ? Math.max(0, at - 1) : undefined
    remove(chips[at]!, button)
  }
  const onKey = (event: KeyboardEvent, at: number) => {
    const to = event.ctrlKey || event.altKey || event.shiftKey ? undefined : LEADS[event.key]?.(at, chips.length)
    if (to !== undefined) goTo(to)
    else if (event.key === 'Delete' || event.key === 'Backspace') drop(at, event.currentTarget as HTMLElement, true)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class="chips" role="group" aria-label="Active filters">
      {chips.map((chip, at) => (
        <button
          key={chip.key}
          class={chip.inText ? 'chip clause' : 'chip'}
          title="Remove"
          tabIndex={at === chips.length - 1 ? 0 : -1}
          onClick={event => drop(at, event.currentTarget, event.detail === 0 && event.isTrusted)}
          onKeyDown={event => onKey(event, at)}
        >
          <span class="of">{chip.text}</span> <span aria-hidden="true">×</span>
        </button>
      ))}
    </div>
  )
}

/** Tells what was removed, and ends all that is in force. */
export function ClearAll() {
  const count = chipsOf(useCell(view)).length
  const last = useCell(removed)
  useCell(heard)
  return (
    <>
      <span class="unseen" role="status">
        {last}
      </span>
      {count > 1 && (
        <button
          class="link"
          onClick={() => {
            heard.set(undefined)
            show({ ...START_FILTERS })
          }}
        >
          Clear all
        </button>
      )}
    </>
  )
}

/** Goes to the sliders, or says what they need. */
export function goToWeights() {
  const first = document.querySelector<HTMLElement>('.likeness input')
  if (first) first.focus()
  else complain(new Error('The weights of likeness need an example first: press s, More like this'))
}

/** Five weights, while likeness is in force. Escape goes back to the list. */
export function Likeness() {
  const now = useCell(view)
  const sound = useCell(heard)
  if (!isAlike(now, sound)) return null
  return (
    <div
      class="likeness"
      role="group"
      aria-label="Weights of likeness"
      onKeyDown={event => {
        if (event.key === 'Escape') focusList()
      }}
    >
      {BLOCKS.map(block => (
        <label key={block}>
          {block}
          <input
            type="range"
            min="0"
            max="4"
            step="0.1"
            value={now.weights[block]}
            onInput={event => weigh(block, Number(event.currentTarget.value))}
          />
          <output>{now.weights[block].toFixed(1)}</output>
        </label>
      ))}
    </div>
  )
}
