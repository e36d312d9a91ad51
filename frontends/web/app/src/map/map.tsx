// The map: each item a point, near those that sound alike. A click plays; drag moves or turns, the wheel zooms, a drag
// with Shift is a lasso. The query dims what it does not find.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useCell, useLoaded } from '../base/cell'
import { clean, counted, factText, idBytes } from '../base/format'
import { hear } from '../sound/hear'
import { useSparks } from '../connection/hits'
import { goToItem, keyToItem, listKey } from '../items/list'
import { DIM, MISSING, PLAIN, Points, type Look } from './mapgl'
import type { Question, Reply } from './mapindex'
import { labelsOf, loadColours, loadFound, loadMap, scaleOf, type MapPoints, type Values } from './mappoints'
import { arrived } from '../items/result'
import { complain, selected, settings, show, view } from '../base/state'
import { theme } from '../base/theme'
import { TypedField } from '../base/typedfield'
import { read } from '../connection/wire'

const COLOURS = [
  'class',
  'family',
  'key',
  'pack',
  'tag',
  'bpm',
  'lufs',
  'duration_s',
  'centroid_hz',
  'peak_dbfs',
  'onsets',
  'rating',
]
const HOVERED = 8
const ZOOM = 1.25 // of a key
const UNSEARCHED =
  'This browser cannot search the map, so a click or a lasso finds no points. The arrow keys go to them. ' +
  'Open the page again.'

function fit({ count, x, y }: MapPoints): Look {
  if (!count) return { x: 0, y: 0, scale: 1, whole: 1, turn: 0, tilt: 0 }
  let left = Infinity,
    right = -Infinity,
    bottom = Infinity,
    top = -Infinity
  for (let i = 0; i < count; i++) {
    left = Math.min(left, x[i]!)
    right = Math.max(right, x[i]!)
    bottom = Math.min(bottom, y[i]!)
    top = Math.max(top, y[i]!)
  }
  const scale = 1.8 / Math.max(right - left, top - bottom, 1e-3)
  return { x: (left + right) / 2, y: (bottom + top) / 2, scale, whole: scale, turn: 0, tilt: 0 }
}

/** The worker's answers, by the number of their question. A worker that fails answers all questions, also later ones,
 * with no points. */
class Index {
  private worker = new Worker(new URL('./mapindex.ts', import.meta.url), { type: 'module' })
  private waiting = new Map<number, (hits: number[]) => void>()
  private count = 0
  private failed = false
  constructor(onFail: () => void) {
    this.worker.onmessage = (event: MessageEvent<Reply>) => {
      this.waiting.get(event.data.n)?.(event.data.hits)
      this.waiting.delete(event.data.n)
    }
    this.worker.onerror = this.worker.onmessageerror = () => {
      this.failed = true
      this.waiting.forEach(resolve => resolve([]))
      this.waiting.clear()
      onFail()
    }
  }
  private turned = ''
  points({ count, x, y, z }: MapPoints) {
    this.turned = ''
    this.worker.postMessage({
      kind: 'points',
      x: x.subarray(0, count),
      y: y.subarray(0, count),
      z: z.subarray(0, count),
    } satisfies Question)
  }
  /** Before a question to a map in space. */
  turn({ x, y, turn, tilt }: Look) {
    if (this.turned === [x, y, turn, tilt].join()) return
    this.turned = [x, y, turn, tilt].join()
    this.worker.postMessage({ kind: 'turn', turn: { x, y, turn, tilt } } satisfies Question)
  }
  private ask(question: (n: number) => Question): Promise<number[]> {
    const n = ++this.count
    return this.failed
      ? Promise.resolve([])
      : new Promise(resolve => {
          this.waiting.set(n, resolve)
          this.worker.postMessage(question(n))
        })
  }
  near = (x: number, y: number, within: number, count: number) =>
    this.ask(n => ({ kind: 'near', n, x, y, within, count }))
  lasso = (path: number[]) => this.ask(n => ({ kind: 'lasso', n, path }))
  end() {
    this.worker.terminate()
  }
}

const marksIn = (found: Uint8Array) => found.reduce((sum, one) => sum + one, 0)

function play(id: string, go = goToItem) {
  go(id)
  if (settings.value.preview)
    read('search.get', { id: idBytes(id) }, AbortSignal.timeout(5000)).then(got => {
      if (view.value.at === id) hear(got.item)
    }, complain)
}

function Hover({ ids, x, y, wide }: { ids: string[]; x: number; y: number; wide: number }) {
  const [names, setNames] = useState<string[]>([])
  useEffect(() => {
    const control = new AbortController()
    Promise.all(ids.map(id => read('search.get', { id: idBytes(id) }, control.signal))).then(
      all => setNames(all.map(got => `${clean(got.item.media.name)} · ${factText(got.item, 'class')}`)),
      () => undefined,
    )
    return () => control.abort()
  }, [ids.join()])
  return (
    <ul
      class="hover"
      style={{ ...(x < wide / 2 ? { left: `${x + 14}px` } : { right: `${wide - x + 14}px` }), top: `${y + 14}px` }}
    >
      {names.map((name, i) => (
        <li key={i}>{name}</li>
      ))}
    </ul>
  )
}

export function MapView() {
  const { dimensions, colour, query, scope, folder, at } = useCell(view)
  const chosen = useCell(selected)
  const canvas = useRef<HTMLCanvasElement>(null)
  const points = useRef<Points>()
  const index = useRef<Index>()
  const look = useRef<Look>({ x: 0, y: 0, scale: 1, whole: 1, turn: 0, tilt: 0 })
  const [loaded, setLoaded] = useState<MapPoints>()
  const [note, setNote] = useState('Loading the map…')
  const [unsearched, setUnsearched] = useState(false)
  const [values, setValues] = useState<Values>()
  const [found, setFound] = useState<Uint8Array>()
  const [hover, setHover] = useState<{ ids: string[]; x: number; y: number; wide: number }>()
  const [path, setPath] = useState<number[]>([])
  const [moved, setMoved] = useState(0)
  const looking = useRef(false)
  const [lassoing, setLassoing] = useState(false)
  const fingers = useRef(new Map<number, { x: number; y: number }>())
  const drag = useRef<{ x: number; y: number; lasso: boolean; far: boolean }>()

  useEffect(() => {
    points.current = new Points(canvas.current!)
    index.current = new Index(() => setUnsearched(true))
    const resized = new ResizeObserver(() => {
      points.current?.draw(look.current, true)
      setMoved(n => n + 1)
    })
    resized.observe(canvas.current!)
    return () => {
      resized.disconnect()
      points.current?.end()
      index.current?.end()
    }
  }, [])
  useEffect(() => {
    const control = new AbortController()
    loadMap(dimensions, control.signal, setNote).then(
      got => {
        look.current = fit(got)
        if (dimensions === 3) look.current = { ...look.current, turn: 0.5, tilt: 0.4 }
        index.current?.points(got)
        setLoaded(got)
        setNote(
          points.current?.works
            ? ''
            : 'This browser has no WebGL2, which draws the points of the map. Table and Waveforms list the same items.',
        )
      },
      error => {
        complain(error)
        setNote(error.code === 'aborted' ? '' : String(error.message))
      },
    )
    return () => control.abort()
  }, [dimensions])
  useEffect(() => {
    const control = new AbortController()
    setValues(undefined)
    if (loaded && colour !== 'class') loadColours(loaded, dimensions, colour, control.signal).then(setValues, complain)
    return () => control.abort()
  }, [loaded, colour])
  useLoaded(
    async signal => {
      if (loaded && (query || folder || scope !== 'combined'))
        await loadFound(loaded, dimensions, { query, scope, folder }, signal).then(setFound, () => {
          if (!signal.aborted) setFound(undefined)
        })
      else setFound(undefined)
    },
    arrived,
    [loaded, query, scope, folder],
  )

  const shown = useCell(theme)
  const scale = useMemo(() => loaded && scaleOf(loaded, values), [loaded, values, shown])
  const foundCount = useMemo(() => found && marksIn(found), [found])
  const labels = useMemo(() => (loaded && dimensions === 2 ? labelsOf(loaded) : []), [loaded])
  useEffect(() => {
    if (!loaded || !scale || !points.current) return
    const place = new Float32Array(loaded.count * 3),
      colours = new Float32Array(loaded.count * 3)
    for (let i = 0; i < loaded.count; i++) {
      const [red, green, blue] = scale.of(i)
      place[3 * i] = loaded.x[i]!
      place[3 * i + 1] = loaded.y[i]!
      place[3 * i + 2] = loaded.z[i]!
      colours[3 * i] = red
      colours[3 * i + 1] = green
      colours[3 * i + 2] = blue
    }
    points.current.set(place, colours)
    points.current.draw(look.current)
  }, [loaded, scale])
  useEffect(() => {
    if (!loaded || !points.current) return
    const bright = new Float32Array(loaded.count)
    for (let i = 0; i < loaded.count; i++) bright[i] = found && !found[i] ? DIM : loaded.missing[i] ? MISSING : PLAIN
    points.current.shine(bright)
    points.current.draw(look.current)
  }, [loaded, found])
  useEffect(() => {
    if (!loaded || !points.current) return
    points.current.mark([at, ...chosen].flatMap(id => loaded.placeOf(idBytes(id)) ?? []))
    points.current.draw(look.current)
  }, [loaded, at, chosen])

  const box = () => canvas.current!.getBoundingClientRect()
  /** In space: from the middle, on the plane of the screen. */
  const toMap = (x: number, y: number): [number, number] => {
    const { width, height } = box(),
      unit = (look.current.scale * Math.min(width, height)) / 2
    if (dimensions === 3) index.current?.turn(look.current)
    const middle = dimensions === 3 ? { x: 0, y: 0 } : look.current
    return [middle.x + (x - width / 2) / unit, middle.y - (y - height / 2) / unit]
  }
  const toScreen = (x: number, y: number): [number, number] => {
    const { width, height } = canvas.current ? box() : { width: 1, height: 1 },
      unit = (look.current.scale * Math.min(width, height)) / 2
    return [width / 2 + (x - look.current.x) * unit, height / 2 - (y - look.current.y) * unit]
  }
  const plane = useSparks(id => {
    const i = loaded?.placeOf(id)
    if (i === undefined || !loaded || !canvas.current) return undefined
    const { x, y, turn, tilt } = look.current,
      [across, up, deep] = [loaded.x[i]! - x, loaded.y[i]! - y, loaded.z[i]!]
    const far = deep * Math.cos(turn) - across * Math.sin(turn)
    return toScreen(x + across * Math.cos(turn) + deep * Math.sin(turn), y + up * Math.cos(tilt) - far * Math.sin(tilt))
  })
  const reach = (pixels: number) => pixels / ((look.current.scale * Math.min(box().width, box().height)) / 2)
  const redraw = (next: Partial<Look>) => {
    look.current = { ...look.current, ...next }
    points.current?.draw(look.current, true)
    setMoved(n => n + 1)
  }

  /** Scales by `by`; the point of the map at this place of the screen stays there. */
  const zoom = (by: number, atX: number, atY: number) => {
    const [x, y] = toMap(atX, atY),
      scale = look.current.scale * by
    redraw(dimensions === 3 ? { scale } : { scale, x: x + (look.current.x - x) / by, y: y + (look.current.y - y) / by })
  }
  /** One of two fingers moves: the map follows both. */
  const pinch = (event: PointerEvent) => {
    const own = fingers.current.get(event.pointerId)!,
      [other] = [...fingers.current].filter(([id]) => id !== event.pointerId).map(([, at]) => at)
    const { offsetX: x, offsetY: y } = event
    fingers.current.set(event.pointerId, { x, y })
    if (dimensions === 2)
      redraw({ x: look.current.x - reach((x - own.x) / 2), y: look.current.y + reach((y - own.y) / 2) })
    zoom(
      Math.hypot(x - other!.x, y - other!.y) / Math.max(1, Math.hypot(own.x - other!.x, own.y - other!.y)),
      (x + other!.x) / 2,
      (y + other!.y) / 2,
    )
  }
  const onDown = (event: PointerEvent) => {
    canvas.current!.setPointerCapture(event.pointerId)
    setHover(undefined)
    fingers.current.set(event.pointerId, { x: event.offsetX, y: event.offsetY })
    if (fingers.current.size === 1)
      drag.current = { x: event.offsetX, y: event.offsetY, lasso: event.shiftKey || lassoing, far: false }
    else giveUp()
  }
  const giveUp = () => {
    drag.current = undefined
    setPath([])
  }
  const onMove = (event: PointerEvent) => {
    const of = drag.current
    if (fingers.current.size === 2 && fingers.current.has(event.pointerId)) return pinch(event)
    if (!of) {
      if (fingers.current.size) return
      const { offsetX, offsetY } = event
      if (looking.current) return // of quick moves some are enough
      const [x, y] = toMap(offsetX, offsetY)
      const wide = canvas.current!.clientWidth // before the answer, which may come after the map has gone
      looking.current = true
      index.current?.near(x, y, reach(14), HOVERED).then(hits => {
        looking.current = false
        setHover(hits.length && loaded ? { ids: hits.map(loaded.idText), x: offsetX, y: offsetY, wide } : undefined)
      })
      return
    }
    const dx = event.offsetX - of.x,
      dy = event.offsetY - of.y
    if (Math.hypot(dx, dy) > 3) of.far = true
    if (of.lasso) {
      setPath(now => [...now, event.offsetX, event.offsetY])
      return
    }
    if (!of.far) return
    if (dimensions === 3) redraw({ turn: look.current.turn + dx / 150, tilt: look.current.tilt + dy / 150 })
    else redraw({ x: look.current.x - reach(dx), y: look.current.y + reach(dy) })
    drag.current = { ...of, x: event.offsetX, y: event.offsetY }
  }
  const onUp = async (event: PointerEvent) => {
    const of = drag.current
    fingers.current.delete(event.pointerId)
    drag.current = undefined
    if (!of || !loaded) return
    if (of.lasso) {
      const line = path.flatMap((_, i) => (i % 2 ? [] : toMap(path[i]!, path[i + 1]!)))
      setPath([])
      const hits = (await index.current!.lasso(line)).filter(i => !found || found[i])
      selected.set(new Set(hits.map(loaded.idText)))
    } else if (!of.far) {
      const [hit] = await index.current!.near(...toMap(event.offsetX, event.offsetY), reach(14), 1)
      if (hit !== undefined) play(loaded.idText(hit))
    }
  }
  const onWheel = (event: WheelEvent) => {
    event.preventDefault()
    zoom(Math.exp(-event.deltaY / 500), event.offsetX, event.offsetY)
  }
  /** Plus and minus zoom; arrow keys go to the nearest point in that direction, with Shift to the nearest that is not
   * selected. */
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { '+': ZOOM, '=': ZOOM, '-': 1 / ZOOM }[event.key]
    if (by && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      event.stopPropagation()
      return zoom(by, box().width / 2, box().height / 2)
    }
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key]
    if (!way || !loaded) {
      if (listKey(event)) event.stopPropagation()
      return
    }
    event.preventDefault()
    const now = loaded.placeOf(idBytes(at))
    const from = now === undefined ? look.current : { x: loaded.x[now]!, y: loaded.y[now]! }
    const isTaken = (i: number) => event.shiftKey && chosen.has(loaded.idText(i))
    let best = -1,
      least = Infinity
    for (let i = 0; i < loaded.count; i++) {
      const x = loaded.x[i]! - from.x,
        y = loaded.y[i]! - from.y,
        ahead = x * way[0]! + y * way[1]!
      if (ahead <= 0) continue
      const far = x * x + y * y // squared: this looks at each of many points
      if (far < least && ahead * ahead > far * 0.49 && (!found || found[i]) && !isTaken(i)) {
        least = far
        best = i
      }
    }
    if (best >= 0) play(loaded.idText(best), id => keyToItem(id, event.shiftKey))
  }
  return (
    <main class="map" tabIndex={-1} data-points={loaded?.count} data-moved={moved} data-found={foundCount}>
      <h1 class="unseen">Map</h1>
      <p class="buttons">
        <button aria-pressed={dimensions === 2} onClick={() => show({ dimensions: 2 })}>
          2-D
        </button>
        <button aria-pressed={dimensions === 3} onClick={() => show({ dimensions: 3 })}>
          3-D
        </button>
        <label>
          Colour by any fact{' '}
          <TypedField
            list="colours"
            size={12}
            value={colour}
            onFocus={event => event.currentTarget.select()}
            put={typed => {
              show({ colour: typed.trim() || 'class' })
              redraw({})
            }}
          />
        </label>
        <datalist id="colours">
          {COLOURS.map(name => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <button onClick={() => loaded && redraw(fit(loaded))}>Whole map</button>
        <button
          aria-pressed={lassoing}
          title="A drag selects. Without it: Shift and drag, or hold a finger and drag"
          onClick={() => setLassoing(!lassoing)}
        >
          Lasso
        </button>
        <span class="quiet">
          Shift and drag: lasso{loaded && ` · ${counted(loaded.count, 'point')}`}
          {chosen.size > 0 && ` · ${chosen.size.toLocaleString('en')} selected`}
        </span>
      </p>
      <div ref={plane} class="plane">
        <canvas
          ref={canvas}
          tabIndex={0}
          data-list
          role="application"
          aria-label="Map of the items; arrow keys go to the next point and play it"
          onPointerDown={onDown}
          onPointerMove={onMove}
          onPointerUp={onUp}
          onPointerCancel={event => {
            fingers.current.delete(event.pointerId)
            giveUp()
          }}
          onContextMenu={event => {
            event.preventDefault()
            if (drag.current && !drag.current.far) drag.current.lasso = true
          }}
          onPointerLeave={() => setHover(undefined)}
          onWheel={onWheel}
          onKeyDown={onKeyDown}
        />
        {labels.map(label => {
          const [left, top] = toScreen(label.x, label.y)
          return (
            <span key={label.name} class="label" aria-hidden="true" style={{ left: `${left}px`, top: `${top}px` }}>
              {label.name}
            </span>
          )
        })}
        {path.length > 2 && (
          <svg class="lasso" aria-hidden="true">
            <polyline points={path.join(' ')} />
          </svg>
        )}
        {hover && <Hover {...hover} />}
        {(note || unsearched) && (
          <p class="note" role="status">
            {note || UNSEARCHED}
          </p>
        )}
        {scale && (
          <ul class="legend" aria-label={`Colours: ${colour}`}>
            {scale.legend.map(one => (
              <li key={one.name}>
                <span style={{ background: one.colour }} />
                {one.name}
              </li>
            ))}
          </ul>
        )}
      </div>
    </main>
  )
}
