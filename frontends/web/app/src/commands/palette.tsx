// Every command by its name, with the command line's equivalent.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { KIT, LIST, type Command } from './command'
import { spotNow } from './keys'
import { paletteOpen } from './open'
import { COMMANDS } from './table'

const isOffered = (one: Command) =>
  one.line !== undefined && (![LIST, KIT].includes(one.when) || one.when.includes(spotNow()))

export function Palette() {
  const open = useCell(paletteOpen)
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    // before the next key, which would reach the list
    if (open) {
      setText('')
      setAt(0)
      dialog.current?.showModal()
      field.current?.focus()
    } else dialog.current?.close()
  }, [open])
  const words = text.toLowerCase().split(/\s+/)
  const begins = (one: Command) => one.name.toLowerCase().startsWith(text.toLowerCase())
  const all = open
    ? COMMANDS.filter(one => isOffered(one) && words.every(word => one.name.toLowerCase().includes(word)))
    : []
  const found = [...all.filter(begins), ...all.filter(one => !begins(one))]
  useEffect(() => {
    document.getElementById(`command-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at, text])
  const run = (one: Command | undefined) => {
    paletteOpen.set(false)
    dialog.current?.close() // now: it gives the keyboard back, and the command may take it
    one?.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
    else if (event.key === 'Enter') run(found[at])
    else return
    event.preventDefault()
  }
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
            onInput={event => {
              setText(event.currentTarget.value)
              setAt(0)
            }}
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
