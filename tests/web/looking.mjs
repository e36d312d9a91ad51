// looking.mjs: claims of web_test.py about what is looked at: the map in the plane and in space, facts that a person
// states, kept queries, and counts while the catalogue changes.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import {
  all_of,
  check_axe,
  giveName,
  json,
  loophole,
  mode,
  note_sounding,
  open,
  picture,
  reload,
  shown,
  showsTotal,
  total,
  until,
} from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const sorted = list => [...list].sort()

/** The points as the engine has them, when the map is made. */
const pointsOf = (...args) =>
  until('the map is made', () => {
    const got = asked('search.map', ...args)
    return got.state === 'made' && got.points
  })

/** Where a point is on the page when the whole map is shown. */
function placer(points, box) {
  const xs = points.map(one => one.x),
    ys = points.map(one => one.y)
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const unit = ((1.8 / Math.max(right - left, top - bottom, 1e-3)) * Math.min(box.width, box.height)) / 2
  return of => ({
    x: box.x + box.width / 2 + (of.x - (left + right) / 2) * unit,
    y: box.y + box.height / 2 - (of.y - (bottom + top) / 2) * unit,
  })
}

/** What is painted, as a text that differs when the picture does. */
const painted = page =>
  page
    .locator('main.map canvas')
    .evaluate(of => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(of.toDataURL())))))

async function openMap(browser, hash) {
  const page = await open(browser, `#mode=map${hash}`)
  await until('the points are here', async () => Number(await page.locator('main.map').getAttribute('data-points')) > 0)
  return page
}

/** A frame of pixels around the places. */
async function pull(page, { left, right, top, bottom }) {
  await page.keyboard.down('Shift')
  await page.mouse.move(left, top)
  await page.mouse.down()
  for (const [x, y] of [
    [right, top],
    [right, bottom],
    [left, bottom],
    [left, top],
  ])
    await page.mouse.move(x, y, { steps: 4 })
  await page.mouse.up()
  await page.keyboard.up('Shift')
}

const chosenIds = async page =>
  sorted(await page.locator('.row.chosen').evaluateAll(all => all.map(of => of.dataset.id)))

/** In the page, from its beginning: each answer with counts or lists comes late, and the catalogue changes all the
 * time. With `one_by_one` each answer to a query comes late after the one before, as from a search that is slow. */
export function change_without_end() {
  const find = (bytes, word) => new TextDecoder('latin1').decode(bytes).indexOf(word)
  const EVERY_MS = 50
  const late = new Map(),
    answered = new Set()
  let last = 0
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (bytes) {
    for (const ask of ['search.query', 'search.grid', 'search.folders', 'search.duplicates', 'search.map']) {
      const at = find(bytes, ask) + ask.length + 2
      if (at > ask.length + 2) late.set(bytes.slice(at, at + 16).join(), ask)
    }
    send.call(this, bytes)
  }
  const text = word => new TextEncoder().encode(word)
  const event = Uint8Array.from([
    1,
    7,
    ...text('persist'),
    15,
    0,
    0,
    0,
    ...text('persist.changed'),
    5,
    0,
    0,
    0,
    0x94,
    3,
    0,
    0,
    0x80,
  ])
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    set(call) {
      setInterval(() => call({ data: event.buffer }), EVERY_MS)
      set.call(this, message => {
        const bytes = new Uint8Array(message.data)
        const request = bytes.slice(2 + bytes[1] + 4, 2 + bytes[1] + 20).join()
        const ask = late.get(request)
        if (ask === undefined) return call(message)
        if (answered.has(request)) return // one of the copies that a page sends of an ask
        answered.add(request)
        if (ask !== 'search.query') return setTimeout(() => call(message), 2000)
        const now = performance.now()
        last = Math.max(now, globalThis.one_by_one ? last : 0) + (globalThis.late_ms ?? 700)
        setTimeout(() => call(message), last - now)
      })
    },
  })
}

export const looking = {
  async the_hypergrid_says_what_a_cell_holds_by_mouse_and_by_keyboard(browser) {
    const page = await open(browser, '#mode=hypergrid')
    const cells = page.locator('.hypergrid td button'),
      holds = page.getByLabel('What the cell holds')
    await cells.first().waitFor()
    const named = async cell => {
      const [, row, column, count] = /^(.*), (.*): (\d+)$/.exec(await cell.getAttribute('aria-label'))
      const found = asked('search.query', `query=class:"${row}" key:"${column}"`, 'sort=name', 'limit=1')
      return { title: `${row}, ${column}:`, count: Number(count), first: found.items[0].media.name }
    }
    await page.getByLabel('Columns').selectOption('key')
    await until(
      'the columns are keys',
      async () => (await page.locator('.hypergrid caption').innerText()) === 'Items by class and key',
    )
    await cells.first().hover()
    const { title, count, first } = await named(cells.first())
    await until('the pointer shows what the cell holds', async () => {
      const text = await holds.innerText()
      return text.startsWith(`${title} ${count} item`) && text.includes(first)
    })
    await page.mouse.move(2, 2)
    await holds.getByText('Point at a number').waitFor()
    await page.locator('.hypergrid .scroll').focus()
    await page.keyboard.press('Tab')
    await until('the keyboard shows it too', async () => (await holds.innerText()).startsWith(title))
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown'])
      await page.keyboard.press(key)
    const at = page.locator('.hypergrid td button:focus')
    const other = await named(at)
    await until('the arrow keys go to another cell', async () => {
      const text = await holds.innerText()
      return text.startsWith(`${other.title} ${other.count} item`) && text.includes(other.first)
    })
    assert.notEqual(other.title, title)
    await picture(page, 'hypergrid-holds')
    await check_axe(page)
    await page.keyboard.press('Enter')
    await until('Enter shows its items', async () => (await shown(page)) === String(other.count))
    return page
  },

  async a_map_that_cannot_be_searched_says_so(browser) {
    const page = await open(
      browser,
      '#mode=map',
      all_of(note_sounding, () => {
        globalThis.Worker = class extends globalThis.Worker {
          // its program cannot be loaded
          constructor(url, options) {
            super(String(url).includes('mapindex') ? '/no-such-program.js' : url, options)
          }
        }
      }),
    )
    await page.locator('main.map[data-points]').waitFor()
    await page.locator('.map .note', { hasText: 'cannot search the map' }).waitFor()
    const { x, y, width, height } = await page.locator('.map canvas').boundingBox()
    await page.mouse.click(x + width / 2, y + height / 2) // it is answered
    await page.locator('.map canvas').press('ArrowRight')
    await until('the arrow keys go to a point', () => page.evaluate(() => sounded.length > 0))
    loophole('preview', 'stop')
    return page
  },

  async what_fails_without_a_word_is_said(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    await page.evaluate(() => {
      Promise.reject(new DOMException('given up', 'AbortError'))
      Promise.reject(new Error('the tape is torn'))
    })
    await page.locator('.remark.bad', { hasText: 'the tape is torn' }).waitFor()
    assert.deepEqual(
      page.errors.filter(text => !/tape is torn|given up/.test(text)),
      [],
    )
    page.errors.length = 0
    return page
  },

  async waveforms_have_the_colours_of_their_brightness(browser) {
    const page = await open(browser, '#mode=waveforms&q=drum')
    await showsTotal(page, 'drum')
    const colours = () =>
      page
        .locator('.tile canvas')
        .first()
        .evaluate(of => {
          const { data } = of.getContext('2d').getImageData(0, 0, of.width, of.height),
            found = new Set()
          for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) found.add(data.slice(i, i + 3).join())
          return found.size
        })
    await until('it has the colour of its class', async () => (await colours()) === 1)
    await page.getByRole('button', { name: 'By brightness' }).click()
    await until('it has many', async () => (await colours()) > 8)
    await picture(page, 'brightness')
    await reload(page)
    await until('they stay', async () => (await colours()) > 8)
    await page.getByRole('button', { name: 'Waveforms', exact: true }).last().click()
    await until('it has one again', async () => (await colours()) === 1)
    return page
  },

  async an_error_lies_over_the_dock_alone(browser) {
    const long = `The sound of pad 3 could not be loaded: ${'a folder of the library is not there; '.repeat(4)}`
    let page
    for (const [width, height] of [
      [1280, 800],
      [400, 800],
      [640, 400],
    ]) {
      await page?.context().close()
      page = await open(browser, '#mode=kit', undefined, { viewport: { width, height } })
      await page.locator('.pad').first().waitFor()
      const before = await page.locator('main').boundingBox()
      await page.evaluate(text => {
        Promise.reject(new Error(text))
      }, long)
      const remark = page.locator('.remark.bad', { hasText: 'The sound of pad 3' })
      await remark.waitFor()
      assert.deepEqual(await page.locator('main').boundingBox(), before, 'nothing moves')
      const { top, bottom, least, hidden } = await remark.evaluate(of => {
        const { top, bottom } = of.getBoundingClientRect(),
          dock = document.querySelector('.dock').getBoundingClientRect()
        return {
          top,
          bottom,
          least: dock.top,
          hidden: [...document.querySelectorAll('.dock :is(button, input, select)')].filter(one => {
            const at = one.getBoundingClientRect(),
              hit = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2)
            return of.contains(hit) && !of.contains(one)
          }).length,
        }
      })
      assert(
        top >= least - 1 && bottom <= height,
        `${width} × ${height}: from ${top} to ${bottom}, and the dock begins at ${least}`,
      )
      assert.equal(hidden, 0, 'it covers no control of the dock')
      await remark.getByRole('button', { name: 'Close' }).click()
      await remark.waitFor({ state: 'detached' })
      page.errors.length = 0
    }
    return page
  },

  async counts_are_shown_while_the_catalogue_changes_without_end(browser) {
    const page = await open(browser, '', change_without_end)
    await showsTotal(page, '')
    await page.fill('#query', 'bell')
    await showsTotal(page, 'bell')
    await until('the rows are there', async () => (await page.locator('.row[data-id]').count()) === total('bell'))
    const [pack] = JSON.parse(loophole('ask', 'search.query', 'query=bell', 'limit=0', 'facets=["pack"]')).facets
    await mode(page, 'Folders')
    await until('the folders are there', async () => (await page.locator('section[aria-label=Folders] li').count()) > 0)
    await until(
      'the packs are counted',
      async () =>
        (await page.locator('section[aria-label=Packs] li .count').first().innerText()) === String(pack.count),
    )
    await mode(page, 'Hypergrid')
    await page.waitForSelector('.hypergrid td button')
    await mode(page, 'Duplicates')
    await page.waitForSelector('main.panels >> text=/\\d groups?;/')
    await mode(page, 'Map')
    await until(
      'the map dims what is not found',
      async () => (await page.locator('main.map').getAttribute('data-found')) === String(total('bell')),
    )
    return page
  },

  async a_facet_counts_what_its_click_finds_also_beside_an_or(browser) {
    const facets = page => page.getByRole('navigation', { name: 'Facets' })
    const pressed = (page, name) => facets(page).getByRole('button', { name }).getAttribute('aria-pressed')
    const chips = page => page.locator('.chip').evaluateAll(all => all.map(of => of.innerText.replace(/ ×$/, '')))
    const page = await open(browser)
    for (const query of ['bell or drum', 'bell OR drum', 'bell | drum', '"bell"or(drum)', 'family:drums or bell']) {
      await page.fill('#query', query)
      await until('an or is one chip', async () => JSON.stringify(await chips(page)) === JSON.stringify([query]))
      await showsTotal(page, query)
      const { count } = asked('search.query', `query=${query}`, 'limit=0', 'facets=["family"]').facets.find(
        one => one.value === 'drums',
      )
      assert.equal(await pressed(page, /^drums/), 'false', 'a part of an or is not in force by itself')
      await facets(page)
        .getByRole('button', { name: /^drums/ })
        .click()
      await until(
        `the facet of ${query} is one clause of two`,
        async () => JSON.stringify(await chips(page)) === JSON.stringify([`(${query})`, 'family:drums']),
      )
      await until('its click led to what it counts', async () => (await shown(page)) === String(count))
      await facets(page)
        .getByRole('button', { name: /^drums/ })
        .click()
      await until('a second click takes it back', async () => (await shown(page)) === String(total(query)))
      await facets(page).getByRole('button', { name: 'Loops' }).click()
      await showsTotal(page, `(${query}) is:loop`)
      await page.locator('.chip').nth(1).click()
    }
    await page.locator('.chip').click()
    await showsTotal(page, '')
    for (const query of ['bell "or"', 'bell -(or_else | drum)', 'bell name:or']) {
      await page.fill('#query', query)
      await until(
        'a word or a group that contains `or` leaves the clauses apart',
        async () => JSON.stringify(await chips(page)) === JSON.stringify(['bell', query.slice(5)]),
      )
    }
    return page
  },

  async a_pack_counts_what_its_click_finds(browser) {
    const all = json('search', 'bell or drum', '--limit', '3')
    assert.equal(all.length, 3)
    for (const [i, pack] of ['Drums', 'Drumstick Vol 1', 'Drums'].entries()) loophole('edit', all[i].id, `pack=${pack}`)
    const page = await open(browser)
    const pack = page
      .getByRole('navigation', { name: 'Facets' })
      .locator('details', { has: page.locator('summary', { hasText: /^pack$/ }) })
    await pack.locator('summary').click()
    const click = pack.getByRole('button', { name: /^Drums(?!t)/ })
    await until('the pack is counted', async () => /2$/.test(await click.innerText()))
    await click.click()
    await until('the pack is found', async () => (await shown(page)) === '2')
    await until('the facet is in force', async () => (await click.getAttribute('aria-pressed')) === 'true')
    for (const _ of all) loophole('undo')
    return page
  },

  async a_scan_moves_neither_scroll_nor_selection(browser) {
    const page = await open(browser, '', undefined, { viewport: { width: 1280, height: 480 } })
    await showsTotal(page, '')
    const rows = page.locator('main .rows')
    await rows.evaluate(of => {
      of.scrollTop = 160
    })
    const id = await until('a row is in the middle', () =>
      rows.evaluate(of => {
        const { left, top, width, height } = of.getBoundingClientRect()
        return (
          of.scrollTop === 160 &&
          document.elementFromPoint(left + width / 2, top + height / 2).closest('.row')?.dataset.id
        )
      }),
    )
    await page.locator(`.row[data-id="${id}"]`).click()
    await page.locator(`.row[data-id="${id}"] .mark`).click() // by mouse alone
    const look = async () => ({
      top: await rows.evaluate(of => of.scrollTop),
      at: await page.locator('.row.at').getAttribute('data-id'),
      chosen: await chosenIds(page),
      place: await page.locator(`.row[data-id="${id}"]`).evaluate(of => of.getBoundingClientRect().top),
    })
    const before = await look()
    assert.deepEqual([before.at, before.chosen], [id, [id]])
    const folder = `${process.env.LOOPHOLE_HOME}/scanned`
    mkdirSync(folder)
    for (let i = 0; i < 12; i++) copyFileSync(process.env.SOUND, `${folder}/later ${i}.flac`)
    const count = total('')
    loophole('library', 'add', folder)
    await until('the scan has found them', () => total('') === count + 12)
    await showsTotal(page, '')
    assert.deepEqual(await look(), before)
    loophole('library', 'remove', folder)
    await page.keyboard.press('Control+.')
    return page
  },

  async a_lasso_selects_the_points_inside_that_the_query_finds(browser) {
    const points = await pointsOf('dimensions=2')
    const found = new Set((await pointsOf('dimensions=2', 'query=drum')).map(one => one.id))
    const page = await openMap(browser, '&q=drum')
    await until(
      'the query dims the others',
      async () => (await page.locator('main.map').getAttribute('data-found')) === String(found.size),
    )
    const box = await page.locator('main.map canvas').boundingBox()
    const place = placer(points, box)
    const xs = points
      .filter(one => found.has(one.id))
      .map(one => place(one).x)
      .sort((a, b) => a - b)
    const half = Math.floor(xs.length / 2)
    const middle = (xs[half - 1] + xs[half]) / 2
    await pull(page, { left: box.x + 2, right: middle, top: box.y + 2, bottom: box.y + box.height - 2 })
    const expected = sorted(points.filter(one => found.has(one.id) && place(one).x < middle).map(one => one.id))
    assert(expected.length > 1 && expected.length < found.size)
    await page.locator('.map .quiet', { hasText: `${expected.length} selected` }).waitFor()
    await page.keyboard.press('f')
    await until(
      'an edit is for all of them',
      () => JSON.stringify(sorted(json('search', 'is:favourite').map(one => one.id))) === JSON.stringify(expected),
    )
    await page.keyboard.press('Control+z')
    await until('one step takes it back', () => json('search', 'is:favourite').length === 0)
    return page
  },

  async a_map_in_space_is_turned_and_its_points_are_hit(browser) {
    const points = await pointsOf('dimensions=3')
    const page = await openMap(browser, '')
    await page.getByRole('button', { name: '3-D' }).click()
    await until(
      'the map in space is here',
      async () =>
        (await page.locator('main.map').getAttribute('data-points')) === String(points.length) &&
        (await page.getByRole('button', { name: '3-D' }).getAttribute('aria-pressed')) === 'true',
    )
    const canvas = page.locator('main.map canvas')
    const box = await canvas.boundingBox()
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    await page.locator('.label').first().waitFor({ state: 'detached' })
    const before = await painted(page)
    await page.mouse.move(middle.x, middle.y)
    await page.mouse.down()
    await page.mouse.move(middle.x + 120, middle.y + 60, { steps: 6 })
    await page.mouse.up()
    await until('it is turned', async () => (await painted(page)) !== before)
    const turn = 0.5 + 120 / 150,
      tilt = 0.4 + 60 / 150
    const xs = points.map(one => one.x),
      ys = points.map(one => one.y)
    const [x, y] = [xs, ys].map(all => (Math.min(...all) + Math.max(...all)) / 2)
    const unit =
      ((1.8 / Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 1e-3)) *
        Math.min(box.width, box.height)) /
      2
    const placed = points.map(one => {
      const right = (one.x - x) * Math.cos(turn) + one.z * Math.sin(turn),
        deep = one.z * Math.cos(turn) - (one.x - x) * Math.sin(turn)
      const up = (one.y - y) * Math.cos(tilt) - deep * Math.sin(tilt)
      return { id: one.id, x: middle.x + right * unit, y: middle.y - up * unit }
    })
    const inside = placed.filter(
      one => Math.abs(one.x - middle.x) < box.width / 2 - 20 && Math.abs(one.y - middle.y) < box.height / 2 - 20,
    )
    const lonely = inside.find(one =>
      placed.every(other => other === one || Math.hypot(other.x - one.x, other.y - one.y) > 16),
    )
    assert(lonely, 'a point that lies alone')
    await page.mouse.move(lonely.x, lonely.y)
    await page.locator('.hover').waitFor()
    await page.mouse.down()
    await page.mouse.up()
    await until('the point under the mouse is chosen', () =>
      page.evaluate(id => new URLSearchParams(location.hash.slice(1)).get('at') === id, lonely.id),
    )
    await pull(page, { left: box.x + 2, right: box.x + box.width - 2, top: box.y + 2, bottom: box.y + box.height - 2 })
    const around = placed.filter(
      one => Math.abs(one.x - middle.x) < box.width / 2 - 2 && Math.abs(one.y - middle.y) < box.height / 2 - 2,
    )
    await page.locator('.map .quiet', { hasText: `${around.length} selected` }).waitFor()
    await page.keyboard.press('Control+.')
    return page
  },

  async the_map_is_coloured_by_any_fact(browser) {
    const page = await openMap(browser, '')
    const legend = () => page.locator('.legend li').allInnerTexts()
    const field = page.getByLabel('Colour by any fact')
    const byClass = await painted(page)
    const counted = new Map()
    for (const one of await pointsOf('dimensions=2', 'colour=key'))
      if (one.word) counted.set(one.word, (counted.get(one.word) ?? 0) + 1)
    const keys = [...counted]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(one => one[0])
      .slice(0, 14)
    await field.fill('key')
    await field.press('Enter')
    await until('the legend has the keys', async () => JSON.stringify(await legend()) === JSON.stringify(keys))
    await until('the points have other colours', async () => (await painted(page)) !== byClass)
    const values = (await pointsOf('dimensions=2', 'colour=lufs'))
      .map(one => one.number)
      .filter(one => one !== undefined)
      .sort((a, b) => a - b)
    const low = values[Math.floor(values.length * 0.02)],
      high = values[Math.floor(values.length * 0.98)]
    await field.fill('lufs')
    await field.press('Enter')
    await until(
      'the legend has the range',
      async () =>
        JSON.stringify(await legend()) ===
        JSON.stringify([0, 0.25, 0.5, 0.75, 1].map(part => (low + part * (high - low)).toFixed(1))),
    )
    await field.fill('no_such_fact')
    await field.press('Enter')
    await page.waitForSelector('.remark.bad')
    await page.locator('main.map canvas').focus()
    await page.keyboard.press('Escape')
    return page
  },

  async facts_are_corrected_by_hand_and_name_their_source(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    const [first, second] = json('search', 'bell')
    const facts = id => asked('search.get', `id=${id}`).item.facts
    const fact = (id, name) => facts(id).find(one => one.attribute === name && one.shown)
    const cell = name => page.locator(`.row[data-id="${first.id}"]`).locator(`[title^="${name}:"]`)
    const before = fact(first.id, 'class')
    await until(
      'the source of a value shows on hover',
      async () =>
        (await cell('class').getAttribute('title')) ===
        `class: analysed, ${Math.round(before.confidence * 100)} % confidence`,
    )
    await page.locator(`.row[data-id="${first.id}"]`).click()
    for (const { id } of [first, second]) await page.locator(`.row[data-id="${id}"] .mark`).click()
    await page.locator('.details .notice >> text=all 2 selected').waitFor()
    for (const [title, name, value] of [
      ['Class', 'class', '0808'],
      ['BPM', 'bpm', '97.5'],
      ['Key', 'key', 'F#m'],
    ]) {
      const field = page.locator('.stated').getByLabel(title, { exact: true })
      await field.fill(value)
      await field.press('Enter')
      for (const { id } of [first, second])
        await until(`the engine has the ${name} of both`, () => {
          const now = fact(id, name)
          return now?.source === 'user' && String(now.number ?? now.text) === value
        })
      await until(
        'the page names the person',
        async () => (await field.locator('..').getAttribute('title')) === `${name}: stated by a person`,
      )
    }
    await until(
      'also in the table',
      async () => (await cell('class').getAttribute('title')) === 'class: stated by a person',
    )
    await page.getByText('All facts').click()
    await page.locator('.details tbody tr', { hasText: 'analysis' }).first().waitFor()
    const field = page.locator('.stated').getByLabel('Class', { exact: true })
    await field.fill('')
    await field.press('Enter')
    await until('the analysis applies again', () =>
      [first, second].every(({ id }) => fact(id, 'class')?.source === 'analysis'),
    )
    await page.locator('main .rows').focus()
    for (let i = 0; i < 4; i++) {
      await page.locator('.remark').evaluate(of => {
        of.dataset.seen = of.textContent
      })
      await page.keyboard.press('Control+z')
      await until('a step is taken back', () =>
        page.locator('.remark').evaluate(of => of.textContent !== of.dataset.seen && /^Undone/.test(of.textContent)),
      )
    }
    await until('each edit was one step for both', () =>
      [first, second].every(({ id }) => !facts(id).some(one => one.source === 'user')),
    )
    return page
  },

  async trim_fades_and_gain_are_given_and_taken_back(browser) {
    const page = await open(browser, '#q=counter or titled')
    await showsTotal(page, 'counter or titled')
    const [one, other] = ['counter', 'titled'].map(word => json('search', word)[0].id)
    const facts = id =>
      Object.fromEntries(
        asked('search.get', `id=${id}`)
          .item.facts.filter(one => /trim|fade|gain/.test(one.attribute))
          .map(one => [one.attribute, one.number]),
      )
    await page.locator(`.row[data-id="${one}"]`).click()
    await page.locator('.treatments summary').click()
    const { x, y, width } = await page.locator('.details .wavebox').boundingBox()
    await page.mouse.move(x + width * 0.25, y + 10)
    await page.mouse.down()
    await page.mouse.move(x + width * 0.75, y + 10, { steps: 5 })
    await page.mouse.up()
    await page.getByRole('button', { name: 'Trim to the part' }).click()
    const trimmed = await until('the engine has the trim', () => {
      const now = facts(one)
      return now.trim_until && now
    })
    assert(
      Math.abs(trimmed.trim_from / 44100 - 0.25) < 0.02 && Math.abs(trimmed.trim_until / 44100 - 0.75) < 0.02,
      JSON.stringify(trimmed),
    )
    for (const id of [one, other]) await page.locator(`.row[data-id="${id}"] .mark`).click()
    await page.locator('.details .notice >> text=all 2 selected').waitFor()
    for (const [title, typed, name, wanted] of [
      ['Fade in, s', '0.01', 'fade_in', 441],
      ['Fade out, s', '0.1', 'fade_out', 4410],
      ['Gain, dB', '-3', 'gain_db', -3],
    ]) {
      const field = page.locator('.treatments').getByLabel(title, { exact: true })
      await field.fill(typed)
      await field.press('Enter')
      for (const id of [one, other]) await until(`the engine has ${name}`, () => facts(id)[name] === wanted)
    }
    const peak = id =>
      asked('search.get', `id=${id}`).item.facts.find(one => one.attribute === 'peak_dbfs' && one.shown).number
    await page.getByRole('button', { name: 'Normalise' }).click()
    for (const id of [one, other])
      await until('each has a gain of its own', () => Math.abs(facts(id).gain_db + peak(id) + 0.1) < 0.02)
    await page.getByRole('button', { name: 'As the file is' }).click()
    for (const id of [one, other]) await until('nothing is left', () => Object.keys(facts(id)).length === 0)
    await page.locator('main .rows').focus()
    await page.keyboard.press('Control+z')
    for (const id of [one, other])
      await until('one step takes it back for both', () => Math.abs(facts(id).gain_db + peak(id) + 0.1) < 0.02)
    for (let i = 0; i < 5; i++) {
      await page.locator('.remark').evaluate(of => {
        of.dataset.seen = of.textContent
      })
      await page.keyboard.press('Control+z')
      await until('a step is taken back', () =>
        page.locator('.remark').evaluate(of => of.textContent !== of.dataset.seen && /^Undone/.test(of.textContent)),
      )
    }
    for (const id of [one, other]) assert.deepEqual(facts(id), {})
    await page.keyboard.press('Control+.')
    return page
  },

  async undo_takes_back_what_was_written_into_files(browser) {
    const [item] = json('search', 'foreign')
    const bytes = () => readFileSync(item.path)
    const before = bytes()
    loophole('tag', item.id, '+into_the_file')
    loophole('labels', 'write', item.id)
    const written = bytes()
    assert(!written.equals(before), 'the file has the tag')
    const page = await open(browser, '#q=foreign')
    await showsTotal(page, 'foreign')
    await page.locator('main .rows').focus()
    await page.keyboard.press('Control+z')
    await until('the file is as it was', () => bytes().equals(before))
    await page.locator('.remark >> text=/^Undone/').waitFor()
    await page.keyboard.press('Control+Shift+z')
    await until('the file has the tag again', () => bytes().equals(written))
    await page.locator('.remark >> text=/^Redone/').waitFor()
    for (const holds of [
      () => bytes().equals(before),
      () => !json('show', item.id)[0].tags.includes('into_the_file'),
    ]) {
      await page.keyboard.press('Control+z')
      await until('a step is taken back', holds)
      await page.locator('.remark >> text=/^Undone/').waitFor()
    }
    return page
  },

  async colours_and_ratings_are_given_seen_and_filtered_by(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    const [item] = json('search', 'bell')
    const row = page.locator(`.row[data-id="${item.id}"]`)
    await row.click()
    await page.getByRole('group', { name: 'Colour' }).getByRole('button', { name: 'green' }).click()
    await until('the engine has the colour', () => json('search', 'colour:green').some(one => one.id === item.id))
    await row.locator('.dot.green').waitFor()
    await page.getByRole('group', { name: 'Rating' }).getByRole('button', { name: '4 of 5' }).click()
    await until('the engine has the rating', () => json('search', 'rating:4').some(one => one.id === item.id))
    const facets = page.getByRole('navigation', { name: 'Facets' })
    await facets.locator('summary', { hasText: 'colour' }).click()
    await facets.getByRole('button', { name: /^green/ }).click()
    await until('the facet finds it', async () => (await shown(page)) === '1')
    loophole('colour', item.id, 'pink')
    await until('the page sees what a shell changes', async () => (await shown(page)) === '0')
    await page.locator('.chip >> text=/^colour/').click()
    await row.locator('.dot.pink').waitFor()
    await row.locator('[role=gridcell]').nth(2).click()
    await page.getByRole('group', { name: 'Colour' }).locator('.swatch.pink[aria-pressed=true]').click()
    await until('a second click removes it', () => json('search', 'colour:pink').length === 0)
    await page.locator('main .rows').focus()
    await page.keyboard.press('0')
    await until('0 removes the rating', () => json('search', 'rating:4').every(one => one.id !== item.id))
    await page.keyboard.press('Control+.')
    return page
  },

  async queries_are_saved_and_found_in_the_history(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    await page.keyboard.type('drum -is:loop')
    await showsTotal(page, 'drum -is:loop')
    await page.keyboard.press('Enter')
    await until('it is in the history', () =>
      (asked('search.queries', 'history=true', 'limit=100').each ?? []).some(one => one.query === 'drum -is:loop'),
    )
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await giveName(page, 'page_drums')
    await until('it is saved', () =>
      (asked('search.queries', 'limit=100').each ?? []).some(
        one => one.name === 'page_drums' && one.query === 'drum -is:loop',
      ),
    )
    await page.fill('#query', '')
    await showsTotal(page, '')
    await page.locator('#query').click()
    const options = page.locator('#completions [role=option]')
    await options.filter({ hasText: /^@page_drums$/ }).waitFor()
    await options.filter({ hasText: /^drum -is:loop$/ }).waitFor()
    await options.filter({ hasText: /^@page_drums$/ }).click() // by mouse alone
    await showsTotal(page, '@page_drums')
    assert.equal(total('@page_drums'), total('drum -is:loop'))
    await page.fill('#query', '')
    await showsTotal(page, '')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Alt+ArrowDown') // by keyboard alone
    await options.filter({ hasText: /^drum -is:loop$/ }).waitFor()
    const place = (await options.allInnerTexts()).indexOf('drum -is:loop')
    for (let i = 0; i <= place; i++) await page.keyboard.press('Alt+ArrowDown')
    await page.keyboard.press('Enter')
    await showsTotal(page, 'drum -is:loop')
    await page.goBack()
    await showsTotal(page, '')
    return page
  },
}
