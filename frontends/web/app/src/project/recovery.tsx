// What can be recovered of the projects: a dialogue after a start, and after a death of the service. Without a choice
// nothing changes.
import type { recoveries, recovery, recovery_choice } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { Cell, useCell, useLoaded } from '../base/cell'
import { clean, counted, idText, num, pathText } from '../base/format'
import { useModal } from '../base/modal'
import { complain, isPlayed, say, view } from '../base/state'
import { ask, isFar, link, listen, read, restarted } from '../connection/wire'
import { BUDGET_MS } from './parts'

/** What is offered now. Undefined: not known yet. */
export const recoverable = new Cell<recoveries | undefined>(undefined)
export const recoveryOpen = new Cell(false)

/** The projects whose offer a person put off: until the next start of the service. */
const later = new Set<string>()
const asked = new Cell(0) // raised when the offers may have changed
const look = () => asked.set(asked.value + 1)
const afterStart = () => {
  later.clear()
  look()
}

const DONE: Record<recovery_choice, (name: string) => string> = {
  draft: name => `${name} is the draft now. Save it to keep it as a save.`,
  save: name => `${name} is its last save again. Undo brings the draft back.`,
  both: name => `${name} is the draft now, which is also its newest save.`,
}

const answer = (of: recovery, choice: recovery_choice) =>
  ask('project.recover', { project: idText(of.id), choice }, BUDGET_MS)
    .then(() => say(DONE[choice](clean(of.name))), complain)
    .then(look)

/** The time of the prompt, which is UTC, as the clock of this machine has it. */
function localTime(prompt: string): string {
  const at = prompt
    .match(/ at (\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/)
    ?.slice(1)
    .map(Number)
  return at
    ? new Date(Date.UTC(at[0]!, at[1]! - 1, at[2]!, at[3]!, at[4]!, at[5]!)).toLocaleString([], {
        dateStyle: 'medium',
        timeStyle: 'short',
      })
    : ''
}

function Choices({ of, saved }: { of: recovery; saved: boolean }) {
  const choice = (name: recovery_choice, title: string, text: string, disabled = false) => (
    <button disabled={disabled} title={title} onClick={() => answer(of, name)}>
      {text}
    </button>
  )
  return (
    <>
      <p class="buttons">
        {choice('draft', 'The project is the draft', 'Keep the draft')}
        {choice('save', 'The project is its last save; undo brings the draft back', 'Go back to the save', !saved)}
        {choice('both', 'The draft becomes the newest save, and the last save stays in the list', 'Keep both')}
      </p>
      <p class="quiet">
        {saved
          ? 'The draft is not saved yet. Undo brings it back after you went back to the save. ' +
            'Both: the draft is saved too, as the newest save.'
          : 'The draft is not saved yet. Both: it is saved, too.'}
      </p>
    </>
  )
}

function Offer({ of }: { of: recovery }) {
  const saved = num(of.saved)
  const name = clean(of.name)
  const damaged = num(of.damaged)
  const more = num(of.asset_count) - (of.assets?.length ?? 0)
  return (
    <section aria-label={name} data-project={of.name}>
      <p>
        <strong>{clean(of.prompt)}</strong> <small>UTC, here {localTime(of.prompt)}</small>
      </p>
      <p>{saved ? `It differs from save ${saved}:` : 'It was never saved:'}</p>
      <ul>
        {(of.differs ?? []).map(line => (
          <li key={line}>{clean(line)}</li>
        ))}
      </ul>
      {of.elsewhere && (
        <p class="notice">
          Another engine wrote this autosave, or this one before its store was restored: the draft is the content of
          that file.
        </p>
      )}
      {damaged > 0 && (
        <p class="notice">
          {counted(damaged, 'newer autosave is', 'newer autosaves are')} damaged: this is the one before.
        </p>
      )}
      {of.manifest_sha256 && (
        <p class="path">
          Manifest {of.manifest_sha256}, {counted(num(of.asset_count), 'asset')}:{' '}
          {(of.assets ?? []).map(clean).join(', ')}
          {more > 0 && ', …'}
        </p>
      )}
      <p class="path">{pathText(of.folder)}</p>
      <Choices of={of} saved={saved > 0} />
    </section>
  )
}

/** Follows what is offered, and opens the dialogue for what nobody has put off. While a mode that plays is shown it
 * waits, except at the start of the page: it takes no key from a performer. */
function useOffers(): recovery[] {
  const each = useCell(recoverable)?.each ?? []
  const mode = useCell(view, of => of.mode)
  const isStart = useRef(true)
  useLoaded(signal => read('project.recoveries', {}, signal).then(got => recoverable.set(got)), asked, [])
  useEffect(() => listen('project.noted', look), [])
  useEffect(
    () =>
      restarted.follow(() => {
        if (restarted.value.service === 'project') afterStart()
      }),
    [],
  )
  useEffect(() => {
    // of the whole engine
    let was = link.value
    return link.follow(() => {
      if (was === 'away' && link.value === 'open') afterStart()
      was = link.value
    })
  }, [])
  useEffect(() => {
    if (!recoverable.value) return
    const waits = isPlayed(mode) && !isStart.current
    isStart.current = false
    if (!waits && each.some(one => !later.has(idText(one.id)))) recoveryOpen.set(true)
    if (!each.length) recoveryOpen.set(false)
  }, [each, mode])
  return each
}

function Dialog() {
  const each = useOffers()
  const open = useCell(recoveryOpen)
  const dialog = useModal(open)
  const end = () => {
    each.forEach(one => later.add(idText(one.id)))
    recoveryOpen.set(false)
  }
  return (
    <dialog ref={dialog} class="asking recovery" aria-labelledby="recovery" onClose={end}>
      {open && (
        <>
          {/* The focus is on no button: a key that a person was about to press chooses nothing. */}
          <h2 id="recovery" tabIndex={-1} autofocus>
            Autosaved work differs from its save
          </h2>
          <p class="quiet">
            Nothing changes without a choice. Escape means later: it is offered again after the next start.
          </p>
          {each.map(one => (
            <Offer key={idText(one.id)} of={one} />
          ))}
          <p class="buttons">
            <button onClick={end}>Later</button>
          </p>
        </>
      )}
    </dialog>
  )
}

/** Only a page of the engine's own machine is offered what can be recovered. */
export const Recovery = () => (isFar ? null : <Dialog />)

/** What is offered, and what cannot be autosaved, beside the list of projects. */
export function RecoveryNotice() {
  const got = useCell(recoverable)
  return (
    <>
      {(got?.each ?? []).map(one => (
        <p key={idText(one.id)} class="notice">
          {clean(one.prompt)} <button onClick={() => recoveryOpen.set(true)}>Look…</button>
        </p>
      ))}
      {(got?.troubles ?? []).map(one => (
        <p key={idText(one.id)} class="notice">
          {clean(one.name)} has no new autosave: {clean(one.why)}
        </p>
      ))}
    </>
  )
}
