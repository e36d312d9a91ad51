// The points of the map in arrays, so that a million of them fit, and the values of their facts.
import type { map_item, map_page } from 'loophole'
import { idBytes, idText, num } from '../base/format'
import { read } from '../connection/wire'
import type { View } from '../base/state'

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

  constructor(
    readonly dimensions: number,
    room: number,
  ) {
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
      points ??= new MapPoints(dimensions, num(page.total))
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
export async function loadColours(points: MapPoints, colour: string, signal: AbortSignal): Promise<Values> {
  const { dimensions } = points
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
  { query, scope, folder }: Pick<View, 'query' | 'scope' | 'folder'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { dimensions } = points
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
