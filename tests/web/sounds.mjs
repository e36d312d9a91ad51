// sounds.mjs: claims of web_test.py about what sounds: in the browser, on the pads, in the mixer, in the steps of a
// pattern.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import {
  desk,
  enterFromAfar,
  hold_asks,
  json,
  loophole,
  mode,
  open,
  reload,
  showsTotal,
  sounding,
  total,
  until,
  within,
} from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const UNITS = 2 ** 23 // of a counter sound: frame n is n + 1 of them

/** In the page: the output of the browser goes to a recorder beside the loudspeaker, on the browser's audio thread. */
function record_output() {
  const { connect } = AudioNode.prototype
  const { AudioContext: Context } = globalThis
  globalThis.AudioContext = class extends Context {
    constructor(options) {
      super({ ...options, sampleRate: 44100 })
    }
  }
  globalThis.heard = []
  const text = `registerProcessor('recorder', class extends AudioWorkletProcessor {
    process([[left]]) { if (left) this.port.postMessage(left.slice()); return true }
  })`
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to === this.context.destination && !globalThis.recorder) {
      globalThis.recorder = this.context.audioWorklet
        .addModule(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })))
        .then(() => {
          const recorder = new AudioWorkletNode(this.context, 'recorder')
          recorder.port.onmessage = message => {
            for (const one of message.data) if (one !== 0) globalThis.heard.push(one)
          } // silence would grow without end
          connect.call(this, recorder)
          connect.call(recorder, this.context.destination)
          connect.call(this, to, ...rest)
        })
      return to
    }
    return connect.call(this, to, ...rest)
  }
}

/** The frames of a counter sound that the page has heard, without the silence around them. */
const countsHeard = async page =>
  (await page.evaluate(() => globalThis.heard)).map(one => Math.round(one * UNITS)).filter(one => one !== 0)

/** Plays the counter sound through the browser: each frame sounds, once. */
async function hearEachFrame(page) {
  const frames = Number(process.env.COUNTED)
  await showsTotal(page, 'counter')
  await page.locator('footer select').selectOption('browser')
  await page.getByLabel('Volume').fill('1')
  await page.locator('.row').first().click()
  await until('all of it was heard', async () => (await countsHeard(page)).length >= frames)
  await until('it has ended', async () => (await sounding(page)) === '')
  assert.deepEqual(
    await countsHeard(page),
    Array.from({ length: frames }, (_, i) => i + 1),
    'each frame once',
  )
}

/** In the page, from its beginning: when a key was pressed, its preview was asked for, was answered, and is shown. */
function time_previews() {
  const word = new TextEncoder().encode('streamer.preview').join()
  let now
  globalThis.took = []
  addEventListener(
    'keydown',
    event => {
      now = { key: event.key, pressed: event.timeStamp }
    },
    true,
  )
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (bytes) {
    if (now && !now.sent && bytes.subarray(9, 40).join().includes(word)) {
      now.sent = performance.now()
      now.request = bytes.slice(9).join()
    }
    send.call(this, bytes)
  }
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    set(call) {
      set.call(this, message => {
        // kind, name, frame: [2, request, …]
        const bytes = new Uint8Array(message.data, 0, Math.min(40, message.data.byteLength))
        if (now?.sent && !now.answered && now.request.includes(bytes.slice(14, 30).join()))
          now.answered = performance.now()
        call(message)
      })
    },
  })
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver(() => {
      if (!now?.answered || !document.querySelector('[data-sounding]')?.dataset.sounding) return
      took.push({ ...now, shown: performance.now(), request: '' })
      now = undefined
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-sounding'] })
  })
}

/** In the page: the time from the next press of the mouse until the cursor of this waveform is at `part`. */
function watch_cursor(of, part) {
  const done = new Promise(done => {
    let pressed
    of.addEventListener(
      'pointerup',
      () => {
        pressed = performance.now()
      },
      { once: true },
    )
    const look = () => {
      const cursor = of.querySelector('.cursor')
      const at =
        cursor && !cursor.hidden ? parseFloat(cursor.style.transform.slice('translateX('.length)) / of.clientWidth : -1
      if (pressed && Math.abs(at - part) < 0.02) done(performance.now() - pressed)
      else requestAnimationFrame(look)
    }
    look()
  })
  return { done }
}

/** In the page, from its beginning: counts the frames in which its programs run, the messages to it, and where lines
 * go. */
function count_frames() {
  Object.assign(globalThis, { frames: 0, messages: 0, moves: [] })
  const { requestAnimationFrame } = globalThis
  globalThis.requestAnimationFrame = call =>
    requestAnimationFrame(now => {
      globalThis.frames++
      call(now)
    })
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    set(call) {
      set.call(this, message => {
        globalThis.messages++
        call(message)
      })
    },
  })
  new MutationObserver(all =>
    all.forEach(({ target }) => {
      if (target.className === 'cursor') globalThis.moves.push(target.style.transform)
    }),
  ).observe(document, { subtree: true, attributes: true, attributeFilter: ['style'] })
}

/** In the page, from its beginning: while `globalThis.held` is a list, asks for the voices wait in it. */
function hold_voices() {
  const find = (bytes, word) => new TextDecoder('latin1').decode(bytes).indexOf(word)
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (bytes) {
    if (globalThis.held && find(bytes, 'streamer.voices') >= 0) globalThis.held.push(() => send.call(this, bytes))
    else send.call(this, bytes)
  }
}

const lengthText = item => (item.duration_s / 3600).toFixed(1)

/** MB of memory of the largest page. */
async function memoryOf(browser) {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  return Math.max(
    ...processInfo
      .filter(one => one.type === 'renderer')
      .map(one => Number(readFileSync(`/proc/${one.id}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1000),
  )
}

export const sounds = {
  async a_browser_of_another_machine_hears_each_frame(browser) {
    const page = await open(
      browser,
      '#q=counter',
      record_output,
      { bypassCSP: true, ignoreHTTPSErrors: true },
      enterFromAfar,
    )
    assert.equal(new URL(page.url()).protocol, 'https:')
    await hearEachFrame(page)
    await page.evaluate(() => {
      globalThis.heard = []
    })
    await page.fill('#query', 'foreign')
    await page.locator(`.row[data-id="${json('search', 'foreign')[0].id}"]`).click()
    await until('a worker of the engine decodes for it', () =>
      page.evaluate(() => globalThis.heard.some(one => one > 0.1)),
    )
    await page.locator('main .rows').focus()
    await page.keyboard.press('Escape')
    await until('it is silent', async () => (await sounding(page)) === '')
    assert.equal(asked('streamer.voices').each.length, 0, 'the studio hears nothing')
    const id = json('search', 'foreign')[0].id,
      says = text => page.locator('.remark', { hasText: text }).waitFor()
    await page.keyboard.press('f')
    await says('Favourite 1 item: 1 changed. Ctrl+Z undoes this.')
    await page.evaluate(hold_asks)
    await page.evaluate(() => hold('persist.undo'))
    await page.keyboard.press('Control+z')
    await until('the page asks for undo at once', () => page.evaluate(() => held().includes('persist.undo')))
    loophole('tag', json('search', 'counter')[0].id, '+studio')
    await page.evaluate(() => release())
    await says('Undone: Favourite 1 item')
    assert.equal(total('tag:studio'), 1, 'a newer step of another client stays')
    await page.locator('.row.at .mark', { hasText: '♥' }).waitFor({ state: 'detached' }) // f reverses what is shown
    await page.keyboard.press('f')
    await says('Favourite 1 item: 1 changed. Ctrl+Z undoes this.')
    await reload(page)
    await page.locator('main .rows').focus()
    await page.keyboard.press('Control+z')
    await says('Undone: Favourite 1 item')
    await page.keyboard.press('Control+Shift+z')
    await says('Redone: Favourite 1 item')
    loophole('tag', json('search', 'counter')[0].id, '+more')
    loophole('undo')
    await page.keyboard.press('Control+Shift+z')
    await says('which redo does next, is of another client')
    loophole('tag', id, '+studio')
    await page.keyboard.press('Control+z')
    await says('changed the same items after step')
    await mode(page, 'Mix')
    await page.keyboard.press('Control+z')
    await says('Only a page on the engine’s machine takes back steps of a project')
    for (const one of [id, json('search', 'counter')[0].id]) loophole('tag', one, '-studio')
    loophole('favourite', '--off', id)
    return page
  },

  async a_sound_that_is_stopped_before_it_is_decoded_stays_silent(browser) {
    const page = await open(browser, '#q=foreign', record_output, { bypassCSP: true })
    const asks = []
    let answer
    const held = new Promise(resolve => {
      answer = resolve
    })
    await page.route('**/media/*', async route => {
      asks.push(route.request().url())
      await held
      await route.continue()
    })
    await showsTotal(page, 'foreign')
    await page.locator('footer select').selectOption('browser')
    await page.locator(`.row[data-id="${json('search', 'foreign')[0].id}"]`).click()
    await until('its file is asked for', () => asks.length > 0)
    await page.locator('main .rows').focus()
    await page.keyboard.press('Escape')
    answer()
    await page.fill('#query', 'counter')
    await showsTotal(page, 'counter')
    await page.locator(`.row[data-id="${json('search', 'counter')[0].id}"]`).click()
    await until('another sound was heard', async () => (await countsHeard(page)).length >= Number(process.env.COUNTED))
    assert.deepEqual(
      asks.filter(one => one.includes('as=wav')),
      [],
      'no worker decodes the stopped sound',
    )
    assert(
      await page.evaluate(() => globalThis.heard.every(one => Math.abs(one) < 0.1)),
      'the stopped sound is not heard',
    )
    await page.locator('footer select').selectOption('jack')
    return page
  },

  async an_answer_about_an_earlier_preview_ends_no_later_one(browser) {
    const page = await open(browser, '#q=ambi_drone', hold_voices)
    await showsTotal(page, 'ambi_drone')
    const [item] = json('search', 'ambi_drone')
    await page.getByLabel('Loop', { exact: true }).check()
    const box = page.locator('.details .wavebox')
    await page.locator('.row').first().click()
    await until('it sounds', async () => (await sounding(page)) === item.id)
    for (const part of [0.2, 0.6, 0.3, 0.7]) {
      // another voice plays each time
      await page.evaluate(() => {
        globalThis.held = []
      })
      await until('the page asks for the position', () => page.evaluate(() => globalThis.held.length > 0))
      const { voice } = asked('streamer.voices').each.find(one => one.group === 'preview')
      const { x, y, width } = await box.boundingBox()
      await page.mouse.click(x + width * part, y + 10)
      await until('only the later one sounds', () => {
        const each = asked('streamer.voices').each.filter(one => one.group === 'preview')
        return each.length === 1 && each[0].voice !== voice
      })
      await page.evaluate(() => {
        const all = globalThis.held
        globalThis.held = undefined
        all.forEach(send => send())
      })
      for (let i = 0; i < 10; i++) {
        assert.equal(await sounding(page), item.id, 'the page shows it on')
        await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 20))))
      }
    }
    await page.getByLabel('Loop', { exact: true }).uncheck()
    await page.keyboard.press('Control+.')
    return page
  },

  async a_preview_of_another_client_that_fails_ends_nothing_on_the_page(browser) {
    const page = await open(browser, '#q=ambi_drone')
    await showsTotal(page, 'ambi_drone')
    const [item] = json('search', 'ambi_drone')
    await page.getByLabel('Loop', { exact: true }).check()
    await page.locator('.row').first().click()
    await until('it sounds', async () => (await sounding(page)) === item.id)
    assert.match(
      spawnSync('loophole', ['ask', 'streamer.preview', 'id=01M8PKYPZWCX0CH78NBBPWPM0W'], { encoding: 'utf8' }).stderr,
      /no media item/,
    )
    for (let i = 0; i < 10; i++) {
      assert.deepEqual([await sounding(page), await page.locator('.remark.bad').count()], [item.id, 0])
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 20))))
    }
    await page.getByLabel('Loop', { exact: true }).uncheck()
    await page.keyboard.press('Control+.')
    return page
  },

  async a_sound_whose_file_never_arrives_keeps_no_other_silent(browser) {
    const page = await open(browser, '', record_output, { bypassCSP: true })
    await showsTotal(page, '')
    await page.locator('footer select').selectOption('browser')
    for (const word of ['foreign', 'lengthy']) {
      // decoded as a whole, and streamed
      const [item] = json('search', word)
      const asks = []
      await page.route(`**/media/${item.id}*`, route => {
        asks.push(route)
      }) // and no answer
      await page.fill('#query', word)
      await showsTotal(page, word)
      await page.locator(`.row[data-id="${item.id}"]`).click()
      await until('its file is asked for', () => asks.length > 0)
      await page.evaluate(() => {
        globalThis.heard = []
      })
      await page.fill('#query', 'counter')
      await showsTotal(page, 'counter')
      await page.locator(`.row[data-id="${json('search', 'counter')[0].id}"]`).click()
      await until('another sound is heard', async () => (await countsHeard(page)).length >= Number(process.env.COUNTED))
      await until('it has ended', async () => (await sounding(page)) === '')
    }
    await page.locator('footer select').selectOption('jack')
    return page
  },

  async a_browser_repeats_a_part_to_the_frame_while_its_page_is_busy(browser) {
    const page = await open(browser, '#q=counter', record_output, { bypassCSP: true })
    await hearEachFrame(page)
    const [item] = json('search', 'counter')
    await page.evaluate(() => {
      globalThis.heard = []
    })
    const box = await page.locator('.details .wavebox').boundingBox()
    await page.mouse.move(box.x + box.width * 0.25, box.y + 10)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.5, box.y + 10, { steps: 5 })
    await page.mouse.up()
    await until('the part sounds', async () => (await sounding(page)) === item.id)
    await page.evaluate(() => {
      const end = performance.now() + 700
      while (performance.now() < end);
    })
    const heard = await until('it repeats', async () => {
      const all = await countsHeard(page)
      return all.length > 3 * Number(process.env.COUNTED) && all
    })
    const jumps = heard.flatMap((one, i) => (i && one !== heard[i - 1] + 1 ? [[heard[i - 1], one]] : []))
    assert(jumps.length >= 2, 'it repeats')
    for (const jump of jumps) assert.deepEqual(jump, jumps[0], 'nothing is lost, and each repetition is the same')
    const [last, first] = jumps[0].map(one => one / Number(process.env.COUNTED))
    assert(Math.abs(first - 0.25) < 0.02 && Math.abs(last - 0.5) < 0.02, `${first} to ${last}`)
    await page.locator('main .rows').focus()
    await page.keyboard.press('Escape')
    await until('it is silent', async () => (await sounding(page)) === '')
    await page.locator('footer select').selectOption('jack')
    return page
  },

  async real_files_are_browsed_by_the_keyboard(browser) {
    const page = await open(browser, '', time_previews)
    await showsTotal(page, '')
    const pressAndHear = async key => {
      const before = await page.evaluate(() => took.length)
      await page.keyboard.press(key)
      await until('it sounds', () => page.evaluate(before => took.length > before, before))
    }
    await pressAndHear('ArrowDown')
    for (let i = 0; i < 60; i++) await pressAndHear('ArrowDown')
    await pressAndHear('End')
    const last = asked('search.query', `offset=${total('') - 1}`, 'limit=1').items[0].media.id
    await until('the last row is reached', async () => (await page.locator('.row.at').getAttribute('data-id')) === last)
    const pages = Math.min(39, Math.floor((total('') - 1) / 20)) // at the first row a key changes nothing
    for (let i = 0; i < pages; i++) await pressAndHear('PageUp')
    const all = await page.evaluate(() => took)
    const at = (times, part) => times.sort((a, b) => a - b)[Math.floor(times.length * part)].toFixed(0)
    const text = (what, times) =>
      `${what} p50 ${at(times, 0.5)} ms, p90 ${at(times, 0.9)} ms, p99 ${at(times, 0.99)} ms`
    console.log(
      `${total('')} real files browsed by keyboard, ${all.length} keys: ${text(
        'a key sounds after',
        all.map(one => one.answered - one.pressed),
      )}`,
    )
    console.log(
      `of that ${text(
        'the page asks after',
        all.map(one => one.sent - one.pressed),
      )}; ${text(
        'the engine sounds after',
        all.map(one => one.answered - one.sent),
      )}; ` +
        text(
          'the page shows it after',
          all.map(one => one.shown - one.answered),
        ),
    )
    const slowest = all
      .map((one, i) => ({ i, ...one }))
      .sort((a, b) => b.answered - b.pressed - (a.answered - a.pressed))
      .slice(0, 3)
    const millis = (from, to) => `${(to - from).toFixed(0)} ms`
    const lineOf = ({ key, i, pressed, sent, answered }) =>
      `${key} (key ${i + 1}) ${millis(pressed, answered)}, asked after ${millis(pressed, sent)}`
    console.log(`the slowest keys: ${slowest.map(lineOf).join('; ')}`)
    await page.keyboard.press('Escape')
    return page
  },

  async the_line_of_a_long_sound_rests_until_it_moves_by_a_pixel(browser) {
    const page = await open(browser, '#q=evening', count_frames)
    const [item] = json('search', 'evening'),
      played = () => asked('streamer.voices').each.find(one => one.group === 'preview').position
    await page.locator('.row').first().click()
    await until('it sounds', async () => (await sounding(page)) === item.id)
    await until('its three lines are there', async () => (await page.locator('.cursor:not([hidden])').count()) === 3)
    await page.evaluate(() => Object.assign(globalThis, { frames: 0, messages: 0, moves: [] }))
    const begin = played()
    await until('it was heard for a while', () => played() > begin + 4 * 48000)
    const { frames, messages, moves } = await page.evaluate(() => ({
      frames: globalThis.frames,
      messages: globalThis.messages,
      moves: globalThis.moves,
    }))
    for (const one of moves) assert.match(one, /^translateX\(\d+px\)$/)
    assert(
      frames < messages && moves.length < messages,
      `${frames} frames and ${moves.length} moves for ${messages} messages`,
    )
    await page.locator('main .rows').focus()
    await page.keyboard.press('Escape')
    return page
  },

  async a_long_file_is_sought_in(browser) {
    const page = await open(browser, '#q=evening')
    const [item] = json('search', 'evening')
    const box = page.locator('.details .wavebox')
    const places = [0.9, 0.1, 0.7, 0.3, 0.5]
    for (const through of ['browser', 'jack']) {
      await page.locator('footer select').selectOption(through)
      await page.locator('.row').first().click()
      await until('it sounds', async () => (await sounding(page)) === item.id)
      const times = []
      for (const part of places) {
        const took = await box.evaluateHandle(watch_cursor, part) // it watches before the click
        const { x, y, width } = await box.boundingBox()
        await page.mouse.click(x + width * part, y + 10)
        times.push(
          Math.round(
            await within(
              'the cursor is there',
              took.evaluate(of => of.done),
            ),
          ),
        )
      }
      console.log(
        `a file of ${lengthText(item)} h in the browser, through ${through}: a click in its waveform is answered ` +
          `after ${times.join(', ')} ms`,
      )
    }
    await until('it sounds from there', () =>
      asked('streamer.voices').each.some(
        one => one.group === 'preview' && Math.abs(one.position / one.frames - places.at(-1)) < 0.02,
      ),
    )
    const most = await memoryOf(browser)
    console.log(`a file of ${lengthText(item)} h in the browser: the page has ${most.toFixed(0)} MB`)
    assert(most < 300, `${most} MB`)
    await page.locator('main .rows').focus()
    await page.keyboard.press('Escape')
    return page
  },

  async the_values_of_steps_are_edited_in_the_grid(browser) {
    loophole('transport', 'stop')
    loophole('pattern', process.env.PATTERN)
    const first = () => asked('audio.pattern').pattern.sequencer.tracks[0]
    const before = first()
    const sounds = [...before.pattern].flatMap((step, i) => (step === '.' ? [] : [i]))
    const page = await open(browser, '#mode=kit')
    const grid = page.locator('section[aria-label=Pattern]')
    const row = grid.getByRole('group', { name: before.name, exact: true })
    const at = sounds[1]
    const values = { velocity: '0.5', probability: '0.25', ratchet: '3', timing: '-0.2' }
    await until(
      'the page shows this pattern',
      async () => (await row.locator('.step:is(.on, .accent)').count()) === sounds.length,
    )
    for (const [what, value] of Object.entries(values)) {
      await grid.getByRole('button', { name: what[0].toUpperCase() + what.slice(1), exact: true }).click()
      await until(
        'each step that sounds has a value',
        async () => (await row.getByRole('slider').count()) === sounds.length,
      )
      await row.getByLabel(`Step ${at + 1}: ${what}`, { exact: true }).fill(value)
      await until(`the engine plays the ${what}`, () => first()[what]?.[at] === Number(value))
      assert.equal(first()[what].length, at + 1, 'the list ends at its last value that is not the usual one')
    }
    await grid.getByRole('button', { name: 'Ratchet', exact: true }).click()
    await row.getByLabel(`Step ${at + 1}: ratchet`, { exact: true }).focus()
    await page.keyboard.press('ArrowUp')
    await until('a key changes it', () => first().ratchet?.[at] === 4)
    await page.keyboard.press('Home')
    await until('the usual value leaves the row as it was', () => !first().ratchet?.length)
    const { velocity, probability, timing, ratchet, ...rest } = first()
    const { velocity: v, probability: p, timing: t, ratchet: r, ...was } = before
    assert.deepEqual(rest, was, 'nothing else of the row changed')
    const other = asked('audio.pattern').pattern
    other.sequencer.tracks[0].velocity = sounds
      .map(() => 0.75)
      .concat(Array(at).fill(0.75))
      .slice(0, at + 1)
    loophole('ask', 'audio.set_pattern', `pattern=${JSON.stringify(other)}`)
    await grid.getByRole('button', { name: 'Velocity', exact: true }).click()
    await until(
      'a value of another client is shown',
      async () => (await row.getByLabel(`Step ${at + 1}: velocity`, { exact: true }).inputValue()) === '0.75',
    )
    return page
  },

  async pads_are_filled_and_hit_by_touch_keys_and_mouse(browser) {
    const page = await open(browser, '#q=drum', undefined, { hasTouch: true })
    await showsTotal(page, 'drum')
    await page.locator('.row').first().click()
    await page.keyboard.press('Control+a')
    await until('all are selected', async () =>
      (await page.locator('.details .notice').innerText()).includes('selected'),
    )
    await page.keyboard.press('Control+.')
    await mode(page, 'Kit')
    const section = page.locator('main.kit')
    const loaded = () =>
      asked('audio.pads')
        .each.filter(one => one.sound !== undefined)
        .map(one => one.pad)
    const most = Math.min(64, total('drum'))
    for (const side of [4, 8]) {
      await section.getByRole('button', { name: `${side} × ${side}` }).click()
      assert.equal(await section.locator('.pad').count(), side * side)
      await section.getByRole('button', { name: 'Fill with the chosen items' }).click()
      await until('the engine has the sounds', () => loaded().length === Math.min(side * side, most))
      await until(
        'their pads can be hit',
        async () => (await section.locator('.pad:not([aria-disabled=true])').count()) === loaded().length,
      )
    }
    const pads = section.locator('.pad')
    let since = asked('audio.meters').transport.frame
    const sounds = async what => {
      await until(`${what} sounds`, () => {
        const { meters } = asked('audio.meters', `since=${since}`)
        return meters.some(one => one.bus === 'master' && one.peak_left > 0)
      })
      loophole('panic')
      await until('it is silent', () => {
        since = asked('audio.meters').transport.frame
        return asked('audio.meters').meters.every(one => one.bus !== 'master' || one.peak_left < 1e-4)
      })
    }
    await pads.nth(most - 1).tap()
    await sounds('a touch of the last pad')
    await pads.nth(0).click()
    await sounds('a click')
    await pads.nth(0).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowUp')
    assert.match(await page.evaluate(() => document.activeElement.innerText), /^A2\/45/)
    await page.keyboard.press('Enter')
    await sounds('a key on a pad')
    await section.getByRole('button', { name: '4 × 4' }).click()
    const [low, high] = await Promise.all([0, 4].map(at => pads.nth(at).boundingBox()))
    assert(low.y > high.y && low.x === high.x, 'the first pad is at the bottom left, as its key is')
    await pads.nth(0).focus()
    await page.keyboard.press('x')
    await sounds('the letter of a pad')
    await section.locator('h2').first().click()
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'MAIN')
    await page.keyboard.press('x')
    await sounds('its letter while the keyboard is in the page')
    await section.getByRole('slider', { name: 'Velocity' }).focus()
    await page.keyboard.press('c')
    await sounds('a letter after the velocity')
    await pads.nth(0).focus()
    await page.keyboard.press('Alt+1')
    await page.waitForSelector('.row')
    return page
  },

  async a_pad_is_edited_on_the_page(browser) {
    const page = await open(browser, '#q=ambi_drone&desk=pad', hold_asks)
    await showsTotal(page, 'ambi_drone')
    await page.locator('.row').first().click()
    await page.keyboard.press('Control+.')
    await page.evaluate(() => globalThis.hold('project.'))
    await mode(page, 'Kit')
    await until('the page looks for its kit', () => page.evaluate(() => globalThis.held().includes('project.kits')))
    assert(
      !(await page.evaluate(() => globalThis.held())).includes('project.presets'),
      'a part of the desk that is not shown asks nothing',
    )
    await page.evaluate(() => globalThis.release())
    const section = page.locator('main.kit')
    const pad = (number = 10) => asked('audio.pads').each.find(one => one.pad === number)
    await section.locator('.pad').nth(9).focus()
    await page.keyboard.press('ArrowRight')
    for (const runs of [true, false]) {
      await page.keyboard.press(' ')
      await until('Space on a pad is for the transport', () => asked('audio.transport').running === runs)
    }
    await desk(page, 'Pad 10')
    const editor = section.getByRole('group', { name: 'Pad 10' })
    await editor.getByRole('button', { name: 'Play the chosen item' }).click()
    await until('the engine has the sound', () => pad()?.sound !== undefined)
    const near = (value, wanted) => Math.abs(value - wanted) < 1e-3
    const values = [
      ['Gain, dB', '-6', 'gain', 0.5012],
      ['Pan', '-0.5', 'pan', -0.5],
      ['Pitch, semitones', '12', 'ratio', 2],
      ['Velocity curve', '2', 'curve', 2],
      ['Choke group', '3', 'choke', 3],
      ['Output', '2', 'output', 2],
      ['Attack, s', '0.01', 'attack', 0.01],
      ['Decay, s', '0.2', 'decay', 0.2],
      ['Sustain', '0.5', 'sustain', 0.5],
      ['Release, s', '0.05', 'release', 0.05],
      ['Low-pass, Hz', '800', 'filter_freq', 800],
      ['Resonance, Q', '4', 'filter_q', 4],
      ['Reverb', '0.3', 'reverb_send', 0.3],
      ['Delay', '0.25', 'delay_send', 0.25],
      ['Begin, frame', '100', 'from', 100],
      ['End, frame', '40000', 'until', 40000],
      ['Loop end, frame', '30000', 'loop_until', 30000],
      ['Loop begin, frame', '200', 'loop_from', 200],
      ['MIDI note', '40', 'note', 40],
      ['MIDI channel', '10', 'channel', 9],
    ]
    for (const [title, typed, key, value] of values) {
      const field = editor.getByLabel(title, { exact: true })
      await field.fill(typed)
      await field.press('Enter')
      await until(`the engine has ${key}`, () => near(pad()[key], value))
    }
    for (const [, , key, value] of values) assert(near(pad()[key], value), `${key} is still ${value}: ${pad()[key]}`)
    await editor.getByLabel('Low-pass, Hz').fill('')
    await editor.getByLabel('Low-pass, Hz').press('Enter')
    await until('an empty field takes the filter away', () => pad().filter_freq === undefined)
    await editor.getByLabel('Output', { exact: true }).fill('')
    await editor.getByLabel('Output', { exact: true }).press('Enter')
    await until('and the output', () => pad().output === undefined)
    await editor.getByLabel('Reverse').click() // the box shows what the engine has, after its answer
    await until('it is reversed', () => pad().reverse)
    await until('the page shows it', () => editor.getByLabel('Reverse').isChecked())
    await editor.getByLabel('Reverse').click()
    await until('and plays forward again', () => !pad().reverse)
    for (const count of [1, 2]) {
      await editor.getByRole('button', { name: 'Add the chosen items as layers' }).click()
      await until('the engine has the layer', () => pad().layers.length === count)
    }
    await editor.getByLabel('Lowest velocity of layer 2').fill('64')
    await editor.getByLabel('Lowest velocity of layer 2').press('Enter')
    await until('it is for hard hits', () => near(pad().layers[1].low, 64 / 127))
    await editor.getByLabel('Velocity above of layer 1').fill('64')
    await editor.getByLabel('Velocity above of layer 1').press('Enter')
    await until('the other is for soft ones', () => near(pad().layers[0].high, 64 / 127))
    await editor.getByLabel('Gain of layer 1').fill('-12')
    await editor.getByLabel('Gain of layer 1').press('Enter')
    await until('it is softer', () => near(pad().layers[0].gain, 0.2512))
    await editor.getByLabel('Pitch of layer 1, semitones').fill('12')
    await editor.getByLabel('Pitch of layer 1, semitones').press('Enter')
    await until('it is higher', () => near(pad().layers[0].ratio, 2))
    await editor.getByRole('button', { name: 'Add the chosen items as layers' }).click()
    await until('the engine has three layers', () => pad().layers.length === 3)
    await page.evaluate(() => globalThis.hold('audio.set_pads'))
    await editor.getByRole('button', { name: 'Remove layer 3' }).click()
    await editor.getByRole('button', { name: 'Remove layer 2' }).click()
    await page.evaluate(() => globalThis.release())
    await until('both are gone, also the one whose removal had no answer', () => pad().layers.length === 1)
    await editor.getByLabel('Mode').selectOption('gate')
    await until('it is a gate', () => pad().mode === 'gate')
    const voices = () => asked('audio.meters').sounds
    await section.locator('.pad').nth(10).hover()
    await page.mouse.down()
    await until('it sounds while it is held', () => voices() > 0)
    await page.mouse.up()
    await until('and ends after that', () => voices() === 0)
    loophole('pads', 'set', '10', 'pan=0.25')
    await until(
      'the page shows what another client set',
      async () => (await editor.getByLabel('Pan').inputValue()) === '0.25',
    )
    const decay = editor.getByLabel('Decay, s')
    await decay.fill('5')
    await decay.press('Enter')
    await until('its decay is longer than the curve', () => pad().decay === 5)
    const corner = await editor.locator('.envelope circle').nth(1).boundingBox(),
      x = corner.x + corner.width / 2,
      y = corner.y + corner.height / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 1, y + 12, { steps: 3 })
    await page.mouse.up()
    await until('its sustain is pulled down', () => pad().sustain < 0.45)
    assert.equal(pad().decay, 5)
    const sustain = pad().sustain
    await editor.getByRole('slider', { name: 'Corner of decay and sustain' }).press('ArrowUp')
    await until('an arrow key pulls it up', () => pad().sustain > sustain)
    assert.equal(pad().decay, 5)
    await editor.getByRole('slider', { name: 'Corner of the release' }).press('ArrowRight')
    await until('another one makes the release longer', () => pad().release > 0)
    await editor.getByRole('slider', { name: 'Corner of decay and sustain' }).press('ArrowLeft')
    await until('and one the decay shorter', () => pad().decay < 2)
    await section.locator('.pad').nth(10).focus()
    await page.keyboard.down('e')
    await until('it sounds while its key is held', () => voices() > 0)
    await mode(page, 'Mix')
    await until('and ends when the mode is left', () => voices() === 0)
    await page.keyboard.up('e')
    await mode(page, 'Kit')
    await editor.getByLabel('Choke group').fill('7')
    await section.locator('.pad').nth(11).click({ force: true })
    await until('what was typed is of its pad', () => pad().choke === 7)
    assert(!pad(11)?.choke)
    await section.locator('.pad').nth(10).focus()
    for (const [title, key] of [
      ['Begin, frame', 'from'],
      ['End, frame', 'until'],
      ['Loop begin, frame', 'loop_from'],
      ['Loop end, frame', 'loop_until'],
    ]) {
      await editor.getByLabel(title, { exact: true }).fill('')
      await editor.getByLabel(title, { exact: true }).press('Enter')
      await until('the pad has no point', () => !pad()[key])
    }
    const [drone] = json('search', 'ambi_drone')
    loophole('trim', drone.id, '--from', '0.5s', '--until', '1s')
    const sound = () => asked('streamer.sounds').each.find(one => one.sound === pad().sound)
    await until('its sound is trimmed', () => sound()?.trim_from > 0) // it is loaded again, into another slot
    const edge = async title =>
      (parseFloat(await editor.getByTitle(title, { exact: true }).evaluate(of => of.style.left)) / 100) * sound().frames
    await until(
      'the handles are at the trim',
      async () =>
        near((await edge('Begin')) / sound().trim_from, 1) && near((await edge('End')) / sound().trim_until, 1),
    )
    await editor.getByLabel('Mode').selectOption('one_shot')
    await until('it has no loop', async () => (await editor.locator('.edge').count()) === 2)
    await editor.locator('.padshape').scrollIntoViewIfNeeded()
    const begin = await editor.getByTitle('Begin', { exact: true }).boundingBox()
    await page.mouse.move(begin.x + begin.width / 2, begin.y + begin.height / 2)
    await page.mouse.down()
    await page.mouse.move(begin.x + begin.width / 2 - 3, begin.y + begin.height / 2, { steps: 3 })
    await page.mouse.up()
    await until(
      'the other one stays',
      () => pad().from > 0 && pad().from < sound().trim_from && pad().until === sound().trim_until,
    )
    loophole('undo')
    await editor.getByRole('button', { name: 'Empty it' }).click()
    await until('the pad plays nothing', () => !pad() || (pad().sound === undefined && !pad().layers?.length))
    return page
  },

  async meters_move_by_transforms_without_a_redraw_of_the_mixer(browser) {
    const page = await open(browser, '#mode=mix', hold_asks)
    await page.locator('.mixer[data-live=true]').waitFor()
    await page.evaluate(() => hold('audio.')) // what the page asks for each five seconds draws the strips again
    loophole('transport', 'metronome', 'on')
    loophole('transport', 'start')
    const seen = page.evaluate(
      () =>
        new Promise(done => {
          const fader = document.querySelector('.strip .fader'),
            styles = new Set()
          const handlers = () =>
            Object.values(fader)
              .filter(one => one && typeof one === 'object')
              .flatMap(one => Object.values(one))
              .find(one => typeof one === 'function')
          let before = handlers(),
            moves = 0
          new MutationObserver(changes => {
            // once for each time that meters move; a strip that was drawn again has other handlers
            const moved = changes.filter(one => one.target.closest('.level') && one.attributeName === 'style')
            moved.forEach(one => [...one.target.style].forEach(name => styles.add(name)))
            const now = handlers()
            moves = now && now === before ? moves + (moved.length > 0) : 0
            before = now
            if (moves === 20) done([...styles])
          }).observe(document.querySelector('.mixer'), { subtree: true, attributes: true })
        }),
    )
    assert.deepEqual(await within('meters move twenty times, and no strip is drawn', seen), ['transform'])
    loophole('transport', 'stop')
    loophole('transport', 'metronome', 'off')
    return page
  },

  async a_strip_shows_and_changes_its_channel(browser) {
    const page = await open(browser, '#mode=mix')
    const strip = page.locator('.strip[aria-label=preview]')
    const bus = () => asked('audio.mixer').strips.find(one => one.bus === 'preview')
    await strip.getByLabel('Gain', { exact: true }).fill('0.5') // 12 dB below the mark at three quarters
    await until('the engine has the gain', () => Math.abs(bus().gain - 10 ** (-12 / 20)) < 1e-6)
    await strip.getByLabel('Pan').fill('-0.5')
    await until('the engine has the pan', () => bus().pan === -0.5)
    for (const word of ['Mute', 'Solo']) {
      const button = strip.getByRole('button', { name: word })
      await button.click()
      await until(`the engine has ${word}`, () => bus()[word.toLowerCase()] === true)
      await until('the page shows it', async () => (await button.getAttribute('aria-pressed')) === 'true')
      await button.click()
      await until('and takes it back', () => !bus()[word.toLowerCase()])
    }
    loophole('ask', 'audio.set_strip', 'strip={"bus":"preview","gain":1,"pan":0}')
    await until(
      'the page shows what another client set',
      async () => (await strip.getByLabel('Gain', { exact: true }).inputValue()) === '0.75',
    )
    const left = strip.getByRole('meter', { name: 'preview left' })
    const { id } = json('search', 'drum', '--limit', '1')[0]
    await until('the peak stays above the level', () => {
      loophole('preview', id)
      return left.evaluate(of => {
        const [, rest, peak] = of.children,
          number = of => Number(/-?[\d.]+/.exec(of.style.transform)[0])
        return !peak.hidden && -number(peak) / 100 > 1 - number(rest)
      })
    })
    await until('and falls afterwards', async () => !(await left.locator('.peak').isVisible()))
    const highest = page.locator('.strip[aria-label=master] .highest')
    assert(!(await highest.getAttribute('aria-label')).includes('clipped'))
    loophole('mixer', 'metronome', 'gain=4')
    loophole('transport', 'metronome', 'on')
    loophole('transport', 'start')
    await until('the clip stays shown', async () => (await highest.getAttribute('aria-label')).includes('clipped'))
    loophole('transport', 'stop')
    loophole('transport', 'metronome', 'off')
    loophole('mixer', 'metronome', 'gain=1')
    await until('the level of the header falls, too', async () =>
      (await page.locator('.master .bar').first().getAttribute('style')).includes('scaleX(0)'),
    )
    await highest.click()
    await until('a click forgets the clip', async () => !(await highest.getAttribute('aria-label')).includes('clipped'))
    return page
  },
}
