// The levels that the engine sends while there is sound, for all meters of the page.
import type { meter } from 'loophole'
import { useEffect } from 'preact/hooks'
import { Cell } from '../base/cell'
import { listen } from './wire'

const SILENT_MS = 300

/** The level of each channel. Without an event for a while all are silent. */
export const levels = new Cell<Map<string, meter>>(new Map())

let timer = 0
listen('audio.levels', body => {
  levels.set(new Map((body.meters ?? []).map(one => [one.bus, one])))
  clearTimeout(timer)
  timer = window.setTimeout(() => levels.set(new Map()), SILENT_MS)
})

/** Calls `move` with each new levels while the component is shown: what only moves is not drawn again. */
export function useLevels(move: (of: Map<string, meter>) => void, deps: unknown[]) {
  useEffect(() => {
    const call = () => move(levels.value)
    call()
    return levels.follow(call)
  }, deps)
}
