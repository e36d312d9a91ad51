// The query line: completion while one types, and the caret of an error below it.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { Chips, ClearAll, goToLastChip, removeBeforeText } from './chips'
import { goFirst, newest } from '../items/list'
import { nameFor } from '../base/naming'
import { result } from '../items/result'
import { meant } from './spoken'
import { complain, say, show, view } from '../base/state'
import { ask, read } from '../connection/wire'

const TYPING_MS = 120

/** The column of the caret in an error's hint, which repeats the query above it; -1: it has none. */
export function caretOf(hint: string, query: string): number {
  const [line, below] = hint.split('\n')
  const at = below?.indexOf('^') ?? -1
  const from = line?.indexOf(query) ?? -1
  return at < 0 || from < 0 || at < from ? -1 : at - from
}

/** Kinds of hints that need other words for a person. */
const KINDS: Partial<Record<string, string>> = {
  excluded: 'rules out what the rest finds',
  written_otherwise: 'may be written otherwise',
}

function Hints() {
  const { hints, error, total, old } = useCell(result)
  const query = useCell(view, of => of.query)
  if (error)
    return (
      <div class="trouble" role="alert">
        <p>{error.message}</p>
        {error.hint && <pre>{error.hint}</pre>}
      </div>
    )
  const tries = (hints ?? []).filter(hint => hint.instead || hint.near?.length)
  const words = total === 0 && !old ? meant(query) : undefined
  return words || tries.length ? (
    <div class="trouble" role="status">
      {words && (
        <p>
          Did you mean{' '}
          <button class="link" onClick={() => show({ query: words })}>
            {words}
          </button>
        </p>
      )}
      {tries.map(hint => (
        <p key={hint.clause + hint.kind}>
          {hint.clause && <code>{hint.clause}</code>} {KINDS[hint.kind] ?? hint.kind.replace(/_/g, ' ')}
          {hint.near?.length ? `; similar: ${hint.near.join(', ')}` : ''}
          {hint.instead && (
            <>
              {' '}
              · try{' '}
              <button class="link" onClick={() => show({ query: hint.instead })}>
                {hint.instead}
              </button>
            </>
          )}
        </p>
      ))}
    </div>
  ) : null
}

/** Saved queries by their names, and the last queries. */
async function earlier(signal: AbortSignal): Promise<string[]> {
  const [saved, last] = await Promise.all([
    read('search.queries', { limit: 5 }, signal),
    read('search.queries', { history: true, limit: 8 }, signal),
  ])
  return [
    ...new Set([...(saved.each ?? []).map(one => `@${one.name}`), ...(last.each ?? []).map(one => one.query)]),
  ].filter(Boolean)
}

const remember = (query: string) => {
  if (query) ask('persist.put_query', { query: { name: '', query } }).catch(() => undefined)
}

function useCompletions(text: string, open: boolean): string[] {
  const [each, setEach] = useState<string[]>([])
  useEffect(() => {
    const control = new AbortController()
    if (!open) {
      setEach([])
      return
    }
    const load = () =>
      text
        ? read('search.complete', { query: text }, control.signal).then(got => got.each ?? [])
        : earlier(control.signal)
    const timer = setTimeout(
      () =>
        load().then(
          got => setEach(got.slice(0, 10)),
          () => setEach([]),
        ),
      TYPING_MS,
    )
    return () => {
      clearTimeout(timer)
      control.abort()
    }
  }, [text, open])
  return each
}

const SAVED_MOST = 1000

/** The saved query of this name. */
const savedQuery = async (name: string) =>
  ((await read('search.queries', { limit: SAVED_MOST })).each ?? []).find(one => one.name === name)?.query

export async function keepQuery(query: string) {
  const name = await nameFor('Name of the saved query (a letter, then letters, digits and _)', savedQuery)
  if (!name) return
  try {
    // a query that cannot be asked replaces none that can
    await read('search.query', { query, sort: view.value.sort, limit: 0 })
    await ask('persist.put_query', { query: { name, query, sort: view.value.sort } })
    say(`Saved. @${name} in a query stands for it.`)
  } catch (error) {
    complain(error)
  }
}

/** The query after a completion: it replaces the last word. */
const completed = (text: string, word: string) =>
  word.startsWith(text) ? word : text.slice(0, text.length - (/\S*$/.exec(text)?.[0].length ?? 0)) + word

/** What was entered as people say it, and finds nothing, becomes the query that it means. */
async function takeMeaning() {
  const { query } = view.value
  await newest()
  const words = result.value.total === 0 && view.value.query === query ? meant(query) : undefined
  if (words) show({ query: words })
}

/** Is the caret of the field before its text, without a selection? */
function isBeforeText(event: KeyboardEvent): boolean {
  const field = event.currentTarget as HTMLInputElement
  return field.selectionStart === 0 && field.selectionEnd === 0 && !(event.shiftKey || event.ctrlKey || event.altKey)
}

export function QueryLine() {
  const query = useCell(view, of => of.query)
  const { error } = useCell(result)
  const caret = error ? caretOf(error.hint, query) : -1
  const [text, setText] = useState(query)
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const field = useRef<HTMLInputElement>(null)
  const words = useCompletions(text, open)
  const timer = useRef(0)

  useLayoutEffect(() => {
    if (query !== text.trim()) {
      clearTimeout(timer.current)
      setText(query)
    }
  }, [query]) // what is typed next stays
  useEffect(() => {
    field.current?.focus()
  }, [])

  const search = (value: string) => {
    clearTimeout(timer.current)
    if (value.trim() !== view.value.query) show({ query: value.trim(), at: '' })
  }
  const type = (value: string) => {
    setText(value)
    setOpen(true)
    setAt(-1)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => search(value), TYPING_MS)
  }
  const choose = (word: string) => {
    const value = `${completed(text, word)} `
    setText(value)
    setOpen(false)
    search(value)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const list = open && words.length > 0
    if (event.key === 'Tab' && list && !event.shiftKey) {
      event.preventDefault()
      choose(words[Math.max(0, at)]!)
    } else if (event.key === 'ArrowDown' && !list && event.altKey) {
      event.preventDefault()
      setOpen(true)
    } else if (event.key === 'ArrowDown' && list && at < words.length - 1 && (at >= 0 || event.altKey)) {
      event.preventDefault()
      setAt(at + 1)
    } else if (event.key === 'ArrowUp' && list && at >= 0) {
      event.preventDefault()
      setAt(at - 1)
    } else if (event.key === 'Enter') {
      if (list && at >= 0) choose(words[at]!)
      else {
        setOpen(false)
        search(text)
        remember(text.trim())
        takeMeaning()
        document.querySelector<HTMLElement>('[data-list]')?.focus()
      }
    } else if (event.key === 'Escape') {
      event.preventDefault()
      setOpen(false)
    } // a browser erases the field
    else if (event.key === 'ArrowDown' && !(list && at >= 0)) {
      event.preventDefault()
      setOpen(false)
      search(text)
      document.querySelector<HTMLElement>('[data-list]')?.focus()
      if (!view.value.at) goFirst()
    } else if (
      !isBeforeText(event) ||
      !(event.key === 'Backspace' ? removeBeforeText() : event.key === 'ArrowLeft' && goToLastChip())
    )
      return
    else event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class="queryline">
      <div
        class={query && !error ? 'field chipped' : 'field'}
        onClick={event => {
          if (event.target === event.currentTarget) field.current?.focus()
        }}
      >
        <Chips />
        <span class="entry">
          <input
            ref={field}
            id="query"
            type="search"
            role="combobox"
            aria-label="Query"
            aria-expanded={open && words.length > 0}
            aria-controls="completions"
            aria-autocomplete="list"
            autocomplete="off"
            spellcheck={false}
            aria-activedescendant={at >= 0 ? `completion-${at}` : undefined}
            aria-invalid={error !== undefined}
            placeholder="Search: kick class:snare bpm:120-130 -is:loop"
            value={text}
            onInput={event => type(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onBlur={() => setOpen(false)}
            onClick={() => setOpen(true)}
          />
          {caret >= 0 && text.trim() === query && (
            <span class="caret" aria-hidden="true" style={{ left: `calc(.3rem + ${caret + text.indexOf(query)}ch)` }} />
          )}
        </span>
        <ClearAll />
      </div>
      <button title="Save this query under a name" disabled={!query} onClick={() => keepQuery(query)}>
        Save
      </button>
      <ul id="completions" role="listbox" aria-label="Completions" hidden={!(open && words.length)}>
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
      <Hints />
    </div>
  )
}
