// A small waveform with the playback position; a click plays from there.
import type { item } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { idText, num } from './format'
import { hearing, positionOf } from './hear'
import { drawWave, followWaves, waveOf } from './waves'

const colourOf = (of: Element, name: string) => getComputedStyle(of).getPropertyValue(name)

/** Moves the line over the canvas while the item sounds. */
function useCursor(id: string, line: { current: HTMLSpanElement | null }) {
  useEffect(() => {
    let frame = 0
    const draw = () => {
      const now = hearing.value
      const mine = now?.id === id
      if (line.current) {
        line.current.hidden = !mine
        if (mine && now.frames > 0) line.current.style.left = `${(100 * positionOf(now)) / now.frames}%`
      }
      frame = mine ? requestAnimationFrame(draw) : 0
    }
    const begin = () => { if (!frame) draw() }
    begin()
    const end = hearing.follow(begin)
    return () => { end(); cancelAnimationFrame(frame) }
  }, [id])
}

export function WaveCanvas({ of, onPart, label }: { of: item; onPart: (part: number) => void; label?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const line = useRef<HTMLSpanElement>(null)
  const id = idText(of.media.id)
  useCursor(id, line)
  useEffect(() => {
    const draw = () => { if (canvas.current) drawWave(canvas.current, waveOf(of), colourOf(canvas.current, '--wave')) }
    draw()
    const end = followWaves(draw)
    const resized = new ResizeObserver(draw)
    resized.observe(canvas.current!)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', draw)
    return () => { end(); resized.disconnect(); dark.removeEventListener('change', draw) }
  }, [id, num(of.media.revision)])
  const onClick = (event: MouseEvent) => {
    event.stopPropagation()
    onPart(event.offsetX / (event.currentTarget as HTMLElement).clientWidth)
  }
  return (
    <span class="wavebox" onClick={onClick} title={label}>
      <canvas ref={canvas} role="img" aria-label={`Waveform of ${of.media.name}`} />
      <span ref={line} class="cursor" hidden />
    </span>
  )
}
