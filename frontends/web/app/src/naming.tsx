// A dialog that asks for a name. Before a name that stands for something is given to something else, it asks again.
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Cell, useCell } from './cell'
import { complain } from './state'

/** What a name stands for now; undefined: nothing. */
type Taken = (name: string) => Promise<string | undefined>

/** What the field has at first, behind its caret, and what else may be meant. */
interface Offer { now: string; offered: string[] }

interface Asked { what: string; taken: Taken; offer: Offer; give: (name: string | undefined) => void }
const asked = new Cell<Asked | undefined>(undefined)

/** Asks the person for a name; undefined: none was given. */
export const nameFor = (what: string, taken: Taken = async () => undefined, offer: Offer = { now: '', offered: [] }) =>
  new Promise<string | undefined>(give => asked.set({ what, taken, offer, give }))

function NameForm({ of, end }: { of: Asked; end: (name?: string) => void }) {
  const field = useRef<HTMLInputElement>(null)
  const [old, setOld] = useState<{ name: string; is: string }>()
  useLayoutEffect(() => field.current!.setSelectionRange(0, 0), [])
  const choose = (one: string) => { field.current!.value = one; field.current!.focus() }
  const submit = async (event: Event) => {
    event.preventDefault()
    const name = field.current!.value.trim()
    const is = name && old?.name !== name ? await of.taken(name) : undefined
    if (is === undefined) end(name || undefined)
    else setOld({ name, is })
  }
  return (
    <form onSubmit={event => { submit(event).catch(error => { complain(error); end() }) }}>
      <label>{of.what}<input ref={field} type="text" autofocus autocomplete="off" spellcheck={false} defaultValue={of.offer.now} onInput={() => setOld(undefined)} /></label>
      {of.offer.offered.length > 0 && <p class="buttons">Perhaps {of.offer.offered.map(one => <button key={one} type="button" onClick={() => choose(one)}>{one}</button>)}</p>}
      <p role="status">{old && <>{old.name} is now: <q>{old.is}</q></>}</p>
      <p class="buttons"><button>{old ? 'Replace it' : 'OK'}</button> <button type="button" onClick={() => end()}>Cancel</button></p>
    </form>
  )
}

export function NameDialog() {
  const now = useCell(asked)
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => { if (now) dialog.current?.showModal(); else dialog.current?.close() }, [now])
  const end = (name?: string) => { now?.give(name); if (asked.value === now) asked.set(undefined) }
  return <dialog ref={dialog} class="asking naming" aria-label={now?.what} onClose={() => end()}>{now && <NameForm of={now} end={end} />}</dialog>
}
