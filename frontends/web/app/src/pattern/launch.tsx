// The first slots of the bank as buttons: a click starts a pattern at the next bar.
import { clean, num } from '../base/format'
import type { SlotsNow } from './useslots'

const SHOWN = 16

export function Launch({ now }: { now: SlotsNow }) {
  const slots = new Map(now.slots.map(one => [num(one.slot), one]))
  const stateOf = (slot: number) => (!slots.get(slot)?.active ? undefined : now.waits(slot) ? 'queued' : 'in use')
  return (
    <div class="launch" role="group" aria-label="Launch a slot">
      {Array.from({ length: SHOWN }, (_, i) => i + 1).map(slot => {
        const of = slots.get(slot),
          state = stateOf(slot)
        return (
          <button
            key={slot}
            disabled={!of}
            data-state={state}
            aria-label={`Launch slot ${slot}${state ? `, ${state}` : ''}`}
            title={of ? `${clean(of.name)}: at the next bar; with Shift at once` : 'The slot has no pattern'}
            onClick={event => now.launch(String(slot), event.shiftKey)}
          >
            {slot}
          </button>
        )
      })}
    </div>
  )
}
