// Two edits of one pattern become one: step by step, value by value, row by row. Where both changed the same, ours
// counts.
import type { pattern, row } from 'loophole'

type Fields = Record<string, unknown>

const isFields = (of: unknown): of is Fields =>
  typeof of === 'object' && of !== null && !Array.isArray(of) && !ArrayBuffer.isView(of)
const asFields = (of: row | pattern) => of as unknown as Fields
const isRows = (of: unknown): of is row[] => Array.isArray(of) && of.some(one => isFields(one) && 'pattern' in one)

/** The value as text, for a comparison: of a number the shape does not count (1, 1n), nor an absent field. */
const textOf = (of: unknown): string =>
  JSON.stringify(of, (_, value) =>
    typeof value === 'bigint' ? Number(value) : ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value,
  ) ?? ''
const isSame = (one: unknown, other: unknown) => one === other || textOf(one) === textOf(other)

/** Each step that ours changed, in theirs. A row of another length is a change of the whole row. */
const mergeSteps = (base: string, ours: string, theirs: string) =>
  base.length !== ours.length || base.length !== theirs.length
    ? base === ours
      ? theirs
      : ours
    : [...theirs].map((step, i) => (ours[i] === base[i] ? step : ours[i])).join('')

/** Lists of values end at their last unusual one, so the longer list counts where it was changed. */
const mergeList = (base: unknown[], ours: unknown[], theirs: unknown[], usual: unknown) => {
  const each = Array.from(
    { length: Math.max(ours.length, theirs.length) },
    (_, i) => (isSame(ours[i] ?? usual, base[i] ?? usual) ? theirs[i] : ours[i]) ?? usual,
  )
  while (each.length && isSame(each.at(-1), usual)) each.pop()
  return each.length ? each : undefined
}

const USUAL: Fields = { velocity: 1, probability: 1, ratchet: 1, timing: 0 } // of the lists with a value for each step

function mergeField(name: string, base: unknown, ours: unknown, theirs: unknown): unknown {
  if (isSame(base, ours)) return theirs
  if (isSame(base, theirs)) return ours
  if (name === 'pattern') return mergeSteps(String(base), String(ours), String(theirs))
  if (name in USUAL)
    return mergeList((base ?? []) as unknown[], (ours ?? []) as unknown[], (theirs ?? []) as unknown[], USUAL[name])
  if (isRows(ours) && isRows(theirs)) return mergeRows((base ?? []) as row[], ours, theirs)
  if (isFields(ours) && isFields(theirs)) return mergeFields(isFields(base) ? base : {}, ours, theirs)
  return ours
}

function mergeFields(base: Fields, ours: Fields, theirs: Fields): Fields {
  const names = new Set([...Object.keys(theirs), ...Object.keys(ours)])
  return Object.fromEntries([...names].map(name => [name, mergeField(name, base[name], ours[name], theirs[name])]))
}

/** Rows by their name; rows of one name by their order. */
function byName(rows: row[]): Map<string, row> {
  const named = new Map<string, row>()
  for (const one of rows) {
    let key = one.name
    while (named.has(key)) key += '\n'
    named.set(key, one)
  }
  return named
}

/** A row that one side removed goes, unless the other changed it; rows of one name that both added both stay. */
function mergeRows(base: row[], ours: row[], theirs: row[]): row[] {
  const before = byName(base),
    mine = byName(ours),
    kept: row[] = [],
    other = byName(theirs)
  for (const [key, one] of other) {
    const was = before.get(key),
      our = mine.get(key)
    if (was && our) kept.push(mergeFields(asFields(was), asFields(our), asFields(one)) as unknown as row)
    else if (!was || !isSame(was, one)) kept.push(one)
  }
  for (const [key, our] of mine) {
    const was = before.get(key)
    if (!was || (!other.has(key) && !isSame(was, our))) kept.push({ ...our, name: freeName(our.name, kept) })
  }
  return kept
}

/** The name, or with a number if a row has it. */
export function freeName(name: string, rows: row[]): string {
  const taken = new Set(rows.map(one => one.name))
  let free = name
  for (let i = 2; taken.has(free); i++) free = `${name} ${i}`
  return free
}

/** What changed from `base` to `ours`, in `theirs`. */
export const merge = (base: pattern, ours: pattern, theirs: pattern): pattern =>
  mergeFields(asFields(base), asFields(ours), asFields(theirs)) as unknown as pattern
