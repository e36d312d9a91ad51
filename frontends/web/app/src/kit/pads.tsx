// The pads: 4 × 4 or 8 × 8, hit by mouse, finger, keys, and by letters from anywhere in the page but fields.
import { useRef } from 'preact/hooks'
import { useCell } from '../base/cell'
import { clean } from '../base/format'
import { useFlash } from '../connection/hits'
import { Icon } from '../base/icons'
import { bankOf, heldAt, hit, layout, loaded, padAt, padNote, putSound, slotAt, type Loaded } from './kits'
import { LETTERS, useLetters, useWheel } from './padkeys'
import { PadWave } from './padwave'
import { plays } from './padsread'
import { useDrop } from './usedrop'
import type { PadsNow } from './usepads'

interface PadProps {
  number: number
  place: number
  side: number
  kit: Loaded | undefined
  pads: PadsNow
  at: boolean
}

/** A press by mouse, finger or Enter hits the pad; its end releases it. */
function pressesOf(number: number, pads: PadsNow) {
  const press = () => {
    padAt.set(number)
    if (plays(pads.of(number))) hit(number)
  }
  const release = () => pads.release(number)
  return {
    onFocus: () => padAt.set(number),
    onPointerDown: press,
    onPointerUp: release,
    onPointerLeave: (event: PointerEvent) => event.buttons && release(),
    onKeyDown: (event: KeyboardEvent) => event.key === 'Enter' && !event.repeat && press(),
    onKeyUp: (event: KeyboardEvent) => event.key === 'Enter' && release(),
  }
}

function Pad({ number, place, side, kit, pads, at }: PadProps) {
  const { over, drops } = useDrop(id => putSound(number, id))
  const light = useFlash<HTMLElement>('pad', number)
  const lock = heldAt(kit, number)
  const slot = lock ? undefined : slotAt(kit, number),
    sound = pads.itemOf(number),
    silent = slot?.placeholder,
    isOn = plays(pads.of(number))
  const title = [
    slot ? clean(slot.slot) : '',
    lock ? `locked: ${clean(lock.slot)} of ${clean(lock.name)}` : '',
    silent ? clean(silent) : pads.named(number),
    `pad ${number}`,
  ]
  const [from, until] = pads.shareOf(number)
  return (
    <button
      class={`pad ${at ? 'at' : ''} ${over ? 'over' : ''}`}
      aria-disabled={!isOn}
      data-placeholder={silent || undefined}
      data-pad={number}
      title={title.filter(Boolean).join(' · ')}
      style={{
        gridArea: `${side - Math.floor(place / side)} / ${(place % side) + 1}`,
        '--class': pads.colourOf(number),
      }}
      {...pressesOf(number, pads)}
      {...drops}
    >
      <i ref={light} class="flash" aria-hidden="true" />
      <span class="padnote">
        {padNote(pads.of(number)?.note, number)}
        {side === 4 && <kbd>{LETTERS[place]}</kbd>}
        {(slot?.locked || lock) && <Icon name="locked" size={12} />}
      </span>
      {isOn && sound && <PadWave of={sound} from={from} until={until} />}
      <strong>{clean((lock ?? slot)?.slot ?? '')}</strong>
      <small>{pads.named(number)}</small>
    </button>
  )
}

/** Arrow keys go to the neighbours of the pad that has the keyboard. */
function goToNeighbour(event: KeyboardEvent, side: number) {
  const way = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: side, ArrowDown: -side }[event.key]
  if (!way) return
  const all = [...(event.currentTarget as HTMLElement).children] as HTMLElement[]
  all[all.indexOf(document.activeElement as HTMLElement) + way]?.focus()
  event.preventDefault()
  event.stopPropagation()
}

export function Pads({ pads }: { pads: PadsNow }) {
  const side = useCell(layout)
  const at = useCell(padAt)
  const kit = useCell(loaded)
  const box = useRef<HTMLDivElement>(null)
  const first = bankOf(at, side)
  useWheel(box)
  useLetters(first, number => plays(pads.of(number)), pads.release)
  return (
    <div
      ref={box}
      class={`pads ${side === 8 ? 'many' : ''}`}
      style={{ gridTemplate: `repeat(${side}, minmax(0, 1fr)) / repeat(${side}, minmax(0, 1fr))` }}
      onKeyDown={event => goToNeighbour(event, side)}
    >
      {Array.from({ length: side * side }, (_, place) => (
        <Pad
          key={first + place}
          number={first + place}
          place={place}
          side={side}
          kit={kit}
          pads={pads}
          at={first + place === at}
        />
      ))}
    </div>
  )
}
