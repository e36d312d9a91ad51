// In place of a list without items: what was understood, and what leads on.
import { useState } from 'preact/hooks'
import { addFolder } from '../engine/addfolder'
import { useCell } from '../base/cell'
import { chipsOf } from '../query/chips'
import { Input } from '../base/labelled'
import { heard, show, START_FILTERS, view } from '../base/state'
import { result } from '../items/result'
import { isFar } from '../connection/wire'

const clear = () => {
  heard.set(undefined)
  show({ ...START_FILTERS })
}

function AddFolder() {
  const [typed, setTyped] = useState('')
  const add = (event: Event) => {
    event.preventDefault()
    addFolder(typed)
  }
  return (
    <form class="buttons" onSubmit={add}>
      <Input label="Folder" size={36} value={typed} placeholder="/home/ana/samples" spellcheck={false} put={setTyped} />
      <button disabled={!typed.trim()}>Add it</button>
    </form>
  )
}

function FirstRun() {
  return (
    <div class="nothing" role="status">
      <h2>The library has no sounds yet</h2>
      <p>
        {isFar
          ? 'Somebody at the engine’s machine adds a folder of sounds. They appear here while they are read.'
          : 'Add a folder of sounds: type or paste its path, or drop it here. ' +
            'They appear while they are read; their files stay where and as they are.'}
      </p>
      {!isFar && <AddFolder />}
      <p>
        In a shell: <code>loophole index FOLDER</code>
      </p>
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
      <h2>
        {allHidden
          ? 'All sounds are hidden'
          : chips.length > 1
            ? 'No sound matches all of this'
            : 'No sound matches this'}
      </h2>
      <p class="buttons">
        {chips.map(chip => (
          <button key={chip.key} onClick={chip.drop}>
            without {chip.text}
          </button>
        ))}
      </p>
      <p>
        <button class="link" onClick={clear}>
          Show all sounds
        </button>
      </p>
    </div>
  )
}
