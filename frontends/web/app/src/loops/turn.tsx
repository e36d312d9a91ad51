// How far a loop is in its turn.
import type { loop } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { useCell } from '../base/cell'
import { num } from '../base/format'
import * as asks from './loops'

/** The second of a turn in which this second of the file is heard: the turn plays parts of the file, as its actions
 * say. */
function turnAt(of: loop, seconds: number): number {
  const { start_frame, rate } = of.music_context!
  const lines = of.actions.split('\n').map(line => line.split(' '))
  for (let i = 0; i < lines.length; i++) {
    const [begin, verb, value = ''] = lines[i]!
    const from = verb === 'play' ? Number(value.split('@')[1]) / rate : verb === 'seek' ? Number(value) / rate : NaN
    const end =
      lines.slice(i + 1).find(line => ['play', 'seek', 'stop', 'pause'].includes(line[1] ?? ''))?.[0] ?? of.duration
    if (seconds >= from && seconds <= from + Number(end) - Number(begin)) return Number(begin) + seconds - from
  }
  return seconds - num(start_frame) / rate
}

/** How far a loop is in its turn, 0 to 1; -1: it does not play. */
function partOf(of: loop, head: asks.Head | undefined): number {
  const seconds = num(of.duration)
  if (of.state !== 'playing' || !head || !of.music_context || !(seconds > 0)) return -1
  const within = (turnAt(of, head.seconds) + (performance.now() - head.at) / 1000) % seconds
  return (within < 0 ? within + seconds : within) / seconds
}

export function Turn({ of, name }: { of: loop | undefined; name: string }) {
  const bar = useRef<HTMLSpanElement>(null)
  const number = Number(name.slice(1)) - 1
  const head = useCell(asks.heads, all => all.get(number))
  const plays = of?.state === 'playing' && head !== undefined
  useEffect(() => {
    let frame = 0
    const draw = () => {
      if (bar.current)
        bar.current.style.transform = `scaleX(${plays ? Math.max(0, partOf(of, asks.heads.value.get(number))) : 0})`
      if (plays) frame = requestAnimationFrame(draw)
    }
    draw()
    return () => cancelAnimationFrame(frame)
  }, [of, plays])
  const part = of ? partOf(of, head) : -1
  return (
    <span
      class="turn"
      role="progressbar"
      aria-label={`Turn of ${name}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={part < 0 ? 0 : Math.round(part * 100)}
    >
      <span ref={bar} class="bar" />
    </span>
  )
}
