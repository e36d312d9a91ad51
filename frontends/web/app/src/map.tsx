// The map: each item a point, near those that sound alike. A click plays; drag moves, the wheel zooms, a drag with Shift is a
// lasso. The query dims what it does not find.
import type { map_item } from 'loophole'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useCell } from './cell'
import { clean, factText, idBytes, idText, num } from './format'
import { hear } from './hear'
import { listKey, row as rowCell } from './list'
import { Points, type Look } from './mapgl'
import type { Question, Reply } from './mapindex'
import { arrived } from './result'
import { complain, selected, settings, show, view, type Scope } from './state'
import { read } from './wire'

const COLOURS = ['class', 'family', 'key', 'pack', 'tag', 'bpm', 'lufs', 'duration_s', 'centroid_hz', 'peak_dbfs', 'onsets', 'rating']
const PAGE = 1000
const HOVERED = 8
const LABELLED = 3 // points of a class that has a label

interface Loaded { points: map_item[]; ids: string[]; trust?: number }
interface Scale { of: (id: string, point: map_item) => [number, number, number]; legend: { name: string; colour: string }[] }

const GREY: [number, number, number] = [0.55, 0.55, 0.55]
function hue(part: number): [number, number, number] {
  const of = (n: number) => { const k = (n + part * 12) % 12; return 0.55 - 0.35 * Math.max(-1, Math.min(k - 3, 9 - k, 1)) }
  return [of(0), of(8), of(4)]
}
const css = (rgb: [number, number, number]) => `rgb(${rgb.map(one => Math.round(one * 255)).join()})`

async function loadMap(dimensions: number, signal: AbortSignal, progress: (text: string) => void): Promise<Loaded> {
  for (;;) {
    const points: map_item[] = []
    let cursor = '', page
    do {
      page = await read('search.map', { dimensions, cursor }, signal)
      points.push(...(page.points ?? []))
      cursor = page.cursor
    } while (cursor)
    if (page.state === 'made') return { points, ids: points.map(one => idText(one.id)), trust: page.trust }
    progress(page.state === 'none' ? 'The map is about to be made…' : `The map is being made: ${num(page.done)} of ${num(page.steps)}`)
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}

/** The number or the word of each point, of any fact. */
async function loadColours(dimensions: number, colour: string, signal: AbortSignal): Promise<Map<string, string | number>> {
  const values = new Map<string, string | number>()
  for (let cursor = ''; ;) {
    const page = await read('search.map', { dimensions, cursor, colour }, signal)
    for (const of of page.points ?? []) values.set(idText(of.id), of.number ?? of.word ?? '')
    cursor = page.cursor
    if (!cursor) return values
  }
}

/** The items that a query finds: as points, or, in a view, as items. */
async function loadFound(dimensions: number, query: string, scope: Scope, signal: AbortSignal): Promise<Set<string>> {
  const found = new Set<string>()
  for (let cursor = ''; ;) {
    if (scope === 'combined') {
      const page = await read('search.map', { dimensions, query, cursor }, signal)
      page.points?.forEach(of => found.add(idText(of.id)))
      cursor = page.cursor
    } else {
      const page = await read('search.query', { query, sort: 'id', limit: PAGE, cursor, view: scope }, signal)
      page.items?.forEach(of => found.add(idText(of.media.id)))
      cursor = page.cursor
    }
    if (!cursor) return found
  }
}

function wordScale(valueOf: (id: string, point: map_item) => string, loaded: Loaded): Scale {
  const counts = new Map<string, number>()
  loaded.points.forEach((point, i) => { const word = valueOf(loaded.ids[i]!, point); if (word) counts.set(word, (counts.get(word) ?? 0) + 1) })
  const words = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(one => one[0])
  const place = new Map(words.map((word, i) => [word, hue((i * 0.618) % 1)]))
  return {
    of: (id, point) => place.get(valueOf(id, point)) ?? GREY,
    legend: words.slice(0, 14).map(name => ({ name, colour: css(place.get(name)!) })),
  }
}

function numberScale(values: Map<string, string | number>): Scale {
  const numbers = [...values.values()].filter(one => typeof one === 'number').sort((a, b) => a - b)
  const low = numbers[Math.floor(numbers.length * 0.02)] ?? 0, high = numbers[Math.floor(numbers.length * 0.98)] ?? 1
  const colour = (value: number) => hue(0.66 * (1 - Math.max(0, Math.min(1, (value - low) / (high - low || 1)))))
  return {
    of: id => { const value = values.get(id); return typeof value === 'number' ? colour(value) : GREY },
    legend: [0, 0.25, 0.5, 0.75, 1].map(part => { const value = low + part * (high - low); return { name: value.toFixed(1), colour: css(colour(value)) } }),
  }
}

const scaleOf = (colour: string, loaded: Loaded, values: Map<string, string | number> | undefined): Scale => {
  if (colour === 'class' || !values) return wordScale((_, point) => point.class, loaded)
  if ([...values.values()].some(one => typeof one === 'number')) return numberScale(values)
  return wordScale(id => String(values.get(id) ?? ''), loaded)
}

/** The middle of each frequent class, as labels. */
function labelsOf(loaded: Loaded) {
  const sums = new Map<string, [number, number, number]>()
  for (const { x, y, class: name } of loaded.points) {
    if (!name) continue
    const sum = sums.get(name) ?? [0, 0, 0]
    sums.set(name, [sum[0] + x, sum[1] + y, sum[2] + 1])
  }
  return [...sums].filter(one => one[1][2] >= LABELLED).sort((a, b) => b[1][2] - a[1][2]).slice(0, 10).map(([name, [x, y, n]]) => ({ name, x: x / n, y: y / n }))
}

function fit(points: map_item[]): Look {
  let left = Infinity, right = -Infinity, bottom = Infinity, top = -Infinity
  for (const { x, y } of points) { left = Math.min(left, x); right = Math.max(right, x); bottom = Math.min(bottom, y); top = Math.max(top, y) }
  if (!points.length) return { x: 0, y: 0, scale: 1, turn: 0, tilt: 0 }
  return { x: (left + right) / 2, y: (bottom + top) / 2, scale: 1.8 / Math.max(right - left, top - bottom, 1e-3), turn: 0, tilt: 0 }
}

/** The worker's answers, by the number of their question. */
class Index {
  private worker = new Worker(new URL('./mapindex.ts', import.meta.url), { type: 'module' })
  private waiting = new Map<number, (hits: number[]) => void>()
  private count = 0
  constructor() {
    this.worker.onmessage = (event: MessageEvent<Reply>) => {
      this.waiting.get(event.data.n)?.(event.data.hits)
      this.waiting.delete(event.data.n)
    }
  }
  points(loaded: Loaded) {
    this.worker.postMessage({ kind: 'points', x: Float32Array.from(loaded.points, one => one.x), y: Float32Array.from(loaded.points, one => one.y) } satisfies Question)
  }
  private ask(question: (n: number) => Question): Promise<number[]> {
    const n = ++this.count
    return new Promise(resolve => { this.waiting.set(n, resolve); this.worker.postMessage(question(n)) })
  }
  near = (x: number, y: number, within: number, count: number) => this.ask(n => ({ kind: 'near', n, x, y, within, count }))
  lasso = (path: number[]) => this.ask(n => ({ kind: 'lasso', n, path }))
  end() { this.worker.terminate() }
}

function play(id: string) {
  show({ at: id })
  if (settings.value.preview)
    read('search.get', { id: idBytes(id) }, AbortSignal.timeout(5000)).then(got => { if (view.value.at === id) hear(got.item) }, complain)
}

function Hover({ ids, left, top }: { ids: string[]; left: number; top: number }) {
  const [names, setNames] = useState<string[]>([])
  useEffect(() => {
    const control = new AbortController()
    Promise.all(ids.map(id => read('search.get', { id: idBytes(id) }, control.signal))).then(
      all => setNames(all.map(got => `${clean(got.item.media.name)} · ${factText(got.item, 'class')}`)), () => undefined)
    return () => control.abort()
  }, [ids.join()])
  return <ul class="hover" style={{ left: `${left}px`, top: `${top}px` }}>{names.map((name, i) => <li key={i}>{name}</li>)}</ul>
}

export function MapView() {
  const { dimensions, colour, query, scope, at } = useCell(view)
  const chosen = useCell(selected)
  const changed = useCell(arrived)
  const canvas = useRef<HTMLCanvasElement>(null)
  const points = useRef<Points>()
  const index = useRef<Index>()
  const look = useRef<Look>({ x: 0, y: 0, scale: 1, turn: 0, tilt: 0 })
  const [loaded, setLoaded] = useState<Loaded>()
  const [note, setNote] = useState('Loading the map…')
  const [values, setValues] = useState<Map<string, string | number>>()
  const [found, setFound] = useState<Set<string>>()
  const [hover, setHover] = useState<{ ids: string[]; left: number; top: number }>()
  const [path, setPath] = useState<number[]>([])
  const [moved, setMoved] = useState(0)
  const drag = useRef<{ x: number; y: number; lasso: boolean; far: boolean }>()

  useEffect(() => {
    points.current = new Points(canvas.current!)
    index.current = new Index()
    if (!points.current.works) setNote('This browser has no WebGL2, which the map needs.')
    const resized = new ResizeObserver(() => { points.current?.draw(look.current); setMoved(n => n + 1) })
    resized.observe(canvas.current!)
    return () => { resized.disconnect(); points.current?.end(); index.current?.end() }
  }, [])
  useEffect(() => {
    const control = new AbortController()
    loadMap(dimensions, control.signal, setNote).then(got => {
      look.current = fit(got.points)
      if (dimensions === 3) look.current = { ...look.current, turn: 0.5, tilt: 0.4 }
      index.current?.points(got)
      setLoaded(got)
      setNote('')
    }, error => { complain(error); setNote(error.code === 'aborted' ? '' : String(error.message)) })
    return () => control.abort()
  }, [dimensions])
  useEffect(() => {
    const control = new AbortController()
    setValues(undefined)
    if (colour !== 'class') loadColours(dimensions, colour, control.signal).then(setValues, complain)
    return () => control.abort()
  }, [dimensions, colour])
  useEffect(() => {
    const control = new AbortController()
    if (query || scope !== 'combined') loadFound(dimensions, query, scope, control.signal).then(setFound, () => setFound(undefined))
    else setFound(undefined)
    return () => control.abort()
  }, [dimensions, query, scope, changed])

  const scale = loaded && scaleOf(colour, loaded, values)
  useEffect(() => {
    if (!loaded || !scale || !points.current) return
    const place = new Float32Array(loaded.points.length * 3), colours = new Float32Array(loaded.points.length * 3)
    const bright = new Float32Array(loaded.points.length)
    loaded.points.forEach((point, i) => {
      const id = loaded.ids[i]!
      place.set([point.x, point.y, point.z], i * 3)
      colours.set(scale.of(id, point), i * 3)
      bright[i] = id === at || chosen.has(id) ? 2 : found && !found.has(id) ? 0.08 : point.missing ? 0.3 : 0.85
    })
    points.current.set(place, colours, bright)
    points.current.draw(look.current)
  }, [loaded, colour, values, found, at, chosen])

  const box = () => canvas.current!.getBoundingClientRect()
  const toMap = (x: number, y: number): [number, number] => {
    const { width, height } = box(), unit = (look.current.scale * Math.min(width, height)) / 2
    return [look.current.x + (x - width / 2) / unit, look.current.y - (y - height / 2) / unit]
  }
  const toScreen = (x: number, y: number): [number, number] => {
    const { width, height } = canvas.current ? box() : { width: 1, height: 1 }, unit = (look.current.scale * Math.min(width, height)) / 2
    return [width / 2 + (x - look.current.x) * unit, height / 2 - (y - look.current.y) * unit]
  }
  const reach = (pixels: number) => pixels / ((look.current.scale * Math.min(box().width, box().height)) / 2)
  const redraw = (next: Partial<Look>) => { look.current = { ...look.current, ...next }; points.current?.draw(look.current); setMoved(n => n + 1) }

  const onMove = (event: PointerEvent) => {
    const of = drag.current
    if (!of) {
      if (dimensions === 3) return
      const { offsetX, offsetY } = event
      const [x, y] = toMap(offsetX, offsetY)
      index.current?.near(x, y, reach(14), HOVERED).then(hits =>
        setHover(hits.length && loaded ? { ids: hits.map(i => loaded.ids[i]!), left: offsetX + 14, top: offsetY + 14 } : undefined))
      return
    }
    const dx = event.offsetX - of.x, dy = event.offsetY - of.y
    if (Math.hypot(dx, dy) > 3) of.far = true
    if (of.lasso) { setPath(now => [...now, event.offsetX, event.offsetY]); return }
    if (!of.far) return
    if (dimensions === 3) redraw({ turn: look.current.turn + dx / 150, tilt: look.current.tilt + dy / 150 })
    else redraw({ x: look.current.x - reach(dx), y: look.current.y + reach(dy) })
    drag.current = { ...of, x: event.offsetX, y: event.offsetY }
  }
  const onUp = async (event: PointerEvent) => {
    const of = drag.current
    drag.current = undefined
    if (!of || !loaded) return
    if (of.lasso) {
      const line = path.flatMap((_, i) => (i % 2 ? [] : toMap(path[i]!, path[i + 1]!)))
      setPath([])
      const hits = (await index.current!.lasso(line)).map(i => loaded.ids[i]!).filter(id => !found || found.has(id))
      selected.set(new Set(hits))
    } else if (!of.far && dimensions === 2) {
      const [hit] = await index.current!.near(...toMap(event.offsetX, event.offsetY), reach(14), 1)
      if (hit !== undefined) play(loaded.ids[hit]!)
    }
  }
  const onWheel = (event: WheelEvent) => {
    event.preventDefault()
    const [x, y] = toMap(event.offsetX, event.offsetY)
    const by = Math.exp(-event.deltaY / 500)
    redraw({ scale: look.current.scale * by, x: x + (look.current.x - x) / by, y: y + (look.current.y - y) / by })
  }
  /** Arrow keys go to the nearest point in that direction. */
  const onKeyDown = (event: KeyboardEvent) => {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key]
    if (!way || !loaded) { if (listKey(event)) event.stopPropagation(); return }
    event.preventDefault()
    const here = loaded.points[loaded.ids.indexOf(at)] ?? { x: look.current.x, y: look.current.y }
    let best = -1, least = Infinity
    loaded.points.forEach((point, i) => {
      const x = point.x - here.x, y = point.y - here.y, ahead = x * way[0]! + y * way[1]!
      const far = Math.hypot(x, y)
      if (ahead > far * 0.7 && far > 0 && far < least && (!found || found.has(loaded.ids[i]!))) { least = far; best = i }
    })
    if (best >= 0) { rowCell.set(-1); play(loaded.ids[best]!) }
  }
  return (
    <main class="map" tabIndex={-1} data-points={loaded?.points.length} data-moved={moved}>
      <h1 class="unseen">Map</h1>
      <p class="buttons">
        <button aria-pressed={dimensions === 2} onClick={() => show({ dimensions: 2 })}>2-D</button>
        <button aria-pressed={dimensions === 3} onClick={() => show({ dimensions: 3 })}>3-D</button>
        <label>Colour by any fact <input type="text" list="colours" size={12} key={colour} defaultValue={colour} onFocus={event => event.currentTarget.select()}
          onKeyDown={event => event.stopPropagation()} onChange={event => show({ colour: event.currentTarget.value.trim() || 'class' })} /></label>
        <datalist id="colours">{COLOURS.map(name => <option key={name} value={name} />)}</datalist>
        <button onClick={() => loaded && redraw(fit(loaded.points))}>Whole map</button>
        <span class="quiet">Shift and drag: lasso{loaded && ` · ${loaded.points.length.toLocaleString('en')} points`}</span>
      </p>
      <div class="plane">
        <canvas ref={canvas} tabIndex={0} data-list role="application" aria-label="Map of the items; arrow keys go to the next point and play it"
          onPointerDown={event => {
            canvas.current!.setPointerCapture(event.pointerId)
            drag.current = { x: event.offsetX, y: event.offsetY, lasso: event.shiftKey && dimensions === 2, far: false }
            setHover(undefined)
          }}
          onPointerMove={onMove} onPointerUp={onUp} onPointerLeave={() => setHover(undefined)} onWheel={onWheel} onKeyDown={onKeyDown} />
        {loaded && dimensions === 2 && labelsOf(loaded).map(label => {
          const [left, top] = toScreen(label.x, label.y)
          return <span key={label.name} class="label" aria-hidden="true" style={{ left: `${left}px`, top: `${top}px` }}>{label.name}</span>
        })}
        {path.length > 2 && <svg class="lasso" aria-hidden="true"><polyline points={path.join(' ')} /></svg>}
        {hover && <Hover {...hover} />}
        {note && <p class="note" role="status">{note}</p>}
        {scale && (
          <ul class="legend" aria-label={`Colours: ${colour}`}>
            {scale.legend.map(one => <li key={one.name}><span style={{ background: one.colour }} />{one.name}</li>)}
          </ul>
        )}
      </div>
    </main>
  )
}
