// A step of a row: a click sets it, a second one makes it an accent; its height is its velocity, which a pull up or
// down changes.
import { useRef, useState } from 'preact/hooks'

const NEXT: Record<string, string> = { '.': 'x', x: 'X', X: '.' }
const WORDS: Record<string, string> = { '.': 'off', x: 'on', X: 'accent' }
const PULL = 4 // pixels: less is a click
const WHOLE = 80 // pixels from silence to full velocity
const LEAST = 0.05

interface StepProps {
  kind: string
  at: number
  level: number
  press: (to: string) => void
  pull: (level: number) => void
}

/** What is pulled is shown at once, and sent when it is let go. */
function usePull(kind: string, level: number, pull: (level: number) => void) {
  const from = useRef<number>()
  const wasPulled = useRef(false)
  const [pulled, setPulled] = useState<number>()
  const at = (event: PointerEvent) => Math.max(LEAST, Math.min(1, level + (from.current! - event.clientY) / WHOLE))
  const end = () => {
    from.current = undefined
    setPulled(undefined)
  }
  return {
    shown: pulled ?? level,
    /** Was the press that ends now a pull? Then it is no click. */
    takeClick: () => {
      const was = wasPulled.current
      wasPulled.current = false
      return was
    },
    on: {
      onPointerDown: (event: PointerEvent) => {
        wasPulled.current = false
        if (event.button === 0 && kind !== '.') from.current = event.clientY
      },
      onPointerMove: (event: PointerEvent) => {
        if (from.current === undefined || (pulled === undefined && Math.abs(from.current - event.clientY) < PULL))
          return
        ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
        wasPulled.current = true
        setPulled(at(event))
      },
      onPointerUp: (event: PointerEvent) => {
        if (pulled !== undefined) pull(Math.round(at(event) * 100) / 100)
        end()
      },
      onPointerCancel: end,
    },
  }
}

export function Step({ kind, at, level, press, pull }: StepProps) {
  const { shown, takeClick, on } = usePull(kind, level, pull)
  return (
    <button
      tabIndex={at ? -1 : 0}
      class={`step ${WORDS[kind]} ${at % 4 === 0 ? 'beat' : ''} ${at % 8 > 3 ? 'shade' : ''}`}
      style={kind === '.' ? undefined : { '--level': `${Math.round(shown * 100)}%` }}
      {...on}
      onClick={() => {
        if (!takeClick()) press(NEXT[kind]!)
      }}
      onContextMenu={event => {
        event.preventDefault()
        press(kind === 'X' ? 'x' : 'X')
      }}
      title={kind === '.' ? undefined : `Velocity ${Math.round(shown * 100)} %: pull up or down`}
      aria-label={`Step ${at + 1}: ${WORDS[kind]}`}
    />
  )
}
