// Ranges of numbers, beside the facets, each below a picture of how the items spread. What is set is a clause of the
// query, as if it had been typed.
import type { item } from 'loophole'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useCell, useLoaded } from '../base/cell'
import { factOf, seconds } from '../base/format'
import { result } from '../items/result'
import { sampleOf, sharesOf, type Sample } from './spread'
import { clauses, show, view, withClause } from '../base/state'
import { Wheel } from './wheel'

interface Measure {
  field: string
  title: string
  least: number
  most: number
  /** Each step of the slider multiplies, as ears hear lengths and frequencies. */
  log?: boolean
  unit: string
  of: (item: item) => number | undefined
  digits: (value: number) => number
}

const MEASURES: Measure[] = [
  {
    field: 'bpm',
    title: 'Tempo',
    least: 60,
    most: 200,
    unit: 'bpm',
    of: item => factOf(item, 'bpm')?.number,
    digits: () => 0,
  },
  {
    field: 'dur',
    title: 'Length',
    least: 0.05,
    most: 60,
    log: true,
    unit: 's',
    of: item => seconds(item) || undefined,
    digits: of => (of < 1 ? 2 : of < 10 ? 1 : 0),
  },
  {
    field: 'lufs',
    title: 'Loudness',
    least: -60,
    most: 0,
    unit: 'LUFS',
    of: item => factOf(item, 'lufs')?.number,
    digits: () => 0,
  },
  {
    field: 'centroid_hz',
    title: 'Brightness',
    least: 100,
    most: 12000,
    log: true,
    unit: 'Hz',
    of: item => factOf(item, 'centroid_hz')?.number,
    digits: () => 0,
  },
]
const STEPS = 100
const SETTLE_MS = 1000

const valueAt = (of: Measure, at: number) =>
  of.log ? of.least * (of.most / of.least) ** (at / STEPS) : of.least + ((of.most - of.least) * at) / STEPS
/** Where a value is on the way from the least to the most; beyond them, at an end. */
const shareOf = (of: Measure, value: number) =>
  Math.max(
    0,
    Math.min(
      1,
      of.log ? Math.log(value / of.least) / Math.log(of.most / of.least) : (value - of.least) / (of.most - of.least),
    ),
  )
const placeOf = (of: Measure, value: number) => Math.round(STEPS * shareOf(of, value))
const written = (of: Measure, at: number) => {
  const value = valueAt(of, at)
  return value.toFixed(of.digits(value))
}

const RANGE = /^(-?[\d.]+)?(?:\.\.|(?<=\d)-(?=[-\d]))(-?[\d.]+)?$/

/** The places of both handles; a range that was typed in another form leaves them at the ends. */
function handlesOf(of: Measure, query: string): [number, number] {
  const clause = clauses(query).find(one => one.startsWith(`${of.field}:`)) ?? ''
  const [, from, end] = RANGE.exec(clause.slice(of.field.length + 1)) ?? []
  return [from ? placeOf(of, Number(from)) : 0, end ? placeOf(of, Number(end)) : STEPS]
}

const COUNT = 32

/** The outline of the bars, for clip-path. */
const outlineOf = (shares: number[]) =>
  `polygon(0 100%, ${shares
    .map((share, i) => {
      const height = `${100 - 100 * (share && Math.max(share, 0.08))}%`
      const [from, end, next] = [i, i + 0.8, i + 1].map(at => `${(100 * at) / COUNT}%`)
      return `${from} ${height}, ${end} ${height}, ${end} 100%, ${next} 100%`
    })
    .join(', ')}, 100% 100%)`

/** The places around the bars from one part of the way to another. */
function barsBetween(one: number, other: number): [number, number] {
  const [from, end] = [one, other]
    .map(part => Math.max(0, Math.min(COUNT - 1, Math.floor(part * COUNT))))
    .sort((a, b) => a - b) as [number, number]
  return [Math.floor((STEPS * from) / COUNT), Math.ceil((STEPS * (end + 1)) / COUNT)]
}

interface BarsProps {
  of: Measure
  sample: Sample | undefined
  move: (to: [number, number]) => void
  put: (to: [number, number]) => void
  stay: () => void
}

/** The items that the query finds without this range: a bar for each part of its way. A click on a bar asks for its
 * items, a drag for those of several; the handles below do the same by keyboard. */
function Bars({ of, sample, move, put, stay }: BarsProps) {
  const from = useRef<number>()
  const partOf = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    return (event.clientX - box.left) / box.width
  }
  const press = (event: PointerEvent) => {
    if (event.button) return
    ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
    from.current = partOf(event)
    move(barsBetween(from.current, from.current))
  }
  const drag = (event: PointerEvent) => {
    if (from.current !== undefined) move(barsBetween(from.current, partOf(event)))
  }
  const end = (event: PointerEvent) => {
    if (from.current !== undefined) put(barsBetween(from.current, partOf(event)))
    from.current = undefined
  }
  const values = (sample?.items ?? []).flatMap(item => of.of(item) ?? [])
  const said =
    sample &&
    (sample.items.length < sample.total
      ? `A sample of ${sample.items.length} of ${sample.total.toLocaleString('en')} items`
      : `${values.length} of ${sample.total} items have a value`)
  const shares = sharesOf(
    values.map(value => shareOf(of, value)),
    COUNT,
  )
  return (
    <span
      class="bars"
      role={said ? 'img' : undefined}
      aria-label={said}
      title={said && `${said}. Click a bar or drag over some to find these`}
      onPointerDown={press}
      onPointerMove={drag}
      onPointerUp={end}
      onPointerCancel={() => {
        from.current = undefined
        stay()
      }}
      data-bars={sample && shares.map(share => Math.round(100 * share)).join()}
    >
      <i style={{ clipPath: outlineOf(shares) }} />
    </span>
  )
}

function Range({ of, sample }: { of: Measure; sample: Sample | undefined }) {
  const query = useCell(view, now => now.query)
  const set = handlesOf(of, query)
  const [[from, end], move] = useState(set)
  useEffect(() => move(set), [set.join()])
  const put = ([from, end]: [number, number]) =>
    show({
      query: withClause(
        query,
        of.field,
        from === 0 && end === STEPS
          ? ''
          : `${of.field}:${from ? written(of, from) : ''}..${end < STEPS ? written(of, end) : ''}`,
      ),
      at: '',
    })
  const handle = (name: string, at: number, to: (place: number) => [number, number], above = false) => (
    <input
      type="range"
      min="0"
      max={STEPS}
      value={at}
      style={{ zIndex: above ? 1 : 0 }}
      aria-label={`${of.title}: ${name}`}
      aria-valuetext={`${written(of, at)} ${of.unit}`}
      onInput={event => move(to(Number(event.currentTarget.value)))}
      onChange={event => put(to(Number(event.currentTarget.value)))}
    />
  )
  return (
    <div class="range" style={{ '--from': `${from}%`, '--end': `${end}%` }}>
      <span>{of.title}</span>
      <output>{from === 0 && end === STEPS ? 'any' : `${written(of, from)}–${written(of, end)} ${of.unit}`}</output>
      <Bars of={of} sample={sample} move={move} put={put} stay={() => move(set)} />
      <span class="handles">
        {handle('least', from, place => [Math.min(place, end), end], from > STEPS / 2)}
        {handle('most', end, place => [from, Math.max(place, from)])}
      </span>
    </div>
  )
}

/** A sample of the items for each measure, without the clause of its own range. Ranges that are not set share one. None
 * is loaded while they are not shown. */
function useSamples(isShown: boolean): (Sample | undefined)[] {
  const { query, folder, scope } = useCell(view)
  const [samples, setSamples] = useState<(Sample | undefined)[]>([])
  useLoaded(
    async signal => {
      if (!isShown || result.value.old || result.value.error) return
      const queries = MEASURES.map(of => withClause(query, of.field, ''))
      const different = [...new Set(queries)]
      const got = await Promise.all(different.map(one => sampleOf(one, folder, scope, signal)))
      setSamples(queries.map(one => got[different.indexOf(one)]))
      await new Promise(resolve => setTimeout(resolve, SETTLE_MS)) // while a scan changes the catalogue
    },
    result,
    [query, folder, scope, isShown],
  )
  return samples
}

export function Ranges() {
  const [isOpen, setOpen] = useState(true)
  const samples = useSamples(isOpen)
  return (
    <details open={isOpen} class="ranges" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>ranges and key</summary>
      {MEASURES.map((of, i) => (
        <Range key={of.field} of={of} sample={samples[i]} />
      ))}
      <Wheel />
    </details>
  )
}
