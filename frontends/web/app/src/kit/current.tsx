// The kit on the pads: its name and tags, other sounds for it, and how it is loaded and hit.
import type { kit } from 'loophole'
import { useState } from 'preact/hooks'
import { useCell, useLoaded } from '../base/cell'
import { clean, counted, idText, num } from '../base/format'
import { Icon } from '../base/icons'
import { nameFor } from '../base/naming'
import { transport } from '../frame/transport'
import { TypedField } from '../base/typedfield'
import { kit_scope_words, pads_at_words } from '../base/words'
import { GRIDS, seedOf } from './builder'
import * as deeds from './kits'
import { Check } from '../base/check'

export function Current({ of }: { of: kit | undefined }) {
  const spread = useCell(deeds.spread)
  const [seed, setSeed] = useState('')
  const slots = of?.slots ?? []
  const held = slots.filter(one => one.locked).length,
    others = of?.held?.length ?? 0
  const id = of ? idText(of.id) : ''
  const copy = () =>
    nameFor('Name of the copy').then(name => {
      if (name && of) deeds.copy(of, name)
    })
  return (
    <>
      <p class="buttons current">
        <TypedField
          key={id}
          aria-label="Name of the kit"
          class="title"
          disabled={!of}
          value={clean(of?.name ?? '')}
          placeholder="no kit"
          put={typed => {
            if (typed.trim() && of) deeds.rename(of, typed.trim())
          }}
        />
        <TypedField
          key={`${id}#`}
          aria-label="Tags of the kit"
          disabled={!of}
          value={(of?.tags ?? []).map(clean).join(', ')}
          placeholder="tags"
          size={12}
          put={typed => {
            if (of)
              deeds.retag(
                of,
                typed
                  .split(',')
                  .map(one => one.trim())
                  .filter(Boolean),
              )
          }}
        />
        <label>
          kept{' '}
          <select
            disabled={!of}
            value={of?.scope ?? 'global'}
            onChange={event => {
              if (of) deeds.move(of, kit_scope_words.find(one => one === event.currentTarget.value)!)
            }}
          >
            {kit_scope_words.map(one => (
              <option key={one} value={one}>
                {deeds.SCOPE_WORDS[one]}
              </option>
            ))}
          </select>
        </label>
        <button disabled={!of} onClick={copy}>
          Copy…
        </button>
        <button
          disabled={!of}
          aria-label="Remove the kit"
          title="Remove the kit; the pads stay"
          onClick={() => {
            if (of) deeds.remove(of)
          }}
        >
          <Icon name="delete" size={14} />
        </button>
      </p>
      <p class="buttons">
        <button class="make" disabled={!of} onClick={() => deeds.randomise(seedOf(seed))}>
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
            onInput={event => deeds.spread.set(Number(event.currentTarget.value))}
          />{' '}
          far
        </label>
        <label>
          seed{' '}
          <input
            type="text"
            inputMode="numeric"
            size={7}
            value={seed}
            placeholder="a new one"
            aria-label="Seed of randomise"
            onInput={event => setSeed(event.currentTarget.value)}
          />
        </label>
        <PresetOfSlot />
        <button disabled={!of} onClick={() => deeds.lock([], !others && held < slots.length)}>
          {!others && held < slots.length ? 'Hold all' : 'Free all'}
        </button>
        <output class="quiet" aria-label="Seed of this kit">
          {of?.seed === undefined ? '' : `now from seed ${num(of.seed)}`}
          {held > 0 && ` · ${held} held`}
          {others > 0 && ` · ${counted(others, 'pad stays', 'pads stay')} of kits before`}
        </output>
      </p>
    </>
  )
}

/** A preset in place of the sound of the slot that was reached last. */
function PresetOfSlot() {
  useLoaded(deeds.lookAtPresets, deeds.kitsChanged, [])
  const all = useCell(deeds.presets)
  const kit = useCell(deeds.loaded)
  const slot = deeds.slotAt(kit, useCell(deeds.padAt))
  if (!slot || !all?.length) return null
  const now = slot.layers?.[0]?.preset
  const put = (id: string) => {
    const to = all.find(one => idText(one.id) === id)
    if (to) deeds.putPreset(slot, to)
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
  const at = useCell(deeds.loadAt)
  const hears = useCell(deeds.hearSwaps)
  const lines = useCell(transport, of => num(of?.quantise))
  return (
    <>
      <label>
        Load{' '}
        <select
          value={at}
          onChange={event => deeds.loadAt.set(pads_at_words.find(one => one === event.currentTarget.value) ?? 'now')}
        >
          {pads_at_words.map(one => (
            <option key={one} value={one}>
              {one === 'now' ? 'at once' : `at the next ${one}`}
            </option>
          ))}
        </select>
      </label>
      <label>
        Hits{' '}
        <select value={lines} onChange={event => deeds.quantiseHits(Number(event.currentTarget.value))}>
          <option value={0}>sound at once</option>
          {GRIDS.map(([of, text]) => (
            <option key={of} value={of}>
              wait for {text}
            </option>
          ))}
        </select>
      </label>
      <Check on={hears} put={on => deeds.hearSwaps.set(on)}>
        Hear swaps
      </Check>
    </>
  )
}
