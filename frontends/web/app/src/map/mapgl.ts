// Draws points with WebGL2. A lost context is restored with all that it had. No call draws more points than the machine
// can draw in a frame: while the map moves, a sample is shown; once it rests, all of them, drawn in parts beside the
// screen.

/** From where a map in space is looked at: its middle, and two angles. */
export interface Turn {
  x: number
  y: number
  turn: number
  tilt: number
}

/** `whole`: the scale at which all points are on the plane. */
export interface Look extends Turn {
  scale: number
  whole: number
}

/** Brightness of a point. */
export const DIM = 0.22,
  MISSING = 0.3,
  PLAIN = 0.85,
  MARKED = 2

type Floats = Float32Array<ArrayBuffer>

// One part is drawn at a time, because what a person changes meanwhile is shown after it. The first part has FIRST
// points, and each has LEAST. The next ones grow by FAST, and by SLOWLY after one had too many: the mean of frames, in
// which a new one counts NEW, is SLOWER than the shortest frame or than SHORT_MS, or the part is not drawn after two.
const FIRST = 50000,
  LEAST = 4000,
  FAST = 1.3,
  SLOWLY = 1.03,
  NEW = 0.2,
  SLOWER = 1.3,
  SHORT_MS = 17,
  FEWER = 0.75,
  REST_MS = 150

// Points that cover the plane several times over are drawn thin: many of them on a place show how dense it is.
const THINNEST = 0.12,
  FULL = 0.5

const VERTEX = `#version 300 es
in vec3 place; in vec3 colour; in float bright;
uniform vec2 centre; uniform vec2 scale; uniform vec2 angle; uniform float size; uniform float thin;
out vec4 shade;
void main() {
  vec3 p = place - vec3(centre, 0.0);
  p = vec3(p.x * cos(angle.x) + p.z * sin(angle.x), p.y, p.z * cos(angle.x) - p.x * sin(angle.x));
  p = vec3(p.x, p.y * cos(angle.y) - p.z * sin(angle.y), p.z * cos(angle.y) + p.y * sin(angle.y));
  gl_Position = vec4(p.xy * scale, 0.0, 1.0);
  gl_PointSize = bright > 1.5 ? size * 2.2 : size;
  shade = vec4(colour, bright > 1.5 ? 1.0 : bright * thin);
}`
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 shade; out vec4 drawn;
void main() {
  float far = length(gl_PointCoord - 0.5);
  if (far > 0.5) discard;
  drawn = vec4(shade.rgb, shade.a * smoothstep(0.5, 0.35, far));
}`

const divisor = (a: number, b: number): number => (b ? divisor(b, a % b) : a)

/** The order of drawing: dim points first. The others are on top, and the first that a sample has: it is the end of the
 * order. Points of one brightness follow each other with a stride that spreads any part of them over the map. */
function orderOf(bright: Floats): Uint32Array<ArrayBuffer> {
  const count = bright.length,
    order = new Uint32Array(count)
  const rank = (one: number) => (one > 1.1 * DIM ? 1 : 0)
  const next = [0, 0]
  for (const one of bright) if (!rank(one)) next[1]!++
  let stride = Math.max(1, Math.round(count * 0.618))
  while (divisor(stride, count) > 1) stride++
  for (let i = 0, at = 0; i < count; i++, at = (at + stride) % count) order[next[rank(bright[at]!)]!++] = at
  return order
}

export class Points {
  private gl: WebGL2RenderingContext | undefined
  private program: WebGLProgram | undefined
  private buffers: WebGLBuffer[] = []
  private place: Floats = new Float32Array()
  private colour: Floats = new Float32Array()
  private bright: Floats = new Float32Array()
  private marked = new Uint32Array()
  private look: Look = { x: 0, y: 0, scale: 1, whole: 1, turn: 0, tilt: 0 }
  private frame = 0
  private moves = false
  private picture: WebGLFramebuffer | null = null // of several parts: it is shown when it is complete
  private pixels: WebGLRenderbuffer | null = null
  private beside = false // the canvas
  private shown = 0 // points of the picture
  private next = -1 // of them, in their order; -1: the picture is not begun
  private most = FIRST // points of a part
  private growth = FAST
  private part: { done: WebGLSync; points: number; frames: number } | undefined // that is being drawn
  private last = 0 // frame; 0: nothing was drawn then
  private shortest = Infinity // frame
  private mean = 0 // frame; 0: none was seen with parts of this size
  private rest: ReturnType<typeof setTimeout> | undefined
  /** Raised each time a context was set up: a test sees by it that a lost one came back. */
  contexts = 0

  constructor(private canvas: HTMLCanvasElement) {
    canvas.addEventListener('webglcontextlost', event => {
      event.preventDefault()
      this.gl = undefined
    })
    canvas.addEventListener('webglcontextrestored', () => this.begin())
    this.begin()
  }

  /** False if this browser has no WebGL2. */
  get works() {
    return this.gl !== undefined
  }

  private shader(kind: number, text: string): WebGLShader {
    const gl = this.gl!
    const shader = gl.createShader(kind)!
    gl.shaderSource(shader, text)
    gl.compileShader(shader)
    return shader
  }

  private begin() {
    const gl = this.canvas.getContext('webgl2', {
      antialias: false,
      alpha: true,
      premultipliedAlpha: false,
      preserveDrawingBuffer: true,
    })
    if (!gl) return
    this.gl = gl
    this.part = undefined
    this.picture = gl.createFramebuffer()
    this.pixels = gl.createRenderbuffer()
    this.program = gl.createProgram()!
    gl.attachShader(this.program, this.shader(gl.VERTEX_SHADER, VERTEX))
    gl.attachShader(this.program, this.shader(gl.FRAGMENT_SHADER, FRAGMENT))
    gl.linkProgram(this.program)
    this.buffers = [0, 1, 2, 3, 4].map(() => gl.createBuffer()!)
    gl.enable(gl.BLEND)
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    this.contexts++
    this.canvas.dataset.contexts = String(this.contexts)
    this.set(this.place, this.colour)
    this.shine(this.bright)
    this.mark(this.marked)
    this.draw(this.look)
  }

  /** Three numbers a point for place and colour. */
  set(place: Floats, colour: Floats) {
    this.place = place
    this.colour = colour
    this.give(0, 'place', place, 3)
    this.give(1, 'colour', colour, 3)
  }

  /** The brightness of each point. */
  shine(bright: Floats) {
    this.bright = bright
    this.give(2, 'bright', bright, 1)
    this.elements(3, orderOf(bright))
  }

  /** These points are drawn larger, on top of all others. */
  mark(places: ArrayLike<number>) {
    this.marked = Uint32Array.from(places)
    this.elements(4, this.marked)
  }

  private elements(buffer: number, data: Uint32Array) {
    const gl = this.gl
    if (!gl) return
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers[buffer]!)
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, data, gl.DYNAMIC_DRAW)
  }

  private drawMarked(gl: WebGL2RenderingContext) {
    const at = gl.getAttribLocation(this.program!, 'bright')
    gl.disableVertexAttribArray(at)
    gl.vertexAttrib1f(at, MARKED)
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers[4]!)
    gl.drawElements(gl.POINTS, this.marked.length, gl.UNSIGNED_INT, 0)
    gl.enableVertexAttribArray(at)
  }

  private give(buffer: number, name: string, data: Floats, count: number) {
    const gl = this.gl
    if (!gl || !this.program) return
    const at = gl.getAttribLocation(this.program, name)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[buffer]!)
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW)
    gl.enableVertexAttribArray(at)
    gl.vertexAttribPointer(at, count, gl.FLOAT, false, 0, 0)
  }

  /** Draws with the next frame of the screen; `moves`: further ones will follow soon. Without it a map that moves goes
   *  on moving: marks and colours do not make it draw all points between two moves. */
  draw(look: Look, moves = this.moves) {
    this.look = look
    this.moves = moves
    this.next = -1
    clearTimeout(this.rest)
    this.wake()
  }

  private wake() {
    this.frame ||= requestAnimationFrame(now => {
      this.frame = 0
      this.step(now)
    })
  }

  /** A machine that has not drawn its part yet gets no other one: a newer picture would come later. */
  private step(now: number) {
    const gl = this.gl
    if (!gl || !this.program) return
    this.judge(gl, this.last ? now - this.last : 0)
    const count = this.place.length === 3 * this.bright.length ? this.bright.length : 0
    if (!this.part && this.next < count) this.paint(gl, count)
    const busy = this.part !== undefined || this.next < count
    this.last = busy ? now : 0
    if (busy) this.wake()
  }

  /** Finds out how many points a part can have. A larger one from before says nothing about it. */
  private judge(gl: WebGL2RenderingContext, took: number) {
    const of = this.part
    if (of && gl.getSyncParameter(of.done, gl.SYNC_STATUS) === gl.SIGNALED) {
      gl.deleteSync(of.done)
      this.part = undefined
    }
    if (!of || !took || of.points > this.most) return
    this.shortest = Math.min(this.shortest, took)
    const good = Math.max(SHORT_MS, this.shortest)
    this.mean = NEW * took + (1 - NEW) * (this.mean || good)
    const slow = this.mean > SLOWER * good
    if (slow || (this.part && of.frames++ > 0)) {
      this.most = Math.max(LEAST, Math.round(of.points * (slow ? good / this.mean : FEWER)))
      this.growth = SLOWLY
      this.mean = 0
    } else if (!this.part && of.points === this.most) this.most = Math.round(this.most * this.growth)
  }

  private paint(gl: WebGL2RenderingContext, count: number) {
    if (this.next < 0) this.start(gl, count)
    const points = Math.min(this.most, count - this.next)
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers[3]!)
    gl.drawElements(gl.POINTS, points, gl.UNSIGNED_INT, 4 * this.next)
    this.next += points
    if (this.next >= count) this.show(gl, count)
    this.part = { done: gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)!, points, frames: 0 }
  }

  /** An empty picture of the size that the canvas has now. */
  private start(gl: WebGL2RenderingContext, count: number) {
    const { canvas } = this,
      ratio = devicePixelRatio || 1
    const width = Math.max(1, Math.round(canvas.clientWidth * ratio)),
      height = Math.max(1, Math.round(canvas.clientHeight * ratio))
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    }
    this.shown = this.moves ? Math.min(this.most, count) : count
    this.next = count - this.shown
    this.target(gl, this.shown > this.most)
    gl.viewport(0, 0, width, height)
    gl.clearColor(0, 0, 0, 0)
    gl.clear(gl.COLOR_BUFFER_BIT)
    gl.useProgram(this.program!)
    const { x, y, scale, whole, turn, tilt } = this.look
    const uniform = (name: string) => gl.getUniformLocation(this.program!, name)
    gl.uniform2f(uniform('centre'), x, y)
    gl.uniform2f(
      uniform('scale'),
      (scale * Math.min(width, height)) / width,
      (scale * Math.min(width, height)) / height,
    )
    gl.uniform2f(uniform('angle'), turn, tilt)
    const size = ratio * Math.max(2, Math.min(12, 140 / Math.sqrt(count + 1)) * Math.min(3, Math.sqrt(scale * 10)))
    gl.uniform1f(uniform('size'), size)
    const room = width * height * Math.max(1, scale / whole) ** 2
    gl.uniform1f(uniform('thin'), Math.max(THINNEST, Math.min(1, (FULL * room) / (this.shown * size * size))))
  }

  /** Where a picture is drawn: in the canvas, or beside it if it has several parts. */
  private target(gl: WebGL2RenderingContext, beside: boolean) {
    this.beside = beside
    gl.bindFramebuffer(gl.FRAMEBUFFER, beside ? this.picture : null)
    if (!beside) return
    const { width, height } = this.canvas
    gl.bindRenderbuffer(gl.RENDERBUFFER, this.pixels)
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height)
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, this.pixels)
  }

  /** A sample is followed by a picture of all points once the map rests. */
  private show(gl: WebGL2RenderingContext, count: number) {
    const {
      canvas: { width, height, dataset },
      beside,
      shown,
    } = this
    this.drawMarked(gl)
    if (beside) {
      gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null)
      gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST)
    }
    dataset.drawn = String(shown)
    if (shown < count) this.rest = setTimeout(() => this.draw(this.look, false), REST_MS)
  }

  end() {
    cancelAnimationFrame(this.frame)
    clearTimeout(this.rest)
    this.gl = undefined
  }
}
