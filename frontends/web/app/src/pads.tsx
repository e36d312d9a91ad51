// The pads: 4 × 4 or 8 × 8, hit by mouse, finger, keys, and by letters from anywhere in the page but fields. The last one that was hit or reached is edited below.
import type { Given, item, pad, pad_layer, pads, loaded_sound } from 'loophole'
import { useEffect, useRef, useState } from 'preact/hooks'
import { usePolled } from './cell'
import { clean, factText, idBytes, idText, num, pathText } from './format'
import { useNames } from './itemnames'
import { chosen } from './list'
import { PadEditor } from './padeditor'
import { report } from './silent'
import { complain } from './state'
import { classColour } from './theme'
import { ask } from './wire'

/** The letters in the places of the keys: the first pad is at the bottom left of both. A keyboard of another language has others there. */
const LETTERS = 'zxcvasdfqwer1234'
const placeOf = ({ code }: KeyboardEvent) => LETTERS.indexOf(/^(?:Key|Digit)(.)$/.exec(code)?.[1]?.toLowerCase() ?? ' ')
const LOADING_MS = 30000
const HIT = 114
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

export function Pads() {
  const [side, setSide] = useState(4)
  const [at, setAt] = useState(0)
  const [velocity, setVelocity] = useState(HIT)
  const [kit, again] = usePolled(loadKit, 3000)
  const items = useNames((kit?.sounds ?? []).filter(one => one.id.some(byte => byte)).map(one => one.id)) // a sound that is none of the catalogue's has none
  const names = new Map((kit?.sounds ?? []).map(one => [num(one.sound), nameOf(one, items)]))
  const classes = new Map((kit?.sounds ?? []).map(one => [num(one.sound), classOf(one, items)]))
  const { of, note, waits } = useSent(kit)
  const named = (number: number) => nameOfPad(of(number), names, waits(number))
  const colourOf = (one: pad | undefined) => (plays(one) ? classColour(classes.get(soundOf(one)) ?? '') : 'transparent')
  const hit = (number: number) => ask('audio.hit', { pad: number, velocity: velocity / 127 }, 2000).catch(complain)
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
    put(ids.map((id, number) => ({ ...of(number), pad: number, sound: undefined, wave: undefined, layers: [], id: idBytes(id) })))
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
  const onLetterUp = (event: KeyboardEvent) => { const number = placeOf(event); if (held.delete(number)) release(number) }
  useEffect(() => {
    addEventListener('keydown', onLetter); addEventListener('keyup', onLetterUp)
    return () => { removeEventListener('keydown', onLetter); removeEventListener('keyup', onLetterUp) }
  })
  return (
    <section aria-label="Pads" class="wide">
      <h2>Pads</h2>
      <p class="buttons">
        <button onClick={fill}>Fill with the chosen items</button>
        <button aria-pressed={side === 4} onClick={() => setSide(4)}>4 × 4</button>
        <button aria-pressed={side === 8} onClick={() => setSide(8)}>8 × 8</button>
        <label>Velocity <input type="range" min="1" max="127" value={velocity} onInput={event => setVelocity(Number(event.currentTarget.value))} /> <output>{velocity}</output></label>
        <span class="quiet">Select items in the table first: with x, or with Ctrl and a click.</span>
      </p>
      <div class="kit">
        <div class="pads" style={{ gridTemplateColumns: `repeat(${side}, minmax(0, 1fr))` }} onKeyDown={onKeyDown}>
          {Array.from({ length: side * side }, (_, number) => (
            <button key={number} class={`pad ${number === at ? 'at' : ''}`} aria-disabled={!plays(of(number))} title={named(number)}
              style={{ gridArea: `${side - Math.floor(number / side)} / ${(number % side) + 1}`, '--class': colourOf(of(number)) }}
              onFocus={() => setAt(number)}
              onPointerDown={() => { setAt(number); if (plays(of(number))) hit(number) }} onPointerUp={() => release(number)} onPointerLeave={event => { if (event.buttons) release(number) }}
              onKeyDown={event => { if (event.key === 'Enter' && !event.repeat && plays(of(number))) hit(number) }}
              onKeyUp={event => { if (event.key === 'Enter') release(number) }}>
              {number}{side === 4 && <kbd>{LETTERS[number]}</kbd>}<small>{named(number)}</small>
            </button>
          ))}
        </div>
        <PadEditor key={at} number={at} of={of(at)} name={named(at)} names={names} change={change} layers={layers} />
      </div>
    </section>
  )
}
