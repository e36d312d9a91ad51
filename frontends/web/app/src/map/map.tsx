// The map: each item a point, near those that sound alike. A click plays; drag moves or turns, the wheel zooms, a drag
// with Shift is a lasso. The query dims what it does not find.
import { useMemo, useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { view } from '../base/state'
import { useSparks } from '../connection/hits'
import { onMapKey } from './choosing'
import { MapBar } from './mapbar'
import { Hover, Labels, Lasso, Legend } from './overlays'
import { useGestures } from './usegestures'
import { useMap } from './usemap'

const marksIn = (found: Uint8Array) => found.reduce((sum, one) => sum + one, 0)

export function MapView() {
  const map = useMap()
  const { canvas, plane, points, scale, found, note } = map
  const moved = useCell(plane.moves)
  const colour = useCell(view, of => of.colour)
  const [lassoing, setLassoing] = useState(false)
  const { hover, line, on } = useGestures(map, lassoing)
  const foundCount = useMemo(() => found && marksIn(found), [found])
  const sparks = useSparks(id => {
    const i = points?.placeOf(id)
    return i === undefined ? undefined : plane.placeOf(points!, i)
  })
  return (
    <main class="map" tabIndex={-1} data-points={points?.count} data-moved={moved} data-found={foundCount}>
      <h1 class="unseen">Map</h1>
      <MapBar plane={plane} points={points} lassoing={lassoing} setLassoing={setLassoing} />
      <div ref={sparks} class="plane">
        <canvas
          ref={canvas}
          tabIndex={0}
          data-list
          role="application"
          aria-label="Map of the items; arrow keys go to the next point and play it"
          onKeyDown={event => onMapKey(event, map)}
          {...on}
        />
        {points && <Labels points={points} plane={plane} />}
        <Lasso line={line} />
        {hover && <Hover {...hover} />}
        {note && (
          <p class="note" role="status">
            {note}
          </p>
        )}
        {scale && <Legend of={scale} colour={colour} />}
      </div>
    </main>
  )
}
