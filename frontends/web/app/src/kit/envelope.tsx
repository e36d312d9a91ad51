// The envelope of a pad as a curve: its corners are pulled, or moved by arrow keys. The fields beside it have the same
// values.
import type { Given, pad } from 'loophole'
import { useRef, useState } from 'preact/hooks'

const WIDTH = 300,
  HEIGHT = 100
const SPAN = 80 // of each of attack, decay and release at its longest that the curve shows
const LONGEST = 2 // s; the curve is finer for short times
const HOLD = 40
// pixels: a pull that goes less far sideways leaves the time as it is, which may be longer than the curve
const STRAIGHT = 4

type Corner = 'attack' | 'decay' | 'release'
type Envelope = Pick<pad, 'attack' | 'decay' | 'release'> & { sustain: number }

const wide = (seconds: number) => Math.min(1, Math.sqrt(seconds / LONGEST)) * SPAN
const secondsOf = (width: number) => Math.round(Math.max(0, Math.min(1, width / SPAN)) ** 2 * LONGEST * 1000) / 1000
const high = (level: number) => 6 + (1 - level) * (HEIGHT - 12)

/** The corners from left to right. */
function cornersOf({ attack, decay, sustain, release }: Envelope) {
  const a = wide(attack),
    d = a + wide(decay),
    hold = d + HOLD
  return {
    attack: { x: a, y: high(1) },
    decay: { x: d, y: high(sustain) },
    hold: { x: hold, y: high(sustain) },
    release: { x: hold + wide(release), y: high(0) },
  }
}

/** What a corner that is pulled to this point gives. Without an x its time stays. */
function pulledTo(corner: Corner, x: number | undefined, y: number, of: Envelope): Given<pad> {
  const { attack, hold } = cornersOf(of)
  const from = { attack: 0, decay: attack.x, release: hold.x }[corner]
  const time = x === undefined ? {} : { [corner]: secondsOf(x - from) }
  return corner !== 'decay'
    ? time
    : { ...time, sustain: Math.round(Math.max(0, Math.min(1, 1 - (y - 6) / (HEIGHT - 12))) * 100) / 100 }
}

const CORNERS = {
  attack: 'Corner of the attack',
  decay: 'Corner of decay and sustain',
  release: 'Corner of the release',
}
const ARROWS: Partial<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-4, 0],
  ArrowRight: [4, 0],
  ArrowUp: [0, -4],
  ArrowDown: [0, 4],
} // units of the curve

/** What an arrow key on a corner gives; undefined: nothing. Sideways it changes the time, up and down the sustain. */
function movedBy(key: string, corner: Corner, of: Envelope): Given<pad> | undefined {
  const [right, down] = ARROWS[key] ?? [0, 0],
    { x, y } = cornersOf(of)[corner]
  if (!right && !(down && corner === 'decay')) return undefined
  if (right > 0 && of[corner] >= LONGEST) return undefined // it may be longer than the curve
  return pulledTo(corner, right ? x + right : undefined, y + down, of)
}

export function EnvelopeCurve({ of, change }: { of: pad | undefined; change: (part: Given<pad>) => void }) {
  const [pulled, setPulled] = useState<{ corner: Corner; x: number; to: Given<pad> }>()
  const curve = useRef<SVGSVGElement>(null)
  const now = {
    attack: of?.attack ?? 0,
    decay: of?.decay ?? 0,
    sustain: of?.sustain ?? 1,
    release: of?.release ?? 0,
    ...(pulled?.to as Partial<Envelope>),
  }
  const at = cornersOf(now)
  const pull = ({ corner, x, to }: NonNullable<typeof pulled>, event: PointerEvent) => {
    const isStraight = !(corner in to) && Math.abs(event.clientX - x) < STRAIGHT
    const { left, top, width, height } = curve.current!.getBoundingClientRect()
    setPulled({
      corner,
      x,
      to: pulledTo(
        corner,
        isStraight ? undefined : ((event.clientX - left) * WIDTH) / width,
        ((event.clientY - top) * HEIGHT) / height,
        now,
      ),
    })
  }
  const onKey = (event: KeyboardEvent, corner: Corner) => {
    if (!ARROWS[event.key] || event.ctrlKey || event.altKey || event.shiftKey) return
    event.preventDefault()
    event.stopPropagation()
    const to = movedBy(event.key, corner, now)
    if (to) change(to)
  }
  const line = [
    [0, high(0)],
    [at.attack.x, at.attack.y],
    [at.decay.x, at.decay.y],
    [at.hold.x, at.hold.y],
    [at.release.x, at.release.y],
  ]
    .map(point => point.join())
    .join(' ')
  return (
    <svg
      ref={curve}
      class="envelope"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="group"
      aria-label="Envelope"
    >
      <polygon points={`${line} 0,${high(0)}`} />
      <polyline points={line} />
      {(['attack', 'decay', 'release'] as const).map(corner => (
        <circle
          key={corner}
          cx={at[corner].x}
          cy={at[corner].y}
          r="5"
          tabindex={0}
          role="slider"
          aria-label={CORNERS[corner]}
          aria-valuemin={0}
          aria-valuemax={Math.max(LONGEST, now[corner])}
          aria-valuenow={now[corner]}
          aria-valuetext={`${now[corner]} s${corner === 'decay' ? `, ${Math.round(now.sustain * 100)} %` : ''}`}
          onKeyDown={event => onKey(event, corner)}
          onPointerDown={event => {
            event.currentTarget.setPointerCapture(event.pointerId)
            setPulled({ corner, x: event.clientX, to: {} })
          }}
          onPointerMove={event => {
            if (pulled?.corner === corner) pull(pulled, event)
          }}
          onPointerUp={() => {
            if (pulled && Object.keys(pulled.to).length) change(pulled.to)
            setPulled(undefined)
          }}
          onPointerCancel={() => setPulled(undefined)}
        >
          <title>{CORNERS[corner]}</title>
        </circle>
      ))}
    </svg>
  )
}
