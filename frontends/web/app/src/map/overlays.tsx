// What lies over the points of the map: names, labels, the lasso, the legend.
import { useEffect, useMemo, useState } from 'preact/hooks'
import { clean, factText, idBytes } from '../base/format'
import { read } from '../connection/wire'
import type { Scale } from './mapcolours'
import { labelsOf, type MapPoints } from './mappoints'
import type { Plane } from './plane'
import type { Hovered } from './usegestures'

export function Hover({ ids, x, y, wide }: Hovered) {
  const [names, setNames] = useState<string[]>([])
  useEffect(() => {
    const control = new AbortController()
    Promise.all(ids.map(id => read('search.get', { id: idBytes(id) }, control.signal))).then(
      all => setNames(all.map(got => `${clean(got.item.media.name)} · ${factText(got.item, 'class')}`)),
      () => undefined,
    )
    return () => control.abort()
  }, [ids.join()])
  return (
    <ul
      class="hover"
      style={{ ...(x < wide / 2 ? { left: `${x + 14}px` } : { right: `${wide - x + 14}px` }), top: `${y + 14}px` }}
    >
      {names.map((name, i) => (
        <li key={i}>{name}</li>
      ))}
    </ul>
  )
}

/** The names of classes, on a map in the plane. */
export function Labels({ points, plane }: { points: MapPoints; plane: Plane }) {
  const labels = useMemo(() => (points.dimensions === 2 ? labelsOf(points) : []), [points])
  return (
    <>
      {labels.map(label => {
        const [left, top] = plane.toScreen(label.x, label.y)
        return (
          <span key={label.name} class="label" aria-hidden="true" style={{ left: `${left}px`, top: `${top}px` }}>
            {label.name}
          </span>
        )
      })}
    </>
  )
}

export const Lasso = ({ line }: { line: [number, number][] }) =>
  line.length < 2 ? null : (
    <svg class="lasso" aria-hidden="true">
      <polyline points={line.join(' ')} />
    </svg>
  )

export const Legend = ({ of, colour }: { of: Scale; colour: string }) => (
  <ul class="legend" aria-label={`Colours: ${colour}`}>
    {of.legend.map(one => (
      <li key={one.name}>
        <span style={{ background: one.colour }} />
        {one.name}
      </li>
    ))}
  </ul>
)
