// How an item of the map is chosen: by a click, an arrow key or a lasso.
import { useState } from 'preact/hooks'
import { idBytes } from '../base/format'
import { complain, selected, settings, view } from '../base/state'
import { read } from '../connection/wire'
import { goToItem, keyToItem, listKey } from '../items/list'
import { hear } from '../sound/hear'
import type { MapPoints } from './mappoints'
import type { MapShown } from './usemap'

const ZOOM = 1.25 // of a key
const ZOOMS: Record<string, number> = { '+': ZOOM, '=': ZOOM, '-': 1 / ZOOM }
const WAYS: Record<string, [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

/** Makes it the current item, and plays it. */
export function playItem(id: string, go = goToItem) {
  go(id)
  if (settings.value.preview)
    read('search.get', { id: idBytes(id) }, AbortSignal.timeout(5000)).then(got => {
      if (view.value.at === id) hear(got.item)
    }, complain)
}

/** The line of a lasso, as places on the canvas. The points inside that the query finds become the selection. */
export function useLasso({ plane, points, found }: MapShown) {
  const [line, setLine] = useState<[number, number][]>([])
  const giveUp = () => setLine([])
  const select = async () => {
    giveUp()
    const hits = (await plane.inside(line)).filter(i => !found || found[i])
    if (points) selected.set(new Set(hits.map(points.idText)))
  }
  return { line, add: (x: number, y: number) => setLine(now => [...now, [x, y]]), giveUp, select }
}

/** The nearest point in that direction, of those that are offered; -1: none. */
function nearestAhead(
  { count, x, y }: MapPoints,
  from: { x: number; y: number },
  [wayX, wayY]: [number, number],
  isOffered: (i: number) => boolean,
): number {
  let best = -1,
    least = Infinity
  for (let i = 0; i < count; i++) {
    const dx = x[i]! - from.x,
      dy = y[i]! - from.y,
      ahead = dx * wayX + dy * wayY
    if (ahead <= 0) continue
    const far = dx * dx + dy * dy // squared: this looks at each of many points
    if (far < least && ahead * ahead > far * 0.49 && isOffered(i)) {
      least = far
      best = i
    }
  }
  return best
}

/** Plus and minus zoom; arrow keys go to the nearest point in that direction, with Shift to the nearest that is not
 * selected; others are those of every list. */
export function onMapKey(event: KeyboardEvent, { plane, points, found }: MapShown) {
  const by = ZOOMS[event.key],
    way = WAYS[event.key]
  if (by && !event.ctrlKey && !event.metaKey) plane.zoom(by)
  else if (way && points) {
    const now = points.placeOf(idBytes(view.value.at))
    const from = now === undefined ? plane.look : { x: points.x[now]!, y: points.y[now]! }
    const isTaken = (i: number) => event.shiftKey && selected.value.has(points.idText(i))
    const best = nearestAhead(points, from, way, i => (!found || found[i] === 1) && !isTaken(i))
    if (best >= 0) playItem(points.idText(best), id => keyToItem(id, event.shiftKey))
  } else if (!listKey(event)) return
  event.preventDefault()
  event.stopPropagation()
}
