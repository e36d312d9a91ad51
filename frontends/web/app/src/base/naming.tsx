// A dialog that asks for a name. Before a name that stands for something is given to something else, it asks again.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Cell, useCell } from './cell'
import { clean } from './format'
import { useModal } from './modal'
import { complain } from './state'

/** What a name stands for now; undefined: nothing. */
type Taken = (name: string) => Promise<string | undefined>

/** What the field has at first, behind its caret, and what else may be meant, once that is known. */
interface Offer {
  now: string
  offered?: Promise<string[]>
}

interface Asked {
  number: number
  what: string
  taken: Taken
  offer: Offer
  give: (name: string | undefined) => void
}
const asked = new Cell<Asked | undefined>(undefined)

let asks = 0

/** Asks the person for a name; undefined: none was given, or another name is asked for instead. */
export const nameFor = (what: string, taken: Taken = async () => undefined, offer: Offer = { now: '' }) => {
  asked.value?.give(undefined)
  return new Promise<string | undefined>(give => asked.set({ number: ++asks, what: clean(what), taken, offer, give }))
}

/** What else may be meant, once that is known. */
function Offered({ offered, choose }: { offered: Promise<string[]>; choose: (name: string) => void }) {
  const [each, setEach] = useState<string[]>([])
  useEffect(() => {
    offered.then(setEach)
  }, [])
  return (
    <p class="buttons offered" role="status">
      {each.length > 0 && 'Perhaps'}{' '}
      {each.map(one => (
        <button key={one} type="button" onClick={() => choose(one)}>
          {clean(one)}
        </button>
      ))}
    </p>
  )
}

/** The form of a name. `submit` ends it, but not at first with a name that stands for something: `old`. */
function useNameForm(of: Asked, end: (name?: string) => void) {
  const field = useRef<HTMLInputElement>(null)
  const [old, setOld] = useState<{ name: string; is: string }>()
  useLayoutEffect(() => {
    field.current!.focus()
    field.current!.setSelectionRange(0, 0)
  }, []) // the dialog may be open already
  const choose = (one: string) => {
    field.current!.value = one
    field.current!.focus()
  }
  const take = async () => {
    const name = field.current!.value.trim()
    const is = name && old?.name !== name ? await of.taken(name) : undefined
    if (is === undefined) end(name || undefined)
    else setOld({ name, is })
  }
  const submit = (event: Event) => {
    event.preventDefault()
    take().catch(error => {
      complain(error)
      end()
    })
  }
  return { field, old, forget: () => setOld(undefined), choose, submit }
}

function NameForm({ of, end }: { of: Asked; end: (name?: string) => void }) {
  const { field, old, forget, choose, submit } = useNameForm(of, end)
  return (
    <form onSubmit={submit}>
      <label>
        {of.what}
        <input
          ref={field}
          type="text"
          autofocus
          autocomplete="off"
          spellcheck={false}
          defaultValue={of.offer.now}
          onInput={forget}
        />
      </label>
      {of.offer.offered && <Offered offered={of.offer.offered} choose={choose} />}
      <p role="status">
        {old && (
          <>
            {clean(old.name)} is now: <q>{clean(old.is)}</q>
          </>
        )}
      </p>
      <p class="buttons">
        <button>{old ? 'Replace it' : 'OK'}</button>{' '}
        <button type="button" onClick={() => end()}>
          Cancel
        </button>
      </p>
    </form>
  )
}

export function NameDialog() {
  const now = useCell(asked)
  const dialog = useModal(now)
  const end = (name?: string) => {
    now?.give(name)
    if (asked.value === now) asked.set(undefined)
  }
  return (
    <dialog ref={dialog} class="asking naming" aria-label={now?.what} onClose={() => end()}>
      {now && <NameForm key={now.number} of={now} end={end} />}
    </dialog>
  )
}
