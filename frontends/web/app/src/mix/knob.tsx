// A knob: a pull up or down turns it, with Shift finely; a double click sets its usual value. The slider inside takes
// keys.
import { useRef } from 'preact/hooks'

const TURN = 160 // pixels of a pull from one end to the other
const FINE = 0.2
const ARC = 270 // degrees

interface KnobProps {
  label: string
  value: number
  least: number
  most: number
  by: number
  usual: number
  known: boolean
  put: (to: number) => void
}

/** A point of the rim at this part of the way. */
function rim(part: number): string {
  const angle = ((part * ARC - ARC / 2 - 90) * Math.PI) / 180
  return `${(16 + 12 * Math.cos(angle)).toFixed(2)} ${(16 + 12 * Math.sin(angle)).toFixed(2)}`
}

function arc(one: number, other: number): string {
  const [from, to] = one < other ? [one, other] : [other, one]
  return `M ${rim(from)} A 12 12 0 ${(to - from) * ARC > 180 ? 1 : 0} 1 ${rim(to)}`
}

/** A part of the way, with its side if there is a middle. */
function valueText(value: number, least: number): string {
  const part = `${Math.round(Math.abs(value) * 100)} %`
  return least === 0 ? part : value === 0 ? 'middle' : `${part} ${value < 0 ? 'left' : 'right'}`
}

export function Knob({ label, value, least, most, by, usual, known, put }: KnobProps) {
  const pulled = useRef<{ y: number; value: number }>()
  const part = (of: number) => (of - least) / (most - least)
  const pull = (event: PointerEvent) => {
    const from = pulled.current
    if (!from || event.clientY === from.y) return
    const to = from.value + ((from.y - event.clientY) / TURN) * (most - least) * (event.shiftKey ? FINE : 1)
    pulled.current = { y: event.clientY, value: Math.max(least, Math.min(most, to)) }
    put(Math.round(pulled.current.value / by) * by)
  }
  const press = (event: PointerEvent) => {
    if (!known || event.button) return
    ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
    pulled.current = { y: event.clientY, value }
  }
  const end = () => {
    pulled.current = undefined
  }
  return (
    <label
      class="knob"
      title={`${label}: pull up or down, with Shift finely; a double click: ${usual}`}
      onPointerDown={press}
      onPointerMove={pull}
      onPointerUp={end}
      onPointerCancel={end}
      onDblClick={() => known && put(usual)}
    >
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d={arc(0, 1)} />
        <path class="turned" d={arc(part(usual), part(value))} />
        <path class="hand" d={`M 16 16 L ${rim(part(value))}`} />
      </svg>
      <input
        type="range"
        aria-valuetext={valueText(value, least)}
        disabled={!known}
        min={least}
        max={most}
        step={by}
        value={value}
        onInput={event => put(Number(event.currentTarget.value))}
      />
      <span>{label}</span>
    </label>
  )
}
