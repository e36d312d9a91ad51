// The list of all keys.
import { useCell } from '../base/cell'
import { useModal } from '../base/modal'
import { keysOpen } from './open'
import { keyLines } from './table'

export function KeyList() {
  const open = useCell(keysOpen)
  const dialog = useModal(open)
  return (
    <dialog ref={dialog} class="keylist" aria-label="Keys" onClose={() => keysOpen.set(false)}>
      {open && (
        <>
          <p class="buttons">
            <strong class="grow">Keys</strong>
            <button onClick={() => keysOpen.set(false)}>Close</button>
          </p>
          <div class="scrolls" tabIndex={0} role="group" aria-label="All keys">
            <table class="plain">
              <thead>
                <tr>
                  <th>Key</th>
                  <th>It does</th>
                  <th>Where</th>
                </tr>
              </thead>
              <tbody>
                {keyLines().map(line => (
                  <tr
                    key={line.says + line.place}
                    data-keys={JSON.stringify(line.keys)}
                    data-when={line.when.join(' ')}
                  >
                    <td>
                      <kbd>{line.text}</kbd>
                    </td>
                    <td>{line.says}</td>
                    <td>{line.place}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </dialog>
  )
}
