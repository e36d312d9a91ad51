// The query line: its text with chips, completions and the caret of an error.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { listElement } from '../base/keyboard'
import { show, view } from '../base/state'
import { goFirst, newest } from '../items/list'
import { result } from '../items/result'
import { Chips, ClearAll, goToLastChip, removeBeforeText } from './chips'
import { completed, TYPING_MS, useCompletions } from './completions'
import { caretOf, Hints } from './hints'
import { keepQuery, remember } from './saved'
import { meant } from './spoken'

/** What was entered as people say it, and finds nothing, becomes the query that it means. */
async function takeMeaning() {
  const { query } = view.value
  await newest()
  const words = result.value.total === 0 && view.value.query === query ? meant(query) : undefined
  if (words) show({ query: words })
}

/** The text that is typed. It is the query after a pause, at once with `search`, and follows the query of the view. */
function useText() {
  const query = useCell(view, of => of.query)
  const [text, setText] = useState(query)
  const timer = useRef(0)
  useLayoutEffect(() => {
    if (query !== text.trim()) {
      clearTimeout(timer.current)
      setText(query)
    }
  }, [query]) // what is typed next stays
  const search = (value: string) => {
    clearTimeout(timer.current)
    if (value.trim() !== view.value.query) show({ query: value.trim(), at: '' })
  }
  const searchSoon = (value: string) => {
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => search(value), TYPING_MS)
  }
  return { query, text, setText, search, searchSoon }
}

/** The text, its completions, and what keys and the pointer do with both. `at`: the chosen completion; -1: none. */
function useLine() {
  const { query, text, setText, search, searchSoon } = useText()
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const words = useCompletions(text, open)
  const leave = () => {
    setOpen(false)
    search(text)
  }
  const type = (value: string) => {
    setText(value)
    setOpen(true)
    setAt(-1)
    searchSoon(value)
  }
  const choose = (word: string) => {
    const value = `${completed(text, word)} `
    setText(value)
    setOpen(false)
    search(value)
  }
  const enter = () => {
    leave()
    remember(text.trim())
    takeMeaning()
    listElement()?.focus()
  }
  const goToList = () => {
    leave()
    listElement()?.focus()
    if (!view.value.at) goFirst()
  }
  return { query, text, words, at, setAt, isListed: open && words.length > 0, setOpen, type, choose, enter, goToList }
}
type Line = ReturnType<typeof useLine>

/** What the key does in the line; undefined: nothing. */
function actionOf({ key, shiftKey, altKey }: KeyboardEvent, line: Line): (() => void) | undefined {
  const { words, at, isListed } = line
  const isChosen = isListed && at >= 0
  if (key === 'Tab' && isListed && !shiftKey) return () => line.choose(words[Math.max(0, at)]!)
  if (key === 'Enter') return isChosen ? () => line.choose(words[at]!) : line.enter
  if (key === 'Escape') return () => line.setOpen(false) // a browser erases the field
  if (key === 'ArrowUp' && isChosen) return () => line.setAt(at - 1)
  if (key !== 'ArrowDown') return undefined
  if (altKey && !isListed) return () => line.setOpen(true)
  if (isListed && at < words.length - 1 && (isChosen || altKey)) return () => line.setAt(at + 1)
  return isChosen ? undefined : line.goToList
}

/** Is the caret of the field before its text, without a selection? */
function isBeforeText(event: KeyboardEvent): boolean {
  const field = event.currentTarget as HTMLInputElement
  return field.selectionStart === 0 && field.selectionEnd === 0 && !(event.shiftKey || event.ctrlKey || event.altKey)
}

/** The key takes or reaches the chip before the text. */
const reachesChip = (event: KeyboardEvent) =>
  isBeforeText(event) && (event.key === 'Backspace' ? removeBeforeText() : event.key === 'ArrowLeft' && goToLastChip())

function onKey(event: KeyboardEvent, line: Line) {
  const action = actionOf(event, line)
  if (!action && !reachesChip(event)) return
  action?.()
  if (event.key !== 'Enter') event.preventDefault()
  event.stopPropagation()
}

/** The field of the text, and where the query has an error. */
function Entry({ line, field }: { line: Line; field: { current: HTMLInputElement | null } }) {
  const { query, text, at, isListed } = line
  const { error } = useCell(result)
  const caret = error ? caretOf(error.hint, query) : -1
  return (
    <span class="entry">
      <input
        ref={field}
        id="query"
        type="search"
        role="combobox"
        aria-label="Query"
        aria-expanded={isListed}
        aria-controls="completions"
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        aria-activedescendant={at >= 0 ? `completion-${at}` : undefined}
        aria-invalid={error !== undefined}
        placeholder="Search: kick class:snare bpm:120-130 -is:loop"
        value={text}
        onInput={event => line.type(event.currentTarget.value)}
        onKeyDown={event => onKey(event, line)}
        onBlur={() => line.setOpen(false)}
        onClick={() => line.setOpen(true)}
      />
      {caret >= 0 && text.trim() === query && (
        <span class="caret" aria-hidden="true" style={{ left: `calc(.3rem + ${caret + text.indexOf(query)}ch)` }} />
      )}
    </span>
  )
}

const Completions = ({ line: { words, at, isListed, choose } }: { line: Line }) => (
  <ul id="completions" role="listbox" aria-label="Completions" hidden={!isListed}>
    {words.map((word, i) => (
      <li
        key={word}
        id={`completion-${i}`}
        role="option"
        aria-selected={i === at}
        onMouseDown={event => {
          event.preventDefault()
          choose(word)
        }}
      >
        {word}
      </li>
    ))}
  </ul>
)

export function QueryLine() {
  const line = useLine()
  const { query } = line
  const { error } = useCell(result)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    field.current?.focus()
  }, [])
  return (
    <div class="queryline">
      <div
        class={query && !error ? 'field chipped' : 'field'}
        onClick={event => {
          if (event.target === event.currentTarget) field.current?.focus()
        }}
      >
        <Chips />
        <Entry line={line} field={field} />
        <ClearAll />
      </div>
      <button title="Save this query under a name" disabled={!query} onClick={() => keepQuery(query)}>
        Save
      </button>
      <Completions line={line} />
      <Hints />
    </div>
  )
}
