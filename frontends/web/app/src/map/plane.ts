// Draws the points of the map on a canvas, from a look that a person can move, and finds points by their places on the
// canvas, in pixels.
import { Cell } from '../base/cell'
import { DIM, MISSING, PLAIN, Points, type Look } from './mapgl'
import type { MapPoints } from './mappoints'
import { MapSearch } from './mapsearch'
import type { Scale } from './mapcolours'

const AHEAD: Look = { x: 0, y: 0, scale: 1, whole: 1, turn: 0, tilt: 0 }
const IN_SPACE = { turn: 0.5, tilt: 0.4 }
const REACH = 14 // pixels around a place

/** The look that has all points. */
function wholeOf({ count, x, y }: MapPoints): Look {
  if (!count) return AHEAD
  let left = Infinity,
    right = -Infinity,
    bottom = Infinity,
    top = -Infinity
  for (let i = 0; i < count; i++) {
    left = Math.min(left, x[i]!)
    right = Math.max(right, x[i]!)
    bottom = Math.min(bottom, y[i]!)
    top = Math.max(top, y[i]!)
  }
  const scale = 1.8 / Math.max(right - left, top - bottom, 1e-3)
  return { ...AHEAD, x: (left + right) / 2, y: (bottom + top) / 2, scale, whole: scale }
}

export class Plane {
  /** Raised when the map has moved. */
  readonly moves = new Cell(0)
  look = AHEAD
  private inSpace = false
  private canvas: HTMLCanvasElement | undefined
  private points: Points | undefined
  private search: MapSearch | undefined

  /** Begins to draw; returns what ends that. */
  begin(canvas: HTMLCanvasElement, onSearchFails: () => void): () => void {
    this.canvas = canvas
    this.points = new Points(canvas)
    this.search = new MapSearch(onSearchFails)
    const resized = new ResizeObserver(() => this.move({}))
    resized.observe(canvas)
    return () => {
      resized.disconnect()
      this.points?.end()
      this.search?.end()
    }
  }

  /** False if this browser cannot draw it. */
  get works() {
    return this.points?.works ?? false
  }
  get width() {
    return this.canvas?.clientWidth ?? 1
  }
  /** Its size in pixels, and the pixels of a unit of the map. */
  private get frame() {
    const { width, height } = this.canvas?.getBoundingClientRect() ?? { width: 1, height: 1 }
    return { width, height, unit: (this.look.scale * Math.min(width, height)) / 2 }
  }

  // ---- what is drawn ----

  /** Other points, which are not drawn before they have colours. */
  take(of: MapPoints) {
    this.inSpace = of.dimensions === 3
    this.look = { ...wholeOf(of), ...(this.inSpace && IN_SPACE) }
    this.search?.take(of)
  }

  colour({ count, x, y, z }: MapPoints, scale: Scale) {
    const place = new Float32Array(count * 3),
      colours = new Float32Array(count * 3)
    for (let i = 0; i < count; i++) {
      const at = 3 * i,
        [red, green, blue] = scale.of(i)
      place[at] = x[i]!
      place[at + 1] = y[i]!
      place[at + 2] = z[i]!
      colours[at] = red
      colours[at + 1] = green
      colours[at + 2] = blue
    }
    this.points?.set(place, colours)
    this.points?.draw(this.look)
  }

  /** Dims the points that are not found. */
  shine({ count, missing }: MapPoints, found: Uint8Array | undefined) {
    const bright = new Float32Array(count)
    for (let i = 0; i < count; i++) bright[i] = found && !found[i] ? DIM : missing[i] ? MISSING : PLAIN
    this.points?.shine(bright)
    this.points?.draw(this.look)
  }

  mark(places: number[]) {
    this.points?.mark(places)
    this.points?.draw(this.look)
  }

  // ---- from where it is looked at ----

  move(to: Partial<Look>) {
    this.look = { ...this.look, ...to }
    this.points?.draw(this.look, true)
    this.moves.set(this.moves.value + 1)
  }

  seeAll(of: MapPoints) {
    this.move(wholeOf(of))
  }

  /** Follows a pointer: a map in space is turned. */
  drag(dx: number, dy: number) {
    const { turn, tilt } = this.look
    if (this.inSpace) this.move({ turn: turn + dx / 150, tilt: tilt + dy / 150 })
    else this.shift(dx, dy)
  }

  /** Moves a map in the plane. */
  shift(dx: number, dy: number) {
    const { unit } = this.frame
    if (!this.inSpace) this.move({ x: this.look.x - dx / unit, y: this.look.y + dy / unit })
  }

  /** Scales by `by`; the point of the map at this place stays there. */
  zoom(by: number, atX = this.frame.width / 2, atY = this.frame.height / 2) {
    const scale = this.look.scale * by
    if (this.inSpace) return this.move({ scale })
    const [x, y] = this.toMap(atX, atY)
    this.move({ scale, x: x + (this.look.x - x) / by, y: y + (this.look.y - y) / by })
  }

  // ---- places ----

  /** In space: from the middle, on the plane of the screen. */
  private toMap(x: number, y: number): [number, number] {
    const { width, height, unit } = this.frame,
      middle = this.inSpace ? AHEAD : this.look
    return [middle.x + (x - width / 2) / unit, middle.y - (y - height / 2) / unit]
  }

  toScreen(x: number, y: number): [number, number] {
    const { width, height, unit } = this.frame
    return [width / 2 + (x - this.look.x) * unit, height / 2 - (y - this.look.y) * unit]
  }

  /** Where point `i` is seen. */
  placeOf(of: MapPoints, i: number): [number, number] {
    const { x, y, turn, tilt } = this.look,
      [across, up, deep] = [of.x[i]! - x, of.y[i]! - y, of.z[i]!]
    const far = deep * Math.cos(turn) - across * Math.sin(turn)
    return this.toScreen(
      x + across * Math.cos(turn) + deep * Math.sin(turn),
      y + up * Math.cos(tilt) - far * Math.sin(tilt),
    )
  }

  /** The points around a place, the nearest first. */
  async near(x: number, y: number, count: number): Promise<number[]> {
    if (this.inSpace) this.search?.turn(this.look)
    return this.search?.near(...this.toMap(x, y), REACH / this.frame.unit, count) ?? []
  }

  /** The points inside a line of places. */
  async inside(line: [number, number][]): Promise<number[]> {
    if (this.inSpace) this.search?.turn(this.look)
    return this.search?.lasso(line.flatMap(([x, y]) => this.toMap(x, y))) ?? []
  }
}
