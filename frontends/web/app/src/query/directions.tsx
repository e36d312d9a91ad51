// Like this sound, but brighter: each slider asks for sounds on one side of the examples. What is set is a clause of
// the query.
import type { direction } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { useItem } from '../items/useitem'
import { clean, idBytes } from '../base/format'
import { chosen } from '../items/list'
import { clauses, complain, joined, show, view } from '../base/state'
import { read } from '../connection/wire'

/** What the engine says of the examples: the value of each measurement, and how it spreads in the library. */
type Known = direction[]

interface Direction {
  less: string
  more: string
  /** The places of the slider on each side. */
  steps: number
  /** The clause of a place, '' in the middle; undefined: no example has such a value. */
  at: (known: Known, place: number) => string | undefined
  /** The place of a clause; undefined: it is of another direction. */
  place: (known: Known, clause: string) => number | undefined
  /** What the command line says in place of a clause. */
  option: (side: 1 | -1) => string
}

const STEPS = 20
const TURN = 0.25 // of the way to an end, by a command
const clamped = (place: number, steps: number) => Math.max(-steps, Math.min(steps, Math.round(place)))
const BOUND = /^(\w+):[<>](-?[\d.]+(?:e-?\d+)?)$/

/** Along a measurement of the engine, as `loophole similar --more NAME=SHARE`; an end of the slider is its whole
 * spread. */
function along(name: string, less: string, more: string): Direction {
  const find = (known: Known) => known.find(one => one.name === name && one.spread > 0)
  return {
    less,
    more,
    steps: STEPS,
    at: (known, place) => {
      const of = find(known)
      if (!of || !place) return of && ''
      const far = (of.spread * place) / STEPS
      const limit = of.octaves ? of.value * 2 ** far : of.value + far
      return `${of.field}:${place > 0 ? '>' : '<'}${Number(limit.toPrecision(6))}`
    },
    place: (known, clause) => {
      const of = find(known),
        [, field, bound] = BOUND.exec(clause) ?? []
      if (!of || field !== of.field) return undefined
      return clamped(
        (STEPS / of.spread) * (of.octaves ? Math.log2(Number(bound) / of.value) : Number(bound) - of.value),
        STEPS,
      )
    },
    option: side => `--more ${name}=${side * TURN}`,
  }
}

/** With the tag that the analysis gives, or without it. */
const tagged = (tag: string, less: string, more: string): Direction => ({
  less,
  more,
  steps: 1,
  at: (_, place) => (place ? `${place < 0 ? '-' : ''}tag:${tag}` : ''),
  place: (_, clause) => (clause === `tag:${tag}` ? 1 : clause === `-tag:${tag}` ? -1 : undefined),
  option: side => `--in '${side < 0 ? '-' : ''}tag:${tag}'`,
})

export const DIRECTIONS: Direction[] = [
  along('bright', 'darker', 'brighter'),
  along('length', 'shorter', 'longer'),
  along('loud', 'quieter', 'louder'),
  along('high', 'lower', 'higher'),
  along('punchy', 'softer', 'punchier'),
  tagged('deep', 'thinner', 'deeper'),
  tagged('noisy', 'clearer', 'noisier'),
]

const knownOf = (like: string[], signal: AbortSignal): Promise<Known> =>
  read(
    'search.similar',
    { like: like.map(idBytes).filter(id => id !== undefined), limit: 1, directions: true },
    signal,
  ).then(got => got.directions ?? [])

const placeIn = (of: Direction, known: Known, query: string) =>
  clauses(query)
    .map(one => of.place(known, one))
    .find(at => at !== undefined) ?? 0

function queryAt(of: Direction, known: Known, place: number, query: string): string {
  const others = clauses(query)
      .filter(one => of.place(known, one) === undefined)
      .join(' '),
    own = of.at(known, place)
  return own ? joined(others, own) : others
}

/** Looks for sounds like the examples, by default the chosen item, but a step further on this side than now. */
export async function turn(of: Direction, side: 1 | -1) {
  try {
    const { query, like } = view.value,
      examples = like.length ? like : chosen().slice(0, 1)
    if (!examples.length)
      throw new Error(`A sound that is ${side > 0 ? of.more : of.less} needs an example: go to a sound first`)
    const known = await knownOf(examples, AbortSignal.timeout(5000))
    if (of.at(known, 0) === undefined)
      throw new Error(`The analysis does not know how ${of.more} or ${of.less} this sound is`)
    const place = clamped(placeIn(of, known, query) + side * Math.ceil(of.steps * TURN), of.steps)
    show({ query: queryAt(of, known, place, query), like: examples })
  } catch (error) {
    complain(error)
  }
}

function Slider({ of, known }: { of: Direction; known: Known }) {
  const query = useCell(view, now => now.query)
  const place = placeIn(of, known, query)
  const [at, move] = useState(place)
  useEffect(() => move(place), [place])
  const put = (to: number) => show({ query: queryAt(of, known, to, query) })
  return (
    <label>
      <span class="quiet">{of.less}</span>
      <input
        type="range"
        min={-of.steps}
        max={of.steps}
        value={at}
        aria-label={`${of.less} or ${of.more}`}
        aria-valuetext={at ? (at > 0 ? of.more : of.less) : 'as the examples'}
        onInput={event => move(Number(event.currentTarget.value))}
        onChange={event => put(Number(event.currentTarget.value))}
        onDblClick={() => {
          move(0)
          put(0)
        }}
      />
      <span class="quiet">{of.more}</span>
    </label>
  )
}

/** Sliders from the examples; in their middle it is as these are. */
export function Directions() {
  const like = useCell(view, of => of.like.join())
  const first = useItem(like.split(',')[0]!, false)
  const [known, setKnown] = useState<{ like: string; list: Known }>({ like: '', list: [] })
  useEffect(() => {
    const control = new AbortController()
    if (like)
      knownOf(like.split(','), control.signal).then(
        list => setKnown({ like, list }),
        () => undefined,
      )
    return () => control.abort()
  }, [like])
  if (!like || !first || first.late || known.like !== like) return null
  return (
    <div class="directions" role="group" aria-label="Like the examples, but">
      <p>
        Like {clean(first.item.media.name)}
        {like.includes(',') ? ' and the others' : ''}, but
      </p>
      {DIRECTIONS.map(of => of.at(known.list, 0) !== undefined && <Slider key={of.more} of={of} known={known.list} />)}
    </div>
  )
}
