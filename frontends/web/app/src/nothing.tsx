// In place of a list without items: what was understood, and what leads on.
import { useCell } from './cell'
import { chipsOf } from './chips'
import { heard, show, START_FILTERS, view } from './state'
import { result } from './result'

const clear = () => { heard.set(undefined); show({ ...START_FILTERS }) }

function FirstRun() {
  return (
    <div class="nothing" role="status">
      <h2>The library has no sounds yet</h2>
      <p>Add a folder in a shell on the engine's machine; its sounds appear here while they are read:</p>
      <p><code>loophole index FOLDER</code></p>
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
