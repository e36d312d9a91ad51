// Like this sound, but brighter: each slider asks for sounds on one side of the example. What is set is a clause of the query.
import type { item } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { useCell } from './cell'
import { useItem } from './details'
import { clean, factOf, idBytes, seconds } from './format'
import { atNow, chosen } from './list'
import { itemOf } from './result'
import { clauses, complain, joined, show, view } from './state'
import { read } from './wire'

interface Direction {
  less: string
  more: string
  /** The places of the slider on each side. */
  steps: number
  /** The clause of a place, '' in the middle; undefined: the example has no such fact. */
  at: (example: item, place: number) => string | undefined
  /** The place of a clause; undefined: it is of another direction. */
  place: (example: item, clause: string) => number | undefined
}

const STEPS = 20
const clamped = (place: number, steps: number) => Math.max(-steps, Math.min(steps, Math.round(place)))

/** Along a number of the example: over the whole way it is multiplied by 2^way, or `way` is added. */
function along(field: string, less: string, more: string, from: (of: item) => number | undefined, way: number, octaves = true): Direction {
  const own = new RegExp(`^${field}:[<>](-?[\\d.]+)$`)
  return {
    less, more, steps: STEPS,
    at: (example, place) => {
      const value = from(example), far = (way * place) / STEPS
      if (value === undefined || !place) return value === undefined ? undefined : ''
      return `${field}:${place > 0 ? '>' : '<'}${Number((octaves ? value * 2 ** far : value + far).toPrecision(4))}`
    },
    place: (example, clause) => {
      const value = from(example), bound = Number(own.exec(clause)?.[1])
      if (value === undefined || Number.isNaN(bound)) return undefined
      return clamped((STEPS / way) * (octaves ? Math.log2(bound / value) : bound - value), STEPS)
    },
  }
}

/** With the tag that the analysis gives, or without it. */
const tagged = (tag: string, less: string, more: string): Direction => ({
  less, more, steps: 1,
  at: (_, place) => (place ? `${place < 0 ? '-' : ''}tag:${tag}` : ''),
  place: (_, clause) => (clause === `tag:${tag}` ? 1 : clause === `-tag:${tag}` ? -1 : undefined),
})

const fact = (name: string) => (of: item) => factOf(of, name)?.number

export const DIRECTIONS: Direction[] = [
  along('centroid_hz', 'darker', 'brighter', fact('centroid_hz'), 2),
  along('dur', 'shorter', 'longer', of => seconds(of) || undefined, 3),
  along('lufs', 'quieter', 'louder', fact('lufs'), 12, false),
  along('pitch_hz', 'lower', 'higher', fact('pitch_hz'), 2),
  tagged('punchy', 'softer', 'punchier'),
  tagged('deep', 'thinner', 'deeper'),
  tagged('noisy', 'clearer', 'noisier'),
]

const placeIn = (of: Direction, example: item, query: string) => clauses(query).map(one => of.place(example, one)).find(at => at !== undefined) ?? 0

function queryAt(of: Direction, example: item, place: number, query: string): string {
  const others = clauses(query).filter(one => of.place(example, one) === undefined).join(' '), own = of.at(example, place)
  return own ? joined(others, own) : others
}

const TURN = 0.25 // of the way to an end

/** The clause that the first command for this direction adds, for the item that is current. */
export const clauseOf = (of: Direction, side: 1 | -1) => { const item = atNow(); return (item && of.at(item, side * Math.ceil(of.steps * TURN))) || '' }

/** Looks for sounds like the example, by default the chosen item, but a step further on this side than now. */
export async function turn(of: Direction, side: 1 | -1) {
  try {
    const id = view.value.like[0] ?? chosen()[0]
    if (!id) throw new Error(`A sound that is ${side > 0 ? of.more : of.less} needs an example: go to a sound first`)
    const example = itemOf(id) ?? (await read('search.get', { id: idBytes(id) }, AbortSignal.timeout(5000))).item
    if (of.at(example, 0) === undefined) throw new Error(`The analysis does not know how ${of.more} or ${of.less} this sound is`)
    const { query, like } = view.value, place = clamped(placeIn(of, example, query) + side * Math.ceil(of.steps * TURN), of.steps)
    show({ query: queryAt(of, example, place, query), like: like.length ? like : [id] })
  } catch (error) { complain(error) }
}

function Slider({ of, example }: { of: Direction; example: item }) {
  const query = useCell(view, now => now.query)
  const place = placeIn(of, example, query)
  const [at, move] = useState(place)
  useEffect(() => move(place), [place])
  const put = (to: number) => show({ query: queryAt(of, example, to, query) })
  return (
    <label><span class="quiet">{of.less}</span>
      <input type="range" min={-of.steps} max={of.steps} value={at} aria-label={`${of.less} or ${of.more}`} aria-valuetext={at ? (at > 0 ? of.more : of.less) : 'as the example'}
        onInput={event => move(Number(event.currentTarget.value))} onChange={event => put(Number(event.currentTarget.value))} onDblClick={() => { move(0); put(0) }} />
      <span class="quiet">{of.more}</span></label>
  )
}

/** Sliders from the first example; in their middle it is as the example. */
export function Directions() {
  const first = useCell(view, of => of.like[0] ?? '')
  const got = useItem(first, false)
  if (!first || !got || got.late) return null
  return (
    <div class="directions" role="group" aria-label="Like the example, but">
      <p>Like {clean(got.item.media.name)}, but</p>
      {DIRECTIONS.map(of => of.at(got.item, 0) !== undefined && <Slider key={of.more} of={of} example={got.item} />)}
    </div>
  )
}
