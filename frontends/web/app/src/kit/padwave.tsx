// The waveform of the part of a sound that a pad plays.
import type { item } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { idText } from '../base/format'
import { theme } from '../base/theme'
import { drawWave, waves, type Wave } from '../sound/waves'

/** A part of a waveform, from 0 to 1 of its length. */
const partOf = (of: Wave, from: number, until: number): Wave => {
  const bins = of.low.length
  const first = Math.min(bins - 1, Math.floor(from * bins)),
    end = Math.max(first + 1, Math.ceil(until * bins))
  return { low: of.low.subarray(first, end), high: of.high.subarray(first, end), rms: of.rms?.subarray(first, end) }
}

export function PadWave({ of, from, until }: { of: item; from: number; until: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let drawn: unknown = canvas // nothing yet
    const draw = () => {
      drawn = waves.of(of)
      if (canvas.current)
        drawWave(
          canvas.current,
          waves.of(of)?.map(level => partOf(level, from, until)),
        )
    }
    const resized = new ResizeObserver(draw) // also calls back at first
    resized.observe(canvas.current!)
    const ends = [
      waves.follow(() => {
        if (waves.of(of) !== drawn) draw()
      }),
      theme.follow(draw),
      () => resized.disconnect(),
    ]
    return () => ends.forEach(end => end())
  }, [idText(of.media.id), idText(of.media.content), from, until])
  return <canvas ref={canvas} aria-hidden="true" />
}
