// The envelope of a pad as a curve: its corners are pulled. The fields beside it have the same values.
import type { Given, pad } from 'loophole'
import { useRef, useState } from 'preact/hooks'

const WIDTH = 300, HEIGHT = 100
const SPAN = 80 // of each of attack, decay and release at its longest that the curve shows
const LONGEST = 2 // s; the curve is finer for short times
const HOLD = 40
const STRAIGHT = 4 // pixels: a pull that goes less far sideways leaves the time as it is, which may be longer than the curve

type Corner = 'attack' | 'decay' | 'release'
type Envelope = Pick<pad, 'attack' | 'decay' | 'release'> & { sustain: number }

const wide = (seconds: number) => Math.min(1, Math.sqrt(seconds / LONGEST)) * SPAN
const secondsOf = (width: number) => Math.round((Math.max(0, Math.min(1, width / SPAN)) ** 2) * LONGEST * 1000) / 1000
const high = (level: number) => 6 + (1 - level) * (HEIGHT - 12)

/** The corners from left to right. */
function cornersOf({ attack, decay, sustain, release }: Envelope) {
  const a = wide(attack), d = a + wide(decay), hold = d + HOLD
  return { attack: { x: a, y: high(1) }, decay: { x: d, y: high(sustain) }, hold: { x: hold, y: high(sustain) }, release: { x: hold + wide(release), y: high(0) } }
}

/** What a corner that is pulled to this point gives. Without an x its time stays. */
function pulledTo(corner: Corner, x: number | undefined, y: number, of: Envelope): Given<pad> {
  const { attack, hold } = cornersOf(of)
  const from = { attack: 0, decay: attack.x, release: hold.x }[corner]
  const time = x === undefined ? {} : { [corner]: secondsOf(x - from) }
  return corner !== 'decay' ? time : { ...time, sustain: Math.round(Math.max(0, Math.min(1, 1 - (y - 6) / (HEIGHT - 12))) * 100) / 100 }
}

export function EnvelopeCurve({ of, change }: { of: pad | undefined; change: (part: Given<pad>) => void }) {
  const [pulled, setPulled] = useState<{ corner: Corner; x: number; to: Given<pad> }>()
  const curve = useRef<SVGSVGElement>(null)
  const now = { attack: of?.attack ?? 0, decay: of?.decay ?? 0, sustain: of?.sustain ?? 1, release: of?.release ?? 0, ...(pulled?.to as Partial<Envelope>) }
  const at = cornersOf(now)
  const pull = ({ corner, x, to }: NonNullable<typeof pulled>, event: PointerEvent) => {
    const isStraight = !(corner in to) && Math.abs(event.clientX - x) < STRAIGHT
    const { left, top, width, height } = curve.current!.getBoundingClientRect()
    setPulled({ corner, x, to: pulledTo(corner, isStraight ? undefined : ((event.clientX - left) * WIDTH) / width, ((event.clientY - top) * HEIGHT) / height, now) })
  }
  const line = [[0, high(0)], [at.attack.x, at.attack.y], [at.decay.x, at.decay.y], [at.hold.x, at.hold.y], [at.release.x, at.release.y]].map(point => point.join()).join(' ')
  return (
    <svg ref={curve} class="envelope" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`${line} 0,${high(0)}`} /><polyline points={line} />
      {(['attack', 'decay', 'release'] as const).map(corner => (
        <circle key={corner} cx={at[corner].x} cy={at[corner].y} r="5"
          onPointerDown={event => { event.currentTarget.setPointerCapture(event.pointerId); setPulled({ corner, x: event.clientX, to: {} }) }}
          onPointerMove={event => { if (pulled?.corner === corner) pull(pulled, event) }}
          onPointerUp={() => { if (pulled && Object.keys(pulled.to).length) change(pulled.to); setPulled(undefined) }} onPointerCancel={() => setPulled(undefined)}>
          <title>{corner === 'decay' ? 'Decay and sustain' : corner === 'attack' ? 'Attack' : 'Release'}</title></circle>
      ))}
    </svg>
  )
}
