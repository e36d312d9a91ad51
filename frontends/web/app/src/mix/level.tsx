// A meter: a level with a peak that is held.
import { useEffect, useRef, useState } from 'preact/hooks'
import { meterDb, METER_LEAST_DB, meterPart } from '../format'

const HOLD_MS = 1500

/** A level with a peak that is held. `part`: how much of the meter a linear level fills. */
export function Level({ value, label, part = meterPart }: { value: number; label: string; part?: (linear: number) => number }) {
  const [held, hold] = useState(0)
  const timer = useRef(0)
  useEffect(() => {
    if (value < held || value === 0) return
    hold(value)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => hold(0), HOLD_MS)
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const peak = Math.max(held, value)
  return (
    <span class="level" role="meter" aria-label={label} aria-valuemin={METER_LEAST_DB} aria-valuemax={0} aria-valuenow={meterDb(value)}>
      <span class="bar" style={{ clipPath: `inset(${100 - part(value) * 100}% 0 0 0)` }} data-part={part(value)} />
      <span class="peak" hidden={part(peak) === 0} style={{ bottom: `${part(peak) * 100}%` }} data-part={part(peak)} />
    </span>
  )
}
