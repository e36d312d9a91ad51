// The step that sounds, as a frame over each row while the transport runs.
import { useEffect } from 'preact/hooks'
import { num } from '../base/format'
import { transport } from '../frame/transport'
import { listen } from '../connection/wire'

const BAR = 16
const FRAME_MS = 1000 / 30
const JUMP = 2 // steps: a position that is further from the one before was gone to
const CLOCK_BACK = 480000 // frames: the audio clock of another engine

/** The position in steps at a time of the browser and of the audio clock, as the engine said it last. */
let known = { steps: 0, perMs: 0, at: 0, frame: 0, perFrame: 0 }
/** The bar at which the playing pattern began, if it began while this page was open: its steps count from there.
 * `frame`: when. */
let began: { bar: number; frame: number } | undefined

/** After the transport went somewhere, steps count from bar 0. An answer from before the pattern began says nothing
 * about it. */
function lookForJump(steps: number, frame: number) {
  if (!known.at || (began && frame < began.frame)) return
  const jumps = Math.abs(steps - known.steps - (frame - known.frame) * known.perFrame) > JUMP
  if (jumps || (began && steps < began.bar * BAR)) began = { bar: 0, frame }
}

transport.follow(() => {
  const now = transport.value
  if (!now) return
  const steps = num(now.bar) * BAR + num(now.step) + now.phase,
    frame = num(now.frame),
    perSecond = now.running ? now.bpm / 15 : 0
  if (known.frame - frame > CLOCK_BACK) began = undefined
  if (!num(now.counting_in)) lookForJump(steps, frame)
  known = {
    steps,
    perMs: perSecond / 1000,
    at: performance.now(),
    frame,
    perFrame: now.moment ? perSecond / now.moment.rate : 0,
  }
  if (!drawing) draw()
})
listen('audio.pattern_began', body => {
  if (!began || num(body.frame) > began.frame) began = { bar: num(body.bar), frame: num(body.frame) }
})

/** The step of a row of this length that sounds; -1: none, or it is not known. */
function stepNow(length: number): number {
  if (!transport.value?.running || num(transport.value.counting_in) || (!began && BAR % length)) return -1
  const steps = Math.floor(known.steps + (performance.now() - known.at) * known.perMs) - (began?.bar ?? 0) * BAR
  return ((steps % length) + length) % length
}

const heads = new Set<() => void>()
let drawing = 0

/** Moves all frames, 30 times a second while the transport runs. */
function draw() {
  heads.forEach(move => move())
  drawing = heads.size && transport.value?.running ? window.setTimeout(draw, FRAME_MS) : 0
}

/** Moves the frame in this line of steps. */
export function usePlayhead(line: { current: HTMLElement | null }, length: number) {
  useEffect(() => {
    let shown = -2
    const move = () => {
      const at = stepNow(length),
        head = line.current?.querySelector<HTMLElement>('.playhead')
      if (at === shown || !head) return
      shown = at
      head.hidden = at < 0
      head.style.width = `${100 / length}%`
      head.style.transform = `translateX(${100 * at}%)`
    }
    heads.add(move)
    if (!drawing) draw()
    return () => {
      heads.delete(move)
    }
  }, [length])
}
