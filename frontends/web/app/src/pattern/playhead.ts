// The step that sounds, as a frame over each row while the transport runs.
import { useEffect } from 'preact/hooks'
import { num } from '../format'
import { transport } from '../transport'
import { listen } from '../wire'

const BAR = 16

/** The position in steps at a time of the browser, as the engine said it last. */
let known = { steps: 0, perMs: 0, at: 0 }
/** The bar at which the playing pattern began, if it began while this page was open: its steps count from there. */
let began: number | undefined

transport.follow(() => {
  const now = transport.value
  if (!now) return
  known = { steps: num(now.bar) * BAR + num(now.step) + now.phase, perMs: now.running ? now.bpm / 15000 : 0, at: performance.now() }
})
listen('audio.pattern_began', body => { began = num(body.bar) })

/** The step of a row of this length that sounds; -1: none, or it is not known. */
function stepNow(length: number): number {
  if (!transport.value?.running || num(transport.value.counting_in) || (began === undefined && BAR % length)) return -1
  const steps = Math.floor(known.steps + (performance.now() - known.at) * known.perMs) - (began ?? 0) * BAR
  return ((steps % length) + length) % length
}

/** Moves the frame in this line of steps. */
export function usePlayhead(line: { current: HTMLElement | null }, length: number) {
  useEffect(() => {
    let frame = 0, shown = -2
    const draw = () => {
      frame = requestAnimationFrame(draw)
      const at = stepNow(length), head = line.current?.querySelector<HTMLElement>('.playhead')
      if (at === shown || !head) return
      shown = at
      head.hidden = at < 0
      head.style.left = `${(100 * at) / length}%`
      head.style.width = `${100 / length}%`
    }
    draw()
    return () => cancelAnimationFrame(frame)
  }, [length])
}
