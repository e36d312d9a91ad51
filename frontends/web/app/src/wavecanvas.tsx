// A small waveform with the playback position; a click plays from there.
import type { item } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { useCell } from './cell'
import { idText, num } from './format'
import { hearing, positionOf } from './hear'
import { drawSpectrogram, spectra } from './spectra'
import { settings } from './state'
import { drawWave, waves } from './waves'

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

/** `plain`: a waveform, whatever the person chose. */
export function WaveCanvas({ of, onPart, label, plain }: { of: item; onPart: (part: number) => void; label?: string; plain?: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const line = useRef<HTMLSpanElement>(null)
  const id = idText(of.media.id)
  const spectral = useCell(settings).spectral && !plain
  useCursor(id, line)
  useEffect(() => {
    const draw = () => {
      if (!canvas.current) return
      if (spectral) drawSpectrogram(canvas.current, spectra.of(of))
      else drawWave(canvas.current, waves.of(of), colourOf(canvas.current, '--wave'))
    }
    draw()
    const end = (spectral ? spectra : waves).follow(draw)
    const resized = new ResizeObserver(draw)
    resized.observe(canvas.current!)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', draw)
    return () => { end(); resized.disconnect(); dark.removeEventListener('change', draw) }
  }, [id, num(of.media.revision), spectral])
  const onClick = (event: MouseEvent) => {
    event.stopPropagation()
    onPart(event.offsetX / (event.currentTarget as HTMLElement).clientWidth)
  }
  return (
    <span class="wavebox" onClick={onClick} title={label}>
      <canvas ref={canvas} role="img" aria-label={`${spectral ? 'Spectrogram' : 'Waveform'} of ${of.media.name}`} />
      <span ref={line} class="cursor" hidden />
    </span>
  )
}
