// What a pointer does on the map: a click plays, a drag moves or turns it or is a lasso, two fingers and the wheel
// zoom.
import { useRef, useState } from 'preact/hooks'
import { playItem, useLasso } from './choosing'
import type { Plane } from './plane'
import type { MapShown } from './usemap'

const HOVERED = 8
const FAR = 3 // pixels that make a drag of a click

interface Place {
  x: number
  y: number
}
interface Drag extends Place {
  isLasso: boolean
  isFar: boolean
}

const placeIn = ({ offsetX: x, offsetY: y }: MouseEvent): Place => ({ x, y })

/** The items at a place of the plane, which was `wide`. */
export interface Hovered extends Place {
  ids: string[]
  wide: number
}

/** The items under the pointer. */
function useHover({ plane, points }: MapShown) {
  const [hover, setHover] = useState<Hovered>()
  const looks = useRef(false)
  const hoverAt = ({ x, y }: Place) => {
    if (looks.current) return // of quick moves some are enough
    const wide = plane.width // before the answer, which may come after the map has gone
    looks.current = true
    plane.near(x, y, HOVERED).then(hits => {
      looks.current = false
      setHover(hits.length && points ? { ids: hits.map(points.idText), x, y, wide } : undefined)
    })
  }
  return { hover, hoverAt, endHover: () => setHover(undefined) }
}

/** One of two fingers moves: the map follows both. */
function pinch(plane: Plane, from: Place, to: Place, other: Place) {
  const distance = ({ x, y }: Place) => Math.hypot(x - other.x, y - other.y)
  plane.shift((to.x - from.x) / 2, (to.y - from.y) / 2)
  plane.zoom(distance(to) / Math.max(1, distance(from)), (to.x + other.x) / 2, (to.y + other.y) / 2)
}

/** A pointer that is down: a click until it has moved far, or a lasso. */
function useDrag(map: MapShown) {
  const { plane, points } = map
  const drag = useRef<Drag>()
  const lasso = useLasso(map)
  const begin = (at: Place, isLasso: boolean) => {
    drag.current = { ...at, isLasso, isFar: false }
  }
  const giveUp = () => {
    drag.current = undefined
    lasso.giveUp()
  }
  const follow = ({ x, y }: Place) => {
    const of = drag.current!
    const [dx, dy] = [x - of.x, y - of.y]
    of.isFar ||= Math.hypot(dx, dy) > FAR
    if (of.isLasso) return lasso.add(x, y)
    if (!of.isFar) return
    plane.drag(dx, dy)
    Object.assign(of, { x, y })
  }
  const end = ({ x, y }: Place) => {
    const of = drag.current
    drag.current = undefined
    if (!of || !points) return
    if (of.isLasso) lasso.select()
    else if (!of.isFar)
      plane.near(x, y, 1).then(([hit]) => {
        if (hit !== undefined) playItem(points.idText(hit))
      })
  }
  /** A finger that is held begins a lasso. */
  const hold = () => {
    if (drag.current && !drag.current.isFar) drag.current.isLasso = true
  }
  return { begin, follow, end, giveUp, hold, isUnderWay: () => drag.current !== undefined, line: lasso.line }
}

/** The handlers of the canvas, and what they show. `lassoing`: each drag is a lasso. */
export function useGestures(map: MapShown, lassoing: boolean) {
  const { plane } = map
  const fingers = useRef(new Map<number, Place>()).current
  const drag = useDrag(map)
  const { hover, hoverAt, endHover } = useHover(map)
  const on = {
    onPointerDown: (event: PointerEvent) => {
      ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
      endHover()
      fingers.set(event.pointerId, placeIn(event))
      if (fingers.size === 1) drag.begin(placeIn(event), event.shiftKey || lassoing)
      else drag.giveUp()
    },
    onPointerMove: (event: PointerEvent) => {
      const at = placeIn(event),
        finger = fingers.get(event.pointerId)
      if (finger && fingers.size === 2) {
        const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place)
        fingers.set(event.pointerId, at)
        pinch(plane, finger, at, other!)
      } else if (drag.isUnderWay()) drag.follow(at)
      else if (!fingers.size) hoverAt(at)
    },
    onPointerUp: (event: PointerEvent) => {
      fingers.delete(event.pointerId)
      drag.end(placeIn(event))
    },
    onPointerCancel: (event: PointerEvent) => {
      fingers.delete(event.pointerId)
      drag.giveUp()
    },
    onPointerLeave: endHover,
    onContextMenu: (event: MouseEvent) => {
      event.preventDefault()
      drag.hold()
    },
    onWheel: (event: WheelEvent) => {
      event.preventDefault()
      plane.zoom(Math.exp(-event.deltaY / 500), event.offsetX, event.offsetY)
    },
  }
  return { hover, line: drag.line, on }
}
