// A command that the engine runs for a while: how far it is, its end, and why it was refused.
import { useState } from 'preact/hooks'
import { bytesText, clean, idText, num } from '../base/format'
import { complain } from '../base/state'
import { usePolled } from '../connection/polled'
import { ask, AskError, newRequest } from '../connection/wire'

/** Runs one command at a time; `busy` says which. The id of its request is that of its task. */
export function useCommand() {
  const [busy, setBusy] = useState('')
  const [request, setRequest] = useState<Uint8Array>()
  const [refusal, setRefusal] = useState<AskError>()
  const run = async <T,>(
    what: string,
    promise: (request: Uint8Array<ArrayBuffer>) => Promise<T>,
  ): Promise<T | undefined> => {
    const id = newRequest()
    setBusy(what)
    setRequest(id)
    setRefusal(undefined)
    try {
      return await promise(id)
    } catch (error) {
      if (!(error instanceof AskError)) throw error
      setRefusal(error)
      return undefined
    } finally {
      setBusy('')
    }
  }
  return { busy, request, refusal, run, forget: () => setRefusal(undefined) }
}

/** The options that a hint names, as the page calls them. */
const FIELDS: [string, string][] = [
  ['--name NAME', 'a name in *As a copy, named*'],
  ['--without-missing', '*Leave out missing sounds*'],
  ['--strict', '*Refuse sounds…*'],
  ['--mixer-snapshot ', 'More mixers: '],
  ['--asset ', 'More sounds: '],
]
const inWordsOfPage = (text: string) =>
  FIELDS.reduce((all, [option, field]) => all.replaceAll(option, field), clean(text))

/** How far a command is, and its end. */
function Running({ what, request }: { what: string; request: Uint8Array }) {
  const [got] = usePolled(() => ask('web.status', {}, 2000), 300)
  const [ends, setEnds] = useState(false)
  const task = (got?.tasks ?? []).find(one => idText(one.id) === idText(request))
  const total = num(task?.total ?? 0),
    done = num(task?.done ?? 0)
  const cancel = () => {
    setEnds(true)
    ask('web.cancel', { task: request }, 5000).catch(error => {
      setEnds(false)
      complain(error)
    })
  }
  return (
    <p class="task">
      <span>{task ? clean(task.label) : what}</span>
      <progress aria-label={what} max={total || 1} value={total ? done : undefined} />
      <span>{total > 0 && `${bytesText(done)} of ${bytesText(total)}`}</span>
      {task && (
        <button type="button" disabled={ends} onClick={cancel}>
          {ends ? 'Cancelling…' : 'Cancel'}
        </button>
      )}
    </p>
  )
}

export function CommandState({ of }: { of: ReturnType<typeof useCommand> }) {
  return (
    <div role="status">
      {of.busy && of.request && <Running key={idText(of.request)} what={of.busy} request={of.request} />}
      {of.refusal && (
        <p class="notice refused">
          {inWordsOfPage(of.refusal.message)}
          {of.refusal.hint && <small> {inWordsOfPage(of.refusal.hint)}</small>}
        </p>
      )}
    </div>
  )
}
