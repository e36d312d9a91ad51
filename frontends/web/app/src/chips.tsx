// What is in force: the clauses of the query, likeness, the order. Each chip is removed by a click, by Delete on it, and the
// last one by Escape.
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useCell } from './cell'
import { clean, idBytes } from './format'
import { focusList } from './keyboard'
import { BLOCKS, clauses, complain, heard, isAlike, show, START_FILTERS, view, type Block, type Mode, type Scope, type View } from './state'
import { read } from './wire'

export const SCOPE_TITLES: Record<Scope, string> = { combined: 'Everything', project: 'In the open project', global: 'Outside of projects' }

interface Chip { key: string; text: ComponentChildren; drop: () => void }

/** The name of an item, which need not be on the screen. */
function Name({ id }: { id: string }) {
  const [name, setName] = useState('…')
  useEffect(() => {
    const control = new AbortController()
    read('search.get', { id: idBytes(id) }, control.signal).then(got => setName(clean(got.item.media.name)), () => setName('(gone)'))
    return () => control.abort()
  }, [id])
  return <>{name}</>
}

const without = (list: string[], at: number) => list.filter((_, i) => i !== at)

/** The modes that have no order, and those that look in all folders: there the chips of these are not in force. */
const WITHOUT_ORDER: Mode[] = ['map', 'hypergrid', 'duplicates'], IN_ALL_FOLDERS: Mode[] = ['hypergrid', 'duplicates']

export function chipsOf(of: View): Chip[] {
  const words = clauses(of.query)
  const chips: Chip[] = words.map((text, i) => ({ key: `q${text}${i}`, text, drop: () => show({ query: without(words, i).join(' ') }) }))
  if (of.sort && !WITHOUT_ORDER.includes(of.mode)) chips.push({ key: 'sort', text: `order: ${of.sort}`, drop: () => show({ sort: '' }) })
  if (of.folder && !IN_ALL_FOLDERS.includes(of.mode)) chips.push({ key: 'folder', text: 'in one folder', drop: () => show({ folder: '' }) })
  if (of.scope !== 'combined') chips.push({ key: 'scope', text: SCOPE_TITLES[of.scope], drop: () => show({ scope: 'combined' }) })
  if (heard.value) chips.push({ key: 'heard', text: <>like {heard.value.name}</>, drop: () => heard.set(undefined) })
  of.like.forEach((id, i) => chips.push({ key: `l${id}`, text: <>like <Name id={id} /></>, drop: () => show({ like: without(of.like, i) }) }))
  of.unlike.forEach((id, i) => chips.push({ key: `u${id}`, text: <>unlike <Name id={id} /></>, drop: () => show({ unlike: without(of.unlike, i) }) }))
  if (isAlike(of, heard.value))
    BLOCKS.filter(block => of.weights[block] !== 1).forEach(block => chips.push({
      key: `w${block}`, text: `${block} × ${of.weights[block]}`, drop: () => weigh(block, 1),
    }))
  return chips
}

export const weigh = (block: Block, weight: number) => show({ weights: { ...view.value.weights, [block]: weight } })

export function Chips() {
  const now = useCell(view)
  useCell(heard)
  const chips = chipsOf(now)
  return (
    <div class="chips" role="group" aria-label="Active filters">
      {chips.map(chip => (
        <button key={chip.key} class="chip" onClick={chip.drop} title="Remove"
          onKeyDown={event => { if (event.key === 'Delete' || event.key === 'Backspace') { event.preventDefault(); chip.drop() } }}>
          {chip.text} <span aria-hidden="true">×</span>
        </button>
      ))}
      {chips.length > 1 && <button class="link" onClick={() => { heard.set(undefined); show({ ...START_FILTERS }) }}>Clear all</button>}
    </div>
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
    <div class="likeness" role="group" aria-label="Weights of likeness" onKeyDown={event => { if (event.key === 'Escape') focusList() }}>
      {BLOCKS.map(block => (
        <label key={block}>{block}
          <input type="range" min="0" max="4" step="0.1" value={now.weights[block]}
            onInput={event => weigh(block, Number(event.currentTarget.value))} />
          <output>{now.weights[block].toFixed(1)}</output>
        </label>
      ))}
    </div>
  )
}
