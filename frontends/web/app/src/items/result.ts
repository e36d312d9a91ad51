// The items of the present view: a list with a length, of which the pages near the screen are loaded. Each page belongs
// to a revision of the catalogue; after a change all that is shown is asked again, while what is there stays on the
// screen.
import type { facet_count, found, item } from 'loophole'
import { Cell } from '../base/cell'
import { idBytes, num } from '../base/format'
import { ordered } from './order'
import { AskError, link, listen, read } from '../connection/wire'
import { heard, isAlike, view, type Heard, type View } from '../base/state'

const PAGE = 250
const ALIKE_MOST = 500
const PAGES_KEPT = 40
const FACETS = ['class', 'family', 'key', 'pack', 'tag', 'genre', 'container', 'origin', 'colour', 'library', 'volume']
const SETTLE_MS = 250

export interface Result {
  /** Undefined while nothing is known yet. */
  total: number | undefined
  seconds: number
  took_us: number
  facets: facet_count[]
  hints: found['hints']
  error: AskError | undefined
  /** True while an older answer is shown. */
  old: boolean
}

const NOTHING: Result = { total: undefined, seconds: 0, took_us: 0, facets: [], hints: [], error: undefined, old: true }

export const result = new Cell<Result>(NOTHING)
/** Raised with each page that arrives. */
export const arrived = new Cell(0)

let pages = new Map<number, item[]>()
let fetching = new Map<number, Promise<boolean>>()
let round = new AbortController()
let revision = 0
/** The pages on the screen: the first and the last. */
let seen: [number, number] = [0, 0]
/** The question of the present result, as a text. */
let asked = ''
export const question = () => asked
let askedSound: Heard | undefined

const same = (of: View) =>
  JSON.stringify([of.query, of.sort, of.folder, of.scope, of.like, of.unlike, isAlike(of, heard.value) && of.weights])

/** The facets are those of the query: the items among which the nearest are. The engine gives these nearest first. */
async function askAlike(of: View, signal: AbortSignal): Promise<found> {
  const ids = (list: string[]) => list.map(id => idBytes(id)).filter(id => id !== undefined)
  const [near, all] = await Promise.all([
    read(
      'search.similar',
      {
        like: ids(of.like),
        unlike: ids(of.unlike),
        weights: of.weights,
        query: of.query,
        limit: ALIKE_MOST,
        embedding: heard.value?.embedding as never,
      },
      signal,
    ),
    read('search.query', { query: of.query, limit: 0, facets: FACETS }, signal),
  ])
  return { ...near, items: ordered(near.items ?? [], of.sort), facets: all.facets }
}

const askPage = (of: View, page: number, signal: AbortSignal): Promise<found> =>
  read(
    'search.query',
    {
      query: of.query,
      sort: of.sort,
      folder: idBytes(of.folder),
      view: of.scope,
      limit: PAGE,
      offset: page * PAGE,
      facets: page ? [] : FACETS,
    },
    signal,
  )

const ask = (of: View, page: number, signal: AbortSignal): Promise<found> =>
  isAlike(of, heard.value) ? askAlike(of, signal) : askPage(of, page, signal)

function split(answer: found, page: number, to = pages) {
  const items = answer.items ?? []
  if (!isAlike(view.value, heard.value)) return to.set(page, items)
  for (let at = 0; at * PAGE < items.length; at++) to.set(at, items.slice(at * PAGE, (at + 1) * PAGE))
}

const totalOf = (answer: found) =>
  isAlike(view.value, heard.value) ? Math.min(num(answer.total), (answer.items ?? []).length) : num(answer.total)

function takeFirst(answer: found) {
  revision = num(answer.revision)
  result.set({
    total: totalOf(answer),
    seconds: answer.seconds,
    took_us: answer.took_us,
    facets: answer.facets ?? [],
    hints: answer.hints,
    error: undefined,
    old: false,
  })
}

/** Drops pages, but keeps those near the screen and `come`, which has just arrived. */
function forget(come: number) {
  const [first, last] = seen
  for (const page of pages.keys())
    if (pages.size > PAGES_KEPT && page !== come && (page < first - 4 || page > last + 4)) pages.delete(page)
}

/** A page of a later revision is shown until all that is shown is of one. */
async function fetchPage(page: number, signal: AbortSignal) {
  const answer = await ask(view.value, page, signal)
  if (num(answer.revision) !== revision) refresh()
  split(answer, page)
  forget(page)
  arrived.set(arrived.value + 1)
}

/** Loads a page, unless it is here. False: there is nothing to wait for any more, or it failed. */
function want(page: number): Promise<boolean> {
  if (pages.has(page)) return Promise.resolve(false)
  const { signal } = round
  const going =
    fetching.get(page) ??
    fetchPage(page, signal)
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        if (signal === round.signal) fetching.delete(page)
      })
  fetching.set(page, going)
  return going
}

/** Notes which rows are on the screen, and loads their pages. */
export function look(first: number, last: number) {
  seen = [Math.floor(first / PAGE), Math.floor(last / PAGE)]
  if (result.value.old) return
  for (let page = seen[0]; page <= seen[1]; page++) want(page)
}

export const itemAt = (row: number): item | undefined => pages.get(Math.floor(row / PAGE))?.[row % PAGE]

/** The row of an item among the loaded pages; -1 if it is in none. */
export function rowOf(id: string): number {
  const bytes = idBytes(id)
  if (bytes)
    for (const [page, items] of pages) {
      const at = items.findIndex(one => one.media.id.every((byte, i) => byte === bytes[i]))
      if (at >= 0) return page * PAGE + at
    }
  return -1
}

export const itemOf = (id: string): item | undefined => itemAt(rowOf(id))

const endOf = (signal: AbortSignal) =>
  new Promise<true>(done => signal.addEventListener('abort', () => done(true), { once: true }))

/** Waits for an item at a row, as a keyboard that goes there needs it, also while all is asked again. Undefined: the
 * result has no such row, or it is no longer that of the question. */
export async function awaitItem(row: number): Promise<item | undefined> {
  const question = asked
  const isThere = () => asked === question && !result.value.old && row < (result.value.total ?? 0)
  while (isThere() && !itemAt(row))
    if (!(await Promise.race([want(Math.floor(row / PAGE)), endOf(round.signal)]))) break
  return isThere() ? itemAt(row) : undefined
}

/** The pages on the screen after the first one, as the catalogue is now. */
async function askShown(first: found, signal: AbortSignal): Promise<Map<number, item[]>> {
  const next = new Map<number, item[]>()
  split(first, 0, next)
  for (let page = seen[0]; page <= seen[1]; page++)
    if (!next.has(page) && page * PAGE < totalOf(first)) split(await ask(view.value, page, signal), page, next)
  return next
}

/** Asks for everything that is shown again. The rows on the screen stay until the new ones are there, and pages that
 * were asked for still come: while the catalogue changes without end, a page may take longer than the time between two
 * changes. */
async function reload() {
  const { signal } = round
  reloading = true
  try {
    const first = await ask(view.value, 0, signal)
    const next = await askShown(first, signal)
    if (signal.aborted) return
    pages = next
    takeFirst(first)
    look(seen[0] * PAGE, seen[1] * PAGE) // the person may have scrolled meanwhile
  } catch (error) {
    if (error instanceof AskError && error.code !== 'aborted') result.set({ ...NOTHING, error, old: false })
  }
  if (signal.aborted) return
  reloading = false
  arrived.set(arrived.value + 1)
  if (changed) refresh()
}

let settling = 0
let reloading = false
let changed = false
/** The catalogue changed: asks again soon, once for many changes. An answer on its way is awaited, so that changes
 * without end do not keep the page from showing any. */
export function refresh() {
  changed = true
  if (!settling)
    settling = window.setTimeout(() => {
      settling = 0
      if (reloading) return
      changed = false
      reload()
    }, SETTLE_MS)
}

function follow() {
  const now = same(view.value)
  if (now === asked && heard.value === askedSound) return
  asked = now
  askedSound = heard.value
  round.abort()
  round = new AbortController()
  fetching = new Map()
  result.set({ ...result.value, old: true })
  reload()
}

// An event can be lost; the revision of a cheap ask shows it.
async function catchUp() {
  if (document.hidden || link.value !== 'open') return
  const answer = await read('search.query', { query: '', limit: 0 }, AbortSignal.timeout(5000))
  if (num(answer.revision) !== revision) refresh()
}

export function begin() {
  view.follow(follow)
  heard.follow(follow)
  listen('persist.changed', refresh)
  link.follow(() => {
    if (link.value === 'open') refresh()
  })
  setInterval(() => catchUp().catch(() => undefined), 5000)
  follow()
}
