// The keys as a wheel of fifths: the major ones outside, the relative minor ones inside.
import { useRef } from 'preact/hooks'
import { useCell } from '../base/cell'
import { clauses, show, view, withClause } from '../base/state'

const MAJORS = ['C', 'G', 'D', 'A', 'E', 'B', 'F#', 'C#', 'G#', 'D#', 'A#', 'F'],
  MINORS = ['Am', 'Em', 'Bm', 'F#m', 'C#m', 'G#m', 'D#m', 'A#m', 'Fm', 'Cm', 'Gm', 'Dm']
const SHARPS: Record<string, string> = {
  Db: 'C#',
  Eb: 'D#',
  Gb: 'F#',
  Ab: 'G#',
  Bb: 'A#',
  Cb: 'B',
  Fb: 'E',
  'E#': 'F',
  'B#': 'C',
}
const COUNT = 12
/** The radii of both rings, in percents of the wheel's width. */
const RINGS = [
  { names: MAJORS, from: 37, end: 50 },
  { names: MINORS, from: 22, end: 36 },
]

/** Itself, its relative, and those a fifth up and down. */
export function compatibleKeys(key: string): string[] {
  const [own, other] = key.endsWith('m') ? [MINORS, MAJORS] : [MAJORS, MINORS]
  const at = own.indexOf(key)
  return at < 0 ? [] : [key, other[at]!, own[(at + 1) % COUNT]!, own[(at + COUNT - 1) % COUNT]!]
}

const ARC = 6

/** The box around a sector of the wheel, and the sector in it. */
function sectorOf(at: number, from: number, end: number) {
  const points = [...Array(2 * ARC).keys()].map(i => {
    const part = i < ARC ? i / (ARC - 1) : (2 * ARC - 1 - i) / (ARC - 1)
    const angle = (2 * Math.PI * (at - 0.5 + 0.02 + 0.96 * part)) / COUNT,
      radius = i < ARC ? end : from
    return [50 + radius * Math.sin(angle), 50 - radius * Math.cos(angle)] as const
  })
  const [left, top] = [0, 1].map(axis => Math.min(...points.map(of => of[axis]!))) as [number, number]
  const [right, foot] = [0, 1].map(axis => Math.max(...points.map(of => of[axis]!))) as [number, number]
  const inside = points.map(([x, y]) => `${(100 * (x - left)) / (right - left)}% ${(100 * (y - top)) / (foot - top)}%`)
  return {
    left: `${left}%`,
    top: `${top}%`,
    width: `${right - left}%`,
    height: `${foot - top}%`,
    clipPath: `polygon(${inside.join(', ')})`,
  }
}

const SECTORS = RINGS.flatMap(({ names, from, end }) =>
  names.map((name, at) => ({ name, style: sectorOf(at, from, end) })),
)

/** Where an arrow leads on the wheel: round it, or to the other ring. */
function placeAfter(place: number, key: string): number | undefined {
  const ring = place - (place % COUNT),
    at = place % COUNT
  if (key === 'ArrowRight') return ring + ((at + 1) % COUNT)
  if (key === 'ArrowLeft') return ring + ((at + COUNT - 1) % COUNT)
  return key === 'ArrowUp' ? at : key === 'ArrowDown' ? COUNT + at : undefined
}

/** The key of the query, and whether it also finds those that go with it. */
function useKey(): [string, boolean] {
  const query = useCell(view, now => now.query)
  const set = /^key:(~?)"?([A-G][#b]?)(m(?:in)?)?"?$/.exec(clauses(query).find(one => one.startsWith('key:')) ?? '')
  return [set ? `${SHARPS[set[2]!] ?? set[2]}${set[3] ? 'm' : ''}` : '', set?.[1] === '~']
}

/** A click finds the key and those that go with it; another click only the key, and the third ends it. */
export function Wheel() {
  const [key, wide] = useKey()
  const box = useRef<HTMLDivElement>(null)
  const lit = wide ? compatibleKeys(key) : []
  const next = (name: string) => (name !== key ? `key:~${name}` : wide ? `key:${name}` : '')
  const tabbed = SECTORS.some(one => one.name === key) ? key : MAJORS[0]
  const onKey = (event: KeyboardEvent, place: number) => {
    const to = placeAfter(place, event.key)
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    event.stopPropagation()
    ;(box.current!.children[to] as HTMLElement).focus()
  }
  return (
    <div class="wheel" ref={box} role="group" aria-label="Keys; arrow keys go round">
      {SECTORS.map(({ name, style }, place) => (
        <button
          key={name}
          style={style}
          class={lit.includes(name) ? 'lit' : ''}
          tabIndex={name === tabbed ? 0 : -1}
          aria-pressed={name === key}
          aria-label={`Key ${name}${name !== key && lit.includes(name) ? `, goes with ${key}` : ''}`}
          title={name !== key ? `${name} and the keys that go with it` : wide ? `Only ${name}` : 'Any key'}
          onKeyDown={event => onKey(event, place)}
          onClick={() => show({ query: withClause(view.value.query, 'key', next(name)), at: '' })}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
