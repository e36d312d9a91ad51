// Every command by its name, with the command line's equivalent.
import { useEffect, useRef, useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { useModal } from '../base/modal'
import { KIT, LIST, type Command } from './command'
import { spotNow } from './keys'
import { paletteOpen } from './open'
import { COMMANDS } from './table'

const isOffered = (one: Command) =>
  one.line !== undefined && (![LIST, KIT].includes(one.when) || one.when.includes(spotNow()))

/** The commands with all words in their name; first those whose name begins with the text. */
function commandsOf(text: string): Command[] {
  const typed = text.toLowerCase(),
    words = typed.split(/\s+/)
  const nameOf = (one: Command) => one.name.toLowerCase()
  const all = COMMANDS.filter(one => isOffered(one) && words.every(word => nameOf(one).includes(word)))
  return [...all.filter(one => nameOf(one).startsWith(typed)), ...all.filter(one => !nameOf(one).startsWith(typed))]
}

/** The text that is typed, what it finds, and which of that is chosen. */
function useChoice(open: boolean, run: (one: Command | undefined) => void) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const found = open ? commandsOf(text) : []
  useEffect(() => {
    document.getElementById(`command-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at, text])
  const type = (typed: string) => {
    setText(typed)
    setAt(0)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
    else if (event.key === 'Enter') run(found[at])
    else return
    event.preventDefault()
  }
  return { text, type, at, found, onKeyDown }
}

export function Palette() {
  const open = useCell(paletteOpen)
  const field = useRef<HTMLInputElement>(null)
  const run = (one: Command | undefined) => {
    paletteOpen.set(false)
    dialog.current?.close() // now: it gives the keyboard back, and the command may take it
    one?.run()
  }
  const { text, type, at, found, onKeyDown } = useChoice(open, run)
  const dialog = useModal(open, () => {
    type('')
    field.current?.focus()
  })
  return (
    <dialog ref={dialog} class="palette" aria-label="Commands" onClose={() => paletteOpen.set(false)}>
      {open && (
        <>
          <input
            ref={field}
            type="text"
            role="combobox"
            aria-label="Command"
            aria-expanded
            aria-controls="commands"
            aria-activedescendant={`command-${at}`}
            value={text}
            onInput={event => type(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
          <ul id="commands" role="listbox" aria-label="Commands">
            {found.map((one, i) => (
              <li key={one.name} id={`command-${i}`} role="option" aria-selected={i === at} onClick={() => run(one)}>
                <span>{one.name}</span>
                <code>{one.line!()}</code>
                <kbd>{one.keys?.[0]}</kbd>
              </li>
            ))}
          </ul>
        </>
      )}
    </dialog>
  )
}
