// A small waveform with the playback position; a click plays from there, a pull repeats the part.
import type { item } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { useCell } from '../base/cell'
import { factText, idText, num } from '../base/format'
import { hearing, positionOf, region } from './hear'
import { brightnessOf, drawSpectrogram, spectra } from './spectra'
import { settings } from '../base/state'
import { brightColour, classColour, theme } from '../base/theme'
import { drawWave, waves } from './waves'

const FRAME_MS = 1000 / 30

/** Moves the line over the canvas while the item sounds, by whole pixels, 30 times a second at most. In a long sound it
 * rests for longer. */
function useCursor(id: string, line: { current: HTMLSpanElement | null }) {
  useEffect(() => {
    let timer = 0,
      shown = ''
    const draw = () => {
      timer = 0
      const now = hearing.value,
        of = line.current
      if (!of) return
      of.hidden = now?.id !== id
      if (now?.id !== id || now.frames <= 0) return
      const width = of.parentElement!.clientWidth
      const moved = `translateX(${Math.round((width * positionOf(now)) / now.frames)}px)`
      if (shown !== moved) of.style.transform = shown = moved
      const rests = now.frames / now.rate / width // ms for each pixel
      timer = window.setTimeout(draw, Math.max(FRAME_MS, Math.min(rests / 2, 1000)))
    }
    const begin = () => {
      clearTimeout(timer)
      draw()
    }
    begin()
    const end = hearing.follow(begin)
    return () => {
      end()
      clearTimeout(timer)
    }
  }, [id])
}

const BLENDED = 48 // colours of a waveform

function brightColours(of: item): string[] {
  const got = spectra.of(of)
  return got?.columns ? brightnessOf(got, Math.min(BLENDED, got.columns)).map(brightColour) : []
}

interface Drawn {
  spectral: boolean
  bright: boolean
  colour: string
}

/** Draws the picture of the item, and again when it comes, and after a change of the size or the theme. */
function usePicture(of: item, { spectral, bright, colour }: Drawn) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const found = () => (spectral ? [spectra.of(of)] : [waves.of(of), bright && spectra.of(of)])
    let drawn: unknown[] = []
    const draw = () => {
      if (!canvas.current) return
      drawn = found()
      if (spectral) drawSpectrogram(canvas.current, spectra.of(of))
      else drawWave(canvas.current, waves.of(of), bright ? brightColours(of) : [])
    }
    const look = () => {
      if (found().some((one, i) => one !== drawn[i])) draw()
    }
    const ends = [waves.follow(look), spectra.follow(look), theme.follow(draw)]
    const resized = new ResizeObserver(draw) // also calls back at first
    resized.observe(canvas.current!)
    return () => {
      ends.forEach(end => end())
      resized.disconnect()
    }
  }, [idText(of.media.id), num(of.media.revision), spectral, bright, colour])
  return canvas
}

const PULL = 6 // pixels that make a pull of a click

type Part = (part: number) => void
type Between = (from: number, end: number) => void

/** A click calls `onPart`, a pull `onBetween`. */
function usePull(onPart: Part, onBetween: Between | undefined) {
  const pulled = useRef<number>()
  const partOf = (event: PointerEvent | MouseEvent) => {
    const box = event.currentTarget as HTMLElement
    return (event.clientX - box.getBoundingClientRect().left) / box.clientWidth
  }
  return {
    onPointerDown: (event: PointerEvent) => {
      pulled.current = partOf(event)
      if (onBetween) (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
    },
    onPointerUp: (event: PointerEvent) => {
      const from = pulled.current
      pulled.current = undefined
      if (from === undefined || event.button) return
      const far = Math.abs(partOf(event) - from) * (event.currentTarget as HTMLElement).clientWidth >= PULL
      if (far && onBetween) onBetween(from, partOf(event))
      else onPart(from)
    },
    onPointerCancel: () => {
      pulled.current = undefined
    },
  }
}

/** The part of the item that repeats. */
function Region({ id, frames }: { id: string; frames: number }) {
  const part = useCell(region, of => (of?.id === id ? of : undefined))
  if (!part || frames <= 0) return null
  const percent = (count: number) => `${(100 * count) / frames}%`
  return <span class="region" style={{ left: percent(part.from), width: percent(part.end - part.from) }} />
}

interface WaveProps {
  of: item
  onPart: Part
  onBetween?: Between
  label?: string
  plain?: boolean // a waveform, whatever the person chose
}

export function WaveCanvas({ of, onPart, onBetween, label, plain }: WaveProps) {
  const line = useRef<HTMLSpanElement>(null)
  const id = idText(of.media.id)
  const spectral = useCell(settings, of => of.spectral) && !plain
  const bright = useCell(settings, of => of.bright) && !spectral
  const colour = classColour(factText(of, 'class'))
  useCursor(id, line)
  const canvas = usePicture(of, { spectral, bright, colour })
  return (
    <span class="wavebox" title={label} onClick={event => event.stopPropagation()} {...usePull(onPart, onBetween)}>
      <Region id={id} frames={num(of.media.frames)} />
      <canvas
        ref={canvas}
        style={{ color: colour }}
        role="img"
        aria-label={`${spectral ? 'Spectrogram' : 'Waveform'} of ${of.media.name}`}
      />
      <span ref={line} class="cursor" hidden />
    </span>
  )
}
