// What the map has: its points, their colours, what the query finds, and the drawing of all that.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useCell, useLoaded } from '../base/cell'
import { idBytes } from '../base/format'
import { complain, selected, view } from '../base/state'
import { theme } from '../base/theme'
import { arrived } from '../items/result'
import { scaleOf, type Scale } from './mapcolours'
import { loadColours, loadFound, loadMap, type MapPoints, type Values } from './mappoints'
import { Plane } from './plane'

const LOADING = 'Loading the map…'
const UNDRAWN =
  'This browser has no WebGL2, which draws the points of the map. Table and Waveforms list the same items.'
const UNSEARCHED =
  'This browser cannot search the map, so a click or a lasso finds no points. The arrow keys go to them. ' +
  'Open the page again.'

/** The plane on the canvas, and a note if it cannot be searched. */
function usePlane() {
  const canvas = useRef<HTMLCanvasElement>(null)
  const plane = useMemo(() => new Plane(), [])
  const [unsearched, setUnsearched] = useState('')
  useEffect(() => plane.begin(canvas.current!, () => setUnsearched(UNSEARCHED)), [])
  return { canvas, plane, unsearched }
}

/** The points, and a note until they are drawn. */
function usePoints(plane: Plane): [MapPoints | undefined, string] {
  const dimensions = useCell(view, of => of.dimensions)
  const [points, setPoints] = useState<MapPoints>()
  const [note, setNote] = useState(LOADING)
  useEffect(() => {
    const control = new AbortController()
    loadMap(dimensions, control.signal, setNote).then(
      got => {
        plane.take(got)
        setPoints(got)
        setNote(plane.works ? '' : UNDRAWN)
      },
      error => {
        complain(error)
        setNote(error.code === 'aborted' ? '' : String(error.message))
      },
    )
    return () => control.abort()
  }, [dimensions])
  return [points, note]
}

function useScale(points: MapPoints | undefined): Scale | undefined {
  const colour = useCell(view, of => of.colour)
  const shown = useCell(theme)
  const [values, setValues] = useState<Values>()
  useEffect(() => {
    const control = new AbortController()
    setValues(undefined)
    if (points && colour !== 'class') loadColours(points, colour, control.signal).then(setValues, complain)
    return () => control.abort()
  }, [points, colour])
  return useMemo(() => points && scaleOf(points, values), [points, values, shown])
}

/** A 1 for each point that the query finds; undefined: it finds all. */
function useFound(points: MapPoints | undefined): Uint8Array | undefined {
  const { query, scope, folder } = useCell(view)
  const [found, setFound] = useState<Uint8Array>()
  useLoaded(
    async signal => {
      if (points && (query || folder || scope !== 'combined'))
        await loadFound(points, { query, scope, folder }, signal).then(setFound, () => {
          if (!signal.aborted) setFound(undefined)
        })
      else setFound(undefined)
    },
    arrived,
    [points, query, scope, folder],
  )
  return found
}

/** All that the map shows, drawn again when a part of it changes. */
export function useMap() {
  const { canvas, plane, unsearched } = usePlane()
  const [points, note] = usePoints(plane)
  const scale = useScale(points)
  const found = useFound(points)
  const at = useCell(view, of => of.at)
  const chosen = useCell(selected)
  useEffect(() => {
    if (points && scale) plane.colour(points, scale)
  }, [points, scale])
  useEffect(() => {
    if (points) plane.shine(points, found)
  }, [points, found])
  useEffect(() => {
    if (points) plane.mark([at, ...chosen].flatMap(id => points.placeOf(idBytes(id)) ?? []))
  }, [points, at, chosen])
  return { canvas, plane, points, scale, found, note: note || unsearched }
}

export type MapShown = Pick<ReturnType<typeof useMap>, 'plane' | 'points' | 'found'>
