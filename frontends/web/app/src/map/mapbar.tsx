// What is chosen above the map: plane or space, the fact that colours the points, the lasso.
import { useCell } from '../base/cell'
import { counted } from '../base/format'
import { selected, show, view } from '../base/state'
import { TypedField } from '../base/typedfield'
import type { MapShown } from './usemap'

const COLOURS = [
  'class',
  'family',
  'key',
  'pack',
  'tag',
  'bpm',
  'lufs',
  'duration_s',
  'centroid_hz',
  'peak_dbfs',
  'onsets',
  'rating',
]

function ColourChoice({ put }: { put: (colour: string) => void }) {
  const colour = useCell(view, of => of.colour)
  return (
    <>
      <label>
        Colour by any fact{' '}
        <TypedField
          list="colours"
          size={12}
          value={colour}
          onFocus={event => event.currentTarget.select()}
          put={typed => put(typed.trim() || 'class')}
        />
      </label>
      <datalist id="colours">
        {COLOURS.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  )
}

interface MapBarProps extends Pick<MapShown, 'plane' | 'points'> {
  lassoing: boolean
  setLassoing: (on: boolean) => void
}

export function MapBar({ plane, points, lassoing, setLassoing }: MapBarProps) {
  const dimensions = useCell(view, of => of.dimensions)
  const chosen = useCell(selected)
  const colourBy = (colour: string) => {
    show({ colour })
    plane.move({})
  }
  return (
    <p class="buttons">
      <button aria-pressed={dimensions === 2} onClick={() => show({ dimensions: 2 })}>
        2-D
      </button>
      <button aria-pressed={dimensions === 3} onClick={() => show({ dimensions: 3 })}>
        3-D
      </button>
      <ColourChoice put={colourBy} />
      <button onClick={() => points && plane.seeAll(points)}>Whole map</button>
      <button
        aria-pressed={lassoing}
        title="A drag selects. Without it: Shift and drag, or hold a finger and drag"
        onClick={() => setLassoing(!lassoing)}
      >
        Lasso
      </button>
      <span class="quiet">
        Shift and drag: lasso{points && ` · ${counted(points.count, 'point')}`}
        {chosen.size > 0 && ` · ${chosen.size.toLocaleString('en')} selected`}
      </span>
    </p>
  )
}
