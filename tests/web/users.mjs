// users.mjs: claims of web_test.py about a person at work: with the keyboard alone, with a mouse alone, while services
// die, and the time from a key to the sound at the port.
import { strict as assert } from 'node:assert'
import { json, loophole, mode, names, open, shown, showsTotal, sounding, status, total, until } from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const nearestTo = (id, query, ...weights) =>
  asked('search.similar', `like=["${id}"]`, ...weights, `query=${query}`, 'limit=500').items.map(one => one.media)
const current = async page => [
  await page.locator('.row.at').evaluateAll(all => all.map(of => of.dataset.id)),
  await page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('at')),
]
const focused = page =>
  page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName)

/** In the page, from its beginning: the totals that are shown. */
function note_totals() {
  globalThis.totals = new Set()
  addEventListener('DOMContentLoaded', () =>
    new MutationObserver(() => {
      const total = document.querySelector('p.count')?.dataset.total
      if (total !== undefined) totals.add(Number(total))
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-total'] }),
  )
}

/** The number of commands that the palette offers for a text. */
async function commandsFor(page, text) {
  await page.keyboard.press('Control+k')
  await page.locator('dialog.palette[open] input').fill(text)
  const count = await page.locator('#commands [role=option]').count()
  await page.keyboard.press('Escape')
  await page.locator('#commands').waitFor({ state: 'detached' }) // the dialog closes a moment before the page knows
  return count
}

/** Kills a service that has lived for a while, and calls `meanwhile` again and again until its successor is ready. */
async function killDuring(service, meanwhile) {
  const before = await until(`${service} has lived`, () => {
    const one = status(service)
    return one?.state === 'ready' && one.uptime_s > 3 && one
  })
  process.kill(before.pid, 'SIGKILL')
  await until(`${service} is back`, async () => {
    for (let i = 0; i < 6; i++) await meanwhile()
    const one = status(service)
    return one?.state === 'ready' && one.pid !== before.pid
  })
}

/** The services in an order that SEED determines. */
function shuffledServices() {
  let seed = Number(process.env.SEED ?? 1)
  const chance = most => {
    seed = (seed * 16807 + 11) % 2147483647
    return seed % most
  }
  const all = ['search', 'persist', 'streamer', 'audio', 'web', 'project', 'indexer']
  for (let i = all.length - 1; i > 0; i--) {
    const j = chance(i + 1)
    ;[all[i], all[j]] = [all[j], all[i]]
  }
  return all.slice(0, Number(process.env.KILLS))
}

export const users = {
  async the_keyboard_goes_with_the_mode_and_the_mark_with_the_item(browser) {
    const page = await open(browser, '#q=drum')
    await showsTotal(page, 'drum')
    const [first] = json('search', 'drum')
    await page.keyboard.press('ArrowDown')
    await until(
      'the first item is marked',
      async () => JSON.stringify(await current(page)) === JSON.stringify([[first.id], first.id]),
    )
    await page.keyboard.press('s')
    let near
    await until('the nearest come first', async () => {
      // search may just have been killed, and may not have read all again
      near = nearestTo(first.id, 'drum')
      return JSON.stringify(await names(page)) === JSON.stringify(near.map(one => one.name))
    })
    assert.deepEqual(await current(page), [[], first.id], 'no other item is marked than the one in the details')
    await page.keyboard.press('d')
    await page.waitForSelector('.remark >> text=This is the example itself')
    await page.keyboard.press('Escape')
    await until('the key closes the error', async () => (await page.locator('.remark').innerText()) === '')
    assert.equal(await page.locator('.chip >> text=unlike').count(), 0, 'no sound is an example and a counter-example')
    await page.keyboard.press('ArrowDown')
    await until(
      'the next key goes to the nearest',
      async () => JSON.stringify(await current(page)) === JSON.stringify([[near[0].id], near[0].id]),
    )
    await page.keyboard.press('l')
    await page.keyboard.press('ArrowRight')
    await page.waitForSelector('.chip >> text=spectrum × 1.1')
    await page.keyboard.press('Escape')
    assert.equal(await focused(page), 'Items; arrow keys play')
    await page.keyboard.press('Backspace')
    await page.keyboard.press('Backspace')
    await showsTotal(page, 'drum')
    const all = json('search', 'drum').map(one => one.id)
    await until('its row is found again', async () => (await current(page))[0][0] === near[0].id)
    await page.keyboard.press('Home')
    await until('the first is marked', async () => (await current(page))[0][0] === all[0])
    await page.keyboard.press('h')
    await until('the hidden item has left', async () => (await shown(page)) === String(all.length - 1))
    await page.keyboard.press('ArrowDown')
    await until('the next key goes to its neighbour', async () => (await current(page))[0][0] === all[1])
    await page.keyboard.press('Control+z')
    await showsTotal(page, 'drum')
    for (const [key, list] of [
      [2, 'Waveforms; arrow keys play'],
      [3, /^Map of the items/],
      [5, 'Items; arrow keys play'],
      [7, 'Items; arrow keys play'],
      [1, 'Items; arrow keys play'],
    ]) {
      const before = (await current(page))[1]
      await page.keyboard.press(`Alt+${key}`)
      await until(`the keyboard is in the list of mode ${key}`, async () => new RegExp(list).test(await focused(page)))
      if (key === 3)
        await until(
          'the points are here',
          async () => Number(await page.locator('main.map').getAttribute('data-points')) > 0,
        )
      await until('an arrow key goes to another item', async () => {
        await page.keyboard.press('ArrowDown')
        if ((await current(page))[1] === before) await page.keyboard.press('ArrowUp')
        return (await current(page))[1] !== before
      })
    }
    await page.keyboard.press('Home') // no key is under way when it has been answered
    await until(
      'the first is marked again',
      async () => JSON.stringify(await current(page)) === JSON.stringify([[all[0]], all[0]]),
    )
    await page.evaluate(() => {
      globalThis.keys = 0
      addEventListener('keydown', () => {
        globalThis.keys++
      })
    })
    await page.keyboard.press('ArrowRight')
    assert.equal(await page.evaluate(() => globalThis.keys), 1, 'a key that the list does not use arrives once')
    for (const key of [4, 6, 8, 9, 0, '-', '=']) {
      await page.keyboard.press(`Alt+${key}`)
      await until('the keyboard is in the mode', async () => (await focused(page)) === 'MAIN')
      await page.keyboard.press('ArrowDown')
    }
    await page.keyboard.press('Alt+1')
    await page.waitForSelector('.row.at')
    assert.deepEqual(await current(page), [[all[0]], all[0]], 'an arrow key goes to no item that is not shown')
    await page
      .getByRole('navigation', { name: 'Facets' })
      .getByRole('button', { name: /^drums/ })
      .click()
    await showsTotal(page, 'drum family:drums')
    await page.keyboard.press('Home')
    const [facet] = json('search', 'drum family:drums')
    await until('a key after a click on a facet goes to an item', async () => (await current(page))[1] === facet.id)
    await page.keyboard.press('Control+.')
    return page
  },

  async no_key_changes_an_item_that_is_not_shown(browser) {
    const page = await open(browser, '#q=drum')
    await showsTotal(page, 'drum')
    await page.keyboard.press('ArrowDown')
    const id = await until('an item is current', async () => (await current(page))[1])
    await page.keyboard.press('Control+.')
    const edited = () => {
      const { media, facts } = asked('search.get', `id=${id}`).item
      return JSON.stringify([media.favourite, media.hidden, facts.find(one => one.attribute === 'rating')?.number])
    }
    const before = edited(),
      basket = JSON.stringify(asked('web.basket'))
    for (const key of [4, 6, 8, 9, 0, '-', '=']) {
      await page.keyboard.press(`Alt+${key}`)
      await until('the keyboard is in the mode', async () => (await focused(page)) === 'MAIN')
      for (const key of ['f', 'h', '1', 's', 'x', 'b', 'Enter', 'Control+a']) await page.keyboard.press(key)
      await until('the mode fills', () => page.locator('main').evaluate(of => of.childElementCount > 1))
      assert.equal(await commandsFor(page, 'hide'), 0, 'no command hides an item that is not shown')
    }
    await page.keyboard.press('Alt+1')
    await page.waitForSelector('.row.at')
    assert.equal(await commandsFor(page, 'hide'), 1, 'a command hides one that is shown')
    assert.equal(await page.locator('.row.chosen').count(), 0, 'nothing is selected')
    assert.equal(await page.locator('.chip').count(), 1, 'nothing is an example')
    await page.keyboard.press('5')
    await until('a key in the list is an edit', () => edited() !== before)
    await page.keyboard.press('Control+z')
    await until('it was the only edit', () => edited() === before)
    assert.equal(JSON.stringify(asked('web.basket')), basket)
    assert.equal(await sounding(page), '')
    return page
  },

  async a_mouse_alone_finds_what_is_like_a_sound(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    await page
      .getByRole('navigation', { name: 'Facets' })
      .getByRole('button', { name: /^drums/ })
      .click()
    await showsTotal(page, 'family:drums')
    await page.locator('.row[aria-rowindex="2"] [role=gridcell]:nth-child(3)').click()
    const id = await until('an item is current', async () => (await current(page))[1])
    await until(
      'its details are shown',
      async () => (await page.locator('.details h2').innerText()) === json('show', id)[0].name,
    )
    await page.getByRole('button', { name: 'More like this', exact: true }).click()
    const slider = page.locator('.likeness input').nth(1)
    const box = await slider.boundingBox()
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2)
    await page.mouse.down()
    for (let i = 0; i <= 20; i++) await page.mouse.move(box.x + box.width * (0.25 + i * 0.03), box.y + box.height / 2)
    await page.mouse.up()
    const weight = await slider.inputValue()
    assert(Number(weight) > 2, weight)
    const near = nearestTo(id, 'family:drums', `weights.timbre=${weight}`).map(one => one.id)
    const ids = () => page.locator('.row[data-id]').evaluateAll(all => all.map(of => of.dataset.id))
    await until('the nearest by the new weight are shown', async () => {
      const now = await ids()
      return now.length > 0 && now.every((one, i) => one === near[i])
    })
    await page.locator('.row .wavebox').nth(0).click()
    await until('the nearest is current', async () => (await current(page))[1] === near[0])
    await page.locator('.field >> text=Clear all').click()
    await showsTotal(page, '')
    await page.getByRole('button', { name: 'Panic' }).click()
    return page
  },

  async services_are_killed_while_a_person_drags(browser) {
    const page = await open(browser, '', note_totals)
    await showsTotal(page, '')
    const all = total('')
    const [item] = json('search', '')
    await page.locator(`.row[data-id="${item.id}"]`).click()
    await page.getByRole('button', { name: 'More like this', exact: true }).click()
    const near = nearestTo(item.id, '').length
    await until('the nearest are counted', async () => (await shown(page)) === String(near))
    await page.evaluate(() => totals.clear())
    const slider = page.locator('.likeness input').first()
    const box = await slider.boundingBox()
    const services = shuffledServices()
    let steps = 0
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2)
    await page.mouse.down()
    const drag = async () => {
      const part = 0.2 + 0.6 * ((steps++ % 12) / 12)
      await page.mouse.move(box.x + box.width * part, box.y + box.height / 2)
      const value = await slider.inputValue()
      assert(Math.abs(Number(value) - 4 * part) < 0.5, `the slider follows the mouse: ${value} at ${part}`)
      await until(
        'the number beside it follows',
        async () => (await slider.evaluate(of => of.nextElementSibling.innerText)) === Number(value).toFixed(1),
      )
    }
    for (const service of services) await killDuring(service, drag)
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2)
    await page.mouse.up()
    const expected = nearestTo(item.id, '', `weights.spectrum=${await slider.inputValue()}`).map(one => one.id)
    const ids = () => page.locator('.row[data-id]').evaluateAll(all => all.map(of => of.dataset.id))
    await until('the list is the one of the last weight', async () => {
      const now = await ids()
      return now.length > 0 && now.every((one, i) => one === expected[i]) && (await shown(page)) === String(near)
    })
    assert.deepEqual(await page.evaluate(() => [...totals].filter(Boolean)), [near], 'no other number was shown')

    await page
      .locator('.field >> text=Clear all')
      .click()
      .catch(() => page.keyboard.press('Backspace'))
    await mode(page, 'Map')
    const points = await until('the map is made', () => {
      const got = asked('search.map', 'dimensions=2')
      return got.state === 'made' && got.points
    })
    await until(
      'the points are here',
      async () => (await page.locator('main.map').getAttribute('data-points')) === String(points.length),
    )
    await until('all are counted', async () => (await shown(page)) === String(all))
    await page.evaluate(() => totals.clear())
    const plane = await page.locator('main.map canvas').boundingBox()
    const middle = [plane.x + plane.width / 2, plane.y + plane.height / 2]
    const movedOf = async () => Number(await page.locator('main.map').getAttribute('data-moved'))
    await page.mouse.move(...middle)
    await page.mouse.down()
    for (const service of services)
      await killDuring(service, async () => {
        const before = await movedOf()
        steps++
        await page.mouse.move(middle[0] + 8 + 40 * Math.sin(steps), middle[1] + 8 + 40 * Math.cos(steps))
        await until('the map follows the mouse', async () => (await movedOf()) > before)
      })
    await page.mouse.up()
    await page.getByRole('button', { name: 'Whole map' }).click()
    await page.keyboard.down('Shift')
    await page.mouse.move(plane.x + 3, plane.y + 3)
    await page.mouse.down()
    await page.mouse.move(plane.x + 60, plane.y + 3, { steps: 3 })
    for (const service of services)
      await killDuring(service, async () => {
        const turn = (steps++ % 60) / 60 // around the whole plane
        const [x, y] =
          turn < 0.25
            ? [turn * 4, 0]
            : turn < 0.5
              ? [1, (turn - 0.25) * 4]
              : turn < 0.75
                ? [1 - (turn - 0.5) * 4, 1]
                : [0, 1 - (turn - 0.75) * 4]
        await page.mouse.move(plane.x + 3 + x * (plane.width - 6), plane.y + 3 + y * (plane.height - 6))
        await page.locator('svg.lasso').waitFor({ state: 'attached' })
      })
    for (const [x, y] of [
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ])
      await page.mouse.move(plane.x + 3 + x * (plane.width - 6), plane.y + 3 + y * (plane.height - 6))
    await page.mouse.up()
    await page.keyboard.up('Shift')
    await until('the lasso selects', async () => /\d selected/.test(await page.locator('.map .quiet').innerText()))
    assert.equal(await page.locator('main.map').getAttribute('data-points'), String(points.length))
    await until('all are counted at the end', async () => (await shown(page)) === String(all))
    assert.deepEqual(
      await page.evaluate(() => [...totals].filter(Boolean)),
      [all],
      'no other number was shown beside the map',
    )
    assert.equal(page.loads, 1, 'the page was not loaded again')
    console.log(
      `${services.join(', ')} killed in each of three drags, ${steps} moves: the page was not loaded again, ` +
        'and each number on it was right',
    )
    return page
  },

  /** Prints the time of day of each key; the claim finds the frame at the port. */
  async a_key_sounds_at_the_port(browser) {
    const page = await open(browser, '', () => {
      globalThis.keys = []
      addEventListener('keydown', event => globalThis.keys.push(event.timeStamp), true)
      globalThis.sounded = []
      const add = () => globalThis.sounded.push(document.querySelector('[data-sounding]')?.dataset.sounding)
      new MutationObserver(add).observe(document, {
        subtree: true,
        attributes: true,
        attributeFilter: ['data-sounding'],
      })
    })
    await showsTotal(page, '')
    const origin = await page.evaluate(async () => {
      const offsets = []
      for (let i = 0; i < 200; i++) {
        offsets.push(Date.now() - performance.now())
        await new Promise(done => setTimeout(done, 1))
      }
      return Math.max(...offsets) // Date.now() is cut to whole milliseconds
    })
    await page.locator('main .rows').focus()
    const end = Math.min(total(''), Number(process.env.KEYS))
    for (let row = 0; row < end; row++) {
      const before = await page.evaluate(() => document.querySelector('.row.at')?.dataset.id)
      await page.keyboard.press('ArrowDown')
      const id = await until('another row is current', () =>
        page.evaluate(before => {
          const now = document.querySelector('.row.at')?.dataset.id
          return now !== before && now
        }, before),
      )
      await until('it has sounded, and ended', () =>
        page.evaluate(
          id => globalThis.sounded.includes(id) && !document.querySelector('[data-sounding]').dataset.sounding,
          id,
        ),
      )
    }
    for (const at of await page.evaluate(() => globalThis.keys)) console.log(`key ${Math.round((origin + at) * 1000)}`)
    return page
  },
}
