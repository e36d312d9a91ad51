// How the numbers of a query's items spread, for the pictures above the ranges: of all items, or of a sample of a large
// result.
import type { item } from 'loophole'
import { idBytes, num } from '../base/format'
import type { Scope } from '../base/state'
import { read } from '../connection/wire'

/** Eight pages of the result: all of a small one; of a larger one, pages at even distances. */
const PAGES = 8
const PAGE = 64

export interface Sample {
  items: item[]
  total: number
}

export async function sampleOf(query: string, folder: string, scope: Scope, signal: AbortSignal): Promise<Sample> {
  const page = (offset: number) =>
    read('search.query', { query, folder: idBytes(folder), view: scope, limit: PAGE, offset }, signal)
  const first = await page(0)
  const total = num(first.total)
  const offsets = Array.from({ length: PAGES - 1 }, (_, i) =>
    Math.max((i + 1) * PAGE, Math.floor(((i + 1) * total) / PAGES)),
  ).filter(offset => offset < total)
  const others = await Promise.all(offsets.map(page))
  return { items: [first, ...others].flatMap(one => one.items ?? []), total }
}

/** How many places are in each of `bars` equal parts of 0 … 1, as shares of the largest part. */
export function sharesOf(places: number[], bars: number): number[] {
  const counts = new Array<number>(bars).fill(0)
  for (const place of places) counts[Math.min(bars - 1, Math.floor(place * bars))]!++
  const most = Math.max(1, ...counts)
  return counts.map(count => count / most)
}
