// The slots of the kit on the pads: what each plays and why, with what changes it.
import type { kit_slot } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { useCell } from '../base/cell'
import { clean, counted } from '../base/format'
import { Icon, type IconName } from '../base/icons'
import { heldAt, hit, loaded, lock, padAt, padNote, padOf, soundName, swap, type Loaded } from './kits'
import { isFar } from '../connection/wire'

const STEPS: { to: string; icon: IconName; title: string; key: string }[] = [
  { to: 'previous', icon: 'previous', title: 'Previous sound', key: ',' },
  { to: 'next', icon: 'next', title: 'Next sound', key: '.' },
  { to: 'random', icon: 'random', title: 'Another sound of its class', key: 'n' },
  { to: 'back', icon: 'undo', title: 'Back to the sound before', key: 'b' },
]

function Deeds({ of, held }: { of: kit_slot; held: boolean }) {
  const name = clean(of.slot)
  return (
    <span class="buttons">
      {STEPS.map(({ to, icon, title, key }) => (
        <button
          key={to}
          disabled={held}
          aria-label={`${title}: ${name}`}
          title={`${title} (${key})`}
          onClick={() => swap(of.slot, to)}
        >
          <Icon name={icon} size={14} />
        </button>
      ))}
      <button
        aria-pressed={held}
        aria-label={`Hold ${name}`}
        title="Hold it: swap, randomise, builds and loads leave it (l)"
        onClick={() => lock([of.slot], !held)}
      >
        <Icon name={held ? 'locked' : 'unlocked'} size={14} />
      </button>
    </span>
  )
}

function Slot({ of, kit, at }: { of: kit_slot; kit: Loaded; at: boolean }) {
  const line = useRef<HTMLLIElement>(null)
  const pad = padOf(kit, of),
    layers = of.layers?.length ?? 0,
    lock = heldAt(kit, pad)
  useEffect(() => {
    // only inside of the list: the page stays where it is
    const item = line.current,
      list = item?.parentElement
    if (!at || !item || !list) return
    if (item.offsetTop < list.scrollTop) list.scrollTop = item.offsetTop
    else if (item.offsetTop + item.offsetHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = item.offsetTop + item.offsetHeight - list.clientHeight
  }, [at])
  return (
    <li ref={line} class={at ? 'at' : ''} data-slot={of.slot} data-placeholder={of.placeholder ? '' : undefined}>
      <button
        class="name"
        title={`Hit ${clean(of.slot)}`}
        aria-current={at || undefined}
        onClick={() => {
          padAt.set(pad)
          if (layers) hit(pad)
        }}
      >
        <strong>{clean(of.slot)}</strong>
        <small>{padNote(of.note, pad)}</small>
      </button>
      <span class="sound">
        {soundName(of) || 'no sound'}
        {layers > 1 && ` and ${counted(layers - 1, 'more layer')}`}
      </span>
      {!isFar && <Deeds of={of} held={of.locked || lock !== undefined} />}
      <span class="why">
        {lock && (
          <em>
            locked: the pad plays {clean(lock.slot)} of {clean(lock.name)};{' '}
          </em>
        )}
        {of.placeholder && (
          <em>
            {clean(of.placeholder)}
            {of.why && of.why !== of.placeholder ? '; ' : ''}
          </em>
        )}
        {of.why !== of.placeholder && clean(of.why)}
      </span>
    </li>
  )
}

export function KitSlots() {
  const kit = useCell(loaded)
  const at = useCell(padAt)
  return (
    <div class="kitslots" role="group" aria-label="Slots">
      {!kit ? (
        <p class="quiet">
          No kit is on the pads. Build one, or choose one at the left: its sounds and the reason for each are listed
          here.
        </p>
      ) : (
        <ul tabIndex={0} aria-label={`Slots of ${clean(kit.kit.name)}`}>
          {(kit.kit.slots ?? []).map(one => (
            <Slot key={one.slot} of={one} kit={kit} at={padOf(kit, one) === at} />
          ))}
        </ul>
      )}
    </div>
  )
}
