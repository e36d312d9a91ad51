// Ranges of numbers and the wheel of keys, beside the facets. What is set is a clause of the query, as if it had been typed.
import { useEffect, useState } from 'preact/hooks'
import { useCell } from './cell'
import { clauses, isEither, joined, show, view } from './state'

interface Measure {
  field: string
  title: string
  least: number
  most: number
  /** Each step of the slider multiplies, as ears hear lengths and frequencies. */
  log?: boolean
  unit: string
  digits: (value: number) => number
}

const MEASURES: Measure[] = [
  { field: 'bpm', title: 'Tempo', least: 60, most: 200, unit: 'bpm', digits: () => 0 },
  { field: 'dur', title: 'Length', least: 0.05, most: 60, log: true, unit: 's', digits: of => (of < 1 ? 2 : of < 10 ? 1 : 0) },
  { field: 'lufs', title: 'Loudness', least: -60, most: 0, unit: 'LUFS', digits: () => 0 },
  { field: 'centroid_hz', title: 'Brightness', least: 100, most: 12000, log: true, unit: 'Hz', digits: () => 0 },
]
const STEPS = 100

const valueOf = (of: Measure, at: number) =>
  of.log ? of.least * (of.most / of.least) ** (at / STEPS) : of.least + ((of.most - of.least) * at) / STEPS
const placeOf = (of: Measure, value: number) =>
  Math.round(STEPS * Math.max(0, Math.min(1, of.log ? Math.log(value / of.least) / Math.log(of.most / of.least) : (value - of.least) / (of.most - of.least))))
const written = (of: Measure, at: number) => { const value = valueOf(of, at); return value.toFixed(of.digits(value)) }

/** The query with another clause of this field, or with none. */
function withClause(query: string, field: string, next: string): string {
  const others = clauses(query).filter(one => isEither(query) || !one.startsWith(`${field}:`)).join(' ')
  return next ? joined(others, next) : others
}

const RANGE = /^(-?[\d.]+)?(?:\.\.|(?<=\d)-(?=[-\d]))(-?[\d.]+)?$/

/** The places of both handles; a range that was typed in another form leaves them at the ends. */
function handlesOf(of: Measure, query: string): [number, number] {
  const clause = clauses(query).find(one => one.startsWith(`${of.field}:`)) ?? ''
  const [, from, end] = RANGE.exec(clause.slice(of.field.length + 1)) ?? []
  return [from ? placeOf(of, Number(from)) : 0, end ? placeOf(of, Number(end)) : STEPS]
}

function Range({ of }: { of: Measure }) {
  const query = useCell(view, now => now.query)
  const set = handlesOf(of, query)
  const [[from, end], move] = useState(set)
  useEffect(() => move(set), [set.join()])
  const put = ([from, end]: [number, number]) => show({
    query: withClause(query, of.field, from === 0 && end === STEPS ? '' : `${of.field}:${from ? written(of, from) : ''}..${end < STEPS ? written(of, end) : ''}`), at: '',
  })
  const handle = (name: string, at: number, to: (place: number) => [number, number], above = false) => (
    <input type="range" min="0" max={STEPS} value={at} style={{ zIndex: above ? 1 : 0 }} aria-label={`${of.title}: ${name}`} aria-valuetext={`${written(of, at)} ${of.unit}`}
      onInput={event => move(to(Number(event.currentTarget.value)))} onChange={event => put(to(Number(event.currentTarget.value)))} />
  )
  return (
    <div class="range" style={{ '--from': `${from}%`, '--end': `${end}%` }}>
      <span>{of.title}</span><output>{from === 0 && end === STEPS ? 'any' : `${written(of, from)}–${written(of, end)} ${of.unit}`}</output>
      <span class="handles">{handle('least', from, place => [Math.min(place, end), end], from > STEPS / 2)}{handle('most', end, place => [from, Math.max(place, from)])}</span>
    </div>
  )
}

/** The keys in the order of the wheel of fifths; each minor key stands below its relative major one. */
const WHEEL = [
  ['C', 'G', 'D', 'A', 'E', 'B'], ['Am', 'Em', 'Bm', 'F#m', 'C#m', 'G#m'], ['F#', 'C#', 'G#', 'D#', 'A#', 'F'], ['D#m', 'A#m', 'Fm', 'Cm', 'Gm', 'Dm']]
const MAJORS = [...WHEEL[0]!, ...WHEEL[2]!], MINORS = [...WHEEL[1]!, ...WHEEL[3]!]

/** Itself, its relative, and those a fifth up and down. */
export function compatibleKeys(key: string): string[] {
  const [own, other] = key.endsWith('m') ? [MINORS, MAJORS] : [MAJORS, MINORS]
  const at = own.indexOf(key)
  return at < 0 ? [] : [key, other[at]!, own[(at + 1) % 12]!, own[(at + 11) % 12]!]
}

/** A click finds the key and those that go with it; another click only the key, and the third ends it. */
function Wheel() {
  const query = useCell(view, now => now.query)
  const set = /^key:(~?)"?([A-G][#b]?)(m(?:in)?)?"?$/.exec(clauses(query).find(one => one.startsWith('key:')) ?? '')
  const [wide, key] = [set?.[1] === '~', set ? `${set[2]}${set[3] ? 'm' : ''}` : '']
  const lit = wide ? compatibleKeys(key) : []
  const next = (name: string) => (name !== key ? `key:~${name}` : wide ? `key:${name}` : '')
  return (
    <div class="wheel" role="group" aria-label="Keys">
      {WHEEL.flat().map(name => (
        <button key={name} class={lit.includes(name) ? 'lit' : ''} aria-pressed={name === key} aria-label={`Key ${name}`}
          title={name !== key ? `${name} and the keys that go with it` : wide ? `Only ${name}` : 'Any key'}
          onClick={() => show({ query: withClause(query, 'key', next(name)), at: '' })}>{name}</button>
      ))}
    </div>
  )
}

export function Ranges() {
  return (
    <details open class="ranges">
      <summary>ranges and key</summary>
      {MEASURES.map(of => <Range key={of.field} of={of} />)}
      <Wheel />
    </details>
  )
}
