// The pads as places for a sound, while one is dragged from a list: they lie over the page then.
import type { item, kit_slot } from 'loophole'
import { useEffect } from 'preact/hooks'
import { Cell, useCell } from '../base/cell'
import { clean, factText, idText } from '../base/format'
import { DRAGGED, loaded, lookAtLoaded, padNote, padOf, PADS, putSound, slotAt, soundName } from './kits'
import { complain } from '../base/state'
import { classColour } from '../base/theme'
import { isFar } from '../connection/wire'
import { useDrop } from './usedrop'

const LEAST = 16
const SIDE = 4

/** The item that is dragged. */
export const dragged = new Cell<item | undefined>(undefined)

export function dragItem(event: DragEvent, of: item) {
  event.dataTransfer?.setData(DRAGGED, idText(of.media.id))
  if (!isFar) setTimeout(() => dragged.set(of)) // Chromium ends a drag whose page changes at once
}

function Place({ number, rows, slot }: { number: number; rows: number; slot: kit_slot | undefined }) {
  const { over, drops } = useDrop(id => {
    dragged.set(undefined)
    putSound(number, id)
  })
  return (
    <span
      class={`pad ${over ? 'over' : ''}`}
      data-pad={number}
      style={{ gridArea: `${rows - Math.floor(number / SIDE)} / ${(number % SIDE) + 1}` }}
      {...drops}
    >
      <span class="padnote">{padNote(slot?.note, number)}</span>
      <strong>{clean(slot?.slot ?? '')}</strong>
      <small>{slot ? soundName(slot) : ''}</small>
    </span>
  )
}

export function PadDrop() {
  const of = useCell(dragged)
  const kit = useCell(loaded)
  useEffect(() => {
    if (of) lookAtLoaded().catch(complain)
  }, [of])
  if (!of) return null
  const last = Math.max(LEAST - 1, ...(kit?.kit.slots ?? []).map(one => Math.min(PADS - 1, padOf(kit!, one))))
  const rows = Math.ceil((last + 1) / SIDE)
  return (
    <div class="paddrop" style={{ '--class': classColour(factText(of, 'class')) }}>
      <p>{kit ? clean(kit.kit.name) : 'The pads'}</p>
      <div class="pads">
        {Array.from({ length: rows * SIDE }, (_, number) => (
          <Place key={number} number={number} rows={rows} slot={slotAt(kit, number)} />
        ))}
      </div>
    </div>
  )
}
