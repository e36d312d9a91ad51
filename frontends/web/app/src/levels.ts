// The levels that the engine sends while there is sound, for all meters of the page.
import type { meter } from 'loophole'
import { Cell } from './cell'
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
