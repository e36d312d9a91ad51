// paint.mjs: the time from an input to its paint, while meters, playhead and a map of very many points move, and what
// the page's main thread does for each input. Numbers to look at: `make paint` prints them.
import { desk, loophole, open, until } from './browser.mjs'
import { openMap } from './maps.mjs'

const INPUTS = Number(process.env.INPUTS ?? 120)
const PAUSE_MS = 60
const pause = () => new Promise(resolve => setTimeout(resolve, PAUSE_MS))

/** In the page: the events that took longer than a frame, from the input to the next paint. */
function watch_paints() {
  globalThis.paints = []
  new PerformanceObserver(list =>
    list.getEntries().forEach(one => {
      if (/^(keydown|click|pointerup)$/.test(one.name)) paints.push(one.duration)
    }),
  ).observe({ type: 'event', durationThreshold: 16 })
}

/** Makes the inputs one after another, and prints how long they took, and the milliseconds of the main thread for each.
 * */
async function measure(page, what, input) {
  const client = await page.context().newCDPSession(page)
  await client.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async () =>
    Object.fromEntries((await client.send('Performance.getMetrics')).metrics.map(one => [one.name, one.value * 1000]))
  await page.evaluate(() => {
    paints.length = 0
  })
  const before = await spent()
  for (let i = 0; i < INPUTS; i++) {
    await input(i)
    await pause()
  }
  await pause()
  const after = await spent(),
    took = await page.evaluate(() => paints)
  // quicker ones are not reported
  const all = [...Array(Math.max(0, INPUTS - took.length)).fill(16), ...took].sort((a, b) => a - b)
  const part = share => Math.round(all[Math.min(all.length - 1, Math.floor(all.length * share))])
  const each = name => ((after[name] - before[name]) / INPUTS).toFixed(1)
  console.log(
    `${what}: input to paint p50 ${part(0.5)}, p90 ${part(0.9)}, p99 ${part(0.99)} ms; of the main thread for each ` +
      `input: program ${each('ScriptDuration')}, style ${each('RecalcStyleDuration')}, ` +
      `layout ${each('LayoutDuration')} ms`,
  )
}

const KEYS = ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']

export const paint = {
  async inputs_are_painted(browser) {
    loophole('transport', 'start')
    const page = await openMap(browser, Number(process.env.POINTS), false)
    await page.evaluate(watch_paints)
    const canvas = page.locator('main.map canvas'),
      box = await canvas.boundingBox()
    const turn = i => page.mouse.wheel(0, i % 2 ? 30 : -30)
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await canvas.focus()
    await measure(page, 'map that moves, next point', async i => {
      await turn(i)
      await page.keyboard.press(KEYS[i % 4])
    })
    await page.locator('#query').focus()
    await measure(page, 'map that moves, letter of a query', async i => {
      await turn(i)
      await page.keyboard.press(i % 2 ? 'Backspace' : 'k')
    })
    await page.context().close()
    const other = await open(browser, '#mode=kit')
    await other.evaluate(watch_paints)
    await desk(other, 'Slots')
    await other.locator('.pad').first().waitFor()
    await other.evaluate(() => document.activeElement.blur())
    await measure(other, 'Kit, pad by its key', i => other.keyboard.press('zxcv'[i % 4]))
    await other.evaluate(() => {
      location.hash = 'mode=mix'
    })
    await until('the mixer is here', async () => (await other.locator('.mixer[data-live=true]').count()) === 1)
    await other.locator('.fader').first().focus()
    await measure(other, 'Mix, fader by an arrow key', i => other.keyboard.press(i % 2 ? 'ArrowUp' : 'ArrowDown'))
    loophole('transport', 'stop')
    return other
  },
}
