// frame.mjs: claims of web_test.py about the frame of all modes: nothing moves or overlaps, commands and their command
// lines, the way to a sound, tasks.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { strict as assert } from 'node:assert'
import {
  address,
  all_of,
  check_axe,
  desk,
  json,
  loophole,
  mode,
  note_sounding,
  open,
  picture,
  showsTotal,
  until,
} from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))

/** In the page, from its beginning: what moved without a person's doing. */
function watch_moves() {
  globalThis.moved = []
  const text = node => node?.outerHTML?.slice(0, 120) ?? node?.parentNode?.outerHTML?.slice(0, 120) ?? ''
  new PerformanceObserver(list =>
    list.getEntries().forEach(one => {
      if (!one.hadRecentInput) globalThis.moved.push([one.value, one.sources.map(of => text(of.node))])
    }),
  ).observe({ type: 'layout-shift', buffered: true })
}

/** In the page: parts that the screen does not hold, and parts that lie on each other. */
export function find_misplaced() {
  const found = []
  const name = of => of.outerHTML.slice(0, 100)
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement
  if (scrollWidth > clientWidth || scrollHeight > clientHeight)
    found.push(`the page is ${scrollWidth} × ${scrollHeight}`)
  const content = '.scroll, .patterngrid, .log, .plane' // what a person made wider than a screen
  for (const of of document.querySelectorAll('#page *')) {
    if (of.matches(content) || of.closest(content) || of.closest('.unseen')) continue
    if (of.clientWidth && of.scrollWidth > of.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(of).overflowX))
      found.push(`scrolls: ${name(of)}`)
  }
  const visible = of => of.getClientRects().length > 0 && !of.matches('.unseen') && !of.closest('.unseen')
  const parts = [
    ...document.querySelectorAll(
      '#page > *, header > *, .force > *, .dock > *, .heard > *, .library > *, .panels > section, section > *, ' +
        '.buttons > *, .transport > *',
    ),
  ].filter(visible)
  for (const of of parts) {
    const a = of.getBoundingClientRect()
    if (a.width && (a.left < -1 || a.right > clientWidth + 1)) found.push(`outside: ${name(of)}`)
    for (let next = of.nextElementSibling; next; next = next.nextElementSibling) {
      if (!parts.includes(next)) continue
      const b = next.getBoundingClientRect()
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left),
        high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
      if (wide > 1 && high > 1) found.push(`overlap: ${name(of)} and ${name(next)}`)
    }
  }
  return found
}

/** What each mode shows once its first answers are here. */
export const FILLED = {
  table: '.row canvas',
  waveforms: '.tile canvas',
  map: 'main.map:not([data-points="0"])[data-points]',
  hypergrid: '.hypergrid td button',
  folders: 'section[aria-label=Folders] li',
  duplicates: 'main.panels >> text=/\\d groups?;/',
  project: 'section[aria-label=Projects] :is(.quiet, li)',
  kit: 'section[aria-label=Pattern][data-number]',
  mix: '.mixer[data-live=true]',
  record: '.record:enabled',
  loops: '[aria-label=Loops][data-live=true]',
  engine: 'section[aria-label=Latency] figure',
}

export async function fill(page, name) {
  await showsTotal(page, 'drum')
  await page.waitForSelector(FILLED[name])
  if (name === 'project') await page.waitForSelector('section[aria-label=Contexts] :is(.quiet, details)')
  if (name === 'engine') await page.waitForSelector('tr[data-service=web]')
  if (name === 'kit') await page.waitForSelector('.kitlist :is(li, .empty)')
  await page.waitForLoadState('networkidle')
  await page.evaluate(
    () => new Promise(done => requestIdleCallback(() => requestAnimationFrame(() => setTimeout(done)))),
  )
}

const enterAt = hash => async page => page.goto(address() + hash)
const paintOf = page =>
  page.evaluate(() => Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime))

/** Opens each mode in a page of its own; a mode's page is kept until `look` has seen it. */
async function eachMode(browser, settings, look) {
  let last
  for (const name of Object.keys(FILLED)) {
    await last?.context().close()
    last = await open(browser, '', watch_moves, settings, enterAt(`#mode=${name}&q=drum`))
    await fill(last, name)
    await look(last, name)
  }
  return last
}

/** Runs a command line of the palette with the parts that a person fills in. */
function runLine(line, fields) {
  const words = [...line.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted?.replace(/'\\''/g, "'") ?? fields[plain] ?? plain,
  )
  assert.equal(words.shift(), 'loophole', line)
  const [first, second] = words
  const args = first === 'restart' ? [first, second, '--help'] : words.map(word => word.replace('+TAG', '+palette'))
  return spawnSync('loophole', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60000 })
}

const WRONG_USAGE = 64

/** In the page, from its beginning: counts what a person does: a word that is typed, a key, a press of a finger or the
 * mouse. */
function count_touches() {
  globalThis.touches = []
  const field = of => /^(INPUT|TEXTAREA)$/.test(of.tagName)
  addEventListener('pointerdown', () => touches.push('press'), true)
  addEventListener(
    'keydown',
    event => {
      const typed = event.key.length === 1 && field(event.target)
      if (!typed) touches.push(event.key)
      else if (touches.at(-1) !== 'word') touches.push('word')
    },
    true,
  )
}

/** In the page, from its beginning: counts the asks for panic. */
function count_panics() {
  globalThis.panics = 0
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (bytes) {
    if (new TextDecoder('latin1').decode(bytes).includes('audio.panic')) panics++
    send.call(this, bytes)
  }
}

/** Presses Ctrl+. in each of these elements that can have the keyboard. */
async function panicInEach(page, fields) {
  let count = 0
  for (const field of await fields.all()) {
    if (!(await field.isVisible()) || !(await field.isEnabled())) continue
    const before = await page.evaluate(() => panics)
    await field.focus()
    await page.keyboard.press('Control+.')
    await until(`panic from ${await field.evaluate(of => of.outerHTML.slice(0, 120))}`, () =>
      page.evaluate(before => panics > before, before),
    )
    count++
  }
  return count
}

export const frame = {
  async each_key_means_one_thing_and_the_documents_list_the_same_keys(browser) {
    const page = await open(browser)
    await page.getByRole('button', { name: 'Commands' }).focus()
    await page.keyboard.press('?')
    const list = page.getByRole('dialog', { name: 'Keys' })
    await list.waitFor()
    const lines = await list.locator('tbody tr').evaluateAll(rows =>
      rows.map(row => ({
        keys: JSON.parse(row.dataset.keys),
        when: row.dataset.when.split(' '),
        cells: [...row.cells].map(cell => cell.innerText.trim()),
      })),
    )
    const means = new Map()
    for (const { keys, when, cells } of lines)
      for (const key of keys)
        for (const where of when) {
          assert.equal(means.get(`${key} in ${where}`), undefined, `${key} in ${where}: ${cells[1]}`)
          means.set(`${key} in ${where}`, cells[1])
        }
    assert(means.size > 300, String(means.size))
    const table = [
      '| key | it does | where |',
      '| --- | --- | --- |',
      ...lines.map(({ cells }) => `| ${cells.join(' | ')} |`),
    ].join('\n')
    const documented = readFileSync(`${process.env.DOCS}/web.md`, 'utf8').split('## Keys\n\n')[1].split('\n\n')[0]
    assert.equal(documented.replaceAll('`', ''), table, `docs/web.md must have this table:\n${table}`)
    await check_axe(page)
    await picture(page, 'keys')
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'hidden' })
    return page
  },

  async nothing_moves_while_a_mode_fills(browser) {
    const paints = []
    const page = await eachMode(browser, {}, async (page, name) => {
      assert.deepEqual(await page.evaluate(() => globalThis.moved), [], name)
      paints.push(await paintOf(page))
    })
    console.log(`the page in the browser: first paint of ${paints.length} pages after ${paints.join(', ')} ms`)
    return page
  },

  /** The same page from a server that sends its second half later, and no program. */
  async nothing_moves_while_the_page_arrives_in_parts(browser) {
    const html = readFileSync(`${process.env.DIST}/index.html`, 'utf8'),
      half = html.indexOf('<span>Project')
    const server = createServer((request, response) => {
      response.setHeader('Content-Type', request.url === '/' ? 'text/html' : 'text/css')
      if (request.url.endsWith('.css')) response.end(readFileSync(process.env.DIST + request.url))
      else if (request.url !== '/') response.writeHead(404).end()
      else response.write(html.slice(0, half), () => setTimeout(() => response.end(html.slice(half)), 1000))
    })
    await new Promise(done => server.listen(0, '127.0.0.1', done))
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
    page.errors = []
    await page.addInitScript(watch_moves)
    await page.goto(`http://127.0.0.1:${server.address().port}/`)
    await until('the page is painted', () =>
      page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length),
    )
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done))))
    assert.deepEqual(await page.evaluate(() => globalThis.moved), [])
    server.close()
    return page
  },

  async a_tablet_has_room_for_each_mode(browser) {
    const page = await eachMode(
      browser,
      { viewport: { width: 820, height: 1180 }, hasTouch: true },
      async (page, name) => {
        assert.deepEqual(await page.evaluate(() => globalThis.moved), [], name)
        assert.deepEqual(await page.evaluate(find_misplaced), [], name)
      },
    )
    await mode(page, 'Table')
    await page.locator('.row').first().tap()
    await page.locator('.details h2').waitFor()
    assert.deepEqual(await page.evaluate(find_misplaced), [], 'with details')
    await page.getByRole('button', { name: 'More like this', exact: true }).tap()
    await page.locator('.likeness').waitFor()
    assert.deepEqual(await page.evaluate(find_misplaced), [], 'with likeness')
    await page.keyboard.press('Control+.')
    return page
  },

  async each_command_names_a_command_line_that_works(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    await page.locator('.row').first().click()
    await until('an item is chosen', async () => (await page.locator('.row.at').count()) === 1)
    await page.keyboard.press('Control+k')
    const lines = await page
      .locator('#commands li')
      .evaluateAll(all => all.map(of => [of.querySelector('span').innerText, of.querySelector('code').innerText]))
    assert(lines.length > 80, `${lines.length} commands`)
    mkdirSync(`${process.env.LOOPHOLE_HOME}/sent`, { recursive: true })
    const file = `${process.env.LOOPHOLE_HOME}/palette.png`
    const fields = {
      ID: json('search', 'bell')[1].id,
      FILE: file,
      DIR: `${process.env.LOOPHOLE_HOME}/sent`,
      NAME: 'palette',
      SECONDS: '0.1',
      PORT: `${asked('audio.server').client}:main_left`,
    }
    const own = []
    for (const [name, line] of lines) {
      if (line === 'of this page alone') {
        own.push(name)
        continue
      }
      const { status, stderr } = runLine(line, fields)
      const why = `${name}: ${line}: ${stderr}`
      assert.notEqual(status, WRONG_USAGE, why)
      assert(status === 0 || /^loophole: .*(nothing to|no take|no voice|silen|no sound|map)/.test(stderr), why)
    }
    assert.deepEqual(own, [
      'List the keys',
      'Go to the query line',
      'Undo the last filter',
      'Go to the weights of likeness',
      'Select or unselect',
      'Clear the selection',
      'Hear through JACK or through this browser',
      'Colours: dark',
      'Colours: light',
      'Colours: system',
      'Waveforms by class or by brightness',
    ])
    return page
  },

  async keys_that_work_everywhere_work_in_fields_and_dialogs(browser) {
    const page = await open(browser, '#q=bell', count_panics)
    await showsTotal(page, 'bell')
    await page.locator('.row').first().click()
    await page.locator('.details h2').waitFor()
    await page.locator('.treatments summary').click()
    await page.locator('#addtag').focus()
    loophole('play', 'lengthy', '--loop')
    await until('it sounds', () => asked('streamer.voices').each.some(one => one.looping && one.position > 0))
    await page.keyboard.press('Control+.')
    await until('it is silent', () => asked('streamer.voices').each.length === 0)
    const fields = 'input:not([type=file]), textarea, select'
    assert((await panicInEach(page, page.locator(fields))) > 10, 'fields of the table')
    await page.locator('#addtag').focus()
    await page.keyboard.press('Control+k')
    await page.locator('dialog.palette[open] input').waitFor()
    assert.equal(await panicInEach(page, page.locator('dialog[open] input')), 1)
    await page.keyboard.type('listen to a jack port')
    await page.keyboard.press('Alt+3')
    await page.keyboard.press('Enter')
    await page.locator('dialog.asking[open]').waitFor()
    assert.equal(await panicInEach(page, page.locator('dialog[open] :is(input, button)')), 3)
    await page.keyboard.press('Alt+3')
    await page.keyboard.press('Control+k')
    await page.keyboard.press('Escape')
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
    assert.equal(await page.locator('nav.modes [aria-current]').innerText(), 'Table', 'a dialog keeps the other keys')
    loophole('pattern', process.env.PATTERN)
    for (const [key, filled] of [
      [7, 'form input'],
      [9, '.mixer[data-live=true]'],
      [0, '.wish'],
      [8, '.pad'],
    ]) {
      await page.keyboard.press(`Alt+${key}`)
      await page.locator(filled).first().waitFor()
      await panicInEach(page, page.locator(fields))
    }
    await desk(page, 'Pad 0')
    await page.getByRole('group', { name: 'Pad 0' }).getByLabel('Pan').focus()
    await page.keyboard.press('Alt+1')
    await page.locator('.row').first().waitFor()
    loophole('preview', 'stop')
    return page
  },

  async three_touches_lead_from_the_page_to_a_sound(browser) {
    const choose = (page, press) => async () => {
      await press(page.getByRole('navigation', { name: 'Facets' }).getByRole('button', { name: /^perc_bell/ }))
      await showsTotal(page, 'class:perc_bell')
      await press(page.locator('.row[aria-rowindex="2"] [role=gridcell]:nth-child(3)'))
    }
    const ways = {
      keyboard: async page => {
        await page.keyboard.type('perc_bell')
        await page.keyboard.press('ArrowDown')
      },
      mouse: page => choose(page, of => of.click())(),
      finger: page => choose(page, of => of.tap())(),
    }
    const expected = of => json('search', of === 'keyboard' ? 'perc_bell' : 'class:perc_bell')[0].id
    let last
    for (const [way, go] of Object.entries(ways)) {
      await last?.context().close()
      last = await open(
        browser,
        '',
        all_of(count_touches, note_sounding),
        way === 'finger' ? { viewport: { width: 820, height: 1180 }, hasTouch: true } : {},
      )
      await showsTotal(last, '')
      await go(last)
      const id = await until(`${way}: it sounds`, () => last.evaluate(() => globalThis.sounded[0]))
      assert.equal(id, expected(way), way)
      const touches = await last.evaluate(() => globalThis.touches)
      assert(touches.length <= 3, `${way}: ${touches}`)
      console.log(`from the page to a sound by ${way}: ${touches.join(', ')}`)
      loophole('preview', 'stop')
    }
    return last
  },

  async a_task_is_cancelled(browser) {
    const page = await open(browser, '#mode=engine')
    const tasks = page.locator('section[aria-label=Tasks]')
    await tasks.getByText('No task is under way.').waitFor()
    loophole('library', 'add', process.env.LONG_WORK)
    const cancel = tasks.getByRole('button', { name: 'Cancel' })
    await cancel.first().click()
    await until('the engine has no task', () => json('tasks').length === 0)
    await tasks.getByText('No task is under way.').waitFor()
    loophole('library', 'remove', process.env.LONG_WORK)
    return page
  },
}
