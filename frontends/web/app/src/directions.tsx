// Like this sound, but brighter: each slider asks for sounds on one side of the example. What is set is a clause of the query.
import type { item } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { useCell } from './cell'
import { useItem } from './details'
import { clean, factOf, seconds } from './format'
import { clauses, joined, show, view } from './state'

interface Direction { field: string; less: string; more: string; of: (example: item) => number | undefined; /** The slider's whole way, added or as octaves. */ way: number; octaves?: boolean }

const DIRECTIONS: Direction[] = [
  { field: 'centroid_hz', less: 'darker', more: 'brighter', of: example => factOf(example, 'centroid_hz')?.number, way: 2, octaves: true },
  { field: 'dur', less: 'shorter', more: 'longer', of: example => seconds(example) || undefined, way: 3, octaves: true },
  { field: 'lufs', less: 'softer', more: 'louder', of: example => factOf(example, 'lufs')?.number, way: 12 },
  { field: 'pitch_hz', less: 'lower', more: 'higher', of: example => factOf(example, 'pitch_hz')?.number, way: 2, octaves: true },
]
const STEPS = 20

/** The bound at a place of the slider, and back. */
const boundAt = (of: Direction, from: number, place: number) => (of.octaves ? from * 2 ** ((of.way * place) / STEPS) : from + (of.way * place) / STEPS)
const placeOf = (of: Direction, from: number, bound: number) =>
  Math.max(-STEPS, Math.min(STEPS, Math.round((STEPS / of.way) * (of.octaves ? Math.log2(bound / from) : bound - from))))

const own = (of: Direction, clause: string) => new RegExp(`^${of.field}:[<>]-?[\\d.]+$`).test(clause)

function Slider({ of, from }: { of: Direction; from: number }) {
  const query = useCell(view, now => now.query)
  const set = clauses(query).find(one => own(of, one))
  const place = set ? placeOf(of, from, Number(set.slice(of.field.length + 2))) : 0
  const [at, move] = useState(place)
  useEffect(() => move(place), [place])
  const put = (to: number) => {
    const others = clauses(query).filter(one => !own(of, one)).join(' ')
    show({ query: to ? joined(others, `${of.field}:${to > 0 ? '>' : '<'}${Number(boundAt(of, from, to).toPrecision(4))}`) : others })
  }
  return (
    <label><span class="quiet">{of.less}</span>
      <input type="range" min={-STEPS} max={STEPS} value={at} aria-label={`${of.less} or ${of.more}`} aria-valuetext={at ? (at > 0 ? of.more : of.less) : 'as the example'}
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
      {DIRECTIONS.map(of => { const from = of.of(got.item); return from === undefined ? null : <Slider key={of.field} of={of} from={from} /> })}
    </div>
  )
}
