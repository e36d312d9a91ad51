// The points of the map in arrays, so that a million of them fit, and the colours of their facts.
import type { map_item, map_page } from 'loophole'
import { idBytes, idText, num } from '../base/format'
import { read } from '../connection/wire'
import type { View } from '../base/state'
import { classRgb } from '../base/theme'

const ID = 16
const PAGE = 1000

/** Point i is at x[i], y[i], z[i]; its class is words[word[i]]. */
export class MapPoints {
  count = 0
  x: Float32Array<ArrayBuffer>
  y: Float32Array<ArrayBuffer>
  z: Float32Array<ArrayBuffer>
  word: Uint16Array<ArrayBuffer>
  missing: Uint8Array<ArrayBuffer>
  words: string[] = []
  trust?: number
  private ids: Uint8Array<ArrayBuffer>
  private places = new Map<string, number>()
  private wordPlaces = new Map<string, number>()

  constructor(room: number) {
    this.x = new Float32Array(room)
    this.y = new Float32Array(room)
    this.z = new Float32Array(room)
    this.word = new Uint16Array(room)
    this.missing = new Uint8Array(room)
    this.ids = new Uint8Array(room * ID)
  }

  private wordOf(text: string): number {
    const known = this.wordPlaces.get(text)
    if (known !== undefined) return known
    this.wordPlaces.set(text, this.words.length)
    return this.words.push(text) - 1
  }

  /** A point beyond the room is left out: the next load has it. */
  add(of: map_item) {
    const i = this.count
    if (i === this.x.length) return
    this.count++
    this.x[i] = of.x
    this.y[i] = of.y
    this.z[i] = of.z
    this.word[i] = this.wordOf(of.class)
    this.missing[i] = of.missing ? 1 : 0
    this.ids.set(of.id, i * ID)
    this.places.set(String.fromCharCode(...of.id), i)
  }

  id = (i: number) => this.ids.subarray(i * ID, (i + 1) * ID)
  idText = (i: number) => idText(this.id(i))
  /** Undefined: it is not on the map. */
  placeOf = (id: Uint8Array | undefined) => (id ? this.places.get(String.fromCharCode(...id)) : undefined)
}

/** Waits until the map is made. */
export async function loadMap(
  dimensions: number,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<MapPoints> {
  for (;;) {
    let points: MapPoints | undefined
    let cursor = ''
    let page: map_page
    do {
      page = await read('search.map', { dimensions, cursor }, signal)
      points ??= new MapPoints(num(page.total))
      page.points?.forEach(of => points!.add(of))
      points.trust = page.trust
      cursor = page.cursor
    } while (cursor)
    if (page.state === 'made') return points
    progress(
      page.state === 'none'
        ? 'The map is about to be made…'
        : `The map is being made: ${num(page.done)} of ${num(page.steps)}`,
    )
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}

export type Values = (string | number | undefined)[]

/** The number or the word of each point, of any fact. */
export async function loadColours(
  points: MapPoints,
  dimensions: number,
  colour: string,
  signal: AbortSignal,
): Promise<Values> {
  const values: Values = new Array(points.count)
  for (let cursor = ''; ; ) {
    const page = await read('search.map', { dimensions, cursor, colour }, signal)
    for (const of of page.points ?? []) {
      const at = points.placeOf(of.id)
      if (at !== undefined) values[at] = of.number ?? of.word
    }
    cursor = page.cursor
    if (!cursor) return values
  }
}

/** A 1 for each point that a query finds: asked for as points, or, in a view or a folder, as items. */
export async function loadFound(
  points: MapPoints,
  dimensions: number,
  { query, scope, folder }: Pick<View, 'query' | 'scope' | 'folder'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const found = new Uint8Array(points.count)
  const mark = (id: Uint8Array) => {
    const at = points.placeOf(id)
    if (at !== undefined) found[at] = 1
  }
  for (let cursor = ''; ; ) {
    if (scope === 'combined' && !folder) {
      const page = await read('search.map', { dimensions, query, cursor, ids: true }, signal)
      for (let at = 0; at < (page.ids?.length ?? 0); at += ID) mark(page.ids!.subarray(at, at + ID))
      cursor = page.cursor
    } else {
      const page = await read(
        'search.query',
        { query, sort: 'id', limit: PAGE, cursor, folder: idBytes(folder), view: scope },
        signal,
      )
      page.items?.forEach(of => mark(of.media.id))
      cursor = page.cursor
    }
    if (!cursor) return found
  }
}

// ---- colours ----

export type Rgb = [number, number, number]
export interface Scale {
  of: (i: number) => Rgb
  legend: { name: string; colour: string }[]
}

const GREY: Rgb = [0.55, 0.55, 0.55]
const LEGEND_MOST = 14

function hue(part: number): Rgb {
  const of = (n: number) => {
    const k = (n + part * 12) % 12
    return 0.55 - 0.35 * Math.max(-1, Math.min(k - 3, 9 - k, 1))
  }
  return [of(0), of(8), of(4)]
}
const css = (rgb: Rgb) => `rgb(${rgb.map(one => Math.round(one * 255)).join()})`

function wordScale(count: number, wordOf: (i: number) => string, colourOf?: (word: string) => Rgb): Scale {
  const counts = new Map<string, number>()
  for (let i = 0; i < count; i++) {
    const word = wordOf(i)
    if (word) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const words = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(one => one[0])
  const place = new Map(words.map((word, i) => [word, colourOf?.(word) ?? hue((i * 0.618) % 1)]))
  return {
    of: i => place.get(wordOf(i)) ?? GREY,
    legend: words.slice(0, LEGEND_MOST).map(name => ({ name, colour: css(place.get(name)!) })),
  }
}

function numberScale(values: Values): Scale {
  const numbers = values.filter(one => typeof one === 'number').sort((a, b) => a - b)
  const low = numbers[Math.floor(numbers.length * 0.02)] ?? 0,
    high = numbers[Math.floor(numbers.length * 0.98)] ?? 1
  const colour = (value: number) => hue(0.66 * (1 - Math.max(0, Math.min(1, (value - low) / (high - low || 1)))))
  return {
    of: i => {
      const value = values[i]
      return typeof value === 'number' ? colour(value) : GREY
    },
    legend: [0, 0.25, 0.5, 0.75, 1].map(part => {
      const value = low + part * (high - low)
      return { name: value.toFixed(1), colour: css(colour(value)) }
    }),
  }
}

/** By class without values, or else by their numbers or words. */
export function scaleOf(points: MapPoints, values: Values | undefined): Scale {
  if (!values) return wordScale(points.count, i => points.words[points.word[i]!]!, classRgb)
  if (values.some(one => typeof one === 'number')) return numberScale(values)
  return wordScale(points.count, i => String(values[i] ?? ''))
}

const LABELLED = 3 // points of a class that has a label
const LABELS_MOST = 10

/** The middle of each frequent class, as labels. */
export function labelsOf(of: MapPoints): { name: string; x: number; y: number }[] {
  const x = new Float64Array(of.words.length),
    y = new Float64Array(of.words.length),
    n = new Uint32Array(of.words.length)
  for (let i = 0; i < of.count; i++) {
    const word = of.word[i]!
    x[word]! += of.x[i]!
    y[word]! += of.y[i]!
    n[word]!++
  }
  return of.words
    .map((name, i) => ({ name, x: x[i]! / n[i]!, y: y[i]! / n[i]!, count: n[i]! }))
    .filter(one => one.name && one.count >= LABELLED)
    .sort((a, b) => b.count - a.count)
    .slice(0, LABELS_MOST)
}
