// The kit on the pads: its name and tags, other sounds for it, and how it is loaded and hit.
import type { kit } from 'loophole'
import { useState } from 'preact/hooks'
import { useCell, useLoaded } from '../base/cell'
import { clean, counted, idText, num, partsOf } from '../base/format'
import { Icon } from '../base/icons'
import { Choice, Input } from '../base/labelled'
import { nameFor } from '../base/naming'
import { transport } from '../frame/transport'
import { TypedField } from '../base/typedfield'
import { kit_scope_words, pads_at_words } from '../base/words'
import * as asks from './kits'
import { Check } from '../base/check'

interface CurrentProps {
  of: kit | undefined
}

function NameAndTags({ of }: CurrentProps) {
  const id = of ? idText(of.id) : ''
  return (
    <>
      <TypedField
        key={id}
        aria-label="Name of the kit"
        class="title"
        disabled={!of}
        value={clean(of?.name ?? '')}
        placeholder="no kit"
        put={typed => of && typed.trim() && asks.rename(of, typed.trim())}
      />
      <TypedField
        key={`${id}#`}
        aria-label="Tags of the kit"
        disabled={!of}
        value={(of?.tags ?? []).map(clean).join(', ')}
        placeholder="tags"
        size={12}
        put={typed => of && asks.retag(of, partsOf(typed))}
      />
    </>
  )
}

/** Where the kit is kept, and what makes another or removes it. */
function Keeping({ of }: CurrentProps) {
  const copy = () =>
    nameFor('Name of the copy').then(name => {
      if (name && of) asks.copy(of, name)
    })
  return (
    <>
      <Choice
        label="kept"
        disabled={!of}
        value={of?.scope ?? 'global'}
        of={kit_scope_words}
        text={one => asks.SCOPE_WORDS[one]}
        put={scope => of && asks.move(of, scope)}
      />
      <button disabled={!of} onClick={copy}>
        Copy…
      </button>
      <button
        disabled={!of}
        aria-label="Remove the kit"
        title="Remove the kit; the pads stay"
        onClick={() => of && asks.remove(of)}
      >
        <Icon name="delete" size={14} />
      </button>
    </>
  )
}

function Randomise({ of }: CurrentProps) {
  const spread = useCell(asks.spread)
  const [seed, setSeed] = useState('')
  return (
    <>
      <button class="make" disabled={!of} onClick={() => asks.randomise(asks.seedOf(seed))}>
        <Icon name="random" size={16} /> Randomise
      </button>
      <label class="spread">
        near{' '}
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          aria-label="Spread"
          value={spread}
          onInput={event => asks.spread.set(Number(event.currentTarget.value))}
        />{' '}
        far
      </label>
      <Input
        label="seed"
        inputMode="numeric"
        size={7}
        value={seed}
        placeholder="a new one"
        aria-label="Seed of randomise"
        put={setSeed}
      />
    </>
  )
}

/** What is held, and what holds or frees all of it. */
function Held({ of }: CurrentProps) {
  const slots = of?.slots ?? []
  const held = slots.filter(one => one.locked).length,
    others = of?.held?.length ?? 0,
    isFree = !others && held < slots.length
  return (
    <>
      <button disabled={!of} onClick={() => asks.lock([], isFree)}>
        {isFree ? 'Hold all' : 'Free all'}
      </button>
      <output class="quiet" aria-label="Seed of this kit">
        {of?.seed === undefined ? '' : `now from seed ${num(of.seed)}`}
        {held > 0 && ` · ${held} held`}
        {others > 0 && ` · ${counted(others, 'pad stays', 'pads stay')} of kits before`}
      </output>
    </>
  )
}

export const Current = ({ of }: CurrentProps) => (
  <>
    <p class="buttons current">
      <NameAndTags of={of} />
      <Keeping of={of} />
    </p>
    <p class="buttons">
      <Randomise of={of} />
      <PresetOfSlot />
      <Held of={of} />
    </p>
  </>
)

/** A preset in place of the sound of the slot that was reached last. */
function PresetOfSlot() {
  useLoaded(asks.lookAtPresets, asks.kitsChanged, [])
  const all = useCell(asks.presets)
  const kit = useCell(asks.loaded)
  const slot = asks.slotAt(kit, useCell(asks.padAt))
  if (!slot || !all?.length) return null
  const now = slot.layers?.[0]?.preset
  const put = (id: string) => {
    const to = all.find(one => idText(one.id) === id)
    if (to) asks.putPreset(slot, to)
  }
  return (
    <label>
      {clean(slot.slot)} plays{' '}
      <select
        aria-label="Preset of the slot"
        disabled={slot.locked}
        value={now ? idText(now) : ''}
        onChange={event => put(event.currentTarget.value)}
      >
        <option value="" disabled>
          its sound, or a preset…
        </option>
        {all.map(one => (
          <option key={idText(one.id)} value={idText(one.id)}>
            {clean(one.name)}
          </option>
        ))}
      </select>
    </label>
  )
}

export function Ways() {
  const at = useCell(asks.loadAt)
  const hears = useCell(asks.hearSwaps)
  const lines = useCell(transport, of => num(of?.quantise))
  return (
    <>
      <Choice
        label="Load"
        value={at}
        of={pads_at_words}
        text={one => (one === 'now' ? 'at once' : `at the next ${one}`)}
        put={to => asks.loadAt.set(to)}
      />
      <Choice
        label="Hits"
        value={lines}
        of={[0, ...asks.GRIDS]}
        text={one => (one ? `wait for 1/${one}` : 'sound at once')}
        put={asks.quantiseHits}
      />
      <Check on={hears} put={on => asks.hearSwaps.set(on)}>
        Hear swaps
      </Check>
    </>
  )
}
