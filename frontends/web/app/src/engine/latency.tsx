// The latency of each ask over time: p50, p99 and p99.9 as the service measured them, one plot for each ask.
import type { ask_stats } from 'loophole'
import { useRef, useState } from 'preact/hooks'
import { usePolled } from '../connection/polled'
import { counted, microsText, num } from '../base/format'
import { ask } from '../connection/wire'

export const ASKED = ['persist', 'search', 'indexer', 'audio', 'streamer', 'project', 'availability', 'web'] as const
export type Asked = (typeof ASKED)[number]

const EVERY_MS = 1000
const KEPT = 180
const WIDE = 180
const HIGH = 60
const QUANTILES = [
  ['p999_us', 'p99.9'],
  ['p99_us', 'p99'],
  ['p50_us', 'p50'],
] as const

type Point = Pick<ask_stats, 'p50_us' | 'p99_us' | 'p999_us'>

/** Logarithmic: from the least to the greatest decade that the plot has. */
function decades(points: Point[]): [number, number] {
  const logs = points.flatMap(one => QUANTILES.map(([key]) => Math.log10(Math.max(1, one[key]))))
  const low = Math.floor(Math.min(...logs)),
    high = Math.ceil(Math.max(...logs))
  return [low, Math.max(low + 1, high)]
}

function Plot({ points, name }: { points: Point[]; name: string }) {
  const [low, high] = decades(points)
  const y = (us: number) => HIGH - (HIGH * (Math.log10(Math.max(1, us)) - low)) / (high - low)
  const line = (key: keyof Point) =>
    points
      .map((one, i) => `${WIDE - (points.length - 1 - i) * (WIDE / (KEPT - 1))},${y(one[key]).toFixed(1)}`)
      .join(' ')
  const last = points.at(-1)!
  const longest = `p99.9 ${microsText(last.p999_us)}`
  const decade = Array.from({ length: high - low + 1 }, (_, i) => low + i)
  return (
    <div class="timeplot">
      <svg
        viewBox={`0 0 ${WIDE} ${HIGH}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: p50 ${microsText(last.p50_us)}, p99 ${microsText(last.p99_us)}, ${longest}`}
      >
        {decade.map(at => (
          <line
            key={at}
            x1="0"
            x2={WIDE}
            y1={y(10 ** at)}
            y2={y(10 ** at)}
            class="grid"
            vector-effect="non-scaling-stroke"
          />
        ))}
        {QUANTILES.map(([key]) =>
          points.length > 1 ? (
            <polyline key={key} points={line(key)} class={key} vector-effect="non-scaling-stroke" />
          ) : (
            <line
              key={key}
              x1={WIDE - 4}
              x2={WIDE}
              y1={y(last[key])}
              y2={y(last[key])}
              class={key}
              vector-effect="non-scaling-stroke"
            />
          ),
        )}
      </svg>
      <small class="top">{microsText(10 ** high)}</small>
      <small class="bottom">{microsText(10 ** low)}</small>
    </div>
  )
}

/** The most asked first, as they were at first sight: a plot keeps its place, and a new one comes last. */
function placed(asks: ask_stats[], order: string[], service: string): ask_stats[] {
  const key = (of: ask_stats) => `${service}.${of.name}`
  asks
    .filter(one => !order.includes(key(one)))
    .sort((a, b) => num(b.count) - num(a.count))
    .forEach(one => order.push(key(one)))
  return [...asks].sort((a, b) => order.indexOf(key(a)) - order.indexOf(key(b)))
}

/** The asks of a service that were answered, each with its last measurements. */
function useHistory(service: Asked) {
  const history = useRef(new Map<string, Point[]>())
  const order = useRef<string[]>([])
  const load = async () => {
    const got = await ask(`${service}.stats`, {}, 2000)
    const asks = (got.asks ?? []).filter(one => num(one.count) > 0)
    for (const one of asks) {
      const points = history.current.get(`${service}.${one.name}`) ?? []
      history.current.set(`${service}.${one.name}`, [...points, one].slice(-KEPT))
    }
    return { service: got.service, asks }
  }
  const [stats] = usePolled(load, EVERY_MS, [service])
  const asks = stats?.service === service ? placed(stats.asks, order.current, service) : []
  return { stats, asks, pointsOf: (one: ask_stats) => history.current.get(`${service}.${one.name}`) ?? [one] }
}

function Measured({ of, points }: { of: ask_stats; points: Point[] }) {
  const errors = num(of.errors)
  return (
    <figure>
      <figcaption>
        <strong>{of.name}</strong> {num(of.count).toLocaleString('en')}
        {errors > 0 && (
          <>
            , <em>{counted(errors, 'error')}</em>
          </>
        )}
      </figcaption>
      <Plot points={points} name={of.name} />
      <p class="values">
        <span class="p50_us">{microsText(of.p50_us)}</span>
        <span class="p99_us">{microsText(of.p99_us)}</span>
        <span class="p999_us">{microsText(of.p999_us)}</span>
      </p>
    </figure>
  )
}

export function Latency() {
  const [service, setService] = useState<Asked>('search')
  const { stats, asks, pointsOf } = useHistory(service)
  return (
    <section aria-label="Latency" class="wide">
      <h2>Latency of asks</h2>
      <p class="buttons">
        {ASKED.map(name => (
          <button key={name} aria-pressed={name === service} onClick={() => setService(name)}>
            {name}
          </button>
        ))}
        <span class="key">
          <i class="p50_us" /> p50 <i class="p99_us" /> p99 <i class="p999_us" /> p99.9, the last {KEPT / 60} minutes
        </span>
      </p>
      <div class="plots" tabIndex={0} role="region" aria-label="Plots">
        {asks.map(one => (
          <Measured key={one.name} of={one} points={pointsOf(one)} />
        ))}
        {!asks.length && (
          <p class="quiet">{stats ? 'No ask was answered yet.' : `${service} is away; this page asks again.`}</p>
        )}
      </div>
    </section>
  )
}
