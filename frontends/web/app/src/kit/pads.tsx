// The pads: 4 × 4 or 8 × 8, hit by mouse, finger, keys, and by letters from anywhere in the page but fields. The last one that was hit or
// reached is edited below; keys and the wheel swap its sound.
import type { Given, item, pad, pad_layer, pads, loaded_sound } from 'loophole'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useCell, usePolled } from '../cell'
import { clean, factText, idBytes, idText, num, pathText } from '../format'
import { Icon } from '../icons'
import { useNames } from '../itemnames'
import { DRAGGED, hit, keepPads, layOut, layout, loaded, lock, noteText, padAt, putSound, slotAt, swap, usualNote, velocity as velocityCell, wheel } from './kits'
import { chosen } from '../list'
import { nameFor } from '../naming'
import { PadEditor } from './padeditor'
import { PadWave } from './padwave'
import { report } from '../silent'
import { complain } from '../state'
import { classColour } from '../theme'
import { ask, isFar } from '../wire'

/** The letters in the places of the keys: the first pad is at the bottom left of both. A keyboard of another language has others there. */
const LETTERS = 'zxcvasdfqwer1234'
const placeOf = ({ code }: KeyboardEvent) => LETTERS.indexOf(/^(?:Key|Digit)(.)$/.exec(code)?.[1]?.toLowerCase() ?? ' ')
const LOADING_MS = 30000
const PADS = 64
const NOTCH = 40 // of a wheel, in pixels
const SWAPS: Record<string, string> = { ',': 'previous', '.': 'next', n: 'random', b: 'back' }
const FIELDS = 'select, textarea, dialog, audio, input:not([type=range], [type=checkbox])'

interface Kit { pads: Map<number, pad>; sounds: loaded_sound[]; asked: number }

const withoutEnding = (name: string) => name.replace(/\.[^.]*$/, '')

/** After a restart, the streamer has the sounds of its predecessor without their paths; the catalogue has the names. */
function nameOf(of: loaded_sound, items: Map<string, item>): string {
  const id = idText(of.id)
  return withoutEnding(pathText(of.path).split('/').at(-1)! || clean(items.get(id)?.media.name ?? '')) || id
}

const classOf = (of: loaded_sound, items: Map<string, item>) => { const one = items.get(idText(of.id)); return one ? factText(one, 'class') : '' }

async function loadKit(): Promise<Kit> {
  const asked = performance.now()
  const [pads, sounds] = await Promise.all([ask('audio.pads', {}, 2000), ask('streamer.sounds', {}, 2000).catch(() => undefined)])
  return { pads: new Map((pads.each ?? []).map(one => [num(one.pad), one])), sounds: sounds?.each ?? [], asked }
}

const plays = (of: pad | undefined) => of !== undefined && (of.sound !== undefined || of.id !== undefined || of.wave !== undefined || (of.layers ?? []).length > 0)
const soundOf = (of: pad | undefined) => num(of?.sound ?? of?.layers?.[0]?.sound ?? -1)
/** A pad that the engine reports with an id has a sound that could not be loaded. */
const nameOfPad = (of: pad | undefined, names: Map<number, string>, waits: boolean) =>
  of?.wave ? `${of.wave} wave` : of?.id ? (waits ? 'loading…' : 'not loaded') : names.get(soundOf(of)) ?? ''

interface Sent { of: Given<pad>; answered: number }

/** The pads, and what notes a change: it counts until pads arrive that were asked for after its answer, so that the next change of its
 * pad begins with it. */
function useSent(kit: Kit | undefined) {
  const [sent, setSent] = useState(new Map<number, Sent>())
  const of = (number: number) => {
    const one = sent.get(number)
    return one && !(kit && kit.asked > one.answered) ? (one.of as pad) : kit?.pads.get(number)
  }
  const note = (number: number, to: Sent | undefined, from?: Given<pad>) => setSent(now => {
    if (from && now.get(number)?.of !== from) return now // a newer change has come
    const next = new Map(now)
    if (to) next.set(number, to)
    else next.delete(number)
    return next
  })
  return { of, note, waits: (number: number) => sent.get(number)?.answered === Infinity }
}

/** The part of its sound that a pad plays, from 0 to 1. */
function partOf(of: pad | undefined, sound: loaded_sound | undefined): [number, number] {
  const frames = num(sound?.frames) || 1
  const until = num(of?.until) || num(sound?.trim_until) || frames
  return [(num(of?.from) || num(sound?.trim_from)) / frames, Math.min(1, until / frames)]
}

/** The wheel over the pad that has the keyboard swaps its sound; over any other the page scrolls. */
function useWheel(box: { current: HTMLElement | null }) {
  const turned = useRef(0)
  useEffect(() => {
    const onWheel = (event: WheelEvent) => {
      const slot = slotAt(loaded.value, padAt.value)
      const on = document.activeElement
      if (!slot || !on?.matches('.pad') || !on.contains(event.target as Node) || event.ctrlKey || isFar) return
      event.preventDefault()
      turned.current += event.deltaMode ? event.deltaY * NOTCH : event.deltaY
      if (Math.abs(turned.current) < NOTCH) return
      wheel(slot.slot, turned.current)
      turned.current = 0
    }
    const of = box.current
    of?.addEventListener('wheel', onWheel, { passive: false })
    return () => of?.removeEventListener('wheel', onWheel)
  }, [])
}

/** Keys that change the slot of the current pad, from where the letters hit pads. True if the key was one. */
function changeSlot(event: KeyboardEvent): boolean {
  const slot = slotAt(loaded.value, padAt.value)
  const to = SWAPS[event.key]
  if (isFar || !slot || !(to || event.key === 'l') || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).closest(FIELDS)) return false
  if (!event.repeat && !to) lock([slot.slot], !slot.locked)
  if (to === 'next' || to === 'previous') wheel(slot.slot, to === 'next' ? 1 : -1)
  else if (to && !event.repeat) swap(slot.slot, to)
  event.preventDefault()
  event.stopImmediatePropagation()
  return true
}

export function Pads({ children }: { children: ComponentChildren }) {
  const side = useCell(layout)
  const at = useCell(padAt)
  const setAt = (to: number) => padAt.set(to)
  const velocity = useCell(velocityCell)
  const [over, setOver] = useState(-1)
  const current = useCell(loaded)
  const [kit, again] = usePolled(loadKit, 3000)
  useEffect(again, [current])
  const sounds = new Map((kit?.sounds ?? []).map(one => [num(one.sound), one]))
  const items = useNames((kit?.sounds ?? []).filter(one => one.id.some(byte => byte)).map(one => one.id)) // a sound that is none of the catalogue's has none
  const names = new Map((kit?.sounds ?? []).map(one => [num(one.sound), nameOf(one, items)]))
  const classes = new Map((kit?.sounds ?? []).map(one => [num(one.sound), classOf(one, items)]))
  const { of, note, waits } = useSent(kit)
  const named = (number: number) => nameOfPad(of(number), names, waits(number))
  const colourOf = (one: pad | undefined) => (plays(one) ? classColour(classes.get(soundOf(one)) ?? '') : 'transparent')
  const itemOf = (number: number) => { const sound = sounds.get(soundOf(of(number))); return sound && items.get(idText(sound.id)) }
  const release = (number: number) => { if (of(number)?.mode === 'gate') ask('audio.release', { pad: number }, 2000).catch(complain) }
  const put = (each: (Given<pad> & { pad: number })[]) => {
    const end = (now?: pads) => {
      const answered = performance.now()
      for (const one of each) {
        const got = now?.each?.find(other => num(other.pad) === one.pad)
        note(one.pad, got && { of: got, answered }, one)
      }
      again()
    }
    for (const one of each) note(one.pad, { of: one, answered: Infinity })
    ask('audio.set_pads', { each }, LOADING_MS).then(now => { end(now); report('', 'pad', now.silent) }, error => { complain(error); end() })
  }
  const change = (part: Given<pad>) => put([{ ...of(at), pad: at, ...part }])
  const layers = (to: Given<pad_layer>[]) => change({ layers: to })
  const fill = () => {
    const ids = chosen().slice(0, side * side)
    if (!ids.length) return complain(new Error('No item is chosen: choose some in the table, then fill the pads with them'))
    put(ids.map((id, number) => ({ ...of(number), note: of(number)?.note ?? usualNote(number), pad: number, sound: undefined, wave: undefined, layers: [], id: idBytes(id) })))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const way = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: side, ArrowDown: -side }[event.key]
    if (way) {
      const all = [...(event.currentTarget as HTMLElement).children] as HTMLElement[]
      all[all.indexOf(document.activeElement as HTMLElement) + way]?.focus()
      event.preventDefault()
      event.stopPropagation()
    }
  }
  const held = useRef(new Set<number>()).current
  const onLetter = (event: KeyboardEvent) => {
    const number = placeOf(event)
    if (number < 0 || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).closest(FIELDS) || !plays(of(number))) return
    event.preventDefault()
    if (event.repeat) return
    held.add(number)
    setAt(number)
    hit(number)
  }
  const keep = () => nameFor('Name of the kit').then(name => {
    const each = Array.from({ length: PADS }, (_, number) => [number, plays(of(number)) ? itemOf(number) : undefined] as const)
    if (name) keepPads(new Map(each.filter((one): one is [number, item] => one[1] !== undefined)), name)
  })
  const drop = (number: number, event: DragEvent) => {
    const id = event.dataTransfer?.getData(DRAGGED)
    setOver(-1)
    if (id) { event.preventDefault(); putSound(number, id) }
  }
  const box = useRef<HTMLDivElement>(null)
  useWheel(box)
  const onLetterUp = (event: KeyboardEvent) => { const number = placeOf(event); if (held.delete(number)) release(number) }
  useEffect(() => {
    addEventListener('keydown', onLetter); addEventListener('keyup', onLetterUp)
    return () => { removeEventListener('keydown', onLetter); removeEventListener('keyup', onLetterUp) }
  })
  useEffect(() => {
    addEventListener('keydown', changeSlot, true) // before those of the page, which has other meanings for them
    return () => removeEventListener('keydown', changeSlot, true)
  }, [])
  return (
    <>
      <div ref={box} class={`pads ${side === 8 ? 'many' : ''}`} style={{ gridTemplateColumns: `repeat(${side}, minmax(0, 1fr))` }} onKeyDown={onKeyDown}>
        {Array.from({ length: side * side }, (_, number) => {
          const slot = slotAt(current, number), one = of(number), sound = itemOf(number)
          const [from, until] = partOf(one, sounds.get(soundOf(one)))
          const silent = slot?.placeholder
          return (
            <button key={number} class={`pad ${number === at ? 'at' : ''} ${number === over ? 'over' : ''}`} aria-disabled={!plays(one)} data-placeholder={silent || undefined} data-pad={number}
              title={[slot ? clean(slot.slot) : '', silent ? clean(silent) : named(number), `pad ${number}`].filter(Boolean).join(' · ')}
              style={{ gridArea: `${side - Math.floor(number / side)} / ${(number % side) + 1}`, '--class': colourOf(one) }}
              onFocus={() => setAt(number)}
              onPointerDown={() => { setAt(number); if (plays(of(number))) hit(number) }} onPointerUp={() => release(number)} onPointerLeave={event => { if (event.buttons) release(number) }}
              onKeyDown={event => { if (event.key === 'Enter' && !event.repeat && plays(of(number))) hit(number) }}
              onKeyUp={event => { if (event.key === 'Enter') release(number) }}
              onDragOver={event => { if (event.dataTransfer?.types.includes(DRAGGED)) { event.preventDefault(); setOver(number) } }}
              onDragLeave={() => setOver(-1)} onDrop={event => drop(number, event)}>
              <span class="padnote">{noteText(num(one?.note ?? usualNote(number)))}{side === 4 && <kbd>{LETTERS[number]}</kbd>}{slot?.locked && <Icon name="locked" size={12} />}</span>
              {plays(one) && sound && <PadWave of={sound} from={from} until={until} />}
              <strong>{clean(slot?.slot ?? '')}</strong><small>{named(number)}</small>
            </button>
          )
        })}
      </div>
      <p class="buttons">
        {[4, 8].map(one => <button key={one} aria-pressed={side === one} onClick={() => layOut(one)}>{one} × {one}</button>)}
        <label>Velocity <input type="range" min="1" max="127" value={velocity} onInput={event => velocityCell.set(Number(event.currentTarget.value))} /> <output>{velocity}</output></label>
        {children}
        <button title="Select them in the table first: with x, or with Ctrl and a click" onClick={fill}>Fill with the chosen items</button>
        {!isFar && <button title="Keep what lies on the pads as a kit" onClick={keep}>Make a kit of the pads…</button>}
      </p>
      <details class="padvaluesof">
        <summary>Values of pad {at}</summary>
        <PadEditor key={at} number={at} of={of(at)} name={named(at)} names={names} change={change} layers={layers} />
      </details>
    </>
  )
}
