// The state of the page. The view (mode, query, sort, folder, likeness, …) is one value, which the URL contains. So the
// page shows the same after it was loaded again, or for another person who opens its URL.
import { Cell } from './cell'

export const MODES = [
  'table',
  'waveforms',
  'map',
  'hypergrid',
  'folders',
  'duplicates',
  'project',
  'kit',
  'mix',
  'record',
  'loops',
  'engine',
] as const
export type Mode = (typeof MODES)[number]
/** The places of the rail, each with the modes that look at the same things. */
export const PLACES: Record<Place, readonly [Mode, ...Mode[]]> = {
  browse: ['table', 'waveforms', 'folders', 'duplicates'],
  map: ['map', 'hypergrid'],
  kit: ['kit', 'loops'],
  mix: ['mix', 'record'],
  project: ['project'],
  engine: ['engine'],
}
export type Place = 'browse' | 'map' | 'kit' | 'mix' | 'project' | 'engine'
export const placeOf = (mode: Mode) =>
  (Object.keys(PLACES) as Place[]).find(place => PLACES[place].includes(mode)) ?? 'browse'
/** The key that, with Alt, leads to each mode. */
export const MODE_KEYS = '1234567890-='
/** Is this a mode in which the sound of the open project is played and changed? */
export const isPlayed = (mode: Mode) => ['kit', 'mix', 'record', 'loops'].includes(mode)
/** The part that the mode Kit shows below the pads and the pattern. */
export const DESKS = ['kits', 'build', 'pad', 'row', 'slots', 'song', 'library'] as const
export type Desk = (typeof DESKS)[number]
export const BLOCKS = ['spectrum', 'timbre', 'pitch', 'amplitude', 'rhythm'] as const
export type Block = (typeof BLOCKS)[number]

export const SCOPES = ['combined', 'project', 'global'] as const
export type Scope = (typeof SCOPES)[number]

export interface View {
  mode: Mode
  query: string
  sort: string
  /** The id of a folder: the result contains only its items; empty: all. */
  folder: string
  /** The searched items: all, those of the open project, or those outside of all project folders. */
  scope: Scope
  /** The id of the current item; empty: none. */
  at: string
  like: string[]
  unlike: string[]
  weights: Record<Block, number>
  columns: string[]
  dimensions: number
  colour: string
  rows: string
  across: string
  desk: Desk
}

const COLUMNS = ['name', 'class', 'bpm', 'key', 'length', 'lufs', 'tags', 'pack']
const EVEN = Object.fromEntries(BLOCKS.map(block => [block, 1])) as Record<Block, number>
export const START: View = {
  mode: 'table',
  query: '',
  sort: '',
  folder: '',
  scope: 'combined',
  at: '',
  like: [],
  unlike: [],
  weights: EVEN,
  columns: COLUMNS,
  dimensions: 2,
  colour: 'class',
  rows: 'class',
  across: 'pack',
  desk: 'kits',
}

/** The parts of a view that limit or order its result, all without effect. */
export const START_FILTERS = {
  query: '',
  sort: '',
  folder: '',
  scope: 'combined' as Scope,
  like: [],
  unlike: [],
  weights: EVEN,
}

const listed = (text: string | null) => (text ? text.split(',') : [])

function readWeights(text: string | null): Record<Block, number> {
  const values = listed(text).map(Number)
  return Object.fromEntries(BLOCKS.map((block, i) => [block, Number.isFinite(values[i]) ? values[i]! : 1])) as Record<
    Block,
    number
  >
}

function readUrl(): View {
  const at = new URLSearchParams(location.hash.slice(1))
  const mode = (at.get('mode') === 'sound' ? 'kit' : at.get('mode')) as Mode // a bookmark may have its earlier name
  return {
    mode: MODES.includes(mode) ? mode : START.mode,
    query: at.get('q') ?? '',
    sort: at.get('sort') ?? '',
    folder: at.get('like') ? '' : (at.get('folder') ?? ''),
    scope: SCOPES.find(one => one === at.get('view')) ?? 'combined',
    at: at.get('at') ?? '',
    like: listed(at.get('like')),
    unlike: listed(at.get('unlike')),
    weights: readWeights(at.get('weights')),
    columns: at.get('columns') ? listed(at.get('columns')) : COLUMNS,
    dimensions: at.get('dimensions') === '3' ? 3 : 2,
    colour: at.get('colour') ?? START.colour,
    rows: at.get('rows') ?? START.rows,
    across: at.get('across') ?? START.across,
    desk: DESKS.find(one => one === at.get('desk')) ?? START.desk,
  }
}

function writeUrl(of: View): string {
  const to = new URLSearchParams()
  const put = (name: string, value: string, usual: string) => {
    if (value !== usual) to.set(name, value)
  }
  put('mode', of.mode, START.mode)
  put('q', of.query, '')
  put('sort', of.sort, '')
  put('folder', of.folder, '')
  put('view', of.scope, 'combined')
  put('at', of.at, '')
  put('like', of.like.join(), '')
  put('unlike', of.unlike.join(), '')
  put('weights', BLOCKS.map(block => of.weights[block]).join(), '1,1,1,1,1')
  put('columns', of.columns.join(), COLUMNS.join())
  put('dimensions', String(of.dimensions), '2')
  put('colour', of.colour, START.colour)
  put('rows', of.rows, START.rows)
  put('across', of.across, START.across)
  put('desk', of.desk, START.desk)
  return `#${to.toString()}`
}

export const view = new Cell<View>(readUrl())

/** The ids of the selected items. */
export const selected = new Cell<ReadonlySet<string>>(new Set())

/** The embedding of a file outside the catalogue, or of the sound of a port: an example in addition to `like`. */
export interface Heard {
  name: string
  embedding: unknown
}
export const heard = new Cell<Heard | undefined>(undefined)

const HEARD = 'loophole-heard'
const HEARD_MOST = 8

function readHeard(): Heard[] {
  try {
    return JSON.parse(localStorage.getItem(HEARD) ?? '[]') as Heard[]
  } catch {
    return []
  }
}

/** A browser may refuse to store anything: then it is forgotten with the page. */
function keep(name: string, value: unknown) {
  try {
    localStorage.setItem(name, JSON.stringify(value))
  } catch {
    /* refused */
  }
}

/** Earlier examples, the newest first. The browser's local storage keeps them. */
export const heardBefore = new Cell<Heard[]>(readHeard())

/** Makes this sound the example, and adds it to `heardBefore`. */
export function hearAs(sound: Heard) {
  if (!isAlike(view.value, heard.value)) show({ folder: '', sort: '' })
  heard.set(sound)
  heardBefore.set([sound, ...heardBefore.value.filter(one => one.name !== sound.name)].slice(0, HEARD_MOST))
  keep(HEARD, heardBefore.value)
}

/** Likeness looks in all folders, and the nearest come first: where it begins, it ends the limit to a folder and the
 * order. A folder that is chosen later ends likeness. */
function settled(before: View, after: View): View {
  if (!isAlike(after, heard.value)) return after
  if (!after.folder || after.folder === before.folder)
    return isAlike(before, heard.value) ? after : { ...after, folder: '', sort: '' }
  heard.set(undefined)
  return { ...after, like: [], unlike: [] }
}

/** Changes a part of the view. Only a change of the mode or the query adds an entry to the browser's history. */
export function show(part: Partial<View>) {
  const before = view.value
  const after = settled(before, { ...before, ...part })
  if (JSON.stringify(after) === JSON.stringify(before)) return
  if (after.mode !== before.mode || after.query !== before.query) {
    writeSoon(0)
    history.pushState(null, '', writeUrl(after))
  } else writeSoon(URL_MS)
  view.set(after)
}

const URL_MS = 100
let writing = 0
const write = () => {
  writing = 0
  history.replaceState(null, '', writeUrl(view.value))
}

/** Writes the URL after `wait_ms`, because a write for each key would be slow. 0: writes a pending change at once. */
function writeSoon(wait_ms: number) {
  if (wait_ms) writing ||= window.setTimeout(write, wait_ms)
  else if (writing) {
    clearTimeout(writing)
    write()
  }
}

function takeUrl() {
  clearTimeout(writing)
  writing = 0
  const now = readUrl()
  if (now.folder) heard.set(undefined)
  view.set(now)
}

window.addEventListener('pagehide', () => writeSoon(0))
window.addEventListener('popstate', takeUrl)
window.addEventListener('hashchange', takeUrl)

export const isAlike = (of: View, sound: Heard | undefined) => of.like.length > 0 || sound !== undefined

/** The query without quoted texts, and without parentheses and their content. */
function outerText(query: string): string {
  let outer = '',
    quoted = false,
    depth = 0
  for (const char of query) {
    if (char === '"') quoted = !quoted
    if (!quoted && char === '(') depth++
    outer += quoted || depth > 0 || /["()]/.test(char) ? ' ' : char
    if (!quoted && char === ')') depth--
  }
  return outer
}

export const isEither = (query: string) =>
  outerText(query)
    .split(/\s+/)
    .some(word => /^(or|\|)$/i.test(word))

/** Splits a query into its clauses, at each space that is outside of quotes and parentheses. A query with an `or` there
 * is one clause: none of its words is in force by itself. */
export function clauses(query: string): string[] {
  if (isEither(query)) return [query]
  const list: string[] = []
  let now = '',
    quoted = false,
    depth = 0
  for (const char of query) {
    if (char === '"') quoted = !quoted
    if (!quoted && char === '(') depth++
    if (!quoted && char === ')') depth--
    if (char === ' ' && !quoted && depth <= 0) {
      if (now) list.push(now)
      now = ''
    } else now += char
  }
  if (now) list.push(now)
  return list
}

const OF_WORDS = ['pack', 'genre', 'artist', 'album']
const VALUE_BYTES = 250 // an answer cuts a longer value, so that it is none of a whole one

/** Makes the clause that finds the items with this value of the field, with quotes if the value needs them. */
export const clause = (field: string, value: string) =>
  OF_WORDS.includes(field) && !value.includes('"') && new TextEncoder().encode(value).length < VALUE_BYTES
    ? `${field}:"=${value}"`
    : /^[\p{L}\p{N}_#.]+$/u.test(value)
      ? `${field}:${value}`
      : `${field}:"${value.replace(/"/g, '')}"`

/** The query and a clause, both in force: an `or` binds less tightly than a space. */
export const joined = (query: string, more: string) =>
  (isEither(query) ? [`(${query})`, more] : [...clauses(query), more]).join(' ')

/** The query with another clause of this field, or with none. */
export function withClause(query: string, field: string, next: string): string {
  const others = clauses(query)
    .filter(one => isEither(query) || !one.startsWith(`${field}:`))
    .join(' ')
  return next ? joined(others, next) : others
}

export function toggleClause(text: string) {
  const { query } = view.value
  const now = clauses(query)
  show({ query: now.includes(text) ? now.filter(one => one !== text).join(' ') : joined(query, text) })
}

/** The settings of this browser. Its local storage keeps them. */
export interface Settings {
  preview: boolean
  through: 'jack' | 'browser'
  volume: number
  inContext: boolean
  loop: boolean
  spectral: boolean
  bright: boolean
  theme: 'dark' | 'light' | 'system'
}
const USUAL: Settings = {
  preview: true,
  through: 'jack',
  volume: 0.8,
  inContext: false,
  loop: false,
  spectral: false,
  bright: false,
  theme: 'system',
}

function readSettings(): Settings {
  try {
    return { ...USUAL, ...JSON.parse(localStorage.getItem('loophole') ?? '{}') }
  } catch {
    return USUAL
  }
}

export const settings = new Cell<Settings>(readSettings())
export function set(part: Partial<Settings>) {
  settings.set({ ...settings.value, ...part })
  keep('loophole', settings.value)
}

/** The line at the foot of the page: a result, or the reason of a failure. */
export interface Remark {
  text: string
  bad: boolean
  hint?: string
}
export const remark = new Cell<Remark | undefined>(undefined)
export const say = (text: string) => remark.set({ text, bad: false })
export const complain = (error: unknown) => {
  const of = error as { code?: string; message?: string; hint?: string }
  if (of.code !== 'aborted') remark.set({ text: of.message ?? String(error), bad: true, hint: of.hint })
}
