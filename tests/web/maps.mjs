// maps.mjs: claims of web_test.py about a map of very many points. They are made up in the page, in place of the
// engine's answers.
import { strict as assert } from 'node:assert'
import { open, until } from './browser.mjs'

/** In the page, from its beginning: answers of search.map with `count` points, in clusters or all on one line. A query
 * finds each third. */
function answer_with_points({ count, line }) {
  const find = (bytes, word) => new TextDecoder('latin1').decode(bytes).indexOf(word)
  const CLASSES = ['kick', 'snare', 'tom', 'clap', 'bass', 'pads', 'lead', 'bell']
  let seed = 1
  const chance = () => {
    seed = (seed * 16807) % 2147483647
    return seed / 2147483647
  }
  const pageOf = (request, from) => {
    const most = Math.min(4096, count - from),
      bytes = new Uint8Array(512 + most * 96),
      view = new DataView(bytes.buffer)
    let at = 0
    const put = (...some) => {
      for (const one of some) bytes[at++] = one
    }
    const text = word => {
      put(0xa0 + word.length, ...new TextEncoder().encode(word))
    }
    const real = value => {
      put(0xcb)
      view.setFloat64(at, value)
      at += 8
    }
    const whole = value => {
      put(0xce)
      view.setUint32(at, value)
      at += 4
    }
    put(0, 6, ...new TextEncoder().encode('search'), 0x94, 1, 0xc4, 16, ...request)
    text('ok')
    put(0x86)
    text('state')
    text('made')
    text('done')
    put(0)
    text('steps')
    put(0)
    text('total')
    whole(count)
    text('cursor')
    text(from + most < count ? String(from + most) : '')
    text('points')
    put(0xdd)
    view.setUint32(at, most)
    at += 4
    for (let i = from; i < from + most; i++) {
      const cluster = Math.floor(chance() * CLASSES.length),
        turn = cluster * 0.785,
        far = chance() * chance()
      put(0x86)
      text('id')
      put(0xc4, 16, 1, ...new Uint8Array(11))
      view.setUint32(at, i)
      at += 4
      text('x')
      real(line ? chance() * 20 : 8 * Math.cos(turn) + 4 * far * Math.cos(i))
      text('y')
      real(line ? 0 : 8 * Math.sin(turn) + 4 * far * Math.sin(i))
      text('z')
      real(0)
      text('class')
      text(CLASSES[cluster])
      text('missing')
      put(0xc2)
    }
    return bytes.buffer.slice(0, at)
  }
  const thirds = new Uint8Array(16 * Math.floor(count / 3)),
    thirdsView = new DataView(thirds.buffer)
  for (let at = 0; at < thirds.length; at += 16) {
    thirds[at] = 1
    thirdsView.setUint32(at + 12, (3 * at) / 16)
  }
  const foundOf = request => {
    const bytes = new Uint8Array(256 + thirds.length),
      view = new DataView(bytes.buffer)
    let at = 0
    const put = (...some) => {
      for (const one of some) bytes[at++] = one
    }
    const text = word => put(0xa0 + word.length, ...new TextEncoder().encode(word))
    put(0, 6, ...new TextEncoder().encode('search'), 0x94, 1, 0xc4, 16, ...request)
    text('ok')
    put(0x86)
    text('state')
    text('made')
    text('done')
    put(0)
    text('steps')
    put(0)
    text('total')
    put(0)
    text('cursor')
    text('')
    text('ids')
    put(0xc6)
    view.setUint32(at, thirds.length)
    at += 4
    bytes.set(thirds, at)
    return bytes.buffer.slice(0, at + thirds.length)
  }
  let call
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    set(given) {
      call = given
      set.call(this, given)
    },
  })
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (bytes) {
    const name = find(bytes, 'search.map')
    if (name < 0) return send.call(this, bytes)
    const request = bytes.slice(name + 12, name + 28),
      cursor = find(bytes, 'cursor') + 6
    const from =
      Number(new TextDecoder('latin1').decode(bytes.slice(cursor + 1, cursor + 1 + (bytes[cursor] & 31)))) || 0
    setTimeout(() => call({ data: find(bytes, 'ids') > 0 ? foundOf(request) : pageOf(request, from) }))
  }
}

/** In the page: the times of frames of the screen, in each of which the map is moved, and how many pictures of it were
 * shown. */
const framesOf = (page, frames) =>
  page.locator('main.map canvas').evaluate(
    (of, frames) =>
      new Promise(done => {
        const times = []
        let last = 0,
          pictures = 0
        const seen = new MutationObserver(changes => {
          pictures += changes.length
        })
        seen.observe(of, { attributeFilter: ['data-drawn'] })
        const step = now => {
          if (last) times.push(now - last)
          last = now
          of.dispatchEvent(
            new WheelEvent('wheel', {
              deltaY: times.length % 2 ? 3 : -3,
              clientX: 600,
              clientY: 400,
              cancelable: true,
            }),
          )
          if (times.length < frames) return requestAnimationFrame(step)
          seen.disconnect()
          done({ times: times.sort((a, b) => a - b), pictures })
        }
        requestAnimationFrame(step)
      }),
    frames,
  )

/** The same without the app: as many points of a pixel each, of one colour, drawn by the shortest program. */
const floorOf = (page, count, frames) =>
  page.locator('main.map canvas').evaluate(
    (of, [count, frames]) =>
      new Promise(done => {
        const canvas = document.createElement('canvas')
        canvas.width = of.width
        canvas.height = of.height
        of.after(canvas)
        const gl = canvas.getContext('webgl2', { antialias: false })
        const program = gl.createProgram()
        for (const [kind, text] of [
          [gl.VERTEX_SHADER, 'in vec2 p; void main() { gl_Position = vec4(p, 0, 1); gl_PointSize = 1.0; }'],
          [gl.FRAGMENT_SHADER, 'precision lowp float; out vec4 c; void main() { c = vec4(1); }'],
        ]) {
          const shader = gl.createShader(kind)
          gl.shaderSource(shader, `#version 300 es\n${text}`)
          gl.compileShader(shader)
          gl.attachShader(program, shader)
        }
        gl.linkProgram(program)
        gl.useProgram(program)
        gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer())
        gl.bufferData(
          gl.ARRAY_BUFFER,
          Float32Array.from({ length: 2 * count }, () => Math.random() * 2 - 1),
          gl.STATIC_DRAW,
        )
        gl.enableVertexAttribArray(0)
        gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0)
        const times = []
        let last = 0
        const step = now => {
          if (last) times.push(now - last)
          last = now
          gl.clear(gl.COLOR_BUFFER_BIT)
          gl.drawArrays(gl.POINTS, 0, count)
          if (times.length < frames) requestAnimationFrame(step)
          else {
            canvas.remove()
            done(times.sort((a, b) => a - b))
          }
        }
        requestAnimationFrame(step)
      }),
    [count, frames],
  )

/** Runs it, and returns its result and the milliseconds of the page's own program in it. */
async function scripted(page, run) {
  const client = await page.context().newCDPSession(page)
  await client.send('Performance.enable')
  const spent = async () =>
    (await client.send('Performance.getMetrics')).metrics.find(one => one.name === 'ScriptDuration').value * 1000
  const before = await spent()
  const result = await run()
  return [result, (await spent()) - before]
}

const text = times =>
  [0.5, 0.9].map(part => `p${part * 100} ${times[Math.floor(times.length * part)].toFixed(0)} ms`).join(', ')

export async function openMap(browser, count, line) {
  const page = await open(browser, '', undefined, {}, async page => {
    await page.addInitScript(answer_with_points, { count, line })
    const { address } = await import('./browser.mjs')
    await page.goto(`${address()}#mode=map`)
  })
  await until(
    'the points are here',
    async () => (await page.locator('main.map').getAttribute('data-points')) === String(count),
  )
  return page
}

export const maps = {
  async a_map_of_very_many_points_is_moved(browser) {
    const count = Number(process.env.POINTS)
    const page = await openMap(browser, count, false)
    const canvas = page.locator('main.map canvas')
    const first = await framesOf(page, 10)
    const [frames, own] = await scripted(page, () => framesOf(page, 60))
    const drawn = await canvas.getAttribute('data-drawn')
    await until(
      'all points are drawn when it rests',
      async () => (await canvas.getAttribute('data-drawn')) === String(count),
    )
    const memory = await page.evaluate(() => performance.memory.usedJSHeapSize)
    const shown = ({ times, pictures }) =>
      `${text(times)}, ${pictures} pictures in ${times.reduce((a, b) => a + b, 0).toFixed(0)} ms`
    console.log(
      `${count} points on a map that moves: the first ten frames ${shown(first)}; then ${shown(frames)}, ` +
        `the last with ${drawn} points; of that the page's own program ${(own / frames.times.length).toFixed(1)} ms ` +
        `a frame; ${(memory / 1e6).toFixed(0)} MB of heap`,
    )
    const [many, one] = [await floorOf(page, count, 40), await floorOf(page, 1, 40)]
    console.log(`bare GL here: ${count} points ${text(many)}; one point ${text(one)}`)
    return page
  },

  async points_on_one_line_freeze_nothing(browser) {
    const count = Number(process.env.POINTS)
    const page = await openMap(browser, count, true)
    const canvas = page.locator('main.map canvas')
    const box = await canvas.boundingBox()
    const at = () => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('at'))
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2)
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 10 })
    await page.locator('.hover').waitFor()
    await page.mouse.down()
    await page.mouse.up()
    const first = await until('a click finds a point', at)
    await page.keyboard.press('ArrowRight')
    await until('an arrow key finds the next', async () => (await at()) !== first)
    assert.equal(await page.locator('main.map').getAttribute('data-points'), String(count))
    return page
  },
}
