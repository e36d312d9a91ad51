// The worker of the map: a grid of cells over the points, for hit tests, neighbours and the lasso. Of a map in space
// the places are those on the plane of the screen, and the grid is made again after a turn.
import type { Turn } from './mapgl'

interface Points {
  x: Float32Array
  y: Float32Array
}
export type Question =
  | { kind: 'points'; x: Float32Array; y: Float32Array; z: Float32Array }
  | { kind: 'turn'; turn: Turn }
  | { kind: 'near'; n: number; x: number; y: number; within: number; count: number }
  | { kind: 'lasso'; n: number; path: number[] }
export interface Reply {
  n: number
  hits: number[]
}

const CELLS = 128
let given: Points & { z: Float32Array } = { x: new Float32Array(), y: new Float32Array(), z: new Float32Array() }
let points: Points = { x: new Float32Array(), y: new Float32Array() }
let cells: number[][] = []
let low = [0, 0],
  size = [1, 1]

const cellOf = (value: number, axis: number) =>
  Math.max(0, Math.min(CELLS - 1, Math.floor(((value - low[axis]!) / size[axis]!) * CELLS)))

function span(values: Float32Array): [number, number] {
  let least = Infinity,
    most = -Infinity
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return values.length ? [least, Math.max(most - least, 1e-6)] : [0, 1]
}

function build(x: Float32Array, y: Float32Array) {
  points = { x, y }
  const [lowX, sizeX] = span(x),
    [lowY, sizeY] = span(y)
  low = [lowX, lowY]
  size = [sizeX, sizeY]
  cells = Array.from({ length: CELLS * CELLS }, () => [])
  for (let i = 0; i < x.length; i++) cells[cellOf(y[i]!, 1) * CELLS + cellOf(x[i]!, 0)]!.push(i)
}

function* inCells(left: number, right: number, bottom: number, top: number) {
  for (let row = cellOf(bottom, 1); row <= cellOf(top, 1); row++)
    for (let column = cellOf(left, 0); column <= cellOf(right, 0); column++) yield* cells[row * CELLS + column]!
}

/** The points within the distance, the nearest first. */
function near(x: number, y: number, within: number, count: number): number[] {
  const found: [number, number][] = []
  let last = within
  if (cells.length)
    for (const i of inCells(x - within, x + within, y - within, y + within)) {
      const distance = Math.hypot(points.x[i]! - x, points.y[i]! - y)
      if (distance > last || (distance === last && found.length === count)) continue
      let at = found.length
      while (at > 0 && found[at - 1]![0] > distance) at--
      found.splice(at, 0, [distance, i])
      if (found.length > count) found.pop()
      if (found.length === count) last = found[count - 1]![0]
    }
  return found.map(one => one[1])
}

function isInside(x: number, y: number, path: number[]): boolean {
  let inside = false
  for (let i = 0, j = path.length - 2; i < path.length; j = i, i += 2) {
    const xi = path[i]!,
      yi = path[i + 1]!,
      xj = path[j]!,
      yj = path[j + 1]!
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}

function lasso(path: number[]): number[] {
  const xs = path.filter((_, i) => i % 2 === 0),
    ys = path.filter((_, i) => i % 2)
  const hits: number[] = []
  if (cells.length && path.length >= 6)
    for (const i of inCells(Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)))
      if (isInside(points.x[i]!, points.y[i]!, path)) hits.push(i)
  return hits
}

/** The same as the shader of the map does. */
function lay({ x, y, turn, tilt }: Turn) {
  const across = new Float32Array(given.x.length),
    up = new Float32Array(given.x.length)
  const [cosTurn, sinTurn, cosTilt, sinTilt] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)]
  for (let i = 0; i < across.length; i++) {
    const right = given.x[i]! - x,
      deep = given.z[i]!
    across[i] = right * cosTurn + deep * sinTurn
    up[i] = (given.y[i]! - y) * cosTilt - (deep * cosTurn - right * sinTurn) * sinTilt
  }
  build(across, up)
}

self.onmessage = (event: MessageEvent<Question>) => {
  const of = event.data
  if (of.kind === 'points') {
    given = of
    build(of.x, of.y)
  } else if (of.kind === 'turn') lay(of.turn)
  else
    self.postMessage({
      n: of.n,
      hits: of.kind === 'near' ? near(of.x, of.y, of.within, of.count) : lasso(of.path),
    } satisfies Reply)
}
