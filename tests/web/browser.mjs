// browser.mjs: shared by the claims of pages.mjs and sounds.mjs: the engine by its command line, and a page in
// Chromium. Every wait is for a condition, and each has a bound: LIMIT_MS.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { mkdirSync, readFileSync } from 'node:fs'
import { strict as assert } from 'node:assert'

export const modules = createRequire(`${process.env.BUILD}/web/`)
const { chromium } = modules('playwright-core')
const LIMIT_MS = Number(process.env.LIMIT_MS ?? 120000)
export const SERVICES_OF_A_PAGE = ['web', 'search', 'persist', 'streamer', 'indexer']

export const loophole = (...args) => execFileSync('loophole', args, { encoding: 'utf8', timeout: LIMIT_MS })
export const json = (...args) =>
  loophole(...args, '--json')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
export const address = () =>
  json('ask', 'web.address')[0]?.address ?? JSON.parse(loophole('ask', 'web.address')).address
export const status = service => json('status').find(one => one.service === service)
export const total = query => JSON.parse(loophole('ask', 'search.query', `query=${query}`, 'limit=0')).total

/** The promise, or an error after LIMIT_MS: what runs in a page has no bound of its own. */
export function within(what, promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still not true: ${what}`)), LIMIT_MS)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Between two looks it pauses for twice the time that a look takes, so that the looks leave the processors to the
 * page. */
export async function until(what, holds) {
  const end = Date.now() + LIMIT_MS
  for (;;) {
    const looked = Date.now()
    const got = await within(what, holds())
    if (got) return got
    const now = Date.now()
    assert(now < end, `still not true: ${what}`)
    await new Promise(resolve => setTimeout(resolve, Math.min(Math.max(50, 2 * (now - looked)), 1000)))
  }
}

/** Kills a service that has lived for a while, and waits for its successor. A service that dies too often is
 * quarantined. */
export async function kill(service) {
  const before = await until(`${service} has lived`, () => {
    const one = status(service)
    return one?.state === 'ready' && one.uptime_s > 3 && one
  })
  process.kill(before.pid, 'SIGKILL')
  await until(`${service} is back`, () => {
    const one = status(service)
    return one?.state === 'ready' && one.pid !== before.pid
  })
}

const enter = page => page.goto(address())

/** A browser of another machine: it gives the password. */
export async function enterFromAfar(page) {
  await page.goto(process.env.FAR)
  await page.getByLabel('Password').fill(process.env.PASSWORD)
  await page.getByRole('button', { name: 'Enter' }).click()
}

/** In the page, from its beginning: asks whose names contain that given to `hold` wait until they are released. `held`:
 * the names, each once. */
export function hold_asks() {
  let name
  const waiting = []
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (bytes) {
    const asked = name && new TextDecoder('latin1').decode(bytes).match(/[a-z]+\.[a-z_]+/)?.[0]
    if (asked?.includes(name)) waiting.push({ asked, call: () => send.call(this, bytes) })
    else send.call(this, bytes)
  }
  globalThis.hold = which => {
    name = which
  }
  globalThis.release = () => {
    name = undefined
    waiting.splice(0).forEach(one => one.call())
  }
  globalThis.held = () => [...new Set(waiting.map(one => one.asked))]
}

/** A browser without the windows of Chromium, whose drawing takes most of the time of a claim. SwiftShader draws the
 * maps only: to put together each frame of a page with it takes half as much processor time again. */
export const launch = () =>
  chromium.launch({
    executablePath: '/usr/bin/chromium-headless-shell',
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--use-angle=swiftshader-webgl',
      '--enable-unsafe-swiftshader',
      '--mute-audio',
    ],
  })

/** What several of these do in the page, as one. */
export const all_of = (...parts) => parts.map(one => `(${one})()`).join(';')

/** In the page, from its beginning: `sounded` has the id of each item that the page showed as sounding. A short sound
 * may end before anybody looks. */
export function note_sounding() {
  globalThis.sounded = []
  new MutationObserver(() => {
    const id = document.querySelector('[data-sounding]')?.dataset.sounding
    if (id) sounded.push(id)
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-sounding'] })
}

/** Waits until the program of the page runs. It follows the keyboard only after its first frame. */
async function runs(page) {
  await page.waitForSelector('nav.places [aria-current]')
  await within(
    'the page has a frame',
    page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))),
  )
}

export const reload = page => page.reload().then(() => runs(page))

/** A page of its own. `before` runs in it before its scripts; `settings` are those of playwright's context. */
export async function open(browser, hash = '', before = undefined, settings = {}, go = enter) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...settings })
  context.setDefaultTimeout(LIMIT_MS)
  const page = await context.newPage()
  if (before) await page.addInitScript(before)
  page.errors = []
  page.loads = 0
  page.on('pageerror', error => page.errors.push(String(error)))
  page.on('load', () => page.loads++)
  await go(page)
  await runs(page)
  if (hash)
    await page.evaluate(text => {
      location.hash = text
    }, hash)
  return page
}

export const shown = page => page.locator('p.count').getAttribute('data-total')
export const showsTotal = (page, query) =>
  until(`the page counts what ${query} finds`, async () => (await shown(page)) === String(total(query)))
export const names = page => page.locator('.row [role=gridcell]:nth-child(3)').allInnerTexts()
export const sounding = page => page.locator('[data-sounding]').getAttribute('data-sounding')

/** The places of the rail with their modes. */
export const PLACES = {
  Browse: ['Table', 'Waveforms', 'Folders', 'Duplicates'],
  Map: ['Map', 'Hypergrid'],
  Kit: ['Kit', 'Loops'],
  Mix: ['Mix', 'Record'],
  Project: ['Project'],
  Engine: ['Engine'],
}

/** Shows a mode by the mouse, with no press more than it needs. */
export async function mode(page, name) {
  const [place, modes] = Object.entries(PLACES).find(([, modes]) => modes.includes(name))
  const press = async (nav, name) => {
    const button = page.locator(nav).getByRole('button', { name, exact: true })
    if (!(await button.getAttribute('aria-current'))) await button.click()
  }
  await press('nav.places', place)
  if (modes.length > 1) await press('nav.modes', name)
}

/** Shows a part of the desk of the mode Kit. */
export const desk = (page, name) =>
  page.getByRole('navigation', { name: 'Parts of the desk' }).getByRole('button', { name, exact: true }).click()

/** Gives a name to the dialog that asks for one. */
export async function giveName(page, name) {
  const field = page.locator('dialog.naming[open] input')
  await field.fill(name)
  await field.press('Enter')
}

/** Fails with what axe finds in the page as it is. */
export async function check_axe(page, where = '') {
  await page.evaluate(readFileSync(modules.resolve('axe-core'), 'utf8'))
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }))
  assert.deepEqual(
    violations.map(one => `${where}${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`),
    [],
  )
}

/** With PICTURES, the folder for the pictures of docs/web.md, a picture of the page. */
export async function picture(page, name) {
  if (!process.env.PICTURES) return
  mkdirSync(process.env.PICTURES, { recursive: true })
  await page.screenshot({ path: `${process.env.PICTURES}/${name}.png` })
}
