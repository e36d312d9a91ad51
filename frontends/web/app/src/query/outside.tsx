// Sounds from outside the library as examples: a file from the desktop, what a JACK port plays, and those heard before.
import type { heard as heard_file } from 'loophole'
import { useRef, useState } from 'preact/hooks'
import { Cell, useCell } from '../base/cell'
import { clean } from '../base/format'
import { decode } from '../connection/msgpack'
import { useModal } from '../base/modal'
import { complain, hearAs, heard, heardBefore, say } from '../base/state'
import { ask } from '../connection/wire'

const LISTENED_S = 4
const USUAL_PORT = 'system:capture_1'

/** True while the person names a port. */
export const portsOpen = new Cell(false)

/** The engine analyses the file and deletes its copy. */
export async function hearFile(file: File) {
  say(`Listening to ${file.name}…`)
  const answer = await fetch(`/drop?name=${encodeURIComponent(file.name)}`, {
    method: 'POST',
    body: file,
    credentials: 'same-origin',
  })
  if (!answer.ok) throw new Error((await answer.text()) || `The file was refused: ${answer.status}`)
  const { found } = decode(new Uint8Array(await answer.arrayBuffer())) as unknown as heard_file
  hearAs({ name: file.name, embedding: found.embedding })
  say(`${file.name} is the example now.`)
}

async function hearPort(port: string) {
  say(`Listening to ${port} for ${LISTENED_S} seconds…`)
  const got = await ask('streamer.listen', { port, seconds: LISTENED_S }, 30000)
  hearAs({ name: `${port} at ${new Date().toLocaleTimeString()}`, embedding: got.found.embedding })
  say(`The sound from ${port} is the example now.`)
}

/** Ports of other programs that the engine knows. */
async function knownPorts(): Promise<string[]> {
  const got = await ask('audio.ports', {}, 3000)
  return [...new Set([USUAL_PORT, ...(got.each ?? []).map(one => one.to).filter(name => !name.includes('playback'))])]
}

/** Names the port to listen to. */
export function PortChoice() {
  const open = useCell(portsOpen)
  const [ports, setPorts] = useState<string[]>([])
  const field = useRef<HTMLInputElement>(null)
  const dialog = useModal(open, () => {
    field.current?.select()
    knownPorts().then(setPorts, () => setPorts([]))
  })
  const listen = (event: Event) => {
    event.preventDefault()
    const port = field.current!.value.trim()
    portsOpen.set(false)
    if (port) hearPort(port).catch(complain)
  }
  return (
    <dialog ref={dialog} class="asking" aria-label="Listen to a JACK port" onClose={() => portsOpen.set(false)}>
      {open && (
        <form onSubmit={listen}>
          <label>
            Find sounds like what this JACK port plays for {LISTENED_S} seconds
            <input ref={field} type="text" list="ports" defaultValue={USUAL_PORT} spellcheck={false} />
          </label>
          <datalist id="ports">
            {ports.map(name => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <p class="buttons">
            <button>Listen</button>{' '}
            <button type="button" onClick={() => portsOpen.set(false)}>
              Cancel
            </button>
          </p>
        </form>
      )}
    </dialog>
  )
}

/** Where an example comes from that is not in the library. Buttons: a list would choose while arrow keys go through
 * it. */
export function Outside() {
  const earlier = useCell(heardBefore)
  const now = useCell(heard)
  const file = useRef<HTMLInputElement>(null)
  const menu = useRef<HTMLDetailsElement>(null)
  const chosen = (run: () => void) => () => {
    menu.current!.open = false
    run()
  }
  return (
    <>
      <details
        ref={menu}
        class="choice outside"
        data-heard={now?.name}
        onKeyDown={event => {
          if (event.key === 'Escape' && menu.current!.open) {
            menu.current!.open = false
            menu.current!.querySelector('summary')!.focus()
          }
          event.stopPropagation()
        }}
        onFocusOut={event => {
          if (!menu.current!.contains(event.relatedTarget as Node | null)) menu.current!.open = false
        }}
      >
        <summary>Like a sound from outside…</summary>
        <div>
          <button onClick={chosen(() => file.current?.click())}>A file…</button>
          <button onClick={chosen(() => portsOpen.set(true))}>A JACK port…</button>
          {earlier.map(one => (
            <button key={one.name} onClick={chosen(() => hearAs(one))}>
              {clean(one.name)} (heard before)
            </button>
          ))}
        </div>
      </details>
      <input
        ref={file}
        type="file"
        hidden
        aria-label="A file as example"
        accept="audio/*"
        onChange={event => {
          const chosen = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (chosen) hearFile(chosen).catch(complain)
        }}
      />
    </>
  )
}
