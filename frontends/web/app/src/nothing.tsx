// In place of a list without items: what was understood, and what leads on.
import { useState } from 'preact/hooks'
import { useCell } from './cell'
import { chipsOf } from './chips'
import { pathText } from './format'
import { complain, heard, say, show, START_FILTERS, view } from './state'
import { result } from './result'
import { ask, isFar } from './wire'

const clear = () => { heard.set(undefined); show({ ...START_FILTERS }) }

const SCHEME = 'file://'

/** A file manager copies a folder as its path or as an address, in which %XX is any byte. */
function pathOf(typed: string): Uint8Array {
  if (!typed.startsWith(SCHEME)) return new TextEncoder().encode(typed)
  const parts = typed.slice(SCHEME.length).split(/(%[0-9a-f]{2})/i)
  return Uint8Array.from(parts.flatMap((part, i) => (i % 2 ? [parseInt(part.slice(1), 16)] : [...new TextEncoder().encode(part)])))
}

function AddFolder() {
  const [typed, setTyped] = useState('')
  const add = (event: Event) => {
    event.preventDefault()
    const path = pathOf(typed.trim())
    ask('indexer.add_library', { path }, 20000).then(() => say(`The indexer reads ${pathText(path)}.`), complain)
  }
  return (
    <form class="buttons" onSubmit={add}>
      <label>Folder <input type="text" size={36} value={typed} placeholder="/home/ana/samples" spellcheck={false} onInput={event => setTyped(event.currentTarget.value)} /></label>
      <button disabled={!typed.trim()}>Add it</button>
    </form>
  )
}

function FirstRun() {
  return (
    <div class="nothing" role="status">
      <h2>The library has no sounds yet</h2>
      <p>{isFar ? 'Somebody at the engine’s machine adds a folder of sounds. They appear here while they are read.'
        : 'Add a folder of sounds. They appear here while they are read; their files stay where and as they are.'}</p>
      {!isFar && <AddFolder />}
      <p>In a shell: <code>loophole index FOLDER</code></p>
    </div>
  )
}

/** Nothing is shown before the answer has come. */
export function Nothing() {
  const { total, old, hints, error } = useCell(result)
  const chips = chipsOf(useCell(view))
  if (total !== 0 || old || error) return null
  if (hints?.some(one => one.kind === 'no_items')) return <FirstRun />
  const allHidden = !chips.length && hints?.some(one => one.kind === 'hidden')
  return (
    <div class="nothing" role="status">
      <h2>{allHidden ? 'All sounds are hidden' : chips.length > 1 ? 'No sound matches all of this' : 'No sound matches this'}</h2>
      <p class="buttons">{chips.map(chip => <button key={chip.key} onClick={chip.drop}>without {chip.text}</button>)}</p>
      <p><button class="link" onClick={clear}>Show all sounds</button></p>
    </div>
  )
}
