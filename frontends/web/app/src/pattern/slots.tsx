// The slots of patterns of the open project: save what plays, load for the next bar, and the banks.
import type { slot_line, slot_said, slot_verb } from 'loophole'
import { useState } from 'preact/hooks'
import { clean, num } from '../base/format'
import { Input } from '../base/labelled'
import { nameFor } from '../base/naming'
import { TableHead } from '../base/tablehead'
import { TypedField } from '../base/typedfield'
import { ask } from '../connection/wire'
import { BUDGET_MS, type SlotsNow } from './useslots'
import { Check } from '../base/check'

const SLOTS = 128

/** The first slot that has no pattern. */
const freeSlot = (slots: slot_line[]) => {
  const taken = new Set(slots.map(one => num(one.slot)))
  return Array.from({ length: SLOTS }, (_, i) => i + 1).find(slot => !taken.has(slot)) ?? 1
}

interface SlotProps {
  of: slot_line
  queued: boolean
  run: (promise: Promise<slot_said>) => void
  load: () => void
}

function Slot({ of, queued, run, load }: SlotProps) {
  const slot = String(num(of.slot))
  const change = (verb: slot_verb, to: string) =>
    run(ask('project.change_slot', { project: '', verb, slot, to }, BUDGET_MS))
  const other = (verb: slot_verb, question: string) =>
    nameFor(question).then(to => {
      if (to) change(verb, to)
    })
  return (
    <tr class={of.active ? 'active' : ''} data-slot={slot}>
      <td class="number">{slot}</td>
      <td>
        <TypedField aria-label={`Name of slot ${slot}`} value={of.name} put={typed => change('rename', typed.trim())} />
        {of.trouble && <em> {clean(of.trouble)}</em>}
      </td>
      <td class="number">{of.bpm ? of.bpm.toFixed(1) : ''}</td>
      <td class="number">{num(of.steps)}</td>
      <td>{clean(of.genre)}</td>
      <td class="buttons">
        <button onClick={load}>Load</button>
        <button
          onClick={() => run(ask('project.save_pattern', { project: '', slot, file: '', name: '' }, BUDGET_MS))}
          title="Replace it with the playing pattern"
        >
          Save here
        </button>
        <button onClick={() => other('swap', `Swap slot ${slot} and which slot?`)}>Swap…</button>
        <button onClick={() => other('copy', `Copy slot ${slot} to which slot?`)}>Copy…</button>
        <button onClick={() => change('delete', '')}>Delete</button>
        {of.active && <span>{queued ? 'queued' : 'in use'}</span>}
      </td>
    </tr>
  )
}

function Bank({ now: { got, run } }: { now: SlotsNow }) {
  return (
    <label>
      Bank{' '}
      <TypedField
        value={got?.bank ?? ''}
        disabled={!got}
        size={10}
        title="A number chooses a bank; a name chooses the bank of that name, or names this one"
        put={typed => run(ask('project.bank', { project: '', bank: typed.trim() }, BUDGET_MS))}
      />
    </label>
  )
}

function Save({ now: { got, slots, run } }: { now: SlotsNow }) {
  const [slot, setSlot] = useState('')
  const [name, setName] = useState('')
  const to = slot || String(freeSlot(slots))
  const save = () => {
    run(ask('project.save_pattern', { project: '', slot: to, file: '', name: name.trim() }, BUDGET_MS))
    setSlot('')
    setName('')
  }
  return (
    <p class="buttons">
      <button disabled={!got} onClick={save}>
        Save the playing pattern
      </button>
      <Input label="in slot" type="number" min="1" max={SLOTS} value={to} put={setSlot} />
      <Input label="as" value={name} placeholder="its own name" maxLength={80} put={setName} />
    </p>
  )
}

export function Slots({ now }: { now: SlotsNow }) {
  const { got, slots, queued, waits, run, launch } = now
  const [immediate, setImmediate] = useState(false)
  return (
    <section aria-label="Pattern slots" class="bare">
      <h2 class="unseen">Pattern slots</h2>
      <p class="buttons">
        <Bank now={now} />
        <Check on={immediate} put={setImmediate}>
          Load at once, not at the next bar
        </Check>
        {got && (
          <span class="quiet">
            bank {num(got.number)}, {slots.length} of {SLOTS} slots
          </span>
        )}
        <output aria-label="Queued pattern">
          {queued === undefined ? '' : `The next pattern begins at bar ${queued + 1}.`}
        </output>
      </p>
      <Save now={now} />
      {slots.length > 0 && (
        <table class="plain">
          <TableHead of={['Slot', 'Name', 'BPM', 'Steps', 'Genre']} />
          <tbody>
            {slots.map(one => (
              <Slot
                key={num(one.slot)}
                of={one}
                queued={waits(num(one.slot))}
                run={run}
                load={() => launch(String(num(one.slot)), immediate)}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
