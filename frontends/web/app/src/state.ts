// What the page shows, as one value that lies in the URL: mode, query, order, selection, likeness. So a page that is
// loaded again, or sent to somebody else, shows the same.
import { Cell } from './cell'

export const MODES = ['table', 'waveforms', 'map', 'hypergrid', 'folders', 'duplicates', 'project', 'sound', 'engine'] as const
export type Mode = (typeof MODES)[number]
export const BLOCKS = ['spectrum', 'timbre', 'pitch', 'amplitude', 'rhythm'] as const
export type Block = (typeof BLOCKS)[number]

export const SCOPES = ['combined', 'project', 'global'] as const
export type Scope = (typeof SCOPES)[number]

export interface View {
  mode: Mode
  query: string
  sort: string
  /** The id of the folder that limits the result; empty: none. */
  folder: string
  /** Which items: all, those of the open project, or those outside of projects' folders. */
  scope: Scope
  /** The item that the keyboard is on. */
  at: string
  like: string[]
  unlike: string[]
  weights: Record<Block, number>
  columns: string[]
  dimensions: number
  colour: string
  rows: string
  across: string
}

const COLUMNS = ['name', 'class', 'bpm', 'key', 'length', 'lufs', 'tags', 'pack']
const EVEN = Object.fromEntries(BLOCKS.map(block => [block, 1])) as Record<Block, number>
export const START: View = {
  mode: 'table', query: '', sort: '', folder: '', scope: 'combined', at: '', like: [], unlike: [], weights: EVEN, columns: COLUMNS, dimensions: 2,
  colour: 'class', rows: 'family', across: 'key',
}

/** Nothing in force. */
export const START_FILTERS = { query: '', sort: '', folder: '', scope: 'combined' as Scope, like: [], unlike: [], weights: EVEN }

const listed = (text: string | null) => (text ? text.split(',') : [])

function readWeights(text: string | null): Record<Block, number> {
  const values = listed(text).map(Number)
  return Object.fromEntries(BLOCKS.map((block, i) => [block, Number.isFinite(values[i]) ? values[i]! : 1])) as Record<Block, number>
}

function readUrl(): View {
  const at = new URLSearchParams(location.hash.slice(1))
  const mode = at.get('mode') as Mode
  return {
    mode: MODES.includes(mode) ? mode : START.mode,
    query: at.get('q') ?? '',
    sort: at.get('sort') ?? '',
    folder: at.get('folder') ?? '',
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
  }
}

function writeUrl(of: View): string {
  const to = new URLSearchParams()
  const put = (name: string, value: string, usual: string) => { if (value !== usual) to.set(name, value) }
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
  return '#' + to.toString()
}

export const view = new Cell<View>(readUrl())

/** Ids of the selected items beside the one that the keyboard is on. */
export const selected = new Cell<ReadonlySet<string>>(new Set())

/** The sound of a file from outside, or of a port that was listened to: an example beside `like`. */
export interface Heard { name: string; embedding: unknown }
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

/** The sounds that were examples before, the latest first: kept in this browser's local storage. */
export const heardBefore = new Cell<Heard[]>(readHeard())

/** Makes a sound from outside the example, and keeps it for later. */
export function hearAs(sound: Heard) {
  heard.set(sound)
  heardBefore.set([sound, ...heardBefore.value.filter(one => one.name !== sound.name)].slice(0, HEARD_MOST))
  localStorage.setItem(HEARD, JSON.stringify(heardBefore.value))
}

/** Changes a part of the view. Only a change of mode or query becomes a step of the browser's history. */
export function show(part: Partial<View>) {
  const before = view.value
  const after = { ...before, ...part }
  if ((Object.keys(part) as (keyof View)[]).every(name => JSON.stringify(after[name]) === JSON.stringify(before[name]))) return
  if (after.mode !== before.mode || after.query !== before.query) {
    writeSoon(0)
    history.pushState(null, '', writeUrl(after))
  } else writeSoon(URL_MS)
  view.set(after)
}

const URL_MS = 100
let writing = 0
const write = () => { writing = 0; history.replaceState(null, '', writeUrl(view.value)) }

/** The URL follows soon: while one browses, each key would cost its writing. 0: what is to be written is written now. */
function writeSoon(wait_ms: number) {
  if (wait_ms) writing ||= window.setTimeout(write, wait_ms)
  else if (writing) { clearTimeout(writing); write() }
}

function takeUrl() {
  clearTimeout(writing)
  writing = 0
  view.set(readUrl())
}

window.addEventListener('pagehide', () => writeSoon(0))
window.addEventListener('popstate', takeUrl)
window.addEventListener('hashchange', takeUrl)

export const isAlike = (of: View, sound: Heard | undefined) => of.like.length > 0 || sound !== undefined

/** The clauses of a query: spaces separate them outside of quotes and parentheses. */
export function clauses(query: string): string[] {
  const list: string[] = []
  let now = '', quoted = false, depth = 0
  for (const char of query) {
    if (char === '"') quoted = !quoted
    if (!quoted && char === '(') depth++
    if (!quoted && char === ')') depth--
    if (char === ' ' && !quoted && depth <= 0) { if (now) list.push(now); now = '' }
    else now += char
  }
  if (now) list.push(now)
  return list
}

/** A clause of a field and a value, in quotes where the language needs them. */
export const clause = (field: string, value: string) =>
  /^[\p{L}\p{N}_#.]+$/u.test(value) ? `${field}:${value}` : `${field}:"${value.replace(/"/g, '')}"`

export function toggleClause(text: string) {
  const now = clauses(view.value.query)
  show({ query: (now.includes(text) ? now.filter(one => one !== text) : [...now, text]).join(' ') })
}

/** What a person set for this browser: kept in its local storage. */
export interface Settings { preview: boolean; through: 'jack' | 'browser'; volume: number; inContext: boolean; loop: boolean; spectral: boolean }
const USUAL: Settings = { preview: true, through: 'jack', volume: 0.8, inContext: false, loop: false, spectral: false }

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
  localStorage.setItem('loophole', JSON.stringify(settings.value))
}

/** A line at the foot of the page: what was done, or why not. */
export interface Remark { text: string; bad: boolean; hint?: string }
export const remark = new Cell<Remark | undefined>(undefined)
export const say = (text: string) => remark.set({ text, bad: false })
export const complain = (error: unknown) => {
  const of = error as { code?: string; message?: string; hint?: string }
  if (of.code !== 'aborted') remark.set({ text: of.message ?? String(error), bad: true, hint: of.hint })
}
