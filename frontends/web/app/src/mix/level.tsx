// A meter: a level with a peak that is held. It moves by transforms alone.
import { useEffect, useRef } from 'preact/hooks'
import { meterDb, METER_LEAST_DB, meterPart } from '../base/format'
import { useLevels } from '../connection/levels'

const HOLD_MS = 1500
const LINE = 2 // pixels of the peak

/** `part`: how much of the meter a linear level fills. */
export function Level({
  bus,
  side,
  label,
  part = meterPart,
}: {
  bus: string
  side: 'left' | 'right'
  label: string
  part?: (linear: number) => number
}) {
  const box = useRef<HTMLSpanElement>(null)
  const held = useRef({ peak: 0, timer: 0 }).current
  const parts = () => [...box.current!.children] as [HTMLElement, HTMLElement, HTMLElement]
  const showPeak = (value: number) => {
    const at = part(Math.max(held.peak, value)),
      [, , line] = parts()
    line.hidden = at === 0
    line.style.transform = `translateY(calc(${-100 * at}% + ${LINE * at}px))`
  }
  useLevels(
    all => {
      const value = all.get(bus)?.[`peak_${side}`] ?? 0
      if (value > 0 && value >= held.peak) {
        held.peak = value
        clearTimeout(held.timer)
        held.timer = window.setTimeout(() => {
          held.peak = 0
          showPeak(0)
        }, HOLD_MS)
      }
      showPeak(value)
      const [bar, rest] = parts()
      bar.hidden = part(value) === 0
      rest.style.transform = `scaleY(${1 - part(value)})` // it covers the upper part of the bar
      box.current!.setAttribute('aria-valuenow', String(meterDb(value)))
    },
    [bus, side],
  )
  useEffect(() => () => clearTimeout(held.timer), [])
  return (
    <span
      ref={box}
      class="level"
      role="meter"
      aria-label={label}
      aria-valuemin={METER_LEAST_DB}
      aria-valuemax={0}
      aria-valuenow={METER_LEAST_DB}
    >
      <span class="bar" hidden />
      <span class="rest" />
      <span class="peak" hidden />
    </span>
  )
}
