// The envelope of a pad as a curve: its corners are pulled, or moved by arrow keys. The fields beside it have the same
// values.
import type { Given, pad } from 'loophole'
import { useRef, useState } from 'preact/hooks'
import * as curve from './envelopecurve'

// pixels: a pull that goes less far sideways leaves the time as it is, which may be longer than the curve
const STRAIGHT = 4

const TITLES: Record<curve.Corner, string> = {
  attack: 'Corner of the attack',
  decay: 'Corner of decay and sustain',
  release: 'Corner of the release',
}

interface EnvelopeProps {
  of: pad | undefined
  change: (part: Given<pad>) => void
}

/** The envelope as it is pulled, and what pulls its corners in the drawing. */
function usePull({ of, change }: EnvelopeProps) {
  const [pulled, setPulled] = useState<{ corner: curve.Corner; x: number; to: Given<pad> }>()
  const drawing = useRef<SVGSVGElement>(null)
  const { attack = 0, decay = 0, sustain = 1, release = 0 } = of ?? {}
  const now: curve.Envelope = { attack, decay, sustain, release, ...(pulled?.to as Partial<curve.Envelope>) }
  const begin = (corner: curve.Corner, event: PointerEvent) => {
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
    setPulled({ corner, x: event.clientX, to: {} })
  }
  const pull = (corner: curve.Corner, event: PointerEvent) => {
    if (pulled?.corner !== corner) return
    const isStraight = !(corner in pulled.to) && Math.abs(event.clientX - pulled.x) < STRAIGHT
    const { left, top, width, height } = drawing.current!.getBoundingClientRect()
    const x = isStraight ? undefined : ((event.clientX - left) * curve.WIDTH) / width
    const y = ((event.clientY - top) * curve.HEIGHT) / height
    setPulled({ ...pulled, to: curve.pulledTo(corner, x, y, now) })
  }
  const end = () => {
    if (pulled && Object.keys(pulled.to).length) change(pulled.to)
    setPulled(undefined)
  }
  const onKey = (corner: curve.Corner, event: KeyboardEvent) => {
    if (!curve.ARROWS[event.key] || event.ctrlKey || event.altKey || event.shiftKey) return
    event.preventDefault()
    event.stopPropagation()
    const to = curve.movedBy(event.key, corner, now)
    if (to) change(to)
  }
  return { drawing, now, begin, pull, end, cancel: () => setPulled(undefined), onKey }
}

function Corner({ of, by }: { of: curve.Corner; by: ReturnType<typeof usePull> }) {
  const { x, y } = curve.cornersOf(by.now)[of],
    time = by.now[of]
  return (
    <circle
      cx={x}
      cy={y}
      r="5"
      tabindex={0}
      role="slider"
      aria-label={TITLES[of]}
      aria-valuemin={0}
      aria-valuemax={Math.max(curve.LONGEST, time)}
      aria-valuenow={time}
      aria-valuetext={`${time} s${of === 'decay' ? `, ${Math.round(by.now.sustain * 100)} %` : ''}`}
      onKeyDown={event => by.onKey(of, event)}
      onPointerDown={event => by.begin(of, event)}
      onPointerMove={event => by.pull(of, event)}
      onPointerUp={by.end}
      onPointerCancel={by.cancel}
    >
      <title>{TITLES[of]}</title>
    </circle>
  )
}

export function EnvelopeCurve(props: EnvelopeProps) {
  const pull = usePull(props)
  const line = curve.lineOf(pull.now)
  return (
    <svg
      ref={pull.drawing}
      class="envelope"
      viewBox={`0 0 ${curve.WIDTH} ${curve.HEIGHT}`}
      preserveAspectRatio="none"
      role="group"
      aria-label="Envelope"
    >
      <polygon points={`${line} 0,${curve.high(0)}`} />
      <polyline points={line} />
      {curve.CORNERS.map(corner => (
        <Corner key={corner} of={corner} by={pull} />
      ))}
    </svg>
  )
}
